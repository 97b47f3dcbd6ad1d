// Far RET and IRET: to the same and to outer privilege levels, IRET to and from virtual-8086 mode, IRETQ with its
// unconditional stack switch (SDM 2A IRET, 2B RET pseudocode, SDM 3A 6.12.1). Back to the task before: task-switch.ts.
import { Mode, Seg, Segment, State } from '../../abi/state-block';
import { faulted } from '../fault';
import { rflags, setRflags } from '../flags';
import { AccessRights, Interruptibility, Reason, Rflags, SegmentType, Vector } from '../gen/constants';
import { readSystem16 } from '../memory';
import { modeChanged } from '../mode';
import { setAttention } from '../attention';
import { get32, rip, segment, segmentBase, set32, setRip } from '../state';
import { Next, Uop } from '../uop';
import { TaskSwitchSource, inNonRoot, interceptTaskSwitch, iretUnblocksNmi } from '../vmx/hooks';
import { descriptorAccess, markAccessed, readDescriptor, rightsDpl } from './descriptors';
import {
  checkCode,
  checkOffset,
  checkRealTarget,
  enterCode,
  jumpReal,
  longModeActive,
  realOrVirtual,
} from './far-code';
import { virtualRefused } from './flag-control';
import { commitFrame, commitStackPointer, framePop, frameSkip, openCurrentStack } from './frame';
import { refuse } from './refusal';
import { checkStack, commitStack, dropPrivilegedSegments, storeNull, storeVirtual } from './segment-load';
import { readTask, switchTask } from './task-switch';

const ARITHMETIC: u64 = Rflags.CF | Rflags.PF | Rflags.AF | Rflags.ZF | Rflags.SF | Rflags.OF;
/** What IRET may load at any CPL; IF, IOPL and the virtual-8086 bits depend on it. */
const IRET_ALWAYS: u64 = ARITHMETIC | Rflags.TF | Rflags.DF | Rflags.NT;
const IRET_32: u64 = Rflags.RF | Rflags.AC | Rflags.ID;

/** Checks the code segment a return leads to (RPL = new CPL); returns its descriptor. */
function readReturnCode(selector: u32): u64 {
  if ((selector & 0xfffc) == 0) {
    refuse(Reason.CODE_SELECTOR_NULL, selector);
    return 0;
  }
  const rpl = selector & 3;
  const code = readDescriptor(selector, Vector.GP);
  if (faulted()) return 0;
  const access = descriptorAccess(code);
  const dpl = rightsDpl(access);
  const wrongDpl = (access & SegmentType.CONFORMING) != 0 ? dpl > rpl : dpl != rpl;
  checkCode(selector, code, rpl >= get32(State.CPL) && !wrongDpl);
  return code;
}

/**
 * Checks the stack segment popped for privilege level `cpl`; a null one is good for 64-bit code below ring 3. Returns the
 * width of the new stack pointer; `commitReturnStack` loads it.
 */
function checkReturnStack(selector: u32, cpl: u32, code: u64): void {
  if ((selector & 0xfffc) == 0) {
    const long = longModeActive() && (descriptorAccess(code) & AccessRights.L) != 0;
    if (!long || cpl == 3 || (selector & 3) != cpl) refuse(Reason.STACK_SEGMENT_NULL, selector);
    return;
  }
  checkStack(selector, cpl, Vector.GP);
}

/** Loads SS and RSP after CS is loaded, so that the mode says how wide the pointer is. */
function commitReturnStack(selector: u32, pointer: u64, cpl: u32): void {
  if ((selector & 0xfffc) == 0) storeNull(Seg.SS, selector, cpl);
  else commitStack();
  let size: u32 = 8;
  if (get32(State.MODE) != Mode.LONG_64) {
    size = (load<u32>(segment(Seg.SS) + Segment.ACCESS) & AccessRights.DB) != 0 ? 4 : 2;
  }
  commitStackPointer(pointer, size);
}

export function execRetf(u: usize): i32 {
  const width: u32 = load<u8>(u + Uop.WIDTH);
  const release = load<u64>(u + Uop.IMMEDIATE);
  openCurrentStack();
  const offset = framePop(width);
  const selector = (<u32>framePop(width)) & 0xffff;
  if (faulted()) return Next.FAULT;
  if (realOrVirtual()) {
    checkRealTarget(offset);
    if (faulted()) return Next.FAULT;
    frameSkip(release);
    commitFrame();
    jumpReal(selector, offset);
    return Next.JUMPED;
  }
  const cpl = get32(State.CPL);
  const code = readReturnCode(selector);
  if (faulted()) return Next.FAULT;
  frameSkip(release);
  const rpl = selector & 3;
  let pointer: u64 = 0;
  let stack: u32 = 0;
  if (rpl > cpl) {
    pointer = framePop(width);
    stack = (<u32>framePop(width)) & 0xffff;
    if (faulted()) return Next.FAULT;
    checkReturnStack(stack, rpl, code);
    if (faulted()) return Next.FAULT;
  }
  checkOffset(code, offset);
  if (faulted()) return Next.FAULT;
  markAccessed(selector, code);
  if (faulted()) return Next.FAULT;
  if (rpl == cpl) commitFrame();
  enterCode(selector, code, offset, rpl);
  if (rpl > cpl) {
    commitReturnStack(stack, pointer + release, rpl);
    dropPrivilegedSegments(rpl);
    modeChanged();
  }
  return Next.JUMPED;
}

/** NMIs are unblocked by the IRET itself, even one that faults (SDM 3A 6.7.1, 3C 25.3). */
function unblockNmi(): void {
  if ((get32(State.INTERRUPTIBILITY) & Interruptibility.NMI) == 0) return;
  if (inNonRoot() && !iretUnblocksNmi()) return;
  set32(State.INTERRUPTIBILITY, get32(State.INTERRUPTIBILITY) & ~Interruptibility.NMI);
  setAttention();
}

