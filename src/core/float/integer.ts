// Integers to and from unpacked numbers, and rounding to an integral value (SDM Vol. 1, 4.8.4, 11.5.2; tables of FIST and
// CVTSD2SI). What does not fit is invalid and gives the integer indefinite.
import { Exception, raiseException, setRoundedUp } from './environment';
import { propagateNanA } from './nan';
import {
  Class,
  classA,
  exponentA,
  resultIsA,
  setA,
  setB,
  setResult,
  setSpecial,
  signA,
  significandA,
} from './operand';
import { rounds } from './rounding';

/** Magnitude of A as an integer, rounded; only for exponents below 64. The cut-off part in `fraction`. */
let fraction: u64 = 0;

function magnitudeOfA(mode: u32): u64 {
  const e = exponentA;
  let whole: u64 = 0;
  if (e >= 0) {
    const below = <u64>(63 - e);
    whole = significandA >> below;
    fraction = below == 0 ? 0 : significandA << (64 - below);
  } else fraction = e == -1 ? significandA : 1;
  const up = rounds(fraction, (whole & 1) != 0, signA, mode);
  setRoundedUp(up);
  return up ? whole + 1 : whole;
}

function indefinite(bits: u32): i64 {
  raiseException(Exception.INVALID);
  setRoundedUp(false);
  return <i64>((<u64>1) << (bits - 1));
}

/** A as a signed integer of `bits` bits under a rounding mode; the indefinite one is positive in more bits than 64 - bits. */
export function integerOfA(bits: u32, mode: u32): i64 {
  if (classA & Class.ZERO) return 0;
  if (classA & (Class.INFINITY | Class.NAN | Class.UNSUPPORTED) || exponentA > 63) return indefinite(bits);
  const whole = magnitudeOfA(mode);
  const limit = (<u64>1) << (bits - 1);
  // 2^64 wraps to 0: only from all ones, which do not fit either.
  if (whole > limit - <u64>(signA == 0) || (exponentA == 63 && whole == 0)) return indefinite(bits);
  if (fraction != 0) raiseException(Exception.PRECISION);
  return signA ? 0 - <i64>whole : <i64>whole;
}

function magnitude(value: i64): u64 {
  return value < 0 ? 0 - <u64>value : <u64>value;
}

export function integerToA(value: i64): void {
  if (value == 0) return setA(Class.ZERO, 0, 0, 0);
  const whole = magnitude(value);
  const shift = clz<u64>(whole);
  setA(Class.NORMAL, value < 0 ? 1 : 0, 63 - <i32>shift, whole << shift);
}

export function integerToB(value: i64): void {
  if (value == 0) return setB(Class.ZERO, 0, 0, 0);
  const whole = magnitude(value);
  const shift = clz<u64>(whole);
  setB(Class.NORMAL, value < 0 ? 1 : 0, 63 - <i32>shift, whole << shift);
}

/** A rounded to an integral value. */
export function roundToIntegral(mode: u32): void {
  if (classA & (Class.NAN | Class.UNSUPPORTED)) return propagateNanA();
  if (classA & (Class.ZERO | Class.INFINITY) || exponentA >= 63) return resultIsA();
  const whole = magnitudeOfA(mode);
  if (fraction != 0) raiseException(Exception.PRECISION);
  if (whole == 0) return setSpecial(Class.ZERO, signA);
  const shift = clz<u64>(whole);
  setResult(signA, 63 - <i32>shift, whole << shift, 0);
}

/** Magnitude of A rounded to an integer of at most `limit`, for packed decimals; all ones when it does not fit. */
export function decimalOfA(limit: u64, mode: u32): u64 {
  if (classA & Class.ZERO) return 0;
  if (!(classA & (Class.INFINITY | Class.NAN | Class.UNSUPPORTED)) && exponentA < 63) {
    const whole = magnitudeOfA(mode);
    if (whole <= limit) {
      if (fraction != 0) raiseException(Exception.PRECISION);
      return whole;
    }
  }
  indefinite(64);
  return 0xffff_ffff_ffff_ffff;
}
