// Numbers with significands of 128 bits, for the inside of the transcendental functions: high:low with its top bit set, worth
// high:low * 2^(exponent - 127). Results are a few units of the last place off, which is far below what 64 bits can show.
import { divide, lowWord, multiply, shiftRightSticky } from './significand';

/** Result of the last operation. */
export let wideExponent: i32 = 0;
export let wideHigh: u64 = 0;
export let wideLow: u64 = 0;

/** Normalizes. */
export function setWide(exponent: i32, highWord: u64, lowPart: u64): void {
  if (highWord == 0) {
    highWord = lowPart;
    lowPart = 0;
    exponent -= 64;
  }
  const shift = clz<u64>(highWord);
  if (shift != 0 && shift < 64) {
    highWord = (highWord << shift) | (lowPart >> (64 - shift));
    lowPart <<= shift;
  }
  wideExponent = exponent - <i32>shift;
  wideHigh = highWord;
  wideLow = lowPart;
}

/** Upper 128 bits of a product of two 128-bit words: high answered, low in `productLow`. */
export let productLow: u64 = 0;

export function multiplyWords(ah: u64, al: u64, bh: u64, bl: u64): u64 {
  const first = multiply(ah, bl);
  const second = multiply(al, bh);
  let top = multiply(ah, bh);
  const low = lowWord + first;
  if (low < first) top++;
  productLow = low + second;
  if (productLow < second) top++;
  return top;
}

export function multiplyWide(ea: i32, ah: u64, al: u64, eb: i32, bh: u64, bl: u64): void {
  const top = multiplyWords(ah, al, bh, bl);
  setWide(ea + eb + 1, top, productLow);
}

/** Difference of two wide words a > b, as numbers with a's exponent. */
function subtractWords(exponent: i32, ah: u64, al: u64, bh: u64, bl: u64): void {
  setWide(exponent, ah - bh - <u64>(al < bl), al - bl);
}

/** a - b for a > b > 0. */
export function subtractWide(ea: i32, ah: u64, al: u64, eb: i32, bh: u64, bl: u64): void {
  const distance = ea - eb;
  const top = shiftRightSticky(bh, bl, distance > 128 ? 128 : distance);
  subtractWords(ea, ah, al, top, lowWord);
}

/** a + b, both positive. */
export function addWide(ea: i32, ah: u64, al: u64, eb: i32, bh: u64, bl: u64): void {
  if (ea < eb) return addWide(eb, bh, bl, ea, ah, al);
  const distance = ea - eb;
  const top = shiftRightSticky(bh, bl, distance > 128 ? 128 : distance);
  const low = al + lowWord;
  const carry = <u64>(low < al);
  const sum = ah + top + carry;
  const carried = sum < ah || (carry != 0 && sum == ah);
  if (carried) setWide(ea + 1, (sum >> 1) | 0x8000_0000_0000_0000, (sum << 63) | (low >> 1));
  else setWide(ea, sum, low);
}

/** a / b */
export function divideWide(ea: i32, ah: u64, al: u64, eb: i32, bh: u64, bl: u64): void {
  // The dividend is made the smaller one.
  let exponent = ea - eb - 1;
  if (ah > bh || (ah == bh && al >= bl)) {
    al = (al >> 1) | (ah << 63);
    ah >>= 1;
    exponent++;
  }
  const first = quotientWord(ah, al, bh, bl);
  const second = quotientWord(restHigh, restLow, bh, bl);
  setWide(exponent, first, second);
}

let restHigh: u64 = 0;
let restLow: u64 = 0;

/** 64 bits of (ah:al) / (bh:bl) for a smaller dividend; what is left, moved up by 64, in `restHigh` and `restLow`. */
function quotientWord(ah: u64, al: u64, bh: u64, bl: u64): u64 {
  let digit: u64 = 0xffff_ffff_ffff_ffff;
  // The rest is a:0 - digit * b, three words.
  if (ah < bh) digit = divide(ah, al, bh);
  let top = multiply(digit, bh);
  let middle = lowWord;
  const carry = multiply(digit, bl);
  const low = lowWord;
  middle += carry;
  if (middle < carry) top++;
  let r0 = 0 - low;
  let r1 = al - middle - <u64>(low != 0);
  let r2 = ah - top - <u64>(al < middle || (al == middle && low != 0));
  while (<i64>r2 < 0) {
    digit--;
    r0 += bl;
    const up = <u64>(r0 < bl);
    const sum = r1 + bh;
    let over = <u64>(sum < bh);
    r1 = sum + up;
    if (r1 < up) over++;
    r2 += over;
  }
  restHigh = r1;
  restLow = r0;
  return digit;
}

/** Fixed point with 128 bits behind the point: high word; the low one in `fixedLow`. For numbers below one. */
export let fixedLow: u64 = 0;

export function fixedOf(exponent: i32, highWord: u64, lowPart: u64): u64 {
  const distance = -1 - exponent;
  const top = shiftRightSticky(highWord, lowPart, distance > 128 ? 128 : distance);
  fixedLow = lowWord;
  return top;
}

/**
 * Sum of `count` coefficients times powers of z, a fixed-point number below one, by Horner's rule; `alternating` when the signs
 * do. The sum, with 127 bits behind the point, in `wideHigh` and `wideLow` as it is, not normalized.
 */
export function sumSeries(table: usize, count: i32, zh: u64, zl: u64, alternating: bool): void {
  let at = table + ((<usize>(count - 1)) << 4);
  let ah = load<u64>(at);
  let al = load<u64>(at, 8);
  while (at > table) {
    at -= 16;
    const top = multiplyWords(zh, zl, ah, al);
    const ch = load<u64>(at);
    const cl = load<u64>(at, 8);
    if (alternating) {
      ah = ch - top - <u64>(cl < productLow);
      al = cl - productLow;
    } else {
      al = cl + productLow;
      ah = ch + top + <u64>(al < cl);
    }
  }
  wideHigh = ah;
  wideLow = al;
}

/** The last sum as a number, moved by one unit away from (`up`) or towards zero: it is never exact. */
export function normalizeSum(up: bool): void {
  if (up) {
    wideLow++;
    if (wideLow == 0) wideHigh++;
  } else {
    if (wideLow == 0) wideHigh--;
    wideLow--;
  }
  setWide(0, wideHigh, wideLow);
}