export function execIret(u: usize): i32 {
  const width: u32 = load<u8>(u + Uop.WIDTH);
  if (virtualRefused()) return Next.FAULT;
  if (!realOrVirtual() && (rflags() & Rflags.NT) != 0) return nestedTask(u);
  unblockNmi();
  openCurrentStack();
  const offset = framePop(width);
  const selector = (<u32>framePop(width)) & 0xffff;
  const image = framePop(width);
  if (faulted()) return Next.FAULT;
  if (realOrVirtual()) return returnReal(selector, offset, image, width);
  if (!longModeActive() && width == 4 && (image & Rflags.VM) != 0 && get32(State.CPL) == 0)
    return returnToVirtual(selector, offset, image);
  return returnProtected(selector, offset, image, width);
}

/** IRET with NT set: #GP(0) in IA-32e mode, elsewhere back to the task that the TSS links to. */
function nestedTask(u: usize): i32 {
  if (longModeActive()) return refuse(Reason.NESTED_TASK_IN_IA32E_MODE, rflags());
  const link = readSystem16(segmentBase(Seg.TR)) & 0xffff;
  if (faulted()) return Next.FAULT;
  const task = readTask(link, TaskSwitchSource.IRET);
  if (faulted()) return Next.FAULT;
  if (inNonRoot() && interceptTaskSwitch(u, link, TaskSwitchSource.IRET)) return Next.EXITED;
  unblockNmi();
  switchTask(link, task, TaskSwitchSource.IRET, rip() + load<u8>(u + Uop.LENGTH));
  return faulted() ? Next.FAULT : Next.JUMPED;
}

/** RFLAGS after loading `image` with the privileges of `cpl`: what may not change keeps its value. */
function mergeFlags(image: u64, width: u32, cpl: u32): u64 {
  const old = rflags();
  let mask = IRET_ALWAYS;
  if (width > 2) mask |= IRET_32;
  if (cpl <= <u32>((old & Rflags.IOPL) >> Rflags.IOPL_SHIFT)) mask |= Rflags.IF;
  if (cpl == 0) {
    mask |= Rflags.IOPL;
    if (width > 2) mask |= Rflags.VIF | Rflags.VIP;
  }
  return (old & ~mask) | (image & mask);
}

function returnReal(selector: u32, offset: u64, image: u64, width: u32): i32 {
  checkRealTarget(offset);
  if (faulted()) return Next.FAULT;
  const virtual = get32(State.MODE) == Mode.VIRTUAL_8086;
  // In virtual-8086 mode IOPL stays; IF may change because IOPL is 3 here.
  const mask = IRET_ALWAYS | Rflags.IF | (virtual ? 0 : Rflags.IOPL) | (width > 2 ? IRET_32 : 0);
  const flags = (rflags() & ~mask) | (image & mask);
  commitFrame();
  jumpReal(selector, offset);
  setRflags(flags);
  modeChanged();
  setAttention();
  return Next.JUMPED;
}

/** From CPL 0 into virtual-8086 mode: ESP SS ES DS FS GS follow on the stack. */
function returnToVirtual(selector: u32, offset: u64, image: u64): i32 {
  const pointer = framePop(4);
  const ss = <u32>framePop(4);
  const es = <u32>framePop(4);
  const ds = <u32>framePop(4);
  const fs = <u32>framePop(4);
  const gs = <u32>framePop(4);
  if (faulted()) return Next.FAULT;
  if (offset > 0xffff) return refuse(Reason.TARGET_LIMIT, offset, 0xffff);
  const mask = IRET_ALWAYS | IRET_32 | Rflags.IF | Rflags.IOPL | Rflags.VM | Rflags.VIF | Rflags.VIP;
  setRflags((rflags() & ~mask) | (image & mask));
  storeVirtual(Seg.CS, selector);
  storeVirtual(Seg.SS, ss);
  storeVirtual(Seg.ES, es);
  storeVirtual(Seg.DS, ds);
  storeVirtual(Seg.FS, fs);
  storeVirtual(Seg.GS, gs);
  commitStackPointer(pointer, 4);
  setRip(offset);
  set32(State.CPL, 3);
  modeChanged();
  setAttention();
  return Next.JUMPED;
}

function returnProtected(selector: u32, offset: u64, image: u64, width: u32): i32 {
  const cpl = get32(State.CPL);
  const rpl = selector & 3;
  const code = readReturnCode(selector);
  if (faulted()) return Next.FAULT;
  // 64-bit mode pops SS:RSP always (SDM 3A 6.14.4).
  const popsStack = rpl > cpl || get32(State.MODE) == Mode.LONG_64;
  let pointer: u64 = 0;
  let stack: u32 = 0;
  if (popsStack) {
    pointer = framePop(width);
    stack = (<u32>framePop(width)) & 0xffff;
    if (faulted()) return Next.FAULT;
    checkReturnStack(stack, rpl, code);
    if (faulted()) return Next.FAULT;
  }
  checkOffset(code, offset);
  if (faulted()) return Next.FAULT;
  markAccessed(selector, code);
  if (faulted()) return Next.FAULT;
  const flags = mergeFlags(image, width, cpl);
  if (!popsStack) commitFrame();
  setRflags(flags);
  enterCode(selector, code, offset, rpl);
  if (popsStack) commitReturnStack(stack, pointer, rpl);
  if (rpl > cpl) dropPrivilegedSegments(rpl);
  modeChanged();
  return Next.JUMPED;
}
