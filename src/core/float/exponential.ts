// 2^x - 1 for F2XM1 (SDM Vol. 2A): (e^y - 1) / y by its series, y = x ln 2.
import { Exception, raiseException } from './environment';
import { propagateNanA } from './nan';
import {
  Class,
  INTEGER_BIT,
  classA,
  exponentA,
  resultIsA,
  setResult,
  setSpecial,
  signA,
  significandA,
} from './operand';
import { INVERSE_FACTORIALS } from './series';
import {
  fixedLow,
  fixedOf,
  multiplyWide,
  normalizeSum,
  sumSeries,
  wideExponent,
  wideHigh,
  wideLow,
} from './wide';

const LN_2_HIGH: u64 = 0xb172_17f7_d1cf_79ab;
const LN_2_LOW: u64 = 0xc9e3_b398_03f2_f6af;
const TERMS: i32 = 24;

/** 2^A - 1. Beyond one in magnitude the result is undefined: it is A. */
export function exponentialOfA(): void {
  if (classA & (Class.NAN | Class.UNSUPPORTED)) return propagateNanA();
  if (classA & Class.INFINITY) return signA ? setResult(1, 0, INTEGER_BIT, 0) : setSpecial(Class.INFINITY, 0);
  if (classA & Class.ZERO) return resultIsA();
  if (classA & Class.DENORMAL) raiseException(Exception.DENORMAL);
  if (exponentA >= 0) {
    // Of one and minus one it is exact.
    if (exponentA > 0 || significandA != INTEGER_BIT) return resultIsA();
    return signA ? setResult(1, -1, INTEGER_BIT, 0) : setResult(0, 0, INTEGER_BIT, 0);
  }
  multiplyWide(exponentA, significandA, 0, -1, LN_2_HIGH, LN_2_LOW);
  const exponent = wideExponent;
  const top = wideHigh;
  const low = wideLow;
  const fixed = fixedOf(exponent, top, low);
  sumSeries(INVERSE_FACTORIALS, TERMS, fixed, fixedLow, signA != 0);
  normalizeSum(!signA);
  multiplyWide(exponent, top, low, wideExponent, wideHigh, wideLow);
  setResult(signA, wideExponent, wideHigh, wideLow | 1);
}
