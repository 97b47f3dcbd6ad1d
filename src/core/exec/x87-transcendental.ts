// F2XM1, FYL2X, FYL2XP1, FPATAN, FSIN, FCOS, FSINCOS, FPTAN (SDM Vol. 1, 8.3.7 to 8.3.10). The float library gives results that are
// correctly rounded but for about one in 2^50: that is within the error the manual allows.
import { State } from '../../abi/state-block';
import { angleOfAB } from '../float/arctangent';
import { exponentialOfA } from '../float/exponential';
import { packExtended, packedHead } from '../float/extended';
import { logarithmOfA, logarithmOfAPlusOne } from '../float/logarithm';
import { cosineOfA, isFar, sineOfA, tangentOfA } from '../float/trigonometric';
import { Class, INTEGER_BIT, classA } from '../float/operand';
import { FpuStatus } from '../gen/constants';
import { get32, set32 } from '../state';
import { Next } from '../uop';
import { stackToA, stackToB } from './x87-operands';
import { DEFAULT_NAN, DEFAULT_NAN_HEAD, isEmpty, pop, push, writeStack } from './x87-stack';
import { begin, finish, overflowInto, refused, underflow, underflowInto } from './x87-status';

/** Sign and exponent of one. */
const ONE_HEAD: u32 = 0x3fff;

function replace(u: usize): i32 {
  if (refused()) return finish(u);
  const significand = packExtended(64);
  writeStack(0, significand, packedHead);
  return finish(u);
}

export function execF2xm1(u: usize): i32 {
  begin();
  if (isEmpty(0)) return underflowInto(u, 0, 0);
  stackToA(0);
  exponentialOfA();
  return replace(u);
}

/** ST(1) gets the result and ST(0) is popped. */
function replaceSecond(u: usize): i32 {
  if (refused()) return finish(u);
  const significand = packExtended(64);
  writeStack(1, significand, packedHead);
  pop();
  return finish(u);
}

/** `plusOne` 1: FYL2XP1. */
export function execLogarithm(u: usize, plusOne: u32): i32 {
  begin();
  if (isEmpty(0) || isEmpty(1)) return underflowInto(u, 1, 1);
  stackToA(0);
  stackToB(1);
  if (plusOne) logarithmOfAPlusOne();
  else logarithmOfA();
  return replaceSecond(u);
}

export function execFpatan(u: usize): i32 {
  begin();
  if (isEmpty(0) || isEmpty(1)) return underflowInto(u, 1, 1);
  stackToA(0);
  stackToB(1);
  angleOfAB();
  return replaceSecond(u);
}

function clearC2(): void {
  set32(State.FPU_STATUS, get32(State.FPU_STATUS) & ~FpuStatus.C2);
}

/** The operand is out of range: C2, and nothing else happens. */
function far(u: usize): i32 {
  finish(u);
  set32(State.FPU_STATUS, get32(State.FPU_STATUS) | FpuStatus.C2);
  return Next.DONE;
}

/** `cosine` 1: FCOS, 0: FSIN. */
export function execSine(u: usize, cosine: u32): i32 {
  begin();
  clearC2();
  if (isEmpty(0)) return underflowInto(u, 0, 0);
  stackToA(0);
  if (isFar()) return far(u);
  if (cosine) cosineOfA();
  else sineOfA();
  return replace(u);
}

/** ST(0) is empty where two results are due. */
function underflowTwo(u: usize): i32 {
  if (!underflow()) return finish(u);
  writeStack(0, DEFAULT_NAN, DEFAULT_NAN_HEAD);
  push(DEFAULT_NAN, DEFAULT_NAN_HEAD);
  return finish(u);
}

/** ST(0) becomes the sine and the cosine is pushed. */
export function execFsincos(u: usize): i32 {
  begin();
  clearC2();
  if (isEmpty(0)) return underflowTwo(u);
  if (!isEmpty(7)) return overflowInto(u);
  stackToA(0);
  if (isFar()) return far(u);
  sineOfA();
  if (refused()) return finish(u);
  const sine = packExtended(64);
  const sineHead = packedHead;
  cosineOfA();
  const cosine = packExtended(64);
  writeStack(0, sine, sineHead);
  push(cosine, packedHead);
  return finish(u);
}

/** ST(0) becomes the tangent and one is pushed; with a NaN, that NaN. */
export function execFptan(u: usize): i32 {
  begin();
  clearC2();
  if (isEmpty(0)) return underflowTwo(u);
  if (!isEmpty(7)) return overflowInto(u);
  stackToA(0);
  if (isFar()) return far(u);
  tangentOfA();
  if (refused()) return finish(u);
  const number = (classA & (Class.NAN | Class.UNSUPPORTED | Class.INFINITY)) == 0;
  const tangent = packExtended(64);
  const head = packedHead;
  writeStack(0, tangent, head);
  if (number) push(INTEGER_BIT, ONE_HEAD);
  else push(tangent, head);
  return finish(u);
}
