// What a floating-point operation runs under, and the exceptions it raised. Module variables, valid inside one instruction:
// the caller sets the environment, operates and collects. Knows no register of the processor (SDM Vol. 1, 4.8 and 4.9).

/** Exceptions, in the order that MXCSR and the x87 status word share. */
export const enum Exception {
  INVALID = 1,
  DENORMAL = 2,
  DIVIDE = 4,
  OVERFLOW = 8,
  UNDERFLOW = 16,
  PRECISION = 32,
  /** Those found before the operation: unmasked, they keep it from happening. */
  BEFORE = 7,
}

/** Rounding control, numbered as MXCSR and the x87 control word do. */
export const enum Rounding {
  NEAREST = 0,
  DOWN = 1,
  UP = 2,
  ZERO = 3,
}

export let rounding: u32 = 0;
/** Exceptions that are not masked, bits of Exception. */
export let unmasked: u32 = 0;
/** Denormal operands count as zeros (MXCSR.DAZ). */
export let denormalsAreZeros: bool = false;
/** Tiny results become zeros when underflow is masked (MXCSR.FZ). */
export let flushToZero: bool = false;
/** The x87 rules: which NaN goes on, and the biased results of unmasked overflow and underflow. */
export let x87: bool = false;

/** Nothing but an inexact result is expected and that is no news: the host's own arithmetic may do what is plain. */
export let quick: bool = false;

/** Exceptions raised since the operation began, bits of Exception. */
export let raised: u32 = 0;
/** The last rounding made the magnitude larger: x87 condition code C1. */
export let roundedUp: bool = false;

/** Starts an SSE or AVX operation; `quick` when it rounds to nearest, all is masked and inexactness is flagged already. */
export function beginVector(mode: u32, unmaskedExceptions: u32, daz: bool, flush: bool, plain: bool): void {
  quick = plain;
  rounding = mode;
  unmasked = unmaskedExceptions;
  denormalsAreZeros = daz;
  flushToZero = flush;
  x87 = false;
  raised = 0;
}

/** Starts an x87 operation. */
export function beginX87(mode: u32, unmaskedExceptions: u32): void {
  rounding = mode;
  unmasked = unmaskedExceptions;
  denormalsAreZeros = false;
  flushToZero = false;
  x87 = true;
  raised = 0;
  roundedUp = false;
}

/** For one conversion: another rounding mode, and no flushing of tiny results (VCVTPS2PH, ROUNDPS). */
export function overrideRounding(mode: u32): void {
  rounding = mode;
  flushToZero = false;
}

/** For one conversion: denormal operands are numbers. */
export function keepDenormals(): void {
  denormalsAreZeros = false;
}

export function raiseException(exceptions: u32): void {
  raised |= exceptions;
}

/** Takes back exceptions, of an intermediate result say. */
export function setRaised(exceptions: u32): void {
  raised = exceptions;
}

export function setRoundedUp(up: bool): void {
  roundedUp = up;
}
