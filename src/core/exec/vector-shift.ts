// Shifts with one count for all elements, in one 128-bit lane. Counts beyond the element give zeros, or copies of the sign.
// SDM Vol. 1, 9.4.7.
import { movedBytes } from './vector-control';
import { ShiftOp } from './vector-ops';

function left(op: u32, a: v128, count: i32): v128 {
  if (op == ShiftOp.PSLLW) return i16x8.shl(a, count);
  if (op == ShiftOp.PSLLD) return i32x4.shl(a, count);
  return i64x2.shl(a, count);
}

function right(op: u32, a: v128, count: i32): v128 {
  if (op == ShiftOp.PSRLW) return i16x8.shr_u(a, count);
  if (op == ShiftOp.PSRLD) return i32x4.shr_u(a, count);
  return i64x2.shr_u(a, count);
}

/** 16, 32, 64 for the three operations of a kind. */
function elementBits(which: u32): u64 {
  return <u64>(16 << which);
}

/** @param count of bits, or of bytes for PSLLDQ and PSRLDQ */
export function packedShift(op: u32, a: v128, count: u64): v128 {
  switch (op) {
    case ShiftOp.PSLLW:
    case ShiftOp.PSLLD:
    case ShiftOp.PSLLQ:
      return count >= elementBits(op - ShiftOp.PSLLW) ? i64x2.splat(0) : left(op, a, <i32>count);
    case ShiftOp.PSRLW:
    case ShiftOp.PSRLD:
    case ShiftOp.PSRLQ:
      return count >= elementBits(op - ShiftOp.PSRLW) ? i64x2.splat(0) : right(op, a, <i32>count);
    case ShiftOp.PSRAW:
      return i16x8.shr_s(a, count > 15 ? 15 : <i32>count);
    case ShiftOp.PSRAD:
      return i32x4.shr_s(a, count > 31 ? 31 : <i32>count);
    case ShiftOp.PSLLDQ:
      return movedBytes(a, count > 15 ? -16 : -(<i32>count));
    default:
      return movedBytes(a, count > 15 ? 16 : <i32>count);
  }
}
