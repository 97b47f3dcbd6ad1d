// Packed addition, subtraction, averages, minimums and maximums, and multiplication. SDM Vol. 1, 9.3.2, 10.4.4, 11.4.2,
// 12.6, 12.10.
import { VectorOp } from './vector-ops';

export function packedAdd(op: u32, a: v128, b: v128): v128 {
  switch (op) {
    case VectorOp.PADDB:
      return i8x16.add(a, b);
    case VectorOp.PADDW:
      return i16x8.add(a, b);
    case VectorOp.PADDD:
      return i32x4.add(a, b);
    case VectorOp.PADDQ:
      return i64x2.add(a, b);
    case VectorOp.PADDSB:
      return i8x16.add_sat_s(a, b);
    case VectorOp.PADDSW:
      return i16x8.add_sat_s(a, b);
    case VectorOp.PADDUSB:
      return i8x16.add_sat_u(a, b);
    case VectorOp.PADDUSW:
      return i16x8.add_sat_u(a, b);
    case VectorOp.PSUBB:
      return i8x16.sub(a, b);
    case VectorOp.PSUBW:
      return i16x8.sub(a, b);
    case VectorOp.PSUBD:
      return i32x4.sub(a, b);
    case VectorOp.PSUBQ:
      return i64x2.sub(a, b);
    case VectorOp.PSUBSB:
      return i8x16.sub_sat_s(a, b);
    case VectorOp.PSUBSW:
      return i16x8.sub_sat_s(a, b);
    case VectorOp.PSUBUSB:
      return i8x16.sub_sat_u(a, b);
    case VectorOp.PSUBUSW:
      return i16x8.sub_sat_u(a, b);
    case VectorOp.PAVGB:
      return i8x16.avgr_u(a, b);
    case VectorOp.PAVGW:
      return i16x8.avgr_u(a, b);
    case VectorOp.PMINUB:
      return i8x16.min_u(a, b);
    case VectorOp.PMINSB:
      return i8x16.min_s(a, b);
    case VectorOp.PMINUW:
      return i16x8.min_u(a, b);
    case VectorOp.PMINSW:
      return i16x8.min_s(a, b);
    case VectorOp.PMINUD:
      return i32x4.min_u(a, b);
    case VectorOp.PMINSD:
      return i32x4.min_s(a, b);
    case VectorOp.PMAXUB:
      return i8x16.max_u(a, b);
    case VectorOp.PMAXSB:
      return i8x16.max_s(a, b);
    case VectorOp.PMAXUW:
      return i16x8.max_u(a, b);
    case VectorOp.PMAXSW:
      return i16x8.max_s(a, b);
    case VectorOp.PMAXUD:
      return i32x4.max_u(a, b);
    default:
      return i32x4.max_s(a, b);
  }
}

/** The high halves of four and four 32-bit products. */
function highHalves(low: v128, high: v128): v128 {
  return v128.shuffle<i16>(low, high, 1, 3, 5, 7, 9, 11, 13, 15);
}

/** Bits 30:15 of a 32-bit product, rounded at bit 14. */
function rounded(product: v128): v128 {
  return i32x4.shr_s(i32x4.add(i32x4.shr_s(product, 14), i32x4.splat(1)), 1);
}

function evenDwords(a: v128): v128 {
  return v128.shuffle<i32>(a, a, 0, 2, 0, 2);
}

/** Products of unsigned and signed bytes; pairs of them are added with saturation. */
function addedByteProducts(a: v128, b: v128): v128 {
  const low = i16x8.mul(i16x8.extend_low_i8x16_u(a), i16x8.extend_low_i8x16_s(b));
  const high = i16x8.mul(i16x8.extend_high_i8x16_u(a), i16x8.extend_high_i8x16_s(b));
  const even = v128.shuffle<i16>(low, high, 0, 2, 4, 6, 8, 10, 12, 14);
  return i16x8.add_sat_s(even, v128.shuffle<i16>(low, high, 1, 3, 5, 7, 9, 11, 13, 15));
}

/** Sums of absolute differences, one for each eight bytes. */
function byteDistances(a: v128, b: v128): v128 {
  const distance = i8x16.sub(i8x16.max_u(a, b), i8x16.min_u(a, b));
  const fours = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(distance));
  return i64x2.add(v128.and(fours, i64x2.splat(0xffffffff)), i64x2.shr_u(fours, 32));
}

export function packedMultiply(op: u32, a: v128, b: v128): v128 {
  switch (op) {
    case VectorOp.PMULLW:
      return i16x8.mul(a, b);
    case VectorOp.PMULHW:
      return highHalves(i32x4.extmul_low_i16x8_s(a, b), i32x4.extmul_high_i16x8_s(a, b));
    case VectorOp.PMULHUW:
      return highHalves(i32x4.extmul_low_i16x8_u(a, b), i32x4.extmul_high_i16x8_u(a, b));
    case VectorOp.PMULHRSW: {
      const low = rounded(i32x4.extmul_low_i16x8_s(a, b));
      const high = rounded(i32x4.extmul_high_i16x8_s(a, b));
      return v128.shuffle<i16>(low, high, 0, 2, 4, 6, 8, 10, 12, 14);
    }
    case VectorOp.PMULLD:
      return i32x4.mul(a, b);
    case VectorOp.PMULUDQ:
      return i64x2.extmul_low_i32x4_u(evenDwords(a), evenDwords(b));
    case VectorOp.PMULDQ:
      return i64x2.extmul_low_i32x4_s(evenDwords(a), evenDwords(b));
    case VectorOp.PMADDWD:
      return i32x4.dot_i16x8_s(a, b);
    case VectorOp.PMADDUBSW:
      return addedByteProducts(a, b);
    default:
      return byteDistances(a, b);
  }
}
