// PUSH, POP, PUSHA, POPA, ENTER and LEAVE in general form. SDM Vol. 1, 6.2 and 6.6.
import { Gpr, Seg } from '../../abi/state-block';
import { faulted } from '../fault';
import {
  popWidth,
  probeDatum,
  pushWidth,
  readSegment,
  segmentLinear,
  setStackPointer,
  stackPointer,
  writeSegment,
} from '../memory';
import { stackWidth } from '../mode';
import { readOperand, readReg, truncateAddress, writeOperand, writeReg } from '../operands';
import { gpr, setGpr } from '../state';
import { Next, Uop } from '../uop';

export function execPush(u: usize): i32 {
  const width = <u32>load<u8>(u + Uop.WIDTH);
  const value = readOperand(u, width);
  if (faulted()) return Next.FAULT;
  pushWidth(width, value);
  return faulted() ? Next.FAULT : Next.DONE;
}

export function execPushImmediate(u: usize): i32 {
  pushWidth(load<u8>(u + Uop.WIDTH), load<u64>(u + Uop.IMMEDIATE));
  return faulted() ? Next.FAULT : Next.DONE;
}

/** The address of a memory destination is computed with the popped stack pointer. */
export function execPop(u: usize): i32 {
  const width = <u32>load<u8>(u + Uop.WIDTH);
  const before = gpr(Gpr.RSP);
  const value = popWidth(width);
  if (faulted()) return Next.FAULT;
  writeOperand(u, width, value);
  if (!faulted()) return Next.DONE;
  setGpr(Gpr.RSP, before);
  return Next.FAULT;
}

export function execPusha(u: usize): i32 {
  const width = <u32>load<u8>(u + Uop.WIDTH);
  const before = gpr(Gpr.RSP);
  for (let index: u32 = 0; index < 8; index++) {
    pushWidth(width, index == <u32>Gpr.RSP ? before : gpr(index));
    if (faulted()) {
      setGpr(Gpr.RSP, before);
      return Next.FAULT;
    }
  }
  return Next.DONE;
}

export function execPopa(u: usize): i32 {
  const width = <u32>load<u8>(u + Uop.WIDTH);
  const sp = stackPointer();
  const mask = stackWidth();
  // All eight are read before any register changes.
  const values = memory.data(64);
  for (let i: u32 = 0; i < 8; i++) {
    const value = readSegment(Seg.SS, truncateAddress(sp + <u64>(i * width), mask), width);
    if (faulted()) return Next.FAULT;
    store<u64>(values + ((<usize>i) << 3), value);
  }
  for (let i: u32 = 0; i < 8; i++) {
    const index = 7 - i;
    if (index != <u32>Gpr.RSP) writeReg(index, width, true, load<u64>(values + ((<usize>i) << 3)));
  }
  setStackPointer(sp + <u64>(8 * width));
  return Next.DONE;
}

/** rBP chain of `level` frame pointers, then the frame. Everything is written before RSP and RBP change. */
export function execEnter(u: usize): i32 {
  const width = <u32>load<u8>(u + Uop.WIDTH);
  const frame = load<u64>(u + Uop.IMMEDIATE) & 0xffff;
  const level = (<u32>(load<u64>(u + Uop.IMMEDIATE) >> 16)) & 31;
  const mask = stackWidth();
  const step = <u64>width;
  let sp = truncateAddress(stackPointer() - step, mask);
  const top = sp;
  writeSegment(Seg.SS, sp, width, gpr(Gpr.RBP));
  if (faulted()) return Next.FAULT;
  let bp = truncateAddress(gpr(Gpr.RBP), mask);
  for (let i: u32 = 1; i < level; i++) {
    bp = truncateAddress(bp - step, mask);
    const value = readSegment(Seg.SS, bp, width);
    if (faulted()) return Next.FAULT;
    sp = truncateAddress(sp - step, mask);
    writeSegment(Seg.SS, sp, width, value);
    if (faulted()) return Next.FAULT;
  }
  if (level) {
    sp = truncateAddress(sp - step, mask);
    writeSegment(Seg.SS, sp, width, top);
    if (faulted()) return Next.FAULT;
  }
  sp = truncateAddress(sp - frame, mask);
  // The instruction faults if a write at the new top of the stack would (SDM Vol. 2, ENTER).
  const linear = segmentLinear(Seg.SS, sp, width, true);
  if (!faulted()) probeDatum(linear, width);
  if (faulted()) return Next.FAULT;
  setStackPointer(sp);
  writeReg(Gpr.RBP, width, true, top);
  return Next.DONE;
}

export function execLeave(u: usize): i32 {
  const width = <u32>load<u8>(u + Uop.WIDTH);
  const mask = stackWidth();
  const sp = readReg(Gpr.RBP, mask, true);
  const value = readSegment(Seg.SS, sp, width);
  if (faulted()) return Next.FAULT;
  setStackPointer(sp + width);
  writeReg(Gpr.RBP, width, true, value);
  return Next.DONE;
}
