// Arithmetic of packed and scalar floating point: ADD SUB MUL DIV MIN MAX SQRT, approximations, horizontal and alternating forms,
// ROUND (SDM Vol. 1, 10.4.1, 11.4.1, 12.3, 12.8). Legacy and VEX encodings; dot products are sse-dot.ts.
import { packBinary, unpackA } from '../float/binary';
import { Exception, raised, rounding, setRaised } from '../float/environment';
import { reciprocal, reciprocalSquareRoot } from '../float/approximation';
import { roundToIntegral } from '../float/integer';
import { LaneOp, lane32, lane64, squareRoot32, squareRoot64 } from '../float/lane';
import { faulted } from '../fault';
import { Next, Uop } from '../uop';
import { beginSimd, deliver, outcome } from './float-vector';
import { firstVector, regVector, rmBytes, rmOperand, vectorBytes } from './vector-operands';

/** Two operands a lane, see float/lane.ts. */
export const enum Two {
  ADD = LaneOp.ADD,
  SUB = LaneOp.SUB,
  MUL = LaneOp.MUL,
  DIV = LaneOp.DIV,
  MIN = LaneOp.MIN,
  MAX = LaneOp.MAX,
}

/** One operand a lane. */
export const enum One {
  SQRT,
  RCP,
  RSQRT,
  ROUND,
}

export function execPackedSingle(u: usize, op: u32): i32 {
  const bytes = vectorBytes(u);
  const b = rmOperand(u, bytes);
  if (faulted()) return Next.FAULT;
  const a = firstVector(u);
  beginSimd();
  for (let i: u32 = 0; i < bytes; i += 4)
    store<u32>(outcome + i, lane32(op, load<u32>(a + i), load<u32>(b + i)));
  return deliver(u, regVector(u), bytes);
}

export function execPackedDouble(u: usize, op: u32): i32 {
  const bytes = vectorBytes(u);
  const b = rmOperand(u, bytes);
  if (faulted()) return Next.FAULT;
  const a = firstVector(u);
  beginSimd();
  for (let i: u32 = 0; i < bytes; i += 8)
    store<u64>(outcome + i, lane64(op, load<u64>(a + i), load<u64>(b + i)));
  return deliver(u, regVector(u), bytes);
}

/** The lanes above the lowest come from the first source. */
export function execScalarSingle(u: usize, op: u32): i32 {
  const b = rmBytes(u, 4);
  if (faulted()) return Next.FAULT;
  const a = firstVector(u);
  beginSimd();
  const result = lane32(op, load<u32>(a), load<u32>(b));
  v128.store(outcome, v128.load(a));
  store<u32>(outcome, result);
  return deliver(u, regVector(u), 16);
}

export function execScalarDouble(u: usize, op: u32): i32 {
  const b = rmBytes(u, 8);
  if (faulted()) return Next.FAULT;
  const a = firstVector(u);
  beginSimd();
  const result = lane64(op, load<u64>(a), load<u64>(b));
  v128.store(outcome, v128.load(a));
  store<u64>(outcome, result);
  return deliver(u, regVector(u), 16);
}

/** ROUNDPS: the mode by the control byte (bits 1:0, or MXCSR with bit 2); bit 3 keeps inexactness from being reported. */
function roundingOf(u: usize): u32 {
  const control = <u32>load<u8>(u + Uop.IMMEDIATE);
  return control & 4 ? rounding : control & 3;
}

function rounded<T>(u: usize, value: T): T {
  const before = raised;
  unpackA<T>(value);
  roundToIntegral(roundingOf(u));
  const result = packBinary<T>();
  if (load<u8>(u + Uop.IMMEDIATE) & 8) setRaised(before | (raised & ~Exception.PRECISION));
  return result;
}

function single(u: usize, op: u32, value: u32): u32 {
  if (op == One.SQRT) return squareRoot32(value);
  if (op == One.RCP) return reciprocal(value);
  return op == One.RSQRT ? reciprocalSquareRoot(value) : rounded<u32>(u, value);
}

function double(u: usize, op: u32, value: u64): u64 {
  return op == One.SQRT ? squareRoot64(value) : rounded<u64>(u, value);
}

