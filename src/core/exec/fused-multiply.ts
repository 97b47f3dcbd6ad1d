// FMA: VFMADD, VFMSUB, VFNMADD, VFNMSUB and the alternating forms, in the operand orders 132, 213 and 231 (SDM Vol. 1, 14.5).
import { fused } from '../float/fused';
import { faulted } from '../fault';
import { Next } from '../uop';
import { beginSimd, deliver, outcome } from './float-vector';
import { firstVector, regVector, rmBytes, rmOperand, vectorBytes } from './vector-operands';

/** Which operands are multiplied: the numbers of the mnemonic, of destination 1, vvvv 2 and rm 3. */
export const enum Form {
  MULTIPLY_1_3,
  MULTIPLY_2_1,
  MULTIPLY_2_3,
}

/** Signs of product and addend; the alternating forms differ by lane. */
export const enum Signs {
  MADD,
  MSUB,
  NMADD,
  NMSUB,
  /** Odd lanes add, even ones subtract. */
  MADDSUB,
  /** Odd lanes subtract, even ones add. */
  MSUBADD,
}

function flipsProduct(signs: u32): u32 {
  return signs == Signs.NMADD || signs == Signs.NMSUB ? 1 : 0;
}

/** @param odd the lane's number is odd */
function flipsAddend(signs: u32, odd: u32): u32 {
  if (signs == Signs.MADDSUB) return odd ^ 1;
  if (signs == Signs.MSUBADD) return odd;
  return signs == Signs.MSUB || signs == Signs.NMSUB ? 1 : 0;
}

function lane<T>(form: u32, signs: u32, odd: u32, one: T, two: T, three: T): T {
  const product = flipsProduct(signs);
  const addend = flipsAddend(signs, odd);
  if (form == Form.MULTIPLY_1_3) return fused<T>(one, three, two, product, addend);
  if (form == Form.MULTIPLY_2_1) return fused<T>(two, one, three, product, addend);
  return fused<T>(two, three, one, product, addend);
}

export function execFusedSingle(u: usize, form: u32, signs: u32): i32 {
  const bytes = vectorBytes(u);
  const three = rmOperand(u, bytes);
  if (faulted()) return Next.FAULT;
  const one = regVector(u);
  const two = firstVector(u);
  beginSimd();
  for (let i: u32 = 0; i < bytes; i += 4) {
    const odd = (i >> 2) & 1;
    const result = lane<u32>(form, signs, odd, load<u32>(one + i), load<u32>(two + i), load<u32>(three + i));
    store<u32>(outcome + i, result);
  }
  return deliver(u, one, bytes);
}

export function execFusedDouble(u: usize, form: u32, signs: u32): i32 {
  const bytes = vectorBytes(u);
  const three = rmOperand(u, bytes);
  if (faulted()) return Next.FAULT;
  const one = regVector(u);
  const two = firstVector(u);
  beginSimd();
  for (let i: u32 = 0; i < bytes; i += 8) {
    const odd = (i >> 3) & 1;
    const result = lane<u64>(form, signs, odd, load<u64>(one + i), load<u64>(two + i), load<u64>(three + i));
    store<u64>(outcome + i, result);
  }
  return deliver(u, one, bytes);
}

/** The lanes above stay. */
export function execFusedScalarSingle(u: usize, form: u32, signs: u32): i32 {
  const three = rmBytes(u, 4);
  if (faulted()) return Next.FAULT;
  const one = regVector(u);
  beginSimd();
  const result = lane<u32>(form, signs, 0, load<u32>(one), load<u32>(firstVector(u)), load<u32>(three));
  v128.store(outcome, v128.load(one));
  store<u32>(outcome, result);
  return deliver(u, one, 16);
}

export function execFusedScalarDouble(u: usize, form: u32, signs: u32): i32 {
  const three = rmBytes(u, 8);
  if (faulted()) return Next.FAULT;
  const one = regVector(u);
  beginSimd();
  const result = lane<u64>(form, signs, 0, load<u64>(one), load<u64>(firstVector(u)), load<u64>(three));
  v128.store(outcome, v128.load(one));
  store<u64>(outcome, result);
  return deliver(u, one, 16);
}
