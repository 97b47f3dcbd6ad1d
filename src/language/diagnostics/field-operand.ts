/** The VMCS field that an access names, and the value it writes as the hardware takes it. */
import { vmcsField, vmcsFieldByEncoding, type VmcsField } from '../../isa/vmcs-fields';
import type { Operand, VmcsAccess } from '../source/operation';

/** A constant as messages name it: the number, with its name where the source writes one. */
export function operandText(operand: Operand, value: bigint): string {
  const number = `0x${value.toString(16)}`;
  return operand.name === undefined ? number : `${operand.name} (${number})`;
}

/** The field of an access to the full field; high halves are not answered. */
export function accessedField(access: VmcsAccess): VmcsField | undefined {
  const encoding = access.field.value;
  return encoding === undefined ? undefined : vmcsFieldByEncoding.get(Number(encoding));
}

/** The field whose high half an encoding names. */
export function highHalf(encoding: bigint): VmcsField | undefined {
  const row = vmcsFieldByEncoding.get(Number(encoding) - 1);
  return row?.high === undefined ? undefined : row;
}

/** Bits of a field on a 64-bit processor. */
export function fieldBits(row: VmcsField): 16 | 32 | 64 {
  return row.width === 'natural' ? 64 : row.width;
}

/**
 * The constant an access writes, cut to the field. `undefined` where it is no constant or does not fit. Languages extend
 * negative numbers and complements by their own rules, so a value whose upper bits are all 1 counts as extended.
 */
export function writtenConstant(access: VmcsAccess, row: VmcsField): bigint | undefined {
  const value = access.kind === 'vmwrite' ? access.value?.value : undefined;
  if (value === undefined) return undefined;
  const width = fieldBits(row);
  const upper = value >> BigInt(width);
  const extended =
    upper === (1n << BigInt(64 - width)) - 1n || upper === (1n << BigInt(32 - Math.min(width, 32))) - 1n;
  return upper === 0n || extended ? BigInt.asUintN(width, value) : undefined;
}

/** A field by a name that another row of isa gives, which is a string there. */
export function fieldOf(name: string): VmcsField {
  return vmcsField[name as keyof typeof vmcsField];
}
