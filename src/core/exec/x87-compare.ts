// Comparisons: FCOM FUCOM FICOM FTST into C3, C2 and C0, FCOMI and FUCOMI into RFLAGS, and FXAM (SDM Vol. 1, 8.1.4, 8.3.6).
import { State } from '../../abi/state-block';
import { Order, compareOperands } from '../float/compare';
import { Class, classA, setB } from '../float/operand';
import { faulted } from '../fault';
import { setArithmeticFlags } from '../flags';
import { FpuStatus, Rflags } from '../gen/constants';
import { get32, set32 } from '../state';
import { Next, Uop } from '../uop';
import { Source, memoryToB, stackToA, stackToB } from './x87-operands';
import { isEmpty, pop, stackRegister } from './x87-stack';
import { begin, finish, refused, underflow } from './x87-status';

/** Formats of memory operands, see x87-operands.ts. */
export const enum Compared {
  SINGLE = Source.SINGLE,
  DOUBLE = Source.DOUBLE,
  INTEGER_16 = Source.INTEGER_16,
  INTEGER_32 = Source.INTEGER_32,
}

const CODES: u32 = FpuStatus.C0 | FpuStatus.C2 | FpuStatus.C3;

function setCodes(codes: u32): void {
  set32(State.FPU_STATUS, (get32(State.FPU_STATUS) & ~CODES) | codes);
}

function codesOf(order: u32): u32 {
  if (order == Order.GREATER) return 0;
  if (order == Order.LESS) return FpuStatus.C0;
  return order == Order.EQUAL ? FpuStatus.C3 : CODES;
}

function popTimes(u: usize, pops: u32): i32 {
  for (let i: u32 = 0; i < pops; i++) pop();
  return finish(u);
}

/** One of the operands is empty: unordered, if that is masked. */
function compareEmpty(u: usize, pops: u32): i32 {
  if (!underflow()) return finish(u);
  setCodes(CODES);
  return popTimes(u, pops);
}

function compare(u: usize, ordered: bool, pops: u32): i32 {
  const order = compareOperands(ordered);
  if (refused()) return finish(u);
  setCodes(codesOf(order));
  return popTimes(u, pops);
}

/** ST(0) with ST(i). `ordered` 1: quiet NaNs are invalid (FCOM); 0: not (FUCOM). */
export function execCompare(u: usize, ordered: u32, pops: u32): i32 {
  const i = (<u32>load<u8>(u + Uop.RM)) & 7;
  begin();
  if (isEmpty(0) || isEmpty(i)) return compareEmpty(u, pops);
  stackToA(0);
  stackToB(i);
  return compare(u, ordered != 0, pops);
}

export function execCompareMemory(u: usize, memory: u32, pops: u32): i32 {
  begin();
  memoryToB(u, memory);
  if (faulted()) return Next.FAULT;
  if (isEmpty(0)) return compareEmpty(u, pops);
  stackToA(0);
  return compare(u, true, pops);
}

export function execFtst(u: usize): i32 {
  begin();
  if (isEmpty(0)) return compareEmpty(u, 0);
  stackToA(0);
  setB(Class.ZERO, 0, 0, 0);
  return compare(u, true, 0);
}

function flagsOf(order: u32): u32 {
  if (order == Order.GREATER) return 0;
  if (order == Order.LESS) return <u32>Rflags.CF;
  return <u32>(order == Order.EQUAL ? Rflags.ZF : Rflags.ZF | Rflags.PF | Rflags.CF);
}

/** ST(0) with ST(i) into ZF, PF and CF. */
export function execCompareFlags(u: usize, ordered: u32, pops: u32): i32 {
  const i = (<u32>load<u8>(u + Uop.RM)) & 7;
  begin();
  let order: u32 = Order.UNORDERED;
  if (isEmpty(0) || isEmpty(i)) {
    if (!underflow()) return finish(u);
  } else {
    stackToA(0);
    stackToB(i);
    order = compareOperands(ordered != 0);
    if (refused()) return finish(u);
  }
  setArithmeticFlags(flagsOf(order));
  return popTimes(u, pops);
}

/** C3, C2 and C0 of a class; SDM Vol. 2A, table 3-42. */
function examined(kind: u32): u32 {
  if (kind == Class.NORMAL) return FpuStatus.C2;
  if (kind == Class.ZERO) return FpuStatus.C3;
  if (kind == Class.DENORMAL) return FpuStatus.C3 | FpuStatus.C2;
  if (kind == Class.INFINITY) return FpuStatus.C2 | FpuStatus.C0;
  return kind & Class.NAN ? FpuStatus.C0 : 0;
}

/** C1 is the sign, of an empty register too. */
export function execFxam(u: usize): i32 {
  begin();
  finish(u);
  let codes = FpuStatus.C3 | FpuStatus.C0;
  if (!isEmpty(0)) {
    stackToA(0);
    codes = examined(classA);
  }
  const head: u32 = load<u16>(stackRegister(0), 8);
  if (head >> 15) codes |= FpuStatus.C1;
  setCodes(codes);
  return Next.DONE;
}
