// Arithmetic with flags on plain values, for the hot switch (32 and 64 bits) and for the general handlers (any width).
// Sets the lazy flags; touches no operand. Flags the SDM leaves undefined get what Intel processors show where that
// is cheap, else 0. SDM Vol. 2, the instructions' own pages.
import { Flag, FlagKind, Lazy, carry, explicitFlags, rflags, setArithmeticFlags } from '../flags';
import { S } from '../state';

/** Sign-extends the low `width` bytes. */
// @ts-ignore: decorator
@inline
export function signed(value: u64, width: u32): u64 {
  const shift = 64 - (<u64>width << 3);
  return <u64>(<i64>(value << shift) >> shift);
}

/** Keeps the low `width` bytes. */
// @ts-ignore: decorator
@inline
export function truncated(value: u64, width: u32): u64 {
  const shift = 64 - (<u64>width << 3);
  return (value << shift) >> shift;
}

/** 0..3 for 1, 2, 4, 8 bytes. */
// @ts-ignore: decorator
@inline
function order(width: u32): u32 {
  return <u32>ctz<u32>(width);
}

function lazyFlags(kind: u32, a: u64, result: u64): void {
  store<u32>(S + Lazy.KIND, kind);
  store<u64>(S + Lazy.RESULT, result);
  store<u64>(S + Lazy.OPERAND, a);
}

export function add(a: u64, b: u64, width: u32): u64 {
  const result = a + b;
  lazyFlags(FlagKind.ADD8 + order(width), signed(a, width), signed(result, width));
  return result;
}

export function subtract(a: u64, b: u64, width: u32): u64 {
  const result = a - b;
  lazyFlags(FlagKind.SUB8 + order(width), signed(a, width), signed(result, width));
  return result;
}

export function logic(result: u64, width: u32): u64 {
  lazyFlags(FlagKind.LOGIC, 0, signed(result, width));
  return result;
}

/** CF, AF and OF bits out of the carry out of each bit position, and the carry into the top one. */
function carryBits(carries: u64, width: u32): u32 {
  const top = (<u64>width << 3) - 1;
  const out = <u32>(carries >> top) & 1;
  const into = <u32>(carries >> (top - 1)) & 1;
  return out | ((<u32>carries << 1) & Flag.AF) | ((out ^ into) << 11);
}

export function addWithCarry(a: u64, b: u64, width: u32): u64 {
  const result = a + b + <u64>carry();
  const carries = (a & b) | ((a | b) & ~result);
  explicitFlags(signed(result, width), carryBits(carries, width));
  return result;
}

export function subtractWithBorrow(a: u64, b: u64, width: u32): u64 {
  const result = a - b - <u64>carry();
  const borrows = (~a & b) | ((~a | b) & result);
  explicitFlags(signed(result, width), carryBits(borrows, width));
  return result;
}

export function increment(a: u64, width: u32): u64 {
  const result = a + 1;
  const c = <u32>carry();
  const half: u32 = (<u32>result & 15) == 0 ? Flag.AF : 0;
  const minimum = <u64>1 << ((<u64>width << 3) - 1);
  explicitFlags(signed(result, width), c | half | (truncated(result, width) == minimum ? Flag.OF : 0));
  return result;
}

export function decrement(a: u64, width: u32): u64 {
  const result = a - 1;
  const c = <u32>carry();
  const half: u32 = (<u32>result & 15) == 15 ? Flag.AF : 0;
  const maximum = (<u64>1 << ((<u64>width << 3) - 1)) - 1;
  explicitFlags(signed(result, width), c | half | (truncated(result, width) == maximum ? Flag.OF : 0));
  return result;
}

// The hot widths by name.

export function addWithCarry64(a: u64, b: u64): u64 {
  return addWithCarry(a, b, 8);
}

export function addWithCarry32(a: u32, b: u32): u32 {
  return <u32>addWithCarry(a, b, 4);
}

export function subtractWithBorrow64(a: u64, b: u64): u64 {
  return subtractWithBorrow(a, b, 8);
}

