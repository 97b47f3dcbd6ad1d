// The formats binary16, binary32 and binary64 (T is u16, u32 or u64): unpacks operands, rounds and packs results, with overflow, underflow
// and their masked responses (SDM Vol. 1, 4.2.2, 4.9.1). Tininess is detected after rounding.
import { Exception, denormalsAreZeros, flushToZero, raiseException, setRoundedUp, unmasked } from './environment';
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

/** Bits of the fraction. */
// @ts-ignore: decorator
@inline
export function fractionBits<T>(): u32 {
  return sizeof<T>() == 2 ? 10 : sizeof<T>() == 4 ? 23 : 52;
}

// @ts-ignore: decorator
@inline
export function exponentMask<T>(): u32 {
  return sizeof<T>() == 2 ? 0x1f : sizeof<T>() == 4 ? 0xff : 0x7ff;
}

/** Also the largest exponent; the least of a normal number is 1 - bias. */
// @ts-ignore: decorator
@inline
export function bias<T>(): i32 {
  return sizeof<T>() == 2 ? 15 : sizeof<T>() == 4 ? 127 : 1023;
}

// @ts-ignore: decorator
@inline
function unpack<T>(value: T, second: bool): void {
  const sign = <u32>(value >> <T>(sizeof<T>() * 8 - 1));
  const field = <u32>(value >> <T>fractionBits<T>()) & exponentMask<T>();
  const fraction = <u64>value << (64 - fractionBits<T>());
  let kind: u32 = Class.NORMAL;
  let exponent = <i32>field - bias<T>();
  let significand = (fraction >> 1) | INTEGER_BIT;
  if (field == exponentMask<T>()) {
    if (fraction == 0) kind = Class.INFINITY;
    else kind = significand & QUIET_BIT ? Class.QUIET : Class.SIGNALING;
  } else if (field == 0) {
    if (fraction == 0 || denormalsAreZeros) kind = Class.ZERO;
    else {
      const shift = clz<u64>(fraction);
      kind = Class.DENORMAL;
      significand = fraction << shift;
      exponent = -bias<T>() - <i32>shift;
    }
  }
  if (second) setB(kind, sign, exponent, significand);
  else setA(kind, sign, exponent, significand);
}

export function unpackA<T>(value: T): void {
  unpack<T>(value, false);
}

export function unpackB<T>(value: T): void {
  unpack<T>(value, true);
}

/** Sign, exponent field and the top bits of a significand whose integer bit is dropped. */
// @ts-ignore: decorator
@inline
function compose<T>(sign: u32, field: u32, significand: u64): T {
  const fraction = <T>((significand << 1) >> (64 - fractionBits<T>()));
  const top = sizeof<T>() * 8 - 1;
  const fractionWidth = fractionBits<T>();
  return (<T>sign << <T>top) | (<T>field << <T>fractionWidth) | fraction;
}

/** The result, rounded to the format. */
export function packBinary<T>(): T {
  const sign = resultSign;
  if (resultClass != Class.NORMAL)
    return compose<T>(sign, resultClass == Class.ZERO ? 0 : exponentMask<T>(), high);
  let exponent = resultExponent;
  if (exponent < 1 - bias<T>()) return packTiny<T>();
  let significand = roundSignificand(high, low, fractionBits<T>() + 1, sign);
  if (significand == 0) {
    significand = INTEGER_BIT;
    exponent++;
  }
  if (exponent > bias<T>()) return packHuge<T>();
  if (inexact) raiseException(Exception.PRECISION);
  return compose<T>(sign, <u32>(exponent + bias<T>()), significand);
}

/** Unmasked overflow has no result in these formats. */
function packHuge<T>(): T {
  raiseException(Exception.OVERFLOW);
  if (inexact || !(unmasked & Exception.OVERFLOW)) raiseException(Exception.PRECISION);
  if (overflowsToInfinity(resultSign)) return compose<T>(resultSign, exponentMask<T>(), 0);
  return compose<T>(resultSign, exponentMask<T>() - 1, 0xffff_ffff_ffff_ffff);
}

function packTiny<T>(): T {
  const sign = resultSign;
  const least = 1 - bias<T>();
  const carried = roundSignificand(high, low, fractionBits<T>() + 1, sign) == 0;
  const tiny = !carried || resultExponent != least - 1;
  if (tiny && (unmasked & Exception.UNDERFLOW) != 0) {
    raiseException(inexact ? Exception.UNDERFLOW | Exception.PRECISION : Exception.UNDERFLOW);
    return compose<T>(sign, 0, 0);
  }
  if (tiny && flushToZero) {
    raiseException(Exception.UNDERFLOW | Exception.PRECISION);
    setRoundedUp(false);
    return compose<T>(sign, 0, 0);
  }
  const distance = least - resultExponent;
  const shifted = shiftRightSticky(high, low, distance > 128 ? 128 : distance);
  const significand = roundSignificand(shifted, lowWord, fractionBits<T>() + 1, sign);
  if (inexact) raiseException(tiny ? Exception.UNDERFLOW | Exception.PRECISION : Exception.PRECISION);
  return compose<T>(sign, <u32>(significand >> 63), significand);
}
