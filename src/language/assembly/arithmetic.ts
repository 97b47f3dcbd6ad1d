/** What an instruction makes of a constant in a register, so that a value put together in steps is known too. */
import type { Operand } from '../source/operation';
import type { Held } from './held';

type Constant = Extract<Held, { kind: 'constant' }>;

/**
 * Undefined when the result is unknown. The result stands where the last constant of it is written; it is no longer what is
 * written there, so it is neither literal nor a name.
 */
export function foldConstants(
  base: string,
  held: Constant,
  operand: Operand | undefined,
  operands: number,
  bits: number,
): Constant | undefined {
  const { value } = held;
  if (value === undefined) return undefined;
  const result =
    operands === 1 ? unary(base, value) : operands === 2 ? binary(base, value, operand?.value) : undefined;
  if (result === undefined) return undefined;
  const kept = BigInt.asUintN(bits, result);
  const { range, text } = operand ?? held.source;
  return { kind: 'constant', value: kept, source: { range, text, value: kept } };
}

function unary(base: string, value: bigint): bigint | undefined {
  switch (base) {
    case 'inc':
      return value + 1n;
    case 'dec':
      return value - 1n;
    case 'not':
      return ~value;
    case 'neg':
      return -value;
    default:
      return undefined;
  }
}

function binary(base: string, left: bigint, right: bigint | undefined): bigint | undefined {
  if (right === undefined) return undefined;
  switch (base) {
    case 'or':
      return left | right;
    case 'and':
      return left & right;
    case 'xor':
      return left ^ right;
    case 'add':
      return left + right;
    case 'sub':
      return left - right;
    case 'shl':
    case 'sal':
      return right < 32n ? left << right : undefined;
    case 'shr':
      return right < 32n ? left >> right : undefined;
    default:
      return undefined;
  }
}