export function subtractWithBorrow32(a: u32, b: u32): u32 {
  return <u32>subtractWithBorrow(a, b, 4);
}

export function increment64(a: u64): u64 {
  return increment(a, 8);
}

export function increment32(a: u32): u32 {
  return <u32>increment(a, 4);
}

export function decrement64(a: u64): u64 {
  return decrement(a, 8);
}

export function decrement32(a: u32): u32 {
  return <u32>decrement(a, 4);
}

// Shifts of 32 and 64 bits; `count` is already masked and 0 changes nothing.

// @ts-ignore: decorator
@inline
export function shl64(a: u64, count: u64): u64 {
  const x = a << count;
  const c = <u32>(a >> (64 - count)) & 1;
  if (count) explicitFlags(x, c | ((<u32>(x >> 63) ^ c) << 11));
  return x;
}

// @ts-ignore: decorator
@inline
export function shr64(a: u64, count: u64): u64 {
  const x = a >> count;
  if (count) explicitFlags(x, (<u32>(a >> (count - 1)) & 1) | (<u32>((x ^ (x << 1)) >> 63) << 11));
  return x;
}

// @ts-ignore: decorator
@inline
export function sar64(a: u64, count: u64): u64 {
  const x = <u64>(<i64>a >> <i64>count);
  if (count) explicitFlags(x, <u32>(<i64>a >> (<i64>count - 1)) & 1);
  return x;
}

// @ts-ignore: decorator
@inline
export function shl32(a: u32, count: u32): u32 {
  const x = a << count;
  const c = (a >> (32 - count)) & 1;
  if (count) explicitFlags(<u64>(<i64>(<i32>x)), c | (((x >> 31) ^ c) << 11));
  return x;
}

// @ts-ignore: decorator
@inline
export function shr32(a: u32, count: u32): u32 {
  const x = a >> count;
  if (count) explicitFlags(<u64>(<i64>(<i32>x)), ((a >> (count - 1)) & 1) | (((x ^ (x << 1)) >> 31) << 11));
  return x;
}

// @ts-ignore: decorator
@inline
export function sar32(a: u32, count: u32): u32 {
  const x = <u32>(<i32>a >> <i32>count);
  if (count) explicitFlags(<u64>(<i64>(<i32>x)), <u32>(<i32>a >> (<i32>count - 1)) & 1);
  return x;
}

/** A rotate changes CF and OF only. */
function rotateFlags(cf: u32, over: u32): void {
  setArithmeticFlags((<u32>rflags() & ~(Flag.CF | Flag.OF)) | cf | (over << 11));
}

export function rol64(a: u64, count: u64): u64 {
  if (!count) return a;
  const x = rotl<u64>(a, count);
  rotateFlags(<u32>x & 1, (<u32>x ^ <u32>(x >> 63)) & 1);
  return x;
}

export function ror64(a: u64, count: u64): u64 {
  if (!count) return a;
  const x = rotr<u64>(a, count);
  rotateFlags(<u32>(x >> 63), <u32>((x >> 63) ^ (x >> 62)) & 1);
  return x;
}

export function rol32(a: u32, count: u32): u32 {
  if (!count) return a;
  const x = rotl<u32>(a, count);
  rotateFlags(x & 1, (x ^ (x >> 31)) & 1);
  return x;
}

export function ror32(a: u32, count: u32): u32 {
  if (!count) return a;
  const x = rotr<u32>(a, count);
  rotateFlags(x >> 31, ((x >> 31) ^ (x >> 30)) & 1);
  return x;
}

