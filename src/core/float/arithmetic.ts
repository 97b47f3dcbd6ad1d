// Add, multiply, divide and square root of unpacked operands A and B into the unpacked result, special operands included
// (SDM Vol. 1, 4.8, 8.5 and 11.5; tables of FADD, FMUL, FDIV). Exact up to a sticky bit; formats round.
import { Exception, Rounding, raiseException, rounding } from './environment';
import { propagateNan, propagateNanA } from './nan';
import {
  Class,
  INTEGER_BIT,
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
import { divide, lowWord, multiply, remainder, shiftRightSticky, squareRoot } from './significand';

const NANS: u32 = Class.NAN | Class.UNSUPPORTED;

function noteDenormals(): void {
  if ((classA | classB) & Class.DENORMAL) raiseException(Exception.DENORMAL);
}

/** Sign of an exact zero that two numbers cancel to. */
export function cancelledSign(): u32 {
  return rounding == Rounding.DOWN ? 1 : 0;
}

/** A + B, with the sign of B flipped by `flip` (after NaNs are looked for). */
export function addOperands(flip: u32): void {
  if ((classA | classB) == Class.NORMAL)
    return addFinite(signA, exponentA, significandA, signB ^ flip, exponentB, significandB);
  if ((classA | classB) & NANS) return propagateNan();
  const sign = signB ^ flip;
  if (classA & classB & Class.INFINITY) {
    if (signA != sign) return setInvalid();
    return setSpecial(Class.INFINITY, signA);
  }
  noteDenormals();
  if (classA & Class.INFINITY) return setSpecial(Class.INFINITY, signA);
  if (classB & Class.INFINITY) return setSpecial(Class.INFINITY, sign);
  if (classA & classB & Class.ZERO) return setSpecial(Class.ZERO, signA == sign ? sign : cancelledSign());
  if (classB & Class.ZERO) return resultIsA();
  if (classA & Class.ZERO) return setResult(sign, exponentB, significandB, 0);
  addFinite(signA, exponentA, significandA, sign, exponentB, significandB);
}

function addFinite(sa: u32, ea: i32, ma: u64, sb: u32, eb: i32, mb: u64): void {
  if (ea < eb || (ea == eb && ma < mb)) {
    const s = sa;
    const e = ea;
    const m = ma;
    sa = sb;
    ea = eb;
    ma = mb;
    sb = s;
    eb = e;
    mb = m;
  }
  // A is the larger: B is moved to its exponent.
  const distance = <u64>(ea - eb);
  let small: u64 = mb;
  let rest: u64 = 0;
  if (distance != 0) {
    if (distance < 64) {
      rest = mb << (64 - distance);
      small = mb >> distance;
    } else {
      shiftRightSticky(mb, 0, distance > 128 ? 128 : <i32>distance);
      rest = lowWord;
      small = 0;
    }
  }
  if (sa == sb) {
    const sum = ma + small;
    if (sum >= ma) return setResult(sa, ea, sum, rest);
    return setResult(sa, ea + 1, (sum >> 1) | INTEGER_BIT, (sum << 63) | (rest >> 1) | (rest & 1));
  }
  let top = ma - small - <u64>(rest != 0);
  rest = 0 - rest;
  if (top == 0) {
    if (rest == 0) return setSpecial(Class.ZERO, cancelledSign());
    top = rest;
    rest = 0;
    ea -= 64;
  }
  const shift = clz<u64>(top);
  if (shift != 0) {
    top = (top << shift) | (rest >> (64 - shift));
    rest <<= shift;
  }
  setResult(sa, ea - <i32>shift, top, rest);
}

export function multiplyOperands(): void {
  const sign = signA ^ signB;
  if ((classA | classB) != Class.NORMAL) {
    if ((classA | classB) & NANS) return propagateNan();
    if ((classA | classB) & Class.INFINITY) {
      if ((classA | classB) & Class.ZERO) return setInvalid();
      noteDenormals();
      return setSpecial(Class.INFINITY, sign);
    }
    noteDenormals();
    if ((classA | classB) & Class.ZERO) return setSpecial(Class.ZERO, sign);
  }
  const top = multiply(significandA, significandB);
  const rest = lowWord;
  const exponent = exponentA + exponentB;
  if (<i64>top < 0) setResult(sign, exponent + 1, top, rest);
  else setResult(sign, exponent, (top << 1) | (rest >> 63), rest << 1);
}

/** A / B */
export function divideOperands(): void {
  const sign = signA ^ signB;
  if ((classA | classB) != Class.NORMAL) {
    if ((classA | classB) & NANS) return propagateNan();
    if (classA & classB & (Class.INFINITY | Class.ZERO)) return setInvalid();
    if (classA & Class.INFINITY) {
      noteDenormals();
      return setSpecial(Class.INFINITY, sign);
    }
    if (classB & Class.ZERO) {
      raiseException(Exception.DIVIDE);
      return setSpecial(Class.INFINITY, sign);
    }
    noteDenormals();
    if (classB & Class.INFINITY || classA & Class.ZERO) return setSpecial(Class.ZERO, sign);
  }
  let exponent = exponentA - exponentB;
  let numerator = significandA;
  let tail: u64 = 0;
  if (numerator >= significandB) {
    tail = numerator << 63;
    numerator >>= 1;
  } else exponent--;
  const quotient = divide(numerator, tail, significandB);
  const rest = remainder;
  const double = rest << 1;
  let below: u64 = 0;
  // Half a unit of the quotient against the remainder; only "less, equal, more" is needed.
  if (rest != 0) {
    if (double < rest || double > significandB) below = 0xc000_0000_0000_0000;
    else below = double == significandB ? INTEGER_BIT : 0x4000_0000_0000_0000;
  }
  setResult(sign, exponent, quotient, below);
}

/** Square root of A. */
export function squareRootOperand(): void {
  if (classA & NANS) return propagateNanA();
  if (classA & Class.ZERO) return setSpecial(Class.ZERO, signA);
  if (signA) return setInvalid();
  if (classA & Class.INFINITY) return setSpecial(Class.INFINITY, 0);
  if (classA & Class.DENORMAL) raiseException(Exception.DENORMAL);
  const odd = (exponentA & 1) != 0;
  const root = odd ? squareRoot(significandA, 0) : squareRoot(significandA >> 1, significandA << 63);
  setResult(0, exponentA >> 1, root, lowWord);
}
