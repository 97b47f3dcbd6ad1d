// The double extended format of x87: significand with explicit integer bit, and a word of sign and exponent (SDM Vol. 1,
// 4.2.2, 8.2.2, 8.5.4, 8.5.5). Rounds under precision control; unmasked overflow and underflow give biased results.
import { Exception, raiseException, setRoundedUp, unmasked } from './environment';
import {
  Class,
  INTEGER_BIT,
  QUIET_BIT,
  high,
  low,
  resultClass,
  resultExponent,
  resultSign,
  setA,
  setB,
} from './operand';
import { inexact, overflowsToInfinity, roundSignificand } from './rounding';
import { lowWord, shiftRightSticky } from './significand';

export const BIAS: i32 = 16383;
const LARGEST: i32 = 16383;
const LEAST: i32 = -16382;
export const EXPONENT_MASK: u32 = 0x7fff;
/** What the exponent of an unmasked overflow or underflow is moved by. */
const WRAP: i32 = 24576;

/** Sign and exponent of the packed result; its significand is the answer of `packExtended`. */
export let packedHead: u32 = 0;

// @ts-ignore: decorator
@inline
function unpack(significand: u64, head: u32, second: bool): void {
  const field = head & EXPONENT_MASK;
  let kind: u32 = Class.NORMAL;
  let exponent = <i32>field - BIAS;
  if (field - 1 >= EXPONENT_MASK - 1 || <i64>significand >= 0) {
    if (field == 0) {
      if (significand == 0) kind = Class.ZERO;
      else {
        // Denormals, and pseudo-denormals with their integer bit set.
        const shift = clz<u64>(significand);
        kind = Class.DENORMAL;
        significand <<= shift;
        exponent = LEAST - <i32>shift;
      }
    } else if (<i64>significand >= 0) kind = Class.UNSUPPORTED;
    else if (significand == INTEGER_BIT) kind = Class.INFINITY;
    else kind = significand & QUIET_BIT ? Class.QUIET : Class.SIGNALING;
  }
  if (second) setB(kind, (head >> 15) & 1, exponent, significand);
  else setA(kind, (head >> 15) & 1, exponent, significand);
}

export function unpackExtendedA(significand: u64, head: u32): void {
  unpack(significand, head, false);
}

export function unpackExtendedB(significand: u64, head: u32): void {
  unpack(significand, head, true);
}

// @ts-ignore: decorator
@inline
function compose(sign: u32, field: u32, significand: u64): u64 {
  packedHead = (sign << 15) | field;
  return significand;
}

/** The result rounded to `bits` (24, 53 or 64); its sign and exponent in `packedHead`. */
export function packExtended(bits: u32): u64 {
  const sign = resultSign;
  if (resultClass != Class.NORMAL) return compose(sign, resultClass == Class.ZERO ? 0 : EXPONENT_MASK, high);
  let exponent = resultExponent;
  if (exponent < LEAST) return packTiny(bits);
  let significand = roundSignificand(high, low, bits, sign);
  if (significand == 0) {
    significand = INTEGER_BIT;
    exponent++;
  }
  if (exponent > LARGEST) return packHuge(exponent, significand, bits);
  if (inexact) raiseException(Exception.PRECISION);
  return compose(sign, <u32>(exponent + BIAS), significand);
}

function packHuge(exponent: i32, significand: u64, bits: u32): u64 {
  raiseException(Exception.OVERFLOW);
  if ((unmasked & Exception.OVERFLOW) != 0) {
    if (inexact) raiseException(Exception.PRECISION);
    // FSCALE can overflow by more than the bias undoes: infinity then.
    if (exponent - WRAP <= LARGEST) return compose(resultSign, <u32>(exponent - WRAP + BIAS), significand);
    raiseException(Exception.PRECISION);
    setRoundedUp(true);
    return compose(resultSign, EXPONENT_MASK, INTEGER_BIT);
  }
  raiseException(Exception.PRECISION);
  if (overflowsToInfinity(resultSign)) return compose(resultSign, EXPONENT_MASK, INTEGER_BIT);
  return compose(resultSign, EXPONENT_MASK - 1, 0xffff_ffff_ffff_ffff << (64 - bits));
}

function packTiny(bits: u32): u64 {
  const sign = resultSign;
  let significand = roundSignificand(high, low, bits, sign);
  let exponent = resultExponent;
  if (significand == 0) {
    significand = INTEGER_BIT;
    exponent++;
  }
  const tiny = exponent < LEAST;
  if (tiny && (unmasked & Exception.UNDERFLOW) != 0) {
    raiseException(inexact ? Exception.UNDERFLOW | Exception.PRECISION : Exception.UNDERFLOW);
    if (exponent + WRAP >= LEAST) return compose(sign, <u32>(exponent + WRAP + BIAS), significand);
    raiseException(Exception.PRECISION);
    setRoundedUp(false);
    return compose(sign, 0, 0);
  }
  const distance = LEAST - resultExponent;
  const shifted = shiftRightSticky(high, low, distance > 128 ? 128 : distance);
  significand = roundSignificand(shifted, lowWord, bits, sign);
  if (inexact) raiseException(tiny ? Exception.UNDERFLOW | Exception.PRECISION : Exception.PRECISION);
  return compose(sign, <u32>(significand >> 63), significand);
}
