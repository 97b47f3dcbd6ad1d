// CMPPS and its kin with the predicates of SSE (8) and AVX (32), COMIS and UCOMIS (SDM Vol. 2A, tables 3-1 and 3-7).
import { unpackA, unpackB } from '../float/binary';
import { Order, compareOperands } from '../float/compare';
import { faulted } from '../fault';
import { setArithmeticFlags } from '../flags';
import { Rflags } from '../gen/constants';
import { Next, Uop } from '../uop';
import { beginSimd, deliver, endSimd, outcome } from './float-vector';
import { firstVector, isVex, regVector, rmBytes, rmOperand, vectorBytes } from './vector-operands';

/**
 * Orders for which predicates 0 to 15 are true, a nibble each: bit 0 equal, 1 less, 2 greater, 3 unordered. Predicates 16 to 31
 * are the same ones, with the other choice about quiet NaNs.
 */
const ORDERS: u64 = 0xf456_0ba9_7cde_8321;

/** Bits 4:0 of the control byte with VEX, else 2:0. */
function predicateOf(u: usize): u32 {
  return (<u32>load<u8>(u + Uop.IMMEDIATE)) & (isVex(u) ? 31 : 7);
}

/** All ones or zero. */
function compared(predicate: u32): u64 {
  // Less than and less or equal, and what is made of them, signal quiet NaNs below 16 and not above.
  const inequality = (predicate & 3) == 1 || (predicate & 3) == 2;
  const order = compareOperands(inequality != predicate >= 16);
  return 0 - ((ORDERS >> (<u64>(((predicate & 15) << 2) + order))) & 1);
}

function compareSingle(predicate: u32, a: u32, b: u32): u32 {
  unpackA<u32>(a);
  unpackB<u32>(b);
  return <u32>compared(predicate);
}

function compareDouble(predicate: u32, a: u64, b: u64): u64 {
  unpackA<u64>(a);
  unpackB<u64>(b);
  return compared(predicate);
}

export function execComparePackedSingle(u: usize): i32 {
  const bytes = vectorBytes(u);
  const b = rmOperand(u, bytes);
  if (faulted()) return Next.FAULT;
  const a = firstVector(u);
  const predicate = predicateOf(u);
  beginSimd();
  for (let i: u32 = 0; i < bytes; i += 4)
    store<u32>(outcome + i, compareSingle(predicate, load<u32>(a + i), load<u32>(b + i)));
  return deliver(u, regVector(u), bytes);
}

export function execComparePackedDouble(u: usize): i32 {
  const bytes = vectorBytes(u);
  const b = rmOperand(u, bytes);
  if (faulted()) return Next.FAULT;
  const a = firstVector(u);
  const predicate = predicateOf(u);
  beginSimd();
  for (let i: u32 = 0; i < bytes; i += 8)
    store<u64>(outcome + i, compareDouble(predicate, load<u64>(a + i), load<u64>(b + i)));
  return deliver(u, regVector(u), bytes);
}

export function execCompareScalarSingle(u: usize): i32 {
  const b = rmBytes(u, 4);
  if (faulted()) return Next.FAULT;
  const a = firstVector(u);
  beginSimd();
  const result = compareSingle(predicateOf(u), load<u32>(a), load<u32>(b));
  v128.store(outcome, v128.load(a));
  store<u32>(outcome, result);
  return deliver(u, regVector(u), 16);
}

export function execCompareScalarDouble(u: usize): i32 {
  const b = rmBytes(u, 8);
  if (faulted()) return Next.FAULT;
  const a = firstVector(u);
  beginSimd();
  const result = compareDouble(predicateOf(u), load<u64>(a), load<u64>(b));
  v128.store(outcome, v128.load(a));
  store<u64>(outcome, result);
  return deliver(u, regVector(u), 16);
}

/** ZF, PF and CF by the order. */
function setFlags(ordered: u32): i32 {
  const order = compareOperands(ordered != 0);
  if (!endSimd()) return Next.FAULT;
  let flags: u64 = 0;
  if (order == Order.LESS) flags = Rflags.CF;
  else if (order == Order.EQUAL) flags = Rflags.ZF;
  else if (order == Order.UNORDERED) flags = Rflags.ZF | Rflags.PF | Rflags.CF;
  setArithmeticFlags(<u32>flags);
  return Next.DONE;
}

/** `ordered` 1: COMISS, 0: UCOMISS. */
export function execCompareFlagsSingle(u: usize, ordered: u32): i32 {
  const b = rmBytes(u, 4);
  if (faulted()) return Next.FAULT;
  beginSimd();
  unpackA<u32>(load<u32>(regVector(u)));
  unpackB<u32>(load<u32>(b));
  return setFlags(ordered);
}

export function execCompareFlagsDouble(u: usize, ordered: u32): i32 {
  const b = rmBytes(u, 8);
  if (faulted()) return Next.FAULT;
  beginSimd();
  unpackA<u64>(load<u64>(regVector(u)));
  unpackB<u64>(load<u64>(b));
  return setFlags(ordered);
}
