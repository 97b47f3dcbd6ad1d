// Operands and the result of an operation, unpacked: class, sign, exponent and a significand whose top bit is set, worth
// significand * 2^(exponent - 63). One shape for all formats; formats pack and unpack (binary.ts, extended.ts, integer.ts).
import { raiseException, Exception } from './environment';

/** A set of bits, so that two operands are tested by one OR. */
export const enum Class {
  /** Finite, not zero. */
  NORMAL = 0,
  /** The same, but it was denormal. */
  DENORMAL = 1,
  ZERO = 2,
  INFINITY = 4,
  /** NaNs carry their payload in the significand, left-aligned: the quiet bit is bit 62. */
  QUIET = 8,
  SIGNALING = 16,
  /** Extended encodings that the 80387 and later refuse (SDM Vol. 1, 8.2.2). */
  UNSUPPORTED = 32,
  NAN = 24,
}

export const INTEGER_BIT: u64 = 0x8000_0000_0000_0000;
export const QUIET_BIT: u64 = 0x4000_0000_0000_0000;

/** First operand. */
export let classA: u32 = 0;
export let signA: u32 = 0;
export let exponentA: i32 = 0;
export let significandA: u64 = 0;

/** Second operand. */
export let classB: u32 = 0;
export let signB: u32 = 0;
export let exponentB: i32 = 0;
export let significandB: u64 = 0;

/** Result: the significand goes on in `low`, whose lowest bit is sticky. */
export let resultClass: u32 = 0;
export let resultSign: u32 = 0;
export let resultExponent: i32 = 0;
export let high: u64 = 0;
export let low: u64 = 0;

// @ts-ignore: decorator
@inline
export function setA(kind: u32, sign: u32, exponent: i32, significand: u64): void {
  classA = kind;
  signA = sign;
  exponentA = exponent;
  significandA = significand;
}

// @ts-ignore: decorator
@inline
export function setB(kind: u32, sign: u32, exponent: i32, significand: u64): void {
  classB = kind;
  signB = sign;
  exponentB = exponent;
  significandB = significand;
}

export function exchangeOperands(): void {
  const kind = classA;
  const sign = signA;
  const exponent = exponentA;
  const significand = significandA;
  setA(classB, signB, exponentB, significandB);
  setB(kind, sign, exponent, significand);
}

// @ts-ignore: decorator
@inline
export function setResult(sign: u32, exponent: i32, highWord: u64, lowPart: u64): void {
  resultClass = Class.NORMAL;
  resultSign = sign;
  resultExponent = exponent;
  high = highWord;
  low = lowPart;
}

/** Zero or infinity. */
export function setSpecial(kind: u32, sign: u32): void {
  resultClass = kind;
  resultSign = sign;
  high = kind == Class.ZERO ? 0 : INTEGER_BIT;
  low = 0;
}

/** A quiet NaN. */
export function setNan(sign: u32, significand: u64): void {
  resultClass = Class.QUIET;
  resultSign = sign;
  high = significand | INTEGER_BIT | QUIET_BIT;
  low = 0;
}

/** Invalid operation: the default NaN, which is negative. */
export function setInvalid(): void {
  raiseException(Exception.INVALID);
  setNan(1, QUIET_BIT);
}

/** The result is the first operand, to be rounded; its class must not be NaN. */
export function resultIsA(): void {
  if (classA & (Class.ZERO | Class.INFINITY)) setSpecial(classA, signA);
  else setResult(signA, exponentA, significandA, 0);
}