/** Any shift or rotate by ModRM.reg number 0..7, any width; `count` as the instruction gives it. */
export function shift(kind: u32, a: u64, count: u32, width: u32): u64 {
  count &= width == 8 ? 63 : 31;
  if (count == 0) return a;
  const bits = <u64>width << 3;
  const c = <u64>count;
  const top = bits - 1;
  if (kind == 4 || kind == 6) {
    const x = truncated(a << c, width);
    const out = c <= bits ? <u32>(a >> (bits - c)) & 1 : 0;
    explicitFlags(signed(x, width), out | ((<u32>(x >> top) ^ out) << 11));
    return x;
  }
  if (kind == 5) {
    const x = c >= bits ? 0 : a >> c;
    const out = c <= bits ? <u32>(a >> (c - 1)) & 1 : 0;
    explicitFlags(signed(x, width), out | (<u32>(((x ^ (x << 1)) >> top) & 1) << 11));
    return x;
  }
  if (kind == 7) {
    const wide = <i64>signed(a, width);
    const x = <u64>(wide >> <i64>c);
    explicitFlags(signed(x, width), <u32>(wide >> <i64>(c - 1)) & 1);
    return truncated(x, width);
  }
  if (kind < 2) return rotate(kind == 0, a, c % bits, bits);
  return rotateThroughCarry(kind == 2, a, c % (bits + 1), bits);
}

/** ROL and ROR: a count that is a multiple of the width still sets CF. */
function rotate(left: bool, a: u64, count: u64, bits: u64): u64 {
  const by = left ? count : (bits - count) % bits;
  const mask: u64 = bits == 64 ? 0xffff_ffff_ffff_ffff : (<u64>1 << bits) - 1;
  const x = by == 0 ? a : ((a << by) | (a >> (bits - by))) & mask;
  const high = <u32>(x >> (bits - 1)) & 1;
  if (left) rotateFlags(<u32>x & 1, (<u32>x & 1) ^ high);
  else rotateFlags(high, high ^ (<u32>(x >> (bits - 2)) & 1));
  return x;
}

/** RCL and RCR; a count that is a multiple of the width plus one changes nothing. */
function rotateThroughCarry(left: bool, a: u64, count: u64, bits: u64): u64 {
  if (count == 0) return a;
  const mask: u64 = bits == 64 ? 0xffff_ffff_ffff_ffff : (<u64>1 << bits) - 1;
  let x = a;
  let c = <u64>carry();
  for (let i: u64 = 0; i < count; i++) {
    if (left) {
      const out = (x >> (bits - 1)) & 1;
      x = ((x << 1) | c) & mask;
      c = out;
    } else {
      const out = x & 1;
      x = (x >> 1) | (c << (bits - 1));
      c = out;
    }
  }
  const high = <u32>(x >> (bits - 1)) & 1;
  rotateFlags(<u32>c, left ? high ^ <u32>c : high ^ (<u32>(x >> (bits - 2)) & 1));
  return x;
}

/** High half of the unsigned product. */
export function multiplyHigh(a: u64, b: u64): u64 {
  const al = a & 0xffffffff;
  const ah = a >> 32;
  const bl = b & 0xffffffff;
  const bh = b >> 32;
  const middle = ah * bl + ((al * bl) >> 32);
  const other = al * bh + (middle & 0xffffffff);
  return ah * bh + (middle >> 32) + (other >> 32);
}

/** High half of the signed product. */
export function multiplyHighSigned(a: u64, b: u64): u64 {
  let high = multiplyHigh(a, b);
  if (<i64>a < 0) high -= b;
  if (<i64>b < 0) high -= a;
  return high;
}

/** Flags of a multiplication: CF and OF say that the upper half matters; the others follow the low half. */
export function multiplyFlags(low: u64, overflow: bool): void {
  explicitFlags(low, overflow ? Flag.CF | Flag.OF : 0);
}

/** Two-operand IMUL. */
export function multiply64(a: u64, b: u64): u64 {
  const x = a * b;
  const small = signed(a, 4) == a && signed(b, 4) == b;
  multiplyFlags(x, !small && multiplyHighSigned(a, b) != <u64>(<i64>x >> 63));
  return x;
}

export function multiply32(a: u32, b: u32): u32 {
  const wide = <u64>(<i64>(<i32>a)) * <u64>(<i64>(<i32>b));
  const low = signed(wide, 4);
  multiplyFlags(low, low != wide);
  return <u32>wide;
}
