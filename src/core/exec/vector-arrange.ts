// Packs, unpacks, shuffles of one lane, horizontal sums, and shifts with a count an element. SDM Vol. 1, 9.4.4, 9.4.5, 12.6, and
// Vol. 2, VPSLLV, VPERMILPS.
import { VectorOp } from './vector-ops';
import { chosenDwords } from './vector-shuffle';

// @ts-ignore: decorator
@inline
function evenWords(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
}

// @ts-ignore: decorator
@inline
function oddWords(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
}

// @ts-ignore: decorator
@inline
function evenDwords(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 2, 4, 6);
}

// @ts-ignore: decorator
@inline
function oddDwords(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 1, 3, 5, 7);
}

/** Bit 1 of each number chooses. */
function chosenQwords(a: v128, numbers: v128): v128 {
  const low = i64x2.extract_lane(numbers, 0) & 2 ? i64x2.extract_lane(a, 1) : i64x2.extract_lane(a, 0);
  const high = i64x2.extract_lane(numbers, 1) & 2 ? i64x2.extract_lane(a, 1) : i64x2.extract_lane(a, 0);
  return i64x2.replace_lane(i64x2.splat(low), 1, high);
}

function shiftDword(op: u32, value: i32, count: u32): i32 {
  if (op == VectorOp.VPSRAVD) return value >> (<i32>(count > 31 ? 31 : count));
  if (count > 31) return 0;
  return op == VectorOp.VPSLLVD ? value << (<i32>count) : <i32>((<u32>value) >> count);
}

function shiftedDwords(op: u32, a: v128, b: v128): v128 {
  let v = i32x4.splat(shiftDword(op, i32x4.extract_lane(a, 0), i32x4.extract_lane(b, 0)));
  v = i32x4.replace_lane(v, 1, shiftDword(op, i32x4.extract_lane(a, 1), i32x4.extract_lane(b, 1)));
  v = i32x4.replace_lane(v, 2, shiftDword(op, i32x4.extract_lane(a, 2), i32x4.extract_lane(b, 2)));
  return i32x4.replace_lane(v, 3, shiftDword(op, i32x4.extract_lane(a, 3), i32x4.extract_lane(b, 3)));
}

function shiftQword(op: u32, value: i64, count: u64): i64 {
  if (count > 63) return 0;
  return op == VectorOp.VPSLLVQ ? value << (<i64>count) : <i64>((<u64>value) >> count);
}

function shiftedQwords(op: u32, a: v128, b: v128): v128 {
  const low = shiftQword(op, i64x2.extract_lane(a, 0), i64x2.extract_lane(b, 0));
  return i64x2.replace_lane(
    i64x2.splat(low),
    1,
    shiftQword(op, i64x2.extract_lane(a, 1), i64x2.extract_lane(b, 1)),
  );
}

export function packedArrange(op: u32, a: v128, b: v128): v128 {
  switch (op) {
    case VectorOp.PACKSSWB:
      return i8x16.narrow_i16x8_s(a, b);
    case VectorOp.PACKSSDW:
      return i16x8.narrow_i32x4_s(a, b);
    case VectorOp.PACKUSWB:
      return i8x16.narrow_i16x8_u(a, b);
    case VectorOp.PACKUSDW:
      return i16x8.narrow_i32x4_u(a, b);
    case VectorOp.PUNPCKLBW:
      return v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    case VectorOp.PUNPCKLWD:
      return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
    case VectorOp.PUNPCKLDQ:
      return v128.shuffle<i32>(a, b, 0, 4, 1, 5);
    case VectorOp.PUNPCKLQDQ:
      return v128.shuffle<i64>(a, b, 0, 2);
    case VectorOp.PUNPCKHBW:
      return v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    case VectorOp.PUNPCKHWD:
      return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
    case VectorOp.PUNPCKHDQ:
      return v128.shuffle<i32>(a, b, 2, 6, 3, 7);
    case VectorOp.PUNPCKHQDQ:
      return v128.shuffle<i64>(a, b, 1, 3);
    // An index with bit 7 gives zero, as indexes from 16 on do in Wasm.
    case VectorOp.PSHUFB:
      return i8x16.swizzle(a, v128.and(b, i8x16.splat(<i8>0x8f)));
    case VectorOp.PHADDW:
      return i16x8.add(evenWords(a, b), oddWords(a, b));
    case VectorOp.PHADDD:
      return i32x4.add(evenDwords(a, b), oddDwords(a, b));
    case VectorOp.PHADDSW:
      return i16x8.add_sat_s(evenWords(a, b), oddWords(a, b));
    case VectorOp.PHSUBW:
      return i16x8.sub(evenWords(a, b), oddWords(a, b));
    case VectorOp.PHSUBD:
      return i32x4.sub(evenDwords(a, b), oddDwords(a, b));
    case VectorOp.PHSUBSW:
      return i16x8.sub_sat_s(evenWords(a, b), oddWords(a, b));
    case VectorOp.VPERMILPS:
      return chosenDwords(a, b);
    case VectorOp.VPERMILPD:
      return chosenQwords(a, b);
    case VectorOp.VPSLLVQ:
    case VectorOp.VPSRLVQ:
      return shiftedQwords(op, a, b);
    default:
      return shiftedDwords(op, a, b);
  }
}
