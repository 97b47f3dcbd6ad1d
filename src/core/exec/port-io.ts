// IN, OUT, INS, OUTS: permission by IOPL and the TSS bitmap, then the exit, then memory faults, then the bus (SDM 1 18.5, SDM
// 3C 25.1.1 for the order).
import { Gpr, Mode, Seg, Segment, State } from '../../abi/state-block';
import { meetPort } from '../data-breakpoints';
import { faulted } from '../fault';
import { rflags } from '../flags';
import { AccessRights, Reason, Rflags, SystemTypeBit } from '../gen/constants';
import { portRead, portWrite } from '../imports';
import {
  probeDatum,
  readSegment16,
  readSegment32,
  readSegment8,
  readSystem16,
  writeSegment16,
  writeSegment32,
  writeSegment8,
} from '../memory';
import { linearOf, readReg, writeReg } from '../operands';
import { setAttention } from '../attention';
import { get32, gpr, segment, segmentBase } from '../state';
import { Next, Uop, UopFlag } from '../uop';
import { inNonRoot, interceptIo } from '../vmx/hooks';
import { betweenIterations, countIterations, endIterations } from './iterations';
import { refuse } from './refusal';

/** Offset of the I/O map base in a 32-bit and 64-bit TSS. */
const IO_MAP_BASE: u32 = 102;

function notPermitted(port: u32): void {
  refuse(Reason.IO_NOT_PERMITTED, get32(State.CPL), port);
}

/** #GP(0) unless IOPL or the bitmap of the TSS allows these ports. May fault on the TSS's page. */
function checkPermission(port: u32, size: u32): void {
  const mode = get32(State.MODE);
  if (mode == Mode.REAL) return;
  const iopl = <u32>((rflags() & Rflags.IOPL) >> Rflags.IOPL_SHIFT);
  if (mode != Mode.VIRTUAL_8086 && get32(State.CPL) <= iopl) return;
  const tr = segment(Seg.TR);
  const access = load<u32>(tr + Segment.ACCESS);
  const limit = load<u32>(tr + Segment.LIMIT);
  const usable = (access & (AccessRights.UNUSABLE | SystemTypeBit.WIDE)) == SystemTypeBit.WIDE;
  if (!usable || limit < IO_MAP_BASE + 1) return notPermitted(port);
  const base = readSystem16(segmentBase(Seg.TR) + IO_MAP_BASE) & 0xffff;
  if (faulted()) return;
  const offset = base + (port >> 3);
  if (offset + 1 > limit) return notPermitted(port);
  const bits = readSystem16(segmentBase(Seg.TR) + offset);
  if (faulted()) return;
  const mask: u32 = (1 << size) - 1;
  if (((bits >> (port & 7)) & mask) != 0) notPermitted(port);
}

function portOf(u: usize): u32 {
  if ((load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM) != 0) return (<u32>gpr(Gpr.RDX)) & 0xffff;
  return (<u32>load<u64>(u + Uop.IMMEDIATE)) & 0xff;
}

/** The bus may have raised an interrupt line or moved the deadline. */
function afterBus(): i32 {
  setAttention();
  return Next.BOUNDARY;
}

export function execIn(u: usize): i32 {
  const size: u32 = load<u8>(u + Uop.WIDTH);
  const port = portOf(u);
  checkPermission(port, size);
  if (faulted()) return Next.FAULT;
  if (inNonRoot() && interceptIo(u, port, size, true, false, 0)) return Next.EXITED;
  meetPort(port, size);
  writeReg(Gpr.RAX, size, true, <u64>portRead(port, size));
  return afterBus();
}

export function execOut(u: usize): i32 {
  const size: u32 = load<u8>(u + Uop.WIDTH);
  const port = portOf(u);
  checkPermission(port, size);
  if (faulted()) return Next.FAULT;
  if (inNonRoot() && interceptIo(u, port, size, false, false, 0)) return Next.EXITED;
  meetPort(port, size);
  portWrite(port, size, <u32>readReg(Gpr.RAX, size, true));
  return afterBus();
}

/** Register of the instruction's address size. */
function addressRegister(u: usize, index: u32): u64 {
  return readReg(index, load<u8>(u + Uop.ADDRESS_WIDTH), true);
}

/** Moves rSI or rDI by one element, and counts rCX down under REP. */
function advance(u: usize, index: u32, size: u32, repeated: bool): void {
  const width: u32 = load<u8>(u + Uop.ADDRESS_WIDTH);
  const old = readReg(index, width, true);
  writeReg(index, width, true, (rflags() & Rflags.DF) != 0 ? old - size : old + size);
  if (repeated) writeReg(Gpr.RCX, width, true, readReg(Gpr.RCX, width, true) - 1);
}

function isRepeated(u: usize): bool {
  return (load<u8>(u + Uop.FLAGS) & (UopFlag.REP | UopFlag.REPNE)) != 0;
}

/** One element from the port to ES:rDI; memory is probed first, so that a fault leaves the device alone. */
function inputElement(port: u32, size: u32, offset: u64): void {
  probeDatum(linearOf(Seg.ES, offset), size);
  if (faulted()) return;
  const value = portRead(port, size);
  if (size == 4) writeSegment32(Seg.ES, offset, value);
  else if (size == 2) writeSegment16(Seg.ES, offset, value & 0xffff);
  else writeSegment8(Seg.ES, offset, value & 0xff);
}

function outputElement(port: u32, size: u32, source: u32, offset: u64): void {
  let value: u32 = 0;
  if (size == 4) value = readSegment32(source, offset);
  else if (size == 2) value = readSegment16(source, offset);
  else value = readSegment8(source, offset);
  if (!faulted()) portWrite(port, size, value);
}

/**
 * INS and OUTS. A repeated one is left after each element but the last, because the device may have raised an interrupt or
 * moved the end of the slice; a fault leaves the registers at the element that failed.
 */
function string(u: usize, isIn: bool): i32 {
  const size: u32 = load<u8>(u + Uop.WIDTH);
  const repeated = isRepeated(u);
  const index: u32 = isIn ? Gpr.RDI : Gpr.RSI;
  const source: u32 = isIn ? Seg.ES : load<u8>(u + Uop.SEGMENT);
  const port = (<u32>gpr(Gpr.RDX)) & 0xffff;
  if (repeated && addressRegister(u, Gpr.RCX) == 0) return Next.DONE;
  checkPermission(port, size);
  if (faulted()) return Next.FAULT;
  const offset = addressRegister(u, index);
  if (inNonRoot() && interceptIo(u, port, size, isIn, true, linearOf(source, offset))) return Next.EXITED;
  if (isIn) inputElement(port, size, offset);
  else outputElement(port, size, source, offset);
  if (faulted()) return Next.FAULT;
  meetPort(port, size);
  advance(u, index, size, repeated);
  if (!repeated) return afterBus();
  if (addressRegister(u, Gpr.RCX) == 0) {
    endIterations();
    return afterBus();
  }
  countIterations(1);
  return betweenIterations();
}

export function execIns(u: usize): i32 {
  return string(u, true);
}

export function execOuts(u: usize): i32 {
  return string(u, false);
}
