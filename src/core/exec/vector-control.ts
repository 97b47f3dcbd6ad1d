// Operations of two vectors with a control byte, in one 128-bit lane. SDM Vol. 2, SHUFPS, SHUFPD, PALIGNR, PBLENDW, BLENDPS,
// BLENDPD, MPSADBW, PCLMULQDQ.
import { ControlOp } from './vector-ops';
import { chosenDwords, dwordNumbers } from './vector-shuffle';

/** Byte i is i. */
const ORDER: v128 = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);

/** Bytes of a moved down by `count`, up when negative, with zeros behind them; |count| at most 32. */
export function movedBytes(a: v128, count: i32): v128 {
  return i8x16.swizzle(a, i8x16.add(ORDER, i8x16.splat(<i8>count)));
}

function align(a: v128, b: v128, control: u32): v128 {
  const count: i32 = control > 32 ? 32 : <i32>control;
  return v128.or(movedBytes(b, count), movedBytes(a, count - 16));
}

/** Takes from b the words whose bits are set. */
function blendWords(a: v128, b: v128, control: u32): v128 {
  const bits = i16x8(1, 2, 4, 8, 16, 32, 64, 128);
  return v128.bitselect(b, a, i16x8.eq(v128.and(i16x8.splat(<i16>control), bits), bits));
}

function blendDwords(a: v128, b: v128, control: u32): v128 {
  const bits = i32x4(1, 2, 4, 8);
  return v128.bitselect(b, a, i32x4.eq(v128.and(i32x4.splat(control), bits), bits));
}

function blendQwords(a: v128, b: v128, control: u32): v128 {
  const bits = i64x2(1, 2);
  return v128.bitselect(b, a, i64x2.eq(v128.and(i64x2.splat(<i64>control), bits), bits));
}

/** Distances of four bytes of b from eight places in a. */
function blockDistances(a: v128, b: v128, control: u32): v128 {
  const window = movedBytes(a, <i32>(control & 4));
  const block = movedBytes(b, <i32>((control & 3) << 2));
  let sums = i64x2.splat(0);
  for (let k = 0; k < 4; k++) {
    const x = movedBytes(window, k);
    const y = i8x16.splat(i8x16.extract_lane_s(movedBytes(block, k), 0));
    sums = i16x8.add(sums, i16x8.extend_low_i8x16_u(i8x16.sub(i8x16.max_u(x, y), i8x16.min_u(x, y))));
  }
  return sums;
}

function carrylessProduct(a: u64, b: u64): v128 {
  let low: u64 = 0;
  let high: u64 = 0;
  for (let i: u64 = 0; i < 64; i++) {
    const taken = <u64>0 - ((b >> i) & 1);
    low ^= (a << i) & taken;
    // Two shifts: by 64 a shift would be one by 0.
    high ^= ((a >> 1) >> (63 - i)) & taken;
  }
  return i64x2.replace_lane(i64x2.splat(low), 1, high);
}

export function packedControl(op: u32, a: v128, b: v128, control: u32): v128 {
  switch (op) {
    case ControlOp.SHUFPS: {
      const numbers = dwordNumbers(control);
      return v128.shuffle<i32>(chosenDwords(a, numbers), chosenDwords(b, numbers), 0, 1, 6, 7);
    }
    case ControlOp.SHUFPD: {
      const low = control & 1 ? i64x2.extract_lane(a, 1) : i64x2.extract_lane(a, 0);
      const high = control & 2 ? i64x2.extract_lane(b, 1) : i64x2.extract_lane(b, 0);
      return i64x2.replace_lane(i64x2.splat(low), 1, high);
    }
    case ControlOp.PALIGNR:
      return align(a, b, control);
    case ControlOp.PBLENDW:
      return blendWords(a, b, control);
    case ControlOp.BLENDPS:
      return blendDwords(a, b, control);
    case ControlOp.BLENDPD:
      return blendQwords(a, b, control);
    case ControlOp.MPSADBW:
      return blockDistances(a, b, control);
    default: {
      const x = control & 1 ? i64x2.extract_lane(a, 1) : i64x2.extract_lane(a, 0);
      const y = control & 16 ? i64x2.extract_lane(b, 1) : i64x2.extract_lane(b, 0);
      return carrylessProduct(x, y);
    }
  }
}

/** The part of the control byte that concerns the upper lane of a 256-bit operation. */
export function upperControl(op: u32, control: u32): u32 {
  if (op == ControlOp.SHUFPD || op == ControlOp.BLENDPD) return control >> 2;
  if (op == ControlOp.BLENDPS) return control >> 4;
  if (op == ControlOp.MPSADBW) return control >> 3;
  return control;
}
