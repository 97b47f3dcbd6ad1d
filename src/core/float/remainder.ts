// Partial remainder, scaling and splitting of x87 (SDM Vol. 2A, FPREM, FPREM1, FSCALE, FXTRACT). Results are exact, or rounded by
// packing alone.
import { Exception, raiseException } from './environment';
import { propagateNan, propagateNanA } from './nan';
import {
  Class,
  classA,
  classB,
  exponentA,
  exponentB,
  resultIsA,
  setInvalid,
  setResult,
  setSpecial,
  signA,
  signB,
  significandA,
  significandB,
} from './operand';
import { divide, remainder } from './significand';

const NANS: u32 = Class.NAN | Class.UNSUPPORTED;

/** Low bits of the quotient that was taken off. */
export let quotient: u32 = 0;
/** The exponents were too far apart: it has to be done again. */
export let incomplete: bool = false;
/** There is a quotient: the operands were numbers. */
export let reduced: bool = false;

function noteDenormals(): void {
  if ((classA | classB) & Class.DENORMAL) raiseException(Exception.DENORMAL);
}

/** Quotient of the significand of A, moved up by `count` < 64, and that of B; the rest in `remainder` of significand.ts. */
function divideMoved(count: u64): u64 {
  if (count != 0) return divide(significandA >> (64 - count), significandA << count, significandB);
  return significandA >= significandB ? 1 : 0;
}

function setRemainder(sign: u32, exponent: i32, rest: u64): void {
  if (rest == 0) return setSpecial(Class.ZERO, signA);
  const shift = clz<u64>(rest);
  setResult(sign, exponent - <i32>shift, rest << shift, 0);
}

/** A modulo B; with `nearest` the quotient is rounded, and the remainder may have the other sign. */
export function remainderOperands(nearest: bool): void {
  quotient = 0;
  incomplete = false;
  reduced = false;
  if ((classA | classB) & NANS) return propagateNan();
  if (classA & Class.INFINITY || classB & Class.ZERO) return setInvalid();
  reduced = true;
  noteDenormals();
  if (classA & Class.ZERO || classB & Class.INFINITY) return resultIsA();
  const distance = exponentA - exponentB;
  if (distance < 0) {
    // Smaller than B: only a nearest quotient can be one, when A is more than half of B.
    if (!nearest || distance < -1 || significandA <= significandB) return resultIsA();
    quotient = 1;
    return setRemainder(signA ^ 1, exponentA, significandB - (significandA - significandB));
  }
  if (distance >= 64) {
    // As many bits as processors take off: between 32 and 63.
    const count = (distance & 31) | 32;
    incomplete = true;
    divideMoved(<u64>count);
    return setRemainder(signA, exponentA - count, remainder);
  }
  const whole = divideMoved(<u64>distance);
  let rest = distance != 0 ? remainder : significandA - (whole != 0 ? significandB : 0);
  let sign = signA;
  quotient = <u32>whole;
  if (nearest) {
    const other = significandB - rest;
    if (rest > other || (rest == other && whole & 1)) {
      rest = other;
      sign ^= 1;
      quotient++;
    }
  }
  setRemainder(sign, exponentB, rest);
}

/** Beyond this every number overflows or underflows. */
const FAR: i32 = 0x10000;

/** A times two to the integer part of B. */
export function scaleOperands(): void {
  if ((classA | classB) & NANS) return propagateNan();
  if (classB & Class.INFINITY) {
    // Zero grown infinitely and infinity shrunk infinitely are undefined.
    if (classA & (signB ? Class.INFINITY : Class.ZERO)) return setInvalid();
    noteDenormals();
    return setSpecial(signB ? Class.ZERO : Class.INFINITY, signA);
  }
  noteDenormals();
  if (classA & (Class.ZERO | Class.INFINITY)) return resultIsA();
  let by: i32 = 0;
  if (!(classB & Class.ZERO) && exponentB >= 0) {
    by = exponentB >= 16 ? FAR : <i32>(significandB >> (<u64>(63 - exponentB)));
    if (signB) by = -by;
  }
  setResult(signA, exponentA + by, significandA, 0);
}

/** The exponent of A as a number. */
export function exponentOfA(): void {
  if (classA & NANS) return propagateNanA();
  if (classA & Class.INFINITY) return setSpecial(Class.INFINITY, 0);
  if (classA & Class.ZERO) {
    raiseException(Exception.DIVIDE);
    return setSpecial(Class.INFINITY, 1);
  }
  if (classA & Class.DENORMAL) raiseException(Exception.DENORMAL);
  const e = exponentA;
  if (e == 0) return setSpecial(Class.ZERO, 0);
  const magnitude = <u64>(e < 0 ? -e : e);
  const shift = clz<u64>(magnitude);
  setResult(e < 0 ? 1 : 0, 63 - <i32>shift, magnitude << shift, 0);
}

/** The significand of A with the exponent of one. */
export function significandOfA(): void {
  if (classA & NANS) return propagateNanA();
  if (classA & (Class.ZERO | Class.INFINITY)) return resultIsA();
  setResult(signA, 0, significandA, 0);
}
