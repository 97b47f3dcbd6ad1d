// Conversions between integers in general and vector registers, single and double precision (SDM Vol. 1, 4.8.4, 11.4.1.6). Half
// precision is half-convert.ts, MMX registers are mmx-convert.ts.
import { packBinary, unpackA } from '../float/binary';
import { Rounding, rounding } from '../float/environment';
import { integerOfA, integerToA } from '../float/integer';
import { noteDenormalA, resultOfA } from '../float/move';
import { faulted } from '../fault';
import { readOperand, writeRegOperand } from '../operands';
import { Next, Uop } from '../uop';
import { beginSimd, deliver, endSimd, outcome } from './float-vector';
import { firstVector, regVector, rmBytes, rmOperand, vectorBytes } from './vector-operands';

/** How to round to an integer. */
export const enum Truncate {
  NO,
  YES,
}

function modeOf(truncate: u32): u32 {
  return truncate ? <u32>Rounding.ZERO : rounding;
}

/** Signed integer to single precision. */
export function singleOf(value: i64): u32 {
  integerToA(value);
  resultOfA();
  return packBinary<u32>();
}

export function doubleOf(value: i64): u64 {
  integerToA(value);
  resultOfA();
  return packBinary<u64>();
}

export function integerOfSingle(value: u32, bits: u32, truncate: u32): i64 {
  unpackA<u32>(value);
  return integerOfA(bits, modeOf(truncate));
}

export function integerOfDouble(value: u64, bits: u32, truncate: u32): i64 {
  unpackA<u64>(value);
  return integerOfA(bits, modeOf(truncate));
}

function doubleOfSingle(value: u32): u64 {
  unpackA<u32>(value);
  noteDenormalA();
  resultOfA();
  return packBinary<u64>();
}

function singleOfDouble(value: u64): u32 {
  unpackA<u64>(value);
  noteDenormalA();
  resultOfA();
  return packBinary<u32>();
}

/** CVTSI2SS: the lanes above come from the first source. */
export function execFromIntegerSingle(u: usize): i32 {
  const width: u32 = load<u8>(u + Uop.WIDTH);
  const value = readOperand(u, width);
  if (faulted()) return Next.FAULT;
  beginSimd();
  const result = singleOf(width == 8 ? <i64>value : <i64>(<i32>value));
  v128.store(outcome, v128.load(firstVector(u)));
  store<u32>(outcome, result);
  return deliver(u, regVector(u), 16);
}

export function execFromIntegerDouble(u: usize): i32 {
  const width: u32 = load<u8>(u + Uop.WIDTH);
  const value = readOperand(u, width);
  if (faulted()) return Next.FAULT;
  beginSimd();
  const result = doubleOf(width == 8 ? <i64>value : <i64>(<i32>value));
  v128.store(outcome, v128.load(firstVector(u)));
  store<u64>(outcome, result);
  return deliver(u, regVector(u), 16);
}

/** CVTSS2SI, CVTTSS2SI. */
export function execSingleToInteger(u: usize, truncate: u32): i32 {
  const width: u32 = load<u8>(u + Uop.WIDTH);
  const from = rmBytes(u, 4);
  if (faulted()) return Next.FAULT;
  beginSimd();
  const result = integerOfSingle(load<u32>(from), width << 3, truncate);
  if (!endSimd()) return Next.FAULT;
  writeRegOperand(u, width, <u64>result);
  return Next.DONE;
}

export function execDoubleToInteger(u: usize, truncate: u32): i32 {
  const width: u32 = load<u8>(u + Uop.WIDTH);
  const from = rmBytes(u, 8);
  if (faulted()) return Next.FAULT;
  beginSimd();
  const result = integerOfDouble(load<u64>(from), width << 3, truncate);
  if (!endSimd()) return Next.FAULT;
  writeRegOperand(u, width, <u64>result);
  return Next.DONE;
}

/** CVTSS2SD. */
export function execScalarToDouble(u: usize): i32 {
  const from = rmBytes(u, 4);
  if (faulted()) return Next.FAULT;
  beginSimd();
  const result = doubleOfSingle(load<u32>(from));
  v128.store(outcome, v128.load(firstVector(u)));
  store<u64>(outcome, result);
  return deliver(u, regVector(u), 16);
}

/** CVTSD2SS. */
export function execScalarToSingle(u: usize): i32 {
  const from = rmBytes(u, 8);
  if (faulted()) return Next.FAULT;
  beginSimd();
  const result = singleOfDouble(load<u64>(from));
  v128.store(outcome, v128.load(firstVector(u)));
  store<u32>(outcome, result);
  return deliver(u, regVector(u), 16);
}

/** Conversions whose lanes have the same width on both sides. */
export const enum Same {
  /** CVTDQ2PS */
  FROM_INTEGER,
  /** CVTPS2DQ */
  TO_INTEGER,
  /** CVTTPS2DQ */
  TRUNCATE,
}

export function execConvertSame(u: usize, kind: u32): i32 {
  const bytes = vectorBytes(u);
  const from = rmOperand(u, bytes);
  if (faulted()) return Next.FAULT;
  beginSimd();
  for (let i: u32 = 0; i < bytes; i += 4) {
    const value = load<u32>(from + i);
    const result =
      kind == Same.FROM_INTEGER
        ? singleOf(<i64>(<i32>value))
        : <u32>integerOfSingle(value, 32, kind == Same.TRUNCATE ? Truncate.YES : Truncate.NO);
    store<u32>(outcome + i, result);
  }
  return deliver(u, regVector(u), bytes);
}

/** Conversions to lanes twice as wide: the source is half a vector. */
export const enum Widen {
  /** CVTPS2PD */
  SINGLE,
  /** CVTDQ2PD */
  INTEGER,
}

export function execWiden(u: usize, kind: u32): i32 {
  const bytes = vectorBytes(u);
  const from = rmBytes(u, bytes >> 1);
  if (faulted()) return Next.FAULT;
  beginSimd();
  for (let i: u32 = 0; i < bytes; i += 8) {
    const value = load<u32>(from + (i >> 1));
    store<u64>(outcome + i, kind == Widen.SINGLE ? doubleOfSingle(value) : doubleOf(<i64>(<i32>value)));
  }
  return deliver(u, regVector(u), bytes);
}

/** Conversions of doubles to lanes half as wide; the rest of 128 bits becomes zero. */
export const enum Narrow {
  /** CVTPD2PS */
  SINGLE,
  /** CVTPD2DQ */
  INTEGER,
  /** CVTTPD2DQ */
  TRUNCATE,
}

export function execNarrow(u: usize, kind: u32): i32 {
  const bytes = vectorBytes(u);
  const from = rmOperand(u, bytes);
  if (faulted()) return Next.FAULT;
  beginSimd();
  store<u64>(outcome, 0, 8);
  for (let i: u32 = 0; i < bytes; i += 8) {
    const value = load<u64>(from + i);
    const result =
      kind == Narrow.SINGLE
        ? singleOfDouble(value)
        : <u32>integerOfDouble(value, 32, kind == Narrow.TRUNCATE ? Truncate.YES : Truncate.NO);
    store<u32>(outcome + (i >> 1), result);
  }
  return deliver(u, regVector(u), 16);
}
