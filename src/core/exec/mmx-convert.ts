// Conversions between two integers in an MMX register and packed floating point (SDM Vol. 1, 10.4.4, 11.4.1.6, 11.6.6). An MMX
// register in use makes the x87 state that of MMX; memory does not.
import { faulted } from '../fault';
import { Next } from '../uop';
import { beginSimd, deliver, endSimd, outcome } from './float-vector';
import { mmxOperand, regMmx, setMmx, useMmx } from './mmx-operands';
import { doubleOf, integerOfDouble, integerOfSingle, singleOf } from './sse-convert';
import { isRegister, regVector, rmBytes, rmOperand } from './vector-operands';

/** How to round to an integer. */
export const enum Cut {
  NO,
  YES,
}

function fromIntegers(u: usize, from: usize, double: bool): i32 {
  beginSimd();
  const first = <i64>load<i32>(from);
  const second = <i64>load<i32>(from, 4);
  if (double) {
    store<u64>(outcome, doubleOf(first));
    store<u64>(outcome, doubleOf(second), 8);
  } else {
    v128.store(outcome, v128.load(regVector(u)));
    store<u32>(outcome, singleOf(first));
    store<u32>(outcome, singleOf(second), 4);
  }
  if (isRegister(u)) useMmx();
  return deliver(u, regVector(u), 16);
}

/** CVTPI2PS: two singles, the upper half of the register stays. */
export function execPairToSingle(u: usize): i32 {
  const from = mmxOperand(u, 8);
  return faulted() ? Next.FAULT : fromIntegers(u, from, false);
}

/** CVTPI2PD. */
export function execPairToDouble(u: usize): i32 {
  const from = mmxOperand(u, 8);
  return faulted() ? Next.FAULT : fromIntegers(u, from, true);
}

/** The x87 state becomes that of MMX even when #XM keeps the result back. */
function deliverPair(u: usize, first: i64, second: i64): i32 {
  useMmx();
  if (!endSimd()) return Next.FAULT;
  setMmx(regMmx(u), (<u64>(<u32>first)) | ((<u64>second) << 32));
  return Next.DONE;
}

/** CVTPS2PI, CVTTPS2PI. */
export function execSingleToPair(u: usize, cut: u32): i32 {
  const from = rmBytes(u, 8);
  if (faulted()) return Next.FAULT;
  beginSimd();
  const first = integerOfSingle(load<u32>(from), 32, cut);
  return deliverPair(u, first, integerOfSingle(load<u32>(from, 4), 32, cut));
}

/** CVTPD2PI, CVTTPD2PI. */
export function execDoubleToPair(u: usize, cut: u32): i32 {
  const from = rmOperand(u, 16);
  if (faulted()) return Next.FAULT;
  beginSimd();
  const first = integerOfDouble(load<u64>(from), 32, cut);
  return deliverPair(u, first, integerOfDouble(load<u64>(from, 8), 32, cut));
}
