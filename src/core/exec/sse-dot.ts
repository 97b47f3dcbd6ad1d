// DPPS and DPPD: products chosen by the upper half of the control byte are added, the sum goes where the lower half says (SDM
// Vol. 1, 12.6.2; Vol. 2A). Exceptions are those of every multiplication and addition, step by step.
import { LaneOp, lane32, lane64 } from '../float/lane';
import { faulted } from '../fault';
import { Next, Uop } from '../uop';
import { beginSimd, deliver, endSimd, outcome } from './float-vector';
import { firstVector, regVector, rmOperand, vectorBytes } from './vector-operands';

/** Products, one 128-bit part of the operands. */
const products = memory.data(32, 16);

export function execDotSingle(u: usize): i32 {
  const bytes = vectorBytes(u);
  const control = <u32>load<u8>(u + Uop.IMMEDIATE);
  const b = rmOperand(u, bytes);
  if (faulted()) return Next.FAULT;
  const a = firstVector(u);
  beginSimd();
  for (let i: u32 = 0; i < bytes; i += 4) {
    const chosen = (control >> (4 + ((i >> 2) & 3))) & 1;
    store<u32>(products + i, chosen ? lane32(LaneOp.MUL, load<u32>(a + i), load<u32>(b + i)) : 0);
  }
  if (!endSimd()) return Next.FAULT;
  beginSimd();
  for (let i: u32 = 0; i < bytes; i += 8) {
    const sum = lane32(LaneOp.ADD, load<u32>(products + i), load<u32>(products + i, 4));
    store<u32>(products + i, sum);
  }
  if (!endSimd()) return Next.FAULT;
  beginSimd();
  for (let i: u32 = 0; i < bytes; i += 16) {
    const sum = lane32(LaneOp.ADD, load<u32>(products + i), load<u32>(products + i, 8));
    for (let k: u32 = 0; k < 4; k++) store<u32>(outcome + i + (k << 2), (control >> k) & 1 ? sum : 0);
  }
  return deliver(u, regVector(u), bytes);
}

export function execDotDouble(u: usize): i32 {
  const control = <u32>load<u8>(u + Uop.IMMEDIATE);
  const b = rmOperand(u, 16);
  if (faulted()) return Next.FAULT;
  const a = firstVector(u);
  beginSimd();
  const first: u64 = control & 16 ? lane64(LaneOp.MUL, load<u64>(a), load<u64>(b)) : 0;
  const second: u64 = control & 32 ? lane64(LaneOp.MUL, load<u64>(a, 8), load<u64>(b, 8)) : 0;
  if (!endSimd()) return Next.FAULT;
  beginSimd();
  const sum = lane64(LaneOp.ADD, first, second);
  store<u64>(outcome, control & 1 ? sum : 0);
  store<u64>(outcome, control & 2 ? sum : 0, 8);
  return deliver(u, regVector(u), 16);
}
