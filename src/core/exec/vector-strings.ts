// PCMPESTRI, PCMPESTRM, PCMPISTRI, PCMPISTRM: comparison of two strings of bytes or words. SDM Vol. 2, 4.1 (imm8[0] words,
// [1] signed, [3:2] aggregation, [5:4] polarity, [6] last index or byte mask).
import { Flag } from '../flags';

const enum Control {
  WORDS = 1,
  SIGNED = 2,
  AGGREGATION = 12,
  NEGATIVE = 16,
  MASKED = 32,
  /** Index of the most significant bit; a mask of bytes or words instead of bits. */
  LAST = 64,
}

const enum Aggregation {
  EQUAL_ANY = 0,
  RANGES = 4,
  EQUAL_EACH = 8,
  EQUAL_ORDERED = 12,
}

const first = memory.data(16, 16);
const second = memory.data(16, 16);

function element(at: usize, i: u32, control: u32): i32 {
  if (control & Control.WORDS) {
    const word = load<u16>(at + (i << 1));
    return control & Control.SIGNED ? <i32>(<i16>word) : <i32>word;
  }
  const byte = load<u8>(at + i);
  return control & Control.SIGNED ? <i32>(<i8>byte) : <i32>byte;
}

/** Elements before the first that is zero. */
export function implicitLength(v: v128, control: u32): u32 {
  const zero = i64x2.splat(0);
  if (control & Control.WORDS) return ctz<u32>(i16x8.bitmask(i16x8.eq(v, zero)) | 0x100);
  return ctz<u32>(i8x16.bitmask(i8x16.eq(v, zero)) | 0x10000);
}

/** Length that a register gives: its absolute value, at most the elements there are. */
export function explicitLength(value: i64, control: u32): u32 {
  const most: i64 = control & Control.WORDS ? 8 : 16;
  // The smallest number is its own absolute value.
  const length = value < 0 ? 0 - value : value;
  return <u32>(length > most || length < 0 ? most : length);
}

function equalAny(control: u32, length1: u32, length2: u32): u32 {
  let bits: u32 = 0;
  for (let j: u32 = 0; j < length2; j++) {
    const one = element(second, j, control);
    for (let i: u32 = 0; i < length1; i++) if (element(first, i, control) == one) bits |= 1 << j;
  }
  return bits;
}

/** Pairs of the first string are bounds. */
function inRanges(control: u32, length1: u32, length2: u32): u32 {
  let bits: u32 = 0;
  for (let j: u32 = 0; j < length2; j++) {
    const one = element(second, j, control);
    for (let i: u32 = 0; i + 1 < length1; i += 2)
      if (element(first, i, control) <= one && one <= element(first, i + 1, control)) bits |= 1 << j;
  }
  return bits;
}

/** Behind both ends elements are equal, behind one they differ. */
function equalEach(control: u32, length1: u32, length2: u32, count: u32): u32 {
  let bits: u32 = 0;
  for (let j: u32 = 0; j < count; j++) {
    const in1 = j < length1;
    const in2 = j < length2;
    if (in1 && in2 ? element(first, j, control) == element(second, j, control) : !in1 && !in2) bits |= 1 << j;
  }
  return bits;
}

/** Where the first string, or as much of it as fits, stands in the second. */
function equalOrdered(control: u32, length1: u32, length2: u32, count: u32): u32 {
  let bits: u32 = 0;
  for (let j: u32 = 0; j < count; j++) {
    let equal = true;
    for (let i: u32 = 0; i < length1 && j + i < count && equal; i++)
      equal = j + i < length2 && element(first, i, control) == element(second, j + i, control);
    if (equal) bits |= 1 << j;
  }
  return bits;
}

/** IntRes2 of the manual: one bit an element of the second string. */
export function comparedStrings(a: v128, b: v128, length1: u32, length2: u32, control: u32): u32 {
  v128.store(first, a);
  v128.store(second, b);
  const count: u32 = control & Control.WORDS ? 8 : 16;
  const aggregation = control & Control.AGGREGATION;
  let bits: u32 = 0;
  if (aggregation == Aggregation.EQUAL_ANY) bits = equalAny(control, length1, length2);
  else if (aggregation == Aggregation.RANGES) bits = inRanges(control, length1, length2);
  else if (aggregation == Aggregation.EQUAL_EACH) bits = equalEach(control, length1, length2, count);
  else bits = equalOrdered(control, length1, length2, count);
  if (!(control & Control.NEGATIVE)) return bits;
  return bits ^ (control & Control.MASKED ? (1 << length2) - 1 : (1 << count) - 1);
}

export function stringFlags(bits: u32, length1: u32, length2: u32, control: u32): u32 {
  const count: u32 = control & Control.WORDS ? 8 : 16;
  let flags: u32 = 0;
  if (bits) flags |= Flag.CF;
  if (length2 < count) flags |= Flag.ZF;
  if (length1 < count) flags |= Flag.SF;
  if (bits & 1) flags |= Flag.OF;
  return flags;
}

/** ECX of the index forms. */
export function stringIndex(bits: u32, control: u32): u32 {
  const count: u32 = control & Control.WORDS ? 8 : 16;
  if (!bits) return count;
  return control & Control.LAST ? 31 - clz<u32>(bits) : ctz<u32>(bits);
}

/** XMM0 of the mask forms. */
export function stringMask(bits: u32, control: u32): v128 {
  const v = i32x4.replace_lane(i64x2.splat(0), 0, bits);
  if (!(control & Control.LAST)) return v;
  if (control & Control.WORDS) {
    const each = i16x8(1, 2, 4, 8, 16, 32, 64, 128);
    return i16x8.eq(v128.and(i16x8.splat(<i16>bits), each), each);
  }
  const each = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  const both = v128.shuffle<i8>(v, v, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  return i8x16.eq(v128.and(both, each), each);
}
