// Operations on whole vectors of integers, 128 bits at a time: two sources, two with a control byte, one, and shifts by a count.
// Shapes only; what an operation does, vector-packed.ts and its kin know. SDM Vol. 1, 9.4, 11.4, 12.4, 14.2.
import { faulted } from '../fault';
import { Next, Uop } from '../uop';
import { packedControl, upperControl } from './vector-control';
import {
  XMM,
  firstVector,
  isVex,
  isWide,
  regVector,
  rmOperand,
  rmVector,
  setVector,
  setWideVector,
  vectorBytes,
  ymm,
} from './vector-operands';
import { packed } from './vector-packed';
import { packedShift } from './vector-shift';
import { packedUnary, upperUnary } from './vector-shuffle';

/** reg = op(first, rm), a VectorOp. */
export function execPacked(u: usize, op: u32): i32 {
  const b = rmOperand(u, vectorBytes(u));
  if (faulted()) return Next.FAULT;
  const a = firstVector(u);
  const low = packed(op, v128.load(a), v128.load(b));
  if (isWide(u)) setWideVector(regVector(u), low, packed(op, v128.load(a, 16), v128.load(b, 16)));
  else setVector(u, regVector(u), low);
  return Next.DONE;
}

/** reg = op(first, rm, imm8), a ControlOp. */
export function execPackedControl(u: usize, op: u32): i32 {
  const b = rmOperand(u, vectorBytes(u));
  if (faulted()) return Next.FAULT;
  const a = firstVector(u);
  const control = <u32>load<u8>(u + Uop.IMMEDIATE);
  const low = packedControl(op, v128.load(a), v128.load(b), control);
  if (isWide(u)) {
    const high = packedControl(op, v128.load(a, 16), v128.load(b, 16), upperControl(op, control));
    setWideVector(regVector(u), low, high);
  } else setVector(u, regVector(u), low);
  return Next.DONE;
}

/** reg = op(rm, imm8), a UnaryOp. */
export function execPackedUnary(u: usize, op: u32): i32 {
  const a = rmOperand(u, vectorBytes(u));
  if (faulted()) return Next.FAULT;
  const control = <u32>load<u8>(u + Uop.IMMEDIATE);
  const low = packedUnary(op, v128.load(a), control);
  if (isWide(u)) setWideVector(regVector(u), low, packedUnary(op, v128.load(a, 16), upperUnary(op, control)));
  else setVector(u, regVector(u), low);
  return Next.DONE;
}

/** reg = first shifted by the low quadword of rm, which is always 128 bits. */
export function execPackedShift(u: usize, op: u32): i32 {
  const b = rmOperand(u, XMM);
  if (faulted()) return Next.FAULT;
  const count = load<u64>(b);
  const a = firstVector(u);
  shiftInto(u, regVector(u), a, op, count);
  return Next.DONE;
}

/** The destination of shifts by an immediate is rm, or VEX.vvvv. */
export function execPackedShiftImmediate(u: usize, op: u32): i32 {
  const a = rmVector(u);
  const to = isVex(u) ? ymm(load<u8>(u + Uop.VVVV)) : a;
  shiftInto(u, to, a, op, <u64>load<u8>(u + Uop.IMMEDIATE));
  return Next.DONE;
}

function shiftInto(u: usize, to: usize, from: usize, op: u32, count: u64): void {
  const low = packedShift(op, v128.load(from), count);
  if (isWide(u)) setWideVector(to, low, packedShift(op, v128.load(from, 16), count));
  else setVector(u, to, low);
}
