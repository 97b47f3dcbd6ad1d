// Sine, cosine and tangent for FSIN, FCOS, FSINCOS and FPTAN (SDM Vol. 1, 8.3.8; Vol. 2A). The argument is reduced exactly by the
// 66-bit pi that the manual gives, then both functions come from their series.
import { Exception, raiseException } from './environment';
import { propagateNanA } from './nan';
import {
  Class,
  INTEGER_BIT,
  classA,
  exponentA,
  resultIsA,
  setInvalid,
  setResult,
  signA,
  significandA,
} from './operand';
import { COSINE, SINE } from './series';
import {
  divideWide,
  fixedLow,
  fixedOf,
  multiplyWide,
  normalizeSum,
  setWide,
  sumSeries,
  wideExponent,
  wideHigh,
  wideLow,
} from './wide';

/** Half of the 66-bit pi in units of 2^-65: an integer of 66 bits, two words. */
const HALF_PI_HIGH: u64 = 3;
const HALF_PI_LOW: u64 = 0x243f_6a88_85a3_08d3;
/** A quarter of pi as a significand, exponent -1: arguments up to it need no reduction. */
const QUARTER_PI: u64 = 0xc90f_daa2_2168_c234;
/** Arguments from 2^63 on are not reduced: C2. */
const FAR: i32 = 63;
const SINE_TERMS: i32 = 14;
const COSINE_TERMS: i32 = 15;

/** |A| = quadrant * pi / 2 + rest, or - rest. */
let quadrant: u32 = 0;
let restNegative: bool = false;
let restExponent: i32 = 0;
let restHigh: u64 = 0;
let restLow: u64 = 0;
/** The square of the rest in fixed point. */
let squareHigh: u64 = 0;
let squareLow: u64 = 0;

/** The operand is too large to be reduced. */
export function isFar(): bool {
  return (classA & (Class.INFINITY | Class.NAN | Class.UNSUPPORTED | Class.ZERO)) == 0 && exponentA >= FAR;
}

function reduce(): void {
  quadrant = 0;
  restNegative = false;
  if (exponentA < -1 || (exponentA == -1 && significandA <= QUARTER_PI)) {
    restExponent = exponentA;
    restHigh = significandA;
    restLow = 0;
  } else divideByHalfPi();
  multiplyWide(restExponent, restHigh, restLow, restExponent, restHigh, restLow);
  squareHigh = fixedOf(wideExponent, wideHigh, wideLow);
  squareLow = fixedLow;
}

/** Long division, bit by bit, of an integer in units of 2^-65. */
function divideByHalfPi(): void {
  let high: u64 = 0;
  let low = significandA;
  for (let i = exponentA + 2; i > 0; i--) {
    high = (high << 1) | (low >> 63);
    low <<= 1;
    quadrant <<= 1;
    if (high > HALF_PI_HIGH || (high == HALF_PI_HIGH && low >= HALF_PI_LOW)) {
      high = high - HALF_PI_HIGH - <u64>(low < HALF_PI_LOW);
      low -= HALF_PI_LOW;
      quadrant++;
    }
  }
  // More than half of the divisor: the next multiple is nearer.
  const otherHigh = HALF_PI_HIGH - high - <u64>(HALF_PI_LOW < low);
  const otherLow = HALF_PI_LOW - low;
  if (high > otherHigh || (high == otherHigh && low > otherLow)) {
    high = otherHigh;
    low = otherLow;
    quadrant++;
    restNegative = true;
  }
  // 127 - 65: of the integer's units.
  setWide(62, high, low);
  restExponent = wideExponent;
  restHigh = wideHigh;
  restLow = wideLow;
}

/** Sine of the rest, without its sign. */
function sineOfRest(): void {
  sumSeries(SINE, SINE_TERMS, squareHigh, squareLow, true);
  normalizeSum(false);
  multiplyWide(restExponent, restHigh, restLow, wideExponent, wideHigh, wideLow);
}

function cosineOfRest(): void {
  sumSeries(COSINE, COSINE_TERMS, squareHigh, squareLow, true);
  normalizeSum(false);
}

/** True when the operand has no angle; the result is a NaN then. */
function unusual(): bool {
  if (classA & (Class.NAN | Class.UNSUPPORTED)) {
    propagateNanA();
    return true;
  }
  if (classA & Class.INFINITY) {
    setInvalid();
    return true;
  }
  if (classA & Class.DENORMAL) raiseException(Exception.DENORMAL);
  return false;
}

export function sineOfA(): void {
  if (unusual()) return;
  if (classA & Class.ZERO) return resultIsA();
  reduce();
  const sign = signA ^ ((quadrant >> 1) & 1);
  if (quadrant & 1) {
    cosineOfRest();
    return setResult(sign, wideExponent, wideHigh, wideLow | 1);
  }
  sineOfRest();
  setResult(sign ^ (<u32>restNegative), wideExponent, wideHigh, wideLow | 1);
}

export function cosineOfA(): void {
  if (unusual()) return;
  if (classA & Class.ZERO) return setResult(0, 0, INTEGER_BIT, 0);
  reduce();
  if (quadrant & 1) {
    sineOfRest();
    const sign = ((quadrant >> 1) & 1) ^ 1 ^ (<u32>restNegative);
    return setResult(sign, wideExponent, wideHigh, wideLow | 1);
  }
  cosineOfRest();
  setResult((quadrant >> 1) & 1, wideExponent, wideHigh, wideLow | 1);
}

export function tangentOfA(): void {
  if (unusual()) return;
  if (classA & Class.ZERO) return resultIsA();
  reduce();
  sineOfRest();
  const exponent = wideExponent;
  const top = wideHigh;
  const low = wideLow;
  cosineOfRest();
  if (quadrant & 1) divideWide(wideExponent, wideHigh, wideLow, exponent, top, low);
  else divideWide(exponent, top, low, wideExponent, wideHigh, wideLow);
  setResult(signA ^ (<u32>restNegative) ^ (quadrant & 1), wideExponent, wideHigh, wideLow | 1);
}
