/**
 * Values typed for a VMCS field: what can be refused without asking the machine. Pure and without `vscode`.
 */
import { vmcsField, type FieldName } from '../isa/vmcs-fields';

/** Bits of a field; natural width is 64 bits here. Fields nobody knows have 64 as well. */
function bitsOf(field: string): number {
  const width = field in vmcsField ? vmcsField[field as FieldName].width : 64;
  return width === 'natural' ? 64 : width;
}

/** Why a value cannot be written, or undefined when only the machine can tell. */
export function refusal(field: string, text: string): string | undefined {
  const value = text.trim();
  if (value === '') return 'Type a number or an expression.';
  if (/^0x[^+\-*\/|&\s]*$/i.test(value) && !/^0x[0-9a-f]+$/i.test(value))
    return 'That is no hexadecimal number.';
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(value)) return undefined;
  const bits = bitsOf(field);
  return BigInt(value) >> BigInt(bits) === 0n ? undefined : `${field} has ${bits} bits.`;
}

/** @param value hexadecimal, as rows show it */
export function flippedBit(value: string, bit: number): string {
  return `0x${(BigInt(value) ^ (1n << BigInt(bit))).toString(16)}`;
}
