// The angle of a point for FPATAN (SDM Vol. 2A): atan(B / A) in the quadrant that the signs say. A is x, B is y.
import { Exception, raiseException } from './environment';
import { propagateNan } from './nan';
import {
  Class,
  classA,
  classB,
  exponentA,
  exponentB,
  setResult,
  setSpecial,
  signA,
  signB,
  significandA,
  significandB,
} from './operand';
import { INVERSE_ODD } from './series';
import {
  addWide,
  divideWide,
  fixedLow,
  fixedOf,
  multiplyWide,
  normalizeSum,
  setWide,
  subtractWide,
  sumSeries,
  wideExponent,
  wideHigh,
  wideLow,
} from './wide';

/** Pi, with exponent 1; the half and the quarter have smaller ones. */
const PI_HIGH: u64 = 0xc90f_daa2_2168_c234;
const PI_LOW: u64 = 0xc4c6_628b_80dc_1cd1;
/** Three quarters of pi, with exponent 1. */
const THREE_QUARTERS_HIGH: u64 = 0x96cb_e3f9_990e_91a7;
const THREE_QUARTERS_LOW: u64 = 0x9394_c9e8_a0a5_159c;
const TERMS: i32 = 38;

/** atan of the last result, a number up to tan(pi / 8). */
function seriesOfLast(): void {
  const exponent = wideExponent;
  const top = wideHigh;
  const low = wideLow;
  multiplyWide(exponent, top, low, exponent, top, low);
  const fixed = fixedOf(wideExponent, wideHigh, wideLow);
  sumSeries(INVERSE_ODD, TERMS, fixed, fixedLow, true);
  normalizeSum(false);
  multiplyWide(exponent, top, low, wideExponent, wideHigh, wideLow);
}

/** atan of small / large, for small <= large. */
function arctangent(es: i32, small: u64, el: i32, large: u64): void {
  divideWide(es, small, 0, el, large, 0);
  // Below tan(pi / 8), about 0.4142.
  if (wideExponent < -2 || (wideExponent == -2 && wideHigh < 0xd413_cccf_e779_9211)) return seriesOfLast();
  // atan(t) = pi / 4 - atan((1 - t) / (1 + t)) with t = small / large
  if (es == el && small == large) return setWide(-1, PI_HIGH, PI_LOW);
  subtractWide(el, large, 0, es, small, 0);
  const exponent = wideExponent;
  const top = wideHigh;
  const low = wideLow;
  addWide(el, large, 0, es, small, 0);
  divideWide(exponent, top, low, wideExponent, wideHigh, wideLow);
  seriesOfLast();
  subtractWide(-1, PI_HIGH, PI_LOW, wideExponent, wideHigh, wideLow);
}

/** Part of pi with the sign of B: special operands. */
function setAngle(exponent: i32, top: u64, low: u64): void {
  setResult(signB, exponent, top, low);
}

export function angleOfAB(): void {
  if ((classA | classB) & (Class.NAN | Class.UNSUPPORTED)) return propagateNan();
  if ((classA | classB) & Class.DENORMAL) raiseException(Exception.DENORMAL);
  if (classB & Class.INFINITY) {
    if (!(classA & Class.INFINITY)) return setAngle(0, PI_HIGH, PI_LOW);
    return signA ? setAngle(1, THREE_QUARTERS_HIGH, THREE_QUARTERS_LOW) : setAngle(-1, PI_HIGH, PI_LOW);
  }
  if (classA & Class.INFINITY || classB & Class.ZERO)
    return signA ? setAngle(1, PI_HIGH, PI_LOW) : setSpecial(Class.ZERO, signB);
  if (classA & Class.ZERO) return setAngle(0, PI_HIGH, PI_LOW);
  const steep = exponentB > exponentA || (exponentB == exponentA && significandB > significandA);
  if (steep) {
    arctangent(exponentA, significandA, exponentB, significandB);
    // pi / 2 - angle, or with a negative x pi / 2 + angle
    if (signA) addWide(0, PI_HIGH, PI_LOW, wideExponent, wideHigh, wideLow);
    else subtractWide(0, PI_HIGH, PI_LOW, wideExponent, wideHigh, wideLow);
  } else {
    arctangent(exponentB, significandB, exponentA, significandA);
    if (signA) subtractWide(1, PI_HIGH, PI_LOW, wideExponent, wideHigh, wideLow);
  }
  setResult(signB, wideExponent, wideHigh, wideLow | 1);
}
