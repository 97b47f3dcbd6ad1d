/** Rules about the field operand of VMREAD and VMWRITE: that the field exists, may be written, and is as wide as the access. */
import { encodingRanges, encodingSdm } from '../../isa/vmcs-fields/encoding';
import { msr } from '../../isa/msrs';
import { vmcsFieldByEncoding, type VmcsField } from '../../isa/vmcs-fields';
import { vmInstructionErrors, type VmInstructionErrorName } from '../../isa/vm-instruction-errors';
import { extract, hex, rangeText } from '../../decode/word';
import type { VmcsAccess } from '../source/operation';
import { bits, maskOf } from './bit-words';
import { accessedField, fieldBits, highHalf, operandText, writtenConstant } from './field-operand';
import { found, type Finding, type Remedy } from './finding';

/** `error 12 (VMREAD/VMWRITE from/to unsupported VMCS component)`. */
export function errorText(name: VmInstructionErrorName): string {
  const row = vmInstructionErrors.find((candidate) => candidate.name === name)!;
  return `error ${row.number} (${row.title})`;
}

const definedBits = encodingRanges.reduce((mask, range) => mask | maskOf(range), 0n);
const accessTypeBit = maskOf(encodingRanges.find((range) => range.name === 'ACCESS')!);

export function encodingFindings(access: VmcsAccess): Finding[] {
  const encoding = access.field.value;
  if (encoding === undefined) return [];
  const row = accessedField(access);
  if (row) return [...readOnlyFindings(access, row), ...widthFindings(access, row)];
  const half = highHalf(encoding);
  return half ? readOnlyFindings(access, half) : [unknownEncoding(access, encoding)];
}

function unknownEncoding(access: VmcsAccess, encoding: bigint): Finding {
  const { range } = access.field;
  const what = operandText(access.field, encoding);
  const fails = `${access.kind.toUpperCase()} fails with ${errorText('UNSUPPORTED_VMCS_COMPONENT')}.`;
  const whole = vmcsFieldByEncoding.get(Number(encoding & ~accessTypeBit));
  if (whole && encoding === BigInt(whole.encoding) + 1n)
    return found(
      'vmcs-no-high-half',
      range,
      `${what} would be the high half of ${whole.name}, which is ${widthText(whole)} and has none: ${fails} Use ${hex(whole.encoding)} for the field.`,
      { sdm: encodingSdm, remedy: remedy(access, whole) },
    );
  const reserved = encoding & ~definedBits;
  if (reserved === 0n)
    return found(
      'vmcs-unknown-encoding',
      range,
      `No VMCS field has the encoding ${what}: ${layout(encoding)}. ${fails} Look the field up in appendix B of the manual.`,
      // Later processors may have a field there.
      { sdm: encodingSdm, severity: 'warning' },
    );
  const meant = vmcsFieldByEncoding.get(Number(encoding & definedBits));
  const advice = meant
    ? `Without ${reservedWord(reserved)} it is ${meant.name}, ${hex(meant.encoding)}.`
    : `What is left is ${layout(encoding & definedBits)}.`;
  return found(
    'vmcs-unknown-encoding',
    range,
    `${what} is no encoding of a VMCS field: ${bits(reserved)} must be 0. ${fails} ${advice}`,
    { sdm: encodingSdm, ...(meant && { remedy: remedy(access, meant) }) },
  );
}

const reservedWord = (mask: bigint): string => (bits(mask).startsWith('bits') ? 'them' : 'it');

/** The parts of an encoding in words: `natural-width guest state, index 24, high half`. */
function layout(encoding: bigint): string {
  const part = (name: (typeof encodingRanges)[number]['name']): string => {
    const range = encodingRanges.find((candidate) => candidate.name === name)!;
    return rangeText(range, extract(encoding, range));
  };
  const half = (encoding & accessTypeBit) === 0n ? '' : `, ${part('ACCESS')}`;
  return `${part('WIDTH')} ${part('TYPE')}, index ${part('INDEX')}${half}`;
}

function widthText(row: VmcsField): string {
  return row.width === 'natural' ? 'of natural width' : `${row.width} bits wide`;
}

function remedy(access: VmcsAccess, row: VmcsField): Remedy {
  return {
    title: `Use the encoding of ${row.name}`,
    range: access.field.range,
    value: BigInt(row.encoding),
  };
}

function readOnlyFindings(access: VmcsAccess, row: VmcsField): Finding[] {
  if (access.kind !== 'vmwrite' || row.type !== 'read-only') return [];
  const misc = msr.IA32_VMX_MISC;
  const bit = misc.ranges?.find((range) => range.name === 'WRITE_ANY')?.low;
  return [
    found(
      'vmcs-read-only-write',
      access.field.range,
      `${row.name} is a VM-exit information field: VMWRITE fails with ${errorText('VMWRITE_READ_ONLY_VMCS_COMPONENT')} unless bit ${bit} of ${misc.name} is 1. Test that bit first, or keep the value elsewhere.`,
      { sdm: misc.sdm },
    ),
  ];
}

function widthFindings(access: VmcsAccess, row: VmcsField): Finding[] {
  const findings: Finding[] = [];
  const width = fieldBits(row);
  // A 32-bit access to a field of natural width is right in 32-bit code, which the source does not show.
  const narrow = access.bits !== undefined && access.bits < width;
  if (narrow && !(access.bits === 32 && row.width === 'natural'))
    findings.push(
      found(
        'vmcs-width',
        access.field.range,
        `The access is ${access.bits} bits wide and ${row.name} is ${widthText(row)}: bits ${width - 1}:${access.bits} are lost. Use an access as wide as the field.`,
        { sdm: row.sdm },
      ),
    );
  // 64-bit accessors of 32-bit code access encoding + 1 as well.
  if (access.bits === 64 && width < 64)
    findings.push(
      found(
        'vmcs-width',
        access.field.range,
        `The access is for 64-bit fields and ${row.name} is ${widthText(row)}: in 32-bit code it also accesses ${hex(row.encoding + 1)}, which does not exist. Use an access as wide as the field.`,
        { sdm: row.sdm },
      ),
    );
  const { value } = access;
  if (access.kind === 'vmwrite' && value?.value !== undefined && writtenConstant(access, row) === undefined)
    findings.push(
      found(
        'vmcs-width',
        value.range,
        `${hex(value.value)} does not fit into ${row.name}, which is ${widthText(row)}: VMWRITE drops ${bits(maskOf({ high: value.value.toString(2).length - 1, low: width }))}.`,
        { sdm: row.sdm },
      ),
    );
  return findings;
}
