// MMX instructions on packed integers: the operations of vector-packed.ts on 64 bits. SDM Vol. 1, 9.4.
import { State } from '../../abi/state-block';
import { faulted } from '../fault';
import { set32 } from '../state';
import { Next, Uop } from '../uop';
import { mmxOperand, regMmx, rmMmx, setMmx, useMmx } from './mmx-operands';
import { packedControl } from './vector-control';
import { VectorOp, ControlOp } from './vector-ops';
import { packed } from './vector-packed';
import { packedShift } from './vector-shift';
import { packedUnary } from './vector-shuffle';

/** 64 bits twice: indexes beyond the first eight bytes find the same bytes again. */
function twice(value: u64): v128 {
  return i64x2.splat(value);
}

/** b behind a. */
function joined(a: u64, b: u64): v128 {
  return i64x2.replace_lane(i64x2.splat(a), 1, b);
}

function low(v: v128): u64 {
  return i64x2.extract_lane(v, 0);
}

/** One operation on 64 bits by its 128-bit form. */
function packed64(op: u32, a: u64, b: u64): u64 {
  switch (op) {
    // Narrowed, or summed by pairs, from both operands: both halves of the one that has a before b.
    case VectorOp.PACKSSWB:
    case VectorOp.PACKSSDW:
    case VectorOp.PACKUSWB:
    case VectorOp.PHADDW:
    case VectorOp.PHADDD:
    case VectorOp.PHADDSW:
    case VectorOp.PHSUBW:
    case VectorOp.PHSUBD:
    case VectorOp.PHSUBSW:
      return low(packed(op, joined(a, b), joined(a, b)));
    // The upper elements of 64 bits are in the middle of 128.
    case VectorOp.PUNPCKHBW:
    case VectorOp.PUNPCKHWD:
    case VectorOp.PUNPCKHDQ:
      return i64x2.extract_lane(packed(op - 4, twice(a), twice(b)), 1);
    default:
      return low(packed(op, twice(a), twice(b)));
  }
}

/** reg = op(reg, rm), a VectorOp. `bytes` of memory: 4 for the low unpacks. */
export function execMmx(u: usize, op: u32, bytes: u32): i32 {
  const b = mmxOperand(u, bytes);
  if (faulted()) return Next.FAULT;
  const second = bytes == 4 ? <u64>load<u32>(b) : load<u64>(b);
  setMmx(regMmx(u), packed64(op, load<u64>(regMmx(u)), second));
  return Next.DONE;
}

/** reg = op(rm, imm8), a UnaryOp. */
export function execMmxUnary(u: usize, op: u32): i32 {
  const a = mmxOperand(u, 8);
  if (faulted()) return Next.FAULT;
  setMmx(regMmx(u), low(packedUnary(op, twice(load<u64>(a)), load<u8>(u + Uop.IMMEDIATE))));
  return Next.DONE;
}

export function execMmxAlign(u: usize): i32 {
  const b = mmxOperand(u, 8);
  if (faulted()) return Next.FAULT;
  const both = joined(load<u64>(b), load<u64>(regMmx(u)));
  setMmx(regMmx(u), low(packedControl(ControlOp.PALIGNR, i64x2.splat(0), both, load<u8>(u + Uop.IMMEDIATE))));
  return Next.DONE;
}

/** reg shifted by rm, a ShiftOp. */
export function execMmxShift(u: usize, op: u32): i32 {
  const b = mmxOperand(u, 8);
  if (faulted()) return Next.FAULT;
  setMmx(regMmx(u), low(packedShift(op, twice(load<u64>(regMmx(u))), load<u64>(b))));
  return Next.DONE;
}

export function execMmxShiftImmediate(u: usize, op: u32): i32 {
  const to = rmMmx(u);
  setMmx(to, low(packedShift(op, twice(load<u64>(to)), <u64>load<u8>(u + Uop.IMMEDIATE))));
  return Next.DONE;
}

/** All x87 registers are empty; contents stay. */
export function execEmms(_u: usize): i32 {
  useMmx();
  set32(State.FPU_TAG, 0);
  return Next.DONE;
}

export {
  execMaskmovq,
  execMmxExtractWord,
  execMmxInsertWord,
  execMmxMovdLoad,
  execMmxMovdStore,
  execMmxMoveLoad,
  execMmxMoveMask,
  execMmxMoveStore,
} from './mmx-move';
export { ShiftOp, UnaryOp, VectorOp } from './vector-ops';
