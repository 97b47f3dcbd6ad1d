// Operations that take one vector (and perhaps a control byte), in one 128-bit lane. SDM Vol. 2, PSHUFD, PSHUFHW, PSHUFLW,
// VPERMILPD, PABS, MOVSLDUP, MOVSHDUP, PHMINPOSUW.
import { UnaryOp } from './vector-ops';

/** The four 2-bit fields of a control byte, one a 32-bit element. */
// @ts-ignore: decorator
@inline
export function dwordNumbers(control: u32): v128 {
  // A multiplication is the shift that Wasm lacks: one count an element.
  return v128.and(i32x4.shr_u(i32x4.mul(i32x4.splat(control), i32x4(64, 16, 4, 1)), 6), i32x4.splat(3));
}

/** The 32-bit elements with these numbers (bits 1:0 of each element of `numbers`). */
export function chosenDwords(a: v128, numbers: v128): v128 {
  const first = i32x4.mul(v128.and(numbers, i32x4.splat(3)), i32x4.splat(0x04040404));
  return i8x16.swizzle(a, i32x4.add(first, i32x4.splat(0x03020100)));
}

/** The words with these numbers, 0 to 7. */
function chosenWords(a: v128, numbers: v128): v128 {
  return i8x16.swizzle(a, i16x8.add(i16x8.mul(numbers, i16x8.splat(0x0202)), i16x8.splat(0x0100)));
}

function lowWords(a: v128, control: u32): v128 {
  const fields = i16x8.shr_u(i16x8.mul(i16x8.splat(<i16>control), i16x8(64, 16, 4, 1, 0, 0, 0, 0)), 6);
  return chosenWords(a, i16x8.add(v128.and(fields, i16x8.splat(3)), i16x8(0, 0, 0, 0, 4, 5, 6, 7)));
}

function highWords(a: v128, control: u32): v128 {
  const fields = i16x8.shr_u(i16x8.mul(i16x8.splat(<i16>control), i16x8(0, 0, 0, 0, 64, 16, 4, 1)), 6);
  return chosenWords(a, i16x8.add(v128.and(fields, i16x8.splat(3)), i16x8(0, 1, 2, 3, 4, 4, 4, 4)));
}

const words = memory.data(16, 16);

/** The smallest word and its number. */
function smallestWord(a: v128): v128 {
  v128.store(words, a);
  let smallest: u32 = load<u16>(words);
  let number: u32 = 0;
  for (let i: u32 = 1; i < 8; i++) {
    const word: u32 = load<u16>(words + (i << 1));
    if (word < smallest) {
      smallest = word;
      number = i;
    }
  }
  return i32x4.replace_lane(i64x2.splat(0), 0, smallest | (number << 16));
}

export function packedUnary(op: u32, a: v128, control: u32): v128 {
  switch (op) {
    case UnaryOp.PABSB:
      return i8x16.abs(a);
    case UnaryOp.PABSW:
      return i16x8.abs(a);
    case UnaryOp.PABSD:
      return i32x4.abs(a);
    case UnaryOp.MOVSLDUP:
      return v128.shuffle<i32>(a, a, 0, 0, 2, 2);
    case UnaryOp.MOVSHDUP:
      return v128.shuffle<i32>(a, a, 1, 1, 3, 3);
    case UnaryOp.PHMINPOSUW:
      return smallestWord(a);
    case UnaryOp.PSHUFD:
      return chosenDwords(a, dwordNumbers(control));
    case UnaryOp.PSHUFHW:
      return highWords(a, control);
    case UnaryOp.PSHUFLW:
      return lowWords(a, control);
    default: {
      const low = control & 1 ? i64x2.extract_lane(a, 1) : i64x2.extract_lane(a, 0);
      const high = control & 2 ? i64x2.extract_lane(a, 1) : i64x2.extract_lane(a, 0);
      return i64x2.replace_lane(i64x2.splat(low), 1, high);
    }
  }
}

/** The part of the control byte that concerns the upper lane of a 256-bit operation. */
export function upperUnary(op: u32, control: u32): u32 {
  return op == UnaryOp.VPERMILPD ? control >> 2 : control;
}
