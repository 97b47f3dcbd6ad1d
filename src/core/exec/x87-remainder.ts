// FPREM, FPREM1, FSCALE and FXTRACT (SDM Vol. 1, 8.3.5; Vol. 2A).
import { State } from '../../abi/state-block';
import { setRoundedUp } from '../float/environment';
import { packExtended, packedHead } from '../float/extended';
import {
  exponentOfA,
  incomplete,
  quotient,
  reduced,
  remainderOperands,
  scaleOperands,
  significandOfA,
} from '../float/remainder';
import { FpuStatus } from '../gen/constants';
import { get32, set32 } from '../state';
import { Next } from '../uop';
import { stackToA, stackToB } from './x87-operands';
import { DEFAULT_NAN, DEFAULT_NAN_HEAD, isEmpty, push, writeStack } from './x87-stack';
import { begin, finish, overflowInto, refused, underflow, underflowInto } from './x87-status';

/** C2: not done; else C0, C3 and C1 are bits 2, 1 and 0 of the quotient. */
function quotientCodes(): u32 {
  if (incomplete) return FpuStatus.C2;
  let codes: u32 = 0;
  if (quotient & 4) codes |= FpuStatus.C0;
  if (quotient & 2) codes |= FpuStatus.C3;
  if (quotient & 1) codes |= FpuStatus.C1;
  return codes;
}

/** `nearest` 0: FPREM, 1: FPREM1. */
export function execRemainder(u: usize, nearest: u32): i32 {
  begin();
  set32(State.FPU_STATUS, get32(State.FPU_STATUS) & ~FpuStatus.C2);
  if (isEmpty(0) || isEmpty(1)) return underflowInto(u, 0, 0);
  stackToA(0);
  stackToB(1);
  remainderOperands(nearest != 0);
  if (refused()) return finish(u);
  const significand = packExtended(64);
  setRoundedUp(false);
  writeStack(0, significand, packedHead);
  finish(u);
  if (!reduced) return Next.DONE;
  const mask: u32 = FpuStatus.C0 | FpuStatus.C1 | FpuStatus.C2 | FpuStatus.C3;
  set32(State.FPU_STATUS, (get32(State.FPU_STATUS) & ~mask) | quotientCodes());
  return Next.DONE;
}

export function execFscale(u: usize): i32 {
  begin();
  if (isEmpty(0) || isEmpty(1)) return underflowInto(u, 0, 0);
  stackToA(0);
  stackToB(1);
  scaleOperands();
  if (refused()) return finish(u);
  const significand = packExtended(64);
  writeStack(0, significand, packedHead);
  return finish(u);
}

/** ST(0) becomes the exponent, and the significand is pushed. */
export function execFxtract(u: usize): i32 {
  begin();
  if (isEmpty(0)) {
    if (!underflow()) return finish(u);
    writeStack(0, DEFAULT_NAN, DEFAULT_NAN_HEAD);
    push(DEFAULT_NAN, DEFAULT_NAN_HEAD);
    return finish(u);
  }
  if (!isEmpty(7)) return overflowInto(u);
  stackToA(0);
  exponentOfA();
  if (refused()) return finish(u);
  const exponent = packExtended(64);
  const exponentHead = packedHead;
  significandOfA();
  const significand = packExtended(64);
  setRoundedUp(false);
  writeStack(0, exponent, exponentHead);
  push(significand, packedHead);
  return finish(u);
}
