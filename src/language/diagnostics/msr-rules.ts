/**
 * Rules about the MSR operand of RDMSR and WRMSR. Processors have MSRs that no manual lists, so a number counts as unknown
 * only where no processor of any vendor has MSRs or the manual reserves it.
 */
import type { BitRange } from '../../isa/bit-ranges';
import { msrBlocks, msrByNumber, reservedMsrs, type Msr } from '../../isa/msrs';
import { registerFormats } from '../../isa/registers';
import { extract, hex } from '../../decode/word';
import type { MsrAccess } from '../source/operation';
import { bits, maskOf } from './bit-words';
import { operandText } from './field-operand';
import { found, type Finding } from './finding';

export function msrFindings(access: MsrAccess): Finding[] {
  const number = access.msr.value;
  if (number === undefined) return [];
  const row = msrByNumber.get(Number(number));
  return row ? knownFindings(access, row) : unknownFindings(access, number);
}

function unknownFindings(access: MsrAccess, number: bigint): Finding[] {
  const { range } = access.msr;
  const what = operandText(access.msr, number);
  const mnemonic = access.kind.toUpperCase();
  const within = (block: { first: number; last: number }): boolean =>
    number >= BigInt(block.first) && number <= BigInt(block.last);
  const reserved = reservedMsrs.find(within);
  if (reserved)
    return [
      found(
        'msr-unknown',
        range,
        `${what} is a reserved MSR number: ${reserved.title}. ${mnemonic} raises #GP.`,
        {
          sdm: reserved.sdm,
        },
      ),
    ];
  if (msrBlocks.some(within)) return [];
  const wide = number > 0xffffffffn ? ' It has more than the 32 bits of ECX.' : '';
  return [
    found(
      'msr-unknown',
      range,
      `No processor has an MSR ${what}: ${mnemonic} raises #GP.${wide} Look the number up in volume 4 of the manual.`,
    ),
  ];
}

function knownFindings(access: MsrAccess, row: Msr): Finding[] {
  if (access.kind === 'wrmsr' && row.access === 'read-only')
    return [
      found('msr-read-only', access.msr.range, `${row.name} is read-only: WRMSR raises #GP.`, {
        sdm: row.sdm,
      }),
    ];
  if (access.kind === 'rdmsr' && row.access === 'write-only')
    return [
      found('msr-write-only', access.msr.range, `${row.name} is write-only: RDMSR raises #GP.`, {
        sdm: row.sdm,
      }),
    ];
  return access.kind === 'wrmsr' ? valueFindings(access, row) : [];
}

function valueFindings(access: MsrAccess, row: Msr): Finding[] {
  const operand = access.value;
  if (operand?.value === undefined || !row.complete) return [];
  const value = BigInt.asUintN(64, operand.value);
  const ranges: readonly BitRange[] = row.ranges ?? (row.format ? registerFormats[row.format].ranges : []);
  const wrong = value & ~ranges.reduce((mask, range) => mask | maskOf(range), 0n);
  const findings: Finding[] = [];
  if (wrong !== 0n)
    findings.push(
      found(
        'msr-reserved',
        operand.range,
        `${row.name} ${hex(value)} sets ${bits(wrong)}, which ${bits(wrong).startsWith('bits') ? 'are' : 'is'} reserved: WRMSR raises #GP.`,
        {
          sdm: row.sdm,
          remedy: { title: `Clear ${bits(wrong)}`, range: operand.range, value: value & ~wrong },
        },
      ),
    );
  for (const range of ranges) {
    const part = extract(value, range);
    if (!range.values || range.values[Number(part)] !== undefined) continue;
    findings.push(
      found(
        'msr-reserved',
        operand.range,
        `${row.name} ${hex(value)} has the reserved value ${part} in ${range.name} (${bits(maskOf(range))}): WRMSR raises #GP.`,
        { sdm: row.sdm },
      ),
    );
  }
  return findings;
}
