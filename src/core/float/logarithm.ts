// y * log2(x) and y * log2(x + 1) for FYL2X and FYL2XP1 (SDM Vol. 2A): 2 / ln 2 * atanh(s), s = (m - 1) / (m + 1), for m between the
// square roots of a half and of two. A is x, B is y.
import { Exception, raiseException } from './environment';
import { propagateNan } from './nan';
import {
  Class,
  INTEGER_BIT,
  classA,
  classB,
  exponentA,
  exponentB,
  setA,
  setInvalid,
  setResult,
  setSpecial,
  signA,
  signB,
  significandA,
  significandB,
} from './operand';
import { multiply, lowWord } from './significand';
import { INVERSE_ODD } from './series';
import {
  addWide,
  divideWide,
  fixedLow,
  fixedOf,
  multiplyWide,
  normalizeSum,
  subtractWide,
  sumSeries,
  wideExponent,
  wideHigh,
  wideLow,
} from './wide';

/** 2 / ln 2 */
const FACTOR_EXPONENT: i32 = 1;
const FACTOR_HIGH: u64 = 0xb8aa_3b29_5c17_f0bb;
const FACTOR_LOW: u64 = 0xbe87_fed0_691d_3e88;
const TERMS: i32 = 20;
/** Square root of two, as a significand. */
const ROOT_2: u64 = 0xb504_f333_f9de_6484;
/** 1 - sqrt(2) / 2: FYL2XP1 is defined for smaller magnitudes. */
const RANGE_EXPONENT: i32 = -2;
const RANGE: u64 = 0x95f6_1998_0c43_36f7;

function noteDenormals(): void {
  if ((classA | classB) & Class.DENORMAL) raiseException(Exception.DENORMAL);
}

/** log2((1 + s) / (1 - s)) for the magnitude of s that the last operation gave. */
function logarithmOfRatio(): void {
  const exponent = wideExponent;
  const top = wideHigh;
  const low = wideLow;
  multiplyWide(exponent, top, low, exponent, top, low);
  const fixed = fixedOf(wideExponent, wideHigh, wideLow);
  sumSeries(INVERSE_ODD, TERMS, fixed, fixedLow, false);
  normalizeSum(true);
  multiplyWide(exponent, top, low, wideExponent, wideHigh, wideLow);
  multiplyWide(wideExponent, wideHigh, wideLow, FACTOR_EXPONENT, FACTOR_HIGH, FACTOR_LOW);
}

/** The last result times B, with a sign; it is not exact. */
function finish(sign: u32): void {
  multiplyWide(wideExponent, wideHigh, wideLow, exponentB, significandB, 0);
  setResult(sign, wideExponent, wideHigh, wideLow | 1);
}

/** The logarithm is an integer: exact. */
function finishInteger(value: i32): void {
  const magnitude = <u64>(value < 0 ? -value : value);
  const shift = clz<u64>(magnitude);
  const top = multiply(significandB, magnitude << shift);
  const rest = lowWord;
  const sign = signB ^ (<u32>(value < 0));
  const exponent = exponentB + 63 - <i32>shift;
  if (<i64>top < 0) setResult(sign, exponent + 1, top, rest);
  else setResult(sign, exponent, (top << 1) | (rest >> 63), rest << 1);
}

/** Wide logarithm of a positive number that is no power of two. Answers its sign. */
function logarithm(exponent: i32, significand: u64): u32 {
  // m = significand * 2^-63, halved when it is above the square root of two.
  const halved = significand > ROOT_2;
  const whole = halved ? exponent + 1 : exponent;
  const e: i32 = halved ? -1 : 0;
  const negative = halved;
  if (halved) subtractWide(0, INTEGER_BIT, 0, e, significand, 0);
  else subtractWide(0, significand, 0, 0, INTEGER_BIT, 0);
  const exponentN = wideExponent;
  const highN = wideHigh;
  const lowN = wideLow;
  addWide(0, INTEGER_BIT, 0, e, significand, 0);
  divideWide(exponentN, highN, lowN, wideExponent, wideHigh, wideLow);
  logarithmOfRatio();
  if (whole == 0) return negative ? 1 : 0;
  const magnitude = <u64>(whole < 0 ? -whole : whole);
  const shift = clz<u64>(magnitude);
  const integerExponent = 63 - <i32>shift;
  const integer = magnitude << shift;
  if (negative == whole < 0) addWide(integerExponent, integer, 0, wideExponent, wideHigh, wideLow);
  else subtractWide(integerExponent, integer, 0, wideExponent, wideHigh, wideLow);
  return whole < 0 ? 1 : 0;
}

/** B * log2(A). */
export function logarithmOfA(): void {
  if ((classA | classB) & (Class.NAN | Class.UNSUPPORTED)) return propagateNan();
  if (classA & Class.ZERO) {
    if (classB & Class.ZERO) return setInvalid();
    if (!(classB & Class.INFINITY)) {
      raiseException(Exception.DIVIDE);
    }
    return setSpecial(Class.INFINITY, signB ^ 1);
  }
  if (signA) return setInvalid();
  const isOne =
    (classA & (Class.INFINITY | Class.DENORMAL)) == 0 && exponentA == 0 && significandA == INTEGER_BIT;
  if (classB & Class.INFINITY && isOne) return setInvalid();
  if (classA & Class.INFINITY) {
    if (classB & Class.ZERO) return setInvalid();
    noteDenormals();
    return setSpecial(Class.INFINITY, signB);
  }
  noteDenormals();
  const below = exponentA < 0 ? 1 : 0;
  if (classB & (Class.INFINITY | Class.ZERO)) return setSpecial(classB, signB ^ below);
  if (isOne) return setSpecial(Class.ZERO, signB);
  if (significandA == INTEGER_BIT) return finishInteger(exponentA);
  finish(logarithm(exponentA, significandA) ^ signB);
}

/** B * log2(A + 1), precise for small A. Beyond the range of the SDM it is the logarithm of the rounded sum. */
export function logarithmOfAPlusOne(): void {
  if ((classA | classB) & (Class.NAN | Class.UNSUPPORTED)) return propagateNan();
  if (classA & Class.ZERO) {
    if (classB & Class.INFINITY) return setInvalid();
    noteDenormals();
    return setSpecial(Class.ZERO, signA ^ signB);
  }
  if (classA & Class.INFINITY) {
    if (signA || classB & Class.ZERO) return setInvalid();
    noteDenormals();
    return setSpecial(Class.INFINITY, signB);
  }
  if (signA && exponentA >= 0) return setInvalid();
  noteDenormals();
  if (classB & (Class.INFINITY | Class.ZERO)) return setSpecial(classB, signA ^ signB);
  if (exponentA > RANGE_EXPONENT || (exponentA == RANGE_EXPONENT && significandA > RANGE)) return beyond();
  // s = x / (2 + x)
  if (signA) subtractWide(1, INTEGER_BIT, 0, exponentA, significandA, 0);
  else addWide(1, INTEGER_BIT, 0, exponentA, significandA, 0);
  divideWide(exponentA, significandA, 0, wideExponent, wideHigh, wideLow);
  logarithmOfRatio();
  finish(signA ^ signB);
}

function beyond(): void {
  if (signA) subtractWide(0, INTEGER_BIT, 0, exponentA, significandA, 0);
  else addWide(0, INTEGER_BIT, 0, exponentA, significandA, 0);
  setA(Class.NORMAL, 0, wideExponent, wideHigh);
  logarithmOfA();
}
