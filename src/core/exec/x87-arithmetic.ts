// FADD FSUB FMUL FDIV with their reversed, integer and popping forms, FSQRT, FRNDINT, FCHS, FABS (SDM Vol. 1, 8.3.5; Vol. 2A).
import { addOperands, divideOperands, multiplyOperands, squareRootOperand } from '../float/arithmetic';
import { Exception, raiseException, roundedUp, rounding, setRoundedUp } from '../float/environment';
import { packExtended, packedHead } from '../float/extended';
import { roundToIntegral } from '../float/integer';
import { Class, classA, exchangeOperands } from '../float/operand';
import { faulted } from '../fault';
import { Next, Uop } from '../uop';
import { Source, memoryToB, stackToA, stackToB } from './x87-operands';
import { isEmpty, pop, stackRegister, writeStack } from './x87-stack';
import { begin, finish, precision, refused, underflowInto } from './x87-status';

/** Destination and source in the order of the mnemonic: SUB is destination - source, SUBR source - destination. */
export const enum Arithmetic {
  ADD,
  SUB,
  SUBR,
  MUL,
  DIV,
  DIVR,
}

/** Formats of memory operands, see x87-operands.ts. */
export const enum Memory {
  SINGLE = Source.SINGLE,
  DOUBLE = Source.DOUBLE,
  INTEGER_16 = Source.INTEGER_16,
  INTEGER_32 = Source.INTEGER_32,
}

/** A is the destination, B the source. */
function operate(operation: u32): void {
  switch (operation) {
    case Arithmetic.ADD:
      return addOperands(0);
    case Arithmetic.MUL:
      return multiplyOperands();
    case Arithmetic.SUB:
      return addOperands(1);
    case Arithmetic.DIV:
      return divideOperands();
    case Arithmetic.SUBR:
      exchangeOperands();
      return addOperands(1);
    default:
      exchangeOperands();
      return divideOperands();
  }
}

/** Rounds the result to `bits` and puts it into ST(target). */
function complete(u: usize, target: u32, bits: u32, pops: bool): i32 {
  if (refused()) return finish(u);
  const significand = packExtended(bits);
  writeStack(target, significand, packedHead);
  if (pops) pop();
  return finish(u);
}

/** ST(0) = ST(0) op ST(i). */
export function execArithmetic(u: usize, operation: u32): i32 {
  const i = (<u32>load<u8>(u + Uop.RM)) & 7;
  begin();
  if (isEmpty(0) || isEmpty(i)) return underflowInto(u, 0, 0);
  stackToA(0);
  stackToB(i);
  operate(operation);
  return complete(u, 0, precision(), false);
}

/** ST(i) = ST(i) op ST(0), popping when `pops` is 1. */
export function execArithmeticTo(u: usize, operation: u32, pops: u32): i32 {
  const i = (<u32>load<u8>(u + Uop.RM)) & 7;
  begin();
  if (isEmpty(0) || isEmpty(i)) return underflowInto(u, i, pops);
  stackToA(i);
  stackToB(0);
  operate(operation);
  return complete(u, i, precision(), pops != 0);
}

/** ST(0) = ST(0) op memory. */
export function execArithmeticMemory(u: usize, operation: u32, memory: u32): i32 {
  begin();
  memoryToB(u, memory);
  if (faulted()) return Next.FAULT;
  if (isEmpty(0)) return underflowInto(u, 0, 0);
  stackToA(0);
  operate(operation);
  return complete(u, 0, precision(), false);
}

export function execFsqrt(u: usize): i32 {
  begin();
  if (isEmpty(0)) return underflowInto(u, 0, 0);
  stackToA(0);
  squareRootOperand();
  return complete(u, 0, precision(), false);
}

export function execFrndint(u: usize): i32 {
  begin();
  if (isEmpty(0)) return underflowInto(u, 0, 0);
  stackToA(0);
  if (classA & Class.DENORMAL) raiseException(Exception.DENORMAL);
  if (refused()) return finish(u);
  roundToIntegral(rounding);
  if (refused()) return finish(u);
  const up = roundedUp;
  const significand = packExtended(64);
  // Packing an integral value rounds nothing: C1 is of the rounding before.
  setRoundedUp(up);
  writeStack(0, significand, packedHead);
  return finish(u);
}

/** Changes the sign bit: NaNs and unsupported formats too, without exception. */
function changeSign(u: usize, keep: u32, flip: u32): i32 {
  begin();
  if (isEmpty(0)) return underflowInto(u, 0, 0);
  const at = stackRegister(0);
  store<u16>(at, (load<u16>(at, 8) & keep) ^ flip, 8);
  return finish(u);
}

export function execFchs(u: usize): i32 {
  return changeSign(u, 0xffff, 0x8000);
}

export function execFabs(u: usize): i32 {
  return changeSign(u, 0x7fff, 0);
}
