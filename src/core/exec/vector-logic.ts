// Packed logic, comparison and PSIGN. SDM Vol. 1, 9.4.3, 9.4.6, 12.6.5.
import { VectorOp } from './vector-ops';

/** Where b is negative -a, where it is zero zero: out of the masks of both conditions. */
// @ts-ignore: decorator
@inline
function signed(a: v128, negated: v128, negative: v128, zero: v128): v128 {
  return v128.andnot(v128.bitselect(negated, a, negative), zero);
}

export function packedLogic(op: u32, a: v128, b: v128): v128 {
  switch (op) {
    case VectorOp.PAND:
      return v128.and(a, b);
    case VectorOp.PANDN:
      return v128.andnot(b, a);
    case VectorOp.POR:
      return v128.or(a, b);
    case VectorOp.PXOR:
      return v128.xor(a, b);
    case VectorOp.PCMPEQB:
      return i8x16.eq(a, b);
    case VectorOp.PCMPEQW:
      return i16x8.eq(a, b);
    case VectorOp.PCMPEQD:
      return i32x4.eq(a, b);
    case VectorOp.PCMPEQQ:
      return i64x2.eq(a, b);
    case VectorOp.PCMPGTB:
      return i8x16.gt_s(a, b);
    case VectorOp.PCMPGTW:
      return i16x8.gt_s(a, b);
    case VectorOp.PCMPGTD:
      return i32x4.gt_s(a, b);
    case VectorOp.PCMPGTQ:
      return i64x2.gt_s(a, b);
    case VectorOp.PSIGNB:
      return signed(a, i8x16.neg(a), i8x16.shr_s(b, 7), i8x16.eq(b, i64x2.splat(0)));
    case VectorOp.PSIGNW:
      return signed(a, i16x8.neg(a), i16x8.shr_s(b, 15), i16x8.eq(b, i64x2.splat(0)));
    default:
      return signed(a, i32x4.neg(a), i32x4.shr_s(b, 31), i32x4.eq(b, i64x2.splat(0)));
  }
}