export function execUnarySingle(u: usize, op: u32): i32 {
  const bytes = vectorBytes(u);
  const b = rmOperand(u, bytes);
  if (faulted()) return Next.FAULT;
  beginSimd();
  for (let i: u32 = 0; i < bytes; i += 4) store<u32>(outcome + i, single(u, op, load<u32>(b + i)));
  return deliver(u, regVector(u), bytes);
}

export function execUnaryDouble(u: usize, op: u32): i32 {
  const bytes = vectorBytes(u);
  const b = rmOperand(u, bytes);
  if (faulted()) return Next.FAULT;
  beginSimd();
  for (let i: u32 = 0; i < bytes; i += 8) store<u64>(outcome + i, double(u, op, load<u64>(b + i)));
  return deliver(u, regVector(u), bytes);
}

export function execUnaryScalarSingle(u: usize, op: u32): i32 {
  const b = rmBytes(u, 4);
  if (faulted()) return Next.FAULT;
  beginSimd();
  const result = single(u, op, load<u32>(b));
  v128.store(outcome, v128.load(firstVector(u)));
  store<u32>(outcome, result);
  return deliver(u, regVector(u), 16);
}

export function execUnaryScalarDouble(u: usize, op: u32): i32 {
  const b = rmBytes(u, 8);
  if (faulted()) return Next.FAULT;
  beginSimd();
  const result = double(u, op, load<u64>(b));
  v128.store(outcome, v128.load(firstVector(u)));
  store<u64>(outcome, result);
  return deliver(u, regVector(u), 16);
}

/** HADD, HSUB: pairs of the first source below pairs of the second, in each 128 bits. */
export function execHorizontalSingle(u: usize, op: u32): i32 {
  const bytes = vectorBytes(u);
  const b = rmOperand(u, bytes);
  if (faulted()) return Next.FAULT;
  const a = firstVector(u);
  beginSimd();
  for (let i: u32 = 0; i < bytes; i += 16) {
    store<u32>(outcome + i, lane32(op, load<u32>(a + i), load<u32>(a + i, 4)));
    store<u32>(outcome + i, lane32(op, load<u32>(a + i, 8), load<u32>(a + i, 12)), 4);
    store<u32>(outcome + i, lane32(op, load<u32>(b + i), load<u32>(b + i, 4)), 8);
    store<u32>(outcome + i, lane32(op, load<u32>(b + i, 8), load<u32>(b + i, 12)), 12);
  }
  return deliver(u, regVector(u), bytes);
}

export function execHorizontalDouble(u: usize, op: u32): i32 {
  const bytes = vectorBytes(u);
  const b = rmOperand(u, bytes);
  if (faulted()) return Next.FAULT;
  const a = firstVector(u);
  beginSimd();
  for (let i: u32 = 0; i < bytes; i += 16) {
    store<u64>(outcome + i, lane64(op, load<u64>(a + i), load<u64>(a + i, 8)));
    store<u64>(outcome + i, lane64(op, load<u64>(b + i), load<u64>(b + i, 8)), 8);
  }
  return deliver(u, regVector(u), bytes);
}

/** ADDSUB: even lanes are subtracted, odd ones added. */
export function execAlternatingSingle(u: usize): i32 {
  const bytes = vectorBytes(u);
  const b = rmOperand(u, bytes);
  if (faulted()) return Next.FAULT;
  const a = firstVector(u);
  beginSimd();
  for (let i: u32 = 0; i < bytes; i += 8) {
    store<u32>(outcome + i, lane32(LaneOp.SUB, load<u32>(a + i), load<u32>(b + i)));
    store<u32>(outcome + i, lane32(LaneOp.ADD, load<u32>(a + i, 4), load<u32>(b + i, 4)), 4);
  }
  return deliver(u, regVector(u), bytes);
}

export function execAlternatingDouble(u: usize): i32 {
  const bytes = vectorBytes(u);
  const b = rmOperand(u, bytes);
  if (faulted()) return Next.FAULT;
  const a = firstVector(u);
  beginSimd();
  for (let i: u32 = 0; i < bytes; i += 16) {
    store<u64>(outcome + i, lane64(LaneOp.SUB, load<u64>(a + i), load<u64>(b + i)));
    store<u64>(outcome + i, lane64(LaneOp.ADD, load<u64>(a + i, 8), load<u64>(b + i, 8)), 8);
  }
  return deliver(u, regVector(u), bytes);
}
