/** What constants in registers mean: which field VMREAD reads, which MSR RDMSR reads, what a mask leaves of a register. */
import { msrByNumber, type Msr } from '../../isa/msrs';
import { vmcsFieldByEncoding, type VmcsField } from '../../isa/vmcs-fields';
import { factsNamed } from '../knowledge/lookup';
import type { Operand } from '../source/operation';
import type { Held } from './held';

/** What VMREAD of the field that a register names gives, where that is a word about what happened. */
export function reportOf(field: Held | undefined): Held | undefined {
  if (field?.kind !== 'constant') return undefined;
  const format = fieldRow(field.source)?.format;
  return format === 'exit-reason' || format === 'vm-instruction-error'
    ? { kind: 'report', of: format }
    : undefined;
}

/** A mask that clears some bits leaves the rest of the register; one that keeps some leaves an answer about them. */
export function clears(mask: Operand | undefined): boolean {
  if (mask?.value === undefined) return mask?.text.startsWith('~') ?? false;
  const ones = mask.value.toString(2).replaceAll('0', '').length;
  return ones >= 16;
}

export function msrRow(operand: Operand): Msr | undefined {
  if (operand.value !== undefined) return msrByNumber.get(Number(operand.value));
  const fact = factsNamed(operand.name ?? '').find(({ kind }) => kind === 'msr');
  return fact?.kind === 'msr' ? fact.row : undefined;
}

function fieldRow(operand: Operand): VmcsField | undefined {
  if (operand.value !== undefined) return vmcsFieldByEncoding.get(Number(operand.value));
  const fact = factsNamed(operand.name ?? '').find(({ kind }) => kind === 'field');
  return fact?.kind === 'field' && !fact.high ? fact.row : undefined;
}
