// Fused multiply-add on packed numbers (T is u32 or u64): one rounding of the exact x * y + z (SDM Vol. 1, 14.5.2 and its rules for
// NaNs: the first of x, y and z that is one goes on).
import { cancelledSign } from './arithmetic';
import { packBinary, unpackA, unpackB } from './binary';
import { Exception, raiseException } from './environment';
import {
  Class,
  classA,
  classB,
  exponentA,
  exponentB,
  setInvalid,
  setNan,
  setResult,
  setSpecial,
  signA,
  signB,
  significandA,
  significandB,
} from './operand';
import { lowWord, multiply, shiftRightSticky } from './significand';

let addendClass: u32 = 0;
let addendSign: u32 = 0;
let addendExponent: i32 = 0;
let addendSignificand: u64 = 0;

/** x * y + z with the signs of the product and the addend flipped by `product` and `addend` (1 or 0), behind NaNs. */
export function fused<T>(x: T, y: T, z: T, product: u32, addend: u32): T {
  unpackA<T>(z);
  addendClass = classA;
  addendSign = signA;
  addendExponent = exponentA;
  addendSignificand = significandA;
  unpackA<T>(x);
  unpackB<T>(y);
  compute(product, addend);
  return packBinary<T>();
}

function propagate(): void {
  if ((classA | classB | addendClass) & Class.SIGNALING) raiseException(Exception.INVALID);
  if (classA & Class.NAN) setNan(signA, significandA);
  else if (classB & Class.NAN) setNan(signB, significandB);
  else setNan(addendSign, addendSignificand);
}

function compute(product: u32, addend: u32): void {
  const all = classA | classB | addendClass;
  const sign = signA ^ signB ^ product;
  const other = addendSign ^ addend;
  if (all != Class.NORMAL) {
    if (all & Class.NAN) return propagate();
    const infinite = ((classA | classB) & Class.INFINITY) != 0;
    if (infinite && (classA | classB) & Class.ZERO) return setInvalid();
    if (infinite && addendClass & Class.INFINITY && sign != other) return setInvalid();
    if (all & Class.DENORMAL) raiseException(Exception.DENORMAL);
    if (infinite) return setSpecial(Class.INFINITY, sign);
    if (addendClass & Class.INFINITY) return setSpecial(Class.INFINITY, other);
    if ((classA | classB) & Class.ZERO) {
      if (!(addendClass & Class.ZERO)) return setResult(other, addendExponent, addendSignificand, 0);
      return setSpecial(Class.ZERO, sign == other ? sign : cancelledSign());
    }
  }
  let top = multiply(significandA, significandB);
  let rest = lowWord;
  let exponent = exponentA + exponentB + 1;
  if (<i64>top >= 0) {
    top = (top << 1) | (rest >> 63);
    rest <<= 1;
    exponent--;
  }
  if (addendClass & Class.ZERO) return setResult(sign, exponent, top, rest);
  addWide(sign, exponent, top, rest, other);
}

/** The product, two words of it, plus the addend. */
function addWide(sign: u32, exponent: i32, top: u64, rest: u64, other: u32): void {
  let addendTop = addendSignificand;
  let addendRest: u64 = 0;
  const distance = exponent - addendExponent;
  if (distance > 0) {
    addendTop = shiftRightSticky(addendTop, 0, distance > 128 ? 128 : distance);
    addendRest = lowWord;
  } else if (distance < 0) {
    top = shiftRightSticky(top, rest, distance < -128 ? 128 : -distance);
    rest = lowWord;
    exponent = addendExponent;
  }
  if (sign == other) {
    const low = rest + addendRest;
    const carry = <u64>(low < rest);
    const sum = top + addendTop + carry;
    const carried = sum < top || (carry != 0 && sum == top);
    if (!carried) return setResult(sign, exponent, sum, low);
    return setResult(
      sign,
      exponent + 1,
      (sum >> 1) | 0x8000_0000_0000_0000,
      (sum << 63) | (low >> 1) | (low & 1),
    );
  }
  if (top < addendTop || (top == addendTop && rest < addendRest)) {
    const t = top;
    const r = rest;
    top = addendTop;
    rest = addendRest;
    addendTop = t;
    addendRest = r;
    sign = other;
  }
  top = top - addendTop - <u64>(rest < addendRest);
  rest -= addendRest;
  if ((top | rest) == 0) return setSpecial(Class.ZERO, cancelledSign());
  if (top == 0) {
    top = rest;
    rest = 0;
    exponent -= 64;
  }
  const shift = clz<u64>(top);
  if (shift != 0) {
    top = (top << shift) | (rest >> (64 - shift));
    rest <<= shift;
  }
  setResult(sign, exponent - <i32>shift, top, rest);
}
