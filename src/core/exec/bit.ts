// Bit tests, bit scans, POPCNT, and the double-width compare-and-exchange. SDM Vol. 1, 7.3.6; Vol. 2 CMPXCHG8B.
import { Gpr } from '../../abi/state-block';
import { faulted } from '../fault';
import { Reason } from '../gen/reasons';
import { Flag, rflags, setArithmeticFlags } from '../flags';
import { probeWrite, readForModify, readLinear, segmentLinear, writeLinear } from '../memory';
import {
  checkedOperandLinear,
  effectiveAddress,
  modifyOperand,
  readOperand,
  readReg,
  readRegOperand,
  truncateAddress,
  writeOperand,
  writeReg,
  writeRegOperand,
} from '../operands';
import { gpr, setGpr } from '../state';
import { Next, Uop, UopFlag } from '../uop';
import { refuse } from './refusal';
import { signed } from './alu';

/** BT, BTS, BTR, BTC. */
const enum BitOp {
  TEST = 0,
  SET = 1,
  RESET = 2,
  COMPLEMENT = 3,
}

function changed(op: u32, value: u64, bit: u64): u64 {
  const mask = (<u64>1) << bit;
  if (op == BitOp.SET) return value | mask;
  if (op == BitOp.RESET) return value & ~mask;
  return value ^ mask;
}

/** CF is the bit; the other flags keep their values (undefined except ZF, which is kept by definition). */
function carryFrom(value: u64, bit: u64): void {
  setArithmeticFlags(((<u32>rflags()) & ~Flag.CF) | ((<u32>(value >> bit)) & 1));
}

function bitOperand(u: usize, op: u32, bit: u64): i32 {
  const width = <u32>load<u8>(u + Uop.WIDTH);
  const value = op == BitOp.TEST ? readOperand(u, width) : modifyOperand(u, width);
  if (faulted()) return Next.FAULT;
  carryFrom(value, bit);
  if (op != BitOp.TEST) writeOperand(u, width, changed(op, value, bit));
  return Next.DONE;
}

export function execBitImmediate(u: usize, op: u32): i32 {
  const width = <u64>load<u8>(u + Uop.WIDTH);
  return bitOperand(u, op, load<u64>(u + Uop.IMMEDIATE) & ((width << 3) - 1));
}

/** A bit offset in a register reaches beyond a memory operand: it is signed and selects the word too. */
export function execBitReg(u: usize, op: u32): i32 {
  const width = <u32>load<u8>(u + Uop.WIDTH);
  const offset = signed(readRegOperand(u, width), width);
  const bit = offset & (((<u64>width) << 3) - 1);
  if (load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM) return bitOperand(u, op, bit);
  const away = <u64>((<i64>offset) >> (<i64>ctz<u32>(width) + 3)) * <u64>width;
  const at = truncateAddress(effectiveAddress(u) + away, load<u8>(u + Uop.ADDRESS_WIDTH));
  const linear = segmentLinear(load<u8>(u + Uop.SEGMENT), at, width, op != BitOp.TEST);
  if (faulted()) return Next.FAULT;
  const value = op == BitOp.TEST ? readLinear(linear, width) : readForModify(linear, width);
  if (faulted()) return Next.FAULT;
  carryFrom(value, bit);
  if (op != BitOp.TEST) writeLinear(linear, width, changed(op, value, bit));
  return Next.DONE;
}

/** BSF and BSR: a zero source sets ZF and leaves the destination. */
export function execBitScan(u: usize, reverse: bool): i32 {
  const width = <u32>load<u8>(u + Uop.WIDTH);
  const value = readOperand(u, width);
  if (faulted()) return Next.FAULT;
  if (value == 0) {
    setArithmeticFlags(Flag.ZF | Flag.PF);
    return Next.DONE;
  }
  const index = reverse ? 63 - clz<u64>(value) : ctz<u64>(value);
  setArithmeticFlags(0);
  writeRegOperand(u, width, index);
  return Next.DONE;
}

export function execPopcnt(u: usize): i32 {
  const width = <u32>load<u8>(u + Uop.WIDTH);
  const value = readOperand(u, width);
  if (faulted()) return Next.FAULT;
  setArithmeticFlags(value == 0 ? Flag.ZF : 0);
  writeRegOperand(u, width, popcnt<u64>(value));
  return Next.DONE;
}

function zeroFlag(set: bool): void {
  setArithmeticFlags(((<u32>rflags()) & ~Flag.ZF) | (set ? Flag.ZF : 0));
}

export function execCmpxchg8b(u: usize): i32 {
  const value = modifyOperand(u, 8);
  if (faulted()) return Next.FAULT;
  const expected = readReg(Gpr.RAX, 4, false) | (readReg(Gpr.RDX, 4, false) << 32);
  const equal = value == expected;
  writeOperand(u, 8, equal ? readReg(Gpr.RBX, 4, false) | (readReg(Gpr.RCX, 4, false) << 32) : value);
  if (!equal) {
    writeReg(Gpr.RAX, 4, false, value);
    writeReg(Gpr.RDX, 4, false, value >> 32);
  }
  zeroFlag(equal);
  return Next.DONE;
}

export function execCmpxchg16b(u: usize): i32 {
  const linear = checkedOperandLinear(u, 16, true);
  if (faulted()) return Next.FAULT;
  if (linear & 15) return refuse(Reason.OPERAND_ALIGNMENT, linear, 16);
  probeWrite(linear, 16);
  if (faulted()) return Next.FAULT;
  const low = readForModify(linear, 8);
  const high = readForModify(linear + 8, 8);
  if (faulted()) return Next.FAULT;
  const equal = low == gpr(Gpr.RAX) && high == gpr(Gpr.RDX);
  writeLinear(linear, 8, equal ? gpr(Gpr.RBX) : low);
  writeLinear(linear + 8, 8, equal ? gpr(Gpr.RCX) : high);
  if (!equal) {
    setGpr(Gpr.RAX, low);
    setGpr(Gpr.RDX, high);
  }
  zeroFlag(equal);
  return Next.DONE;
}
