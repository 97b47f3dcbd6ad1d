/**
 * Arithmetic of emulated instructions with its flags. SDM volume 1, 3.4.3.1. Values are unsigned bigints of
 * `bytes` bytes.
 */
import { rflags } from '../register-bits';

export interface ArithmeticResult {
  value: bigint;
  /** CF, PF, AF, ZF, SF, OF; the others are 0. */
  flags: bigint;
}

export const ARITHMETIC_FLAGS = rflags.CF | rflags.PF | rflags.AF | rflags.ZF | rflags.SF | rflags.OF;

/** ZF, SF and PF of a result. */
function result_flags(value: bigint, bytes: number): bigint {
  let flags = 0n;
  if (value === 0n) flags |= rflags.ZF;
  if ((value >> BigInt(bytes * 8 - 1)) & 1n) flags |= rflags.SF;
  let parity = Number(value & 0xffn);
  parity ^= parity >> 4;
  parity ^= parity >> 2;
  parity ^= parity >> 1;
  if ((parity & 1) === 0) flags |= rflags.PF;
  return flags;
}

function add(left: bigint, right: bigint, carry: bigint, bytes: number): ArithmeticResult {
  const bits = BigInt(bytes * 8);
  const sum = left + right + carry;
  const value = BigInt.asUintN(Number(bits), sum);
  let flags = result_flags(value, bytes);
  if (sum >> bits) flags |= rflags.CF;
  if ((left ^ right ^ value) & 0x10n) flags |= rflags.AF;
  if (((~(left ^ right) & (left ^ value)) >> (bits - 1n)) & 1n) flags |= rflags.OF;
  return { value, flags };
}

function subtract(left: bigint, right: bigint, borrow: bigint, bytes: number): ArithmeticResult {
  const bits = BigInt(bytes * 8);
  const value = BigInt.asUintN(Number(bits), left - right - borrow);
  let flags = result_flags(value, bytes);
  if (left < right + borrow) flags |= rflags.CF;
  if ((left ^ right ^ value) & 0x10n) flags |= rflags.AF;
  if ((((left ^ right) & (left ^ value)) >> (bits - 1n)) & 1n) flags |= rflags.OF;
  return { value, flags };
}

function logic(value: bigint, bytes: number): ArithmeticResult {
  return { value, flags: result_flags(value, bytes) };
}

/** One two-operand instruction by mnemonic; undefined when it is none of these. */
export function arithmetic(
  mnemonic: string,
  left: bigint,
  right: bigint,
  carry: bigint,
  bytes: number,
): ArithmeticResult | undefined {
  switch (mnemonic) {
    case 'ADD':
      return add(left, right, 0n, bytes);
    case 'ADC':
      return add(left, right, carry, bytes);
    case 'SUB':
    case 'CMP':
      return subtract(left, right, 0n, bytes);
    case 'SBB':
      return subtract(left, right, carry, bytes);
    case 'AND':
    case 'TEST':
      return logic(left & right, bytes);
    case 'OR':
      return logic(left | right, bytes);
    case 'XOR':
      return logic(left ^ right, bytes);
    default:
      return undefined;
  }
}
