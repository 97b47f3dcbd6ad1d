// MOV, PUSH and POP of segment registers, LDS and its kin, SWAPGS and FSGSBASE (SDM 2A, 2B). The checks of a load are
// segment-load.ts.
import { Mode, Seg, Segment, State } from '../../abi/state-block';
import { faulted } from '../fault';
import { Cr4, Interruptibility, Reason } from '../gen/constants';
import { pushWidth, readLinear16 } from '../memory';
import { isCanonical, modeChanged, setInterruptShadow } from '../mode';
import { readOperand, writeOperand, writeReg } from '../operands';
import { get32, get64, gpr, segment, set64, setGpr } from '../state';
import { Next, Uop, UopFlag } from '../uop';
import { farPointerLinear, farPointerOffset } from './far-transfer';
import { commitFrame, framePop, openCurrentStack } from './frame';
import { privileged, refuse, refuseUndefined } from './refusal';
import { loadSegment } from './segment-load';

function selectorOf(index: u32): u32 {
  return load<u32>(segment(index) + Segment.SELECTOR) & 0xffff;
}

/** After MOV or POP: SS holds interrupts off for one instruction (SDM 3A 6.8.3). LSS loads the pointer at once and does not. */
function loaded(index: u32): i32 {
  modeChanged();
  if (index == Seg.SS) setInterruptShadow(Interruptibility.MOV_SS);
  return Next.BOUNDARY;
}

export function execMovToSeg(u: usize): i32 {
  const index: u32 = load<u8>(u + Uop.REG);
  if (index == Seg.CS || index > <u32>Seg.GS)
    return refuseUndefined(Reason.SEGMENT_REGISTER_UNDEFINED, index);
  const selector = <u32>readOperand(u, 2);
  if (faulted()) return Next.FAULT;
  loadSegment(index, selector);
  return faulted() ? Next.FAULT : loaded(index);
}

/** A register takes the selector zero-extended to the operand size; memory gets 16 bits. */
export function execMovFromSeg(u: usize): i32 {
  const index: u32 = load<u8>(u + Uop.REG);
  if (index > <u32>Seg.GS) return refuseUndefined(Reason.SEGMENT_REGISTER_UNDEFINED, index);
  const register = (load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM) != 0;
  writeOperand(u, register ? load<u8>(u + Uop.WIDTH) : 2, selectorOf(index));
  return faulted() ? Next.FAULT : Next.DONE;
}

export function execPushSeg(u: usize, index: u32): i32 {
  pushWidth(load<u8>(u + Uop.WIDTH), selectorOf(index));
  return faulted() ? Next.FAULT : Next.DONE;
}

export function execPopSeg(u: usize, index: u32): i32 {
  openCurrentStack();
  const selector = (<u32>framePop(load<u8>(u + Uop.WIDTH))) & 0xffff;
  if (!faulted()) loadSegment(index, selector);
  if (faulted()) return Next.FAULT;
  commitFrame();
  return loaded(index);
}

export function execLoadFarPointer(u: usize, index: u32): i32 {
  const width: u32 = load<u8>(u + Uop.WIDTH);
  const linear = farPointerLinear(u);
  if (faulted()) return Next.FAULT;
  const offset = farPointerOffset(u, linear);
  if (faulted()) return Next.FAULT;
  const selector = readLinear16(linear + width) & 0xffff;
  if (!faulted()) loadSegment(index, selector);
  if (faulted()) return Next.FAULT;
  writeReg(load<u8>(u + Uop.REG), width, true, offset);
  modeChanged();
  return Next.BOUNDARY;
}

export function execSwapgs(_u: usize): i32 {
  if (get32(State.MODE) != Mode.LONG_64) return refuseUndefined(Reason.OPCODE_UNDEFINED);
  if (!privileged()) return Next.FAULT;
  const base = segment(Seg.GS) + Segment.BASE;
  const kernel = get64(State.MSR_KERNEL_GS_BASE);
  set64(State.MSR_KERNEL_GS_BASE, load<u64>(base));
  store<u64>(base, kernel);
  return Next.DONE;
}

/** FSGSBASE instructions exist in 64-bit mode with CR4.FSGSBASE. */
function baseInstructionsOff(): bool {
  if (get32(State.MODE) == Mode.LONG_64 && (get64(State.CR4) & Cr4.FSGSBASE) != 0) return false;
  refuseUndefined(Reason.FS_GS_BASE_OFF, get64(State.CR4));
  return true;
}

function readBase(u: usize, index: u32): i32 {
  if (baseInstructionsOff()) return Next.FAULT;
  const base = load<u64>(segment(index) + Segment.BASE);
  setGpr(load<u8>(u + Uop.RM), load<u8>(u + Uop.WIDTH) == 8 ? base : base & 0xffffffff);
  return Next.DONE;
}

function writeBase(u: usize, index: u32): i32 {
  if (baseInstructionsOff()) return Next.FAULT;
  let base = gpr(load<u8>(u + Uop.RM));
  if (load<u8>(u + Uop.WIDTH) != 8) base &= 0xffffffff;
  if (!isCanonical(base)) return refuse(Reason.TABLE_BASE_NOT_CANONICAL, base);
  store<u64>(segment(index) + Segment.BASE, base);
  return Next.DONE;
}

export function execRdfsbase(u: usize): i32 {
  return readBase(u, Seg.FS);
}
export function execRdgsbase(u: usize): i32 {
  return readBase(u, Seg.GS);
}
export function execWrfsbase(u: usize): i32 {
  return writeBase(u, Seg.FS);
}
export function execWrgsbase(u: usize): i32 {
  return writeBase(u, Seg.GS);
}
