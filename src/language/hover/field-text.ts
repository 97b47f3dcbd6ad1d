/** What a hover says of a VMCS field: what it holds, how it is laid out, what VM entry checks, where KVM keeps it. */
import { entryChecks, type EntryCheckRow } from '../../isa/entry-checks';
import { exceptions } from '../../isa/exceptions';
import type { VmcsField } from '../../isa/vmcs-fields';
import { vmxControls, type Control, type ControlWord } from '../../isa/vmx-controls';
import { interruptionFormats } from '../../isa/interruption-formats';
import { exitReasonFlags } from '../../isa/exit-reasons';
import { controlWordOf, rangesOf } from '../../decode/field-format';
import { vmcs12 } from '../../kvm/6.12/vmcs12';
import { hex } from '../../decode/word';
import { bitNumbers, bullets, heading, layoutTable, listed, manual, page, sentence, table } from './markdown';

const MOST_CHECKS = 4;

const typeText: Readonly<Record<VmcsField['type'], string>> = {
  control: 'control',
  'guest-state': 'guest state',
  'host-state': 'host state',
  'read-only': 'read-only',
};

export function fieldText(row: VmcsField, high = false): string {
  const encoding = hex(high && row.high !== undefined ? row.high : row.encoding, 16);
  const width = row.width === 'natural' ? 'natural width' : `${row.width} bits`;
  return page(
    heading(
      row.name + (high ? '_HIGH' : ''),
      `VMCS field ${encoding}`,
      typeText[row.type],
      high ? 'bits 63:32' : width,
    ),
    sentence(row.name, row.title, row.summary),
    bullets([
      row.enabledBy?.length ? `Used with ${listed(row.enabledBy)}` : undefined,
      row.condition === undefined ? undefined : row.condition,
      otherHalf(row, high),
      kvmText(row),
    ]),
    layoutOf(row),
    checksOf(row),
    manual(row.sdm),
  );
}

function otherHalf(row: VmcsField, high: boolean): string | undefined {
  if (row.high === undefined) return undefined;
  return high ? `The whole field is ${hex(row.encoding, 16)}` : `High half ${hex(row.high, 16)}`;
}

function kvmText(row: VmcsField): string | undefined {
  const place = Object.hasOwn(vmcs12, row.name) ? vmcs12[row.name as keyof typeof vmcs12] : undefined;
  if (!place) return undefined;
  const shadow = {
    ro: ', which VMCS shadowing lets L1 read without an exit',
    rw: ', which VMCS shadowing lets L1 read and write without an exit',
    none: '',
  };
  const shadowed = 'shadowed' in place ? place.shadowed : 'none';
  return `KVM 6.12: vmcs12.${row.name.toLowerCase()} at ${hex(place.offset)}${shadow[shadowed]}`;
}

function layoutOf(row: VmcsField): string | undefined {
  const { format } = row;
  if (format === undefined) return undefined;
  const word = controlWordOf[format];
  if (word) return controlTable(word);
  if (format === 'exception-bitmap') {
    const names = exceptions.filter(({ kind }) => kind !== 'interrupt');
    return `Bits: ${names.map(({ vector, name }) => `${vector} ${name}`).join(', ')}. NMIs exit by NMI_EXITING.`;
  }
  if (format === 'exit-reason')
    return layoutTable([
      { high: 15, low: 0, name: 'BASIC', title: 'Basic exit reason' },
      ...exitReasonFlags.map(asFlag),
    ]);
  if (format in interruptionFormats)
    return layoutTable(interruptionFormats[format as keyof typeof interruptionFormats].ranges);
  const ranges = rangesOf[format];
  return ranges && layoutTable(ranges);
}

function asFlag(flag: (typeof exitReasonFlags)[number]): {
  high: number;
  low: number;
  name: string;
  title: string;
} {
  return { high: flag.bit, low: flag.bit, name: flag.name, title: flag.title };
}

function controlTable(word: ControlWord): string {
  const rows: readonly Control[] = vmxControls.filter((row) => row.word === word);
  return table(
    ['Bit', 'Control', 'Needs'],
    rows.map((row) => [
      bitNumbers({ high: row.bit, low: row.bit }),
      row.name,
      [...(row.requires ?? []), ...(row.excludes ?? []).map((name) => `no ${name}`)].join(', '),
    ]),
  );
}

/** The checks that are about this field come before those in which it takes part. */
function checksOf(row: VmcsField): string | undefined {
  const place = (check: EntryCheckRow): number => check.fields.indexOf(row.name);
  const checks = entryChecks.filter((check) => place(check) >= 0).sort((a, b) => place(a) - place(b));
  const [first] = checks;
  if (!first) return undefined;
  // What all of them depend on is said once.
  const same = checks.every(({ condition }) => condition === first.condition);
  const all = same && checks.some(({ conditionInRule }) => !conditionInRule) ? first.condition : undefined;
  const text = ({ rule, condition, conditionInRule }: EntryCheckRow): string =>
    condition === undefined || conditionInRule || condition === all
      ? rule
      : `${rule.replace(/\.$/, '')}, if ${condition}.`;
  const heading = all === undefined ? 'VM entry checks' : `VM entry checks, if ${all}`;
  return `${heading}:\n\n${bullets(checks.map(text), MOST_CHECKS)}`;
}
