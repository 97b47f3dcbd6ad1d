// Integer arithmetic on significands of 64 and 128 bits. Results of two words: the high one is returned, the low one is in
// `lowWord`, the remainder of a division in `remainder`. No rounding, no exception.

export let lowWord: u64 = 0;
export let remainder: u64 = 0;

/** High word of a * b; the low word in `lowWord`. */
export function multiply(a: u64, b: u64): u64 {
  const a0 = a & 0xffffffff;
  const a1 = a >> 32;
  const b0 = b & 0xffffffff;
  const b1 = b >> 32;
  const low = a0 * b0;
  const middle = a1 * b0 + (low >> 32);
  const cross = a0 * b1 + (middle & 0xffffffff);
  lowWord = (cross << 32) | (low & 0xffffffff);
  return a1 * b1 + (middle >> 32) + (cross >> 32);
}

/** (high:low) / divisor for high < divisor and a divisor with its top bit set; the remainder in `remainder`. */
export function divide(high: u64, low: u64, divisor: u64): u64 {
  const d1 = divisor >> 32;
  const d0 = divisor & 0xffffffff;
  const first = divideStep(high, low >> 32, divisor, d1, d0);
  const second = divideStep(remainder, low & 0xffffffff, divisor, d1, d0);
  return (first << 32) | second;
}

/** One quotient digit of 32 bits: estimated by the upper half of the divisor, corrected at most twice. */
// @ts-ignore: decorator
@inline
function divideStep(high: u64, next: u64, divisor: u64, d1: u64, d0: u64): u64 {
  let digit = high / d1;
  let rest = high - digit * d1;
  while (digit >> 32 != 0 || digit * d0 > ((rest << 32) | next)) {
    digit--;
    rest += d1;
    if (rest >> 32 != 0) break;
  }
  remainder = ((high << 32) | next) - digit * divisor;
  return digit;
}

/** high:low shifted right by `count` >= 0; what falls out sets the lowest bit of `lowWord`. Answers the high word. */
export function shiftRightSticky(high: u64, low: u64, count: i32): u64 {
  if (count == 0) {
    lowWord = low;
    return high;
  }
  const n = <u64>count;
  if (count < 64) {
    lowWord = (high << (64 - n)) | (low >> n) | (<u64>(low << (64 - n) != 0));
    return high >> n;
  }
  if (count == 64) lowWord = high | (<u64>(low != 0));
  else if (count < 128) lowWord = (high >> (n - 64)) | (<u64>(((high << (128 - n)) | low) != 0));
  else lowWord = <u64>((high | low) != 0);
  return 0;
}

/** Floor of the square root of high:low >= 2^126; `lowWord` says what is left: 0 nothing, else less or more than a half. */
export function squareRoot(high: u64, low: u64): u64 {
  // 52 bits by the host's square root, the others by one step of Newton, both words of the error exact.
  let root = <u64>(sqrt<f64>(<f64>high) * 4294967296.0);
  if (<i64>root >= 0) root = 0xffff_ffff_ffff_ffff;
  let square = multiply(root, root);
  let errorLow = low - lowWord;
  let errorHigh = high - square - <u64>(low < lowWord);
  const error = <f64>(<i64>errorHigh) * 18446744073709551616.0 + <f64>errorLow;
  const step = error / (2.0 * <f64>root);
  if (step < 0) root -= <u64>-step + 1;
  else if (root + <u64>step < root) root = 0xffff_ffff_ffff_ffff;
  else root += <u64>step;
  square = multiply(root, root);
  errorLow = low - lowWord;
  errorHigh = high - square - <u64>(low < lowWord);
  while (<i64>errorHigh < 0) {
    root--;
    const more = (root << 1) | 1;
    errorLow += more;
    errorHigh += <u64>(errorLow < more) + (root >> 63);
  }
  // The next root's square is 2 * root + 1 away.
  while (errorHigh > root >> 63 || (errorHigh == root >> 63 && errorLow > root << 1)) {
    const more = (root << 1) | 1;
    errorHigh -= (root >> 63) + <u64>(errorLow < more);
    errorLow -= more;
    root++;
  }
  lowWord =
    (errorHigh | errorLow) == 0
      ? 0
      : errorHigh != 0 || errorLow > root
        ? 0xc000_0000_0000_0000
        : 0x4000_0000_0000_0000;
  return root;
}
