// Far JMP and CALL: direct and through call gates, to the same and to inner privilege levels (SDM 2A pseudocode, SDM 3A
// 5.8), and to other tasks (task-switch.ts). Far RET and IRET are far-return.ts.
import { Gpr, Seg, Segment, State } from '../../abi/state-block';
import { Private } from '../events/event-state';
import { readTaskStack, taskStackOffset } from '../events/long-delivery';
import { openReadInnerStack, readInnerStack } from '../events/protected-delivery';
import { faulted } from '../fault';
import { AccessRights, Reason, SegmentType, SystemType, Vector } from '../gen/constants';
import { readLinear16, readLinear32, readLinear64 } from '../memory';
import { checkedOperandLinear } from '../operands';
import { get32, get64, gpr, rip, segment, segmentBase } from '../state';
import { Next, Uop } from '../uop';
import { TaskSwitchSource, inNonRoot, interceptTaskSwitch } from '../vmx/hooks';
import { descriptorAccess, gateSelector, markAccessed, readDescriptor, rightsDpl } from './descriptors';
import {
  checkDirectCode,
  checkOffset,
  checkRealTarget,
  enterCode,
  jumpReal,
  longModeActive,
  readCallGate,
  realOrVirtual,
} from './far-code';
import { commitFrame, framePush, openCurrentStack, openLongStack } from './frame';
import { refuse, refuseSelector } from './refusal';
import { commitStack, storeNull } from './segment-load';
import { readTask, switchTask } from './task-switch';

export function execFarJmpImm(u: usize): i32 {
  return farJump(u, (<u32>load<u64>(u + Uop.DISPLACEMENT)) & 0xffff, load<u64>(u + Uop.IMMEDIATE));
}

export function execFarCallImm(u: usize): i32 {
  return farCall(u, (<u32>load<u64>(u + Uop.DISPLACEMENT)) & 0xffff, load<u64>(u + Uop.IMMEDIATE));
}

export function execFarJmpMem(u: usize): i32 {
  const linear = farPointerLinear(u);
  if (faulted()) return Next.FAULT;
  const offset = farPointerOffset(u, linear);
  if (faulted()) return Next.FAULT;
  const selector = readLinear16(linear + load<u8>(u + Uop.WIDTH)) & 0xffff;
  return faulted() ? Next.FAULT : farJump(u, selector, offset);
}

export function execFarCallMem(u: usize): i32 {
  const linear = farPointerLinear(u);
  if (faulted()) return Next.FAULT;
  const offset = farPointerOffset(u, linear);
  if (faulted()) return Next.FAULT;
  const selector = readLinear16(linear + load<u8>(u + Uop.WIDTH)) & 0xffff;
  return faulted() ? Next.FAULT : farCall(u, selector, offset);
}

/** Linear address of a far pointer operand (offset of the operand size, then the selector). */
export function farPointerLinear(u: usize): u64 {
  return checkedOperandLinear(u, <u32>load<u8>(u + Uop.WIDTH) + 2, false);
}

export function farPointerOffset(u: usize, linear: u64): u64 {
  const width = load<u8>(u + Uop.WIDTH);
  if (width == 8) return readLinear64(linear);
  return width == 4 ? <u64>readLinear32(linear) : <u64>readLinear16(linear);
}

/** The kind of system descriptor that a far transfer may use, 0 for none; #GP(selector) is raised then. */
function gateKind(selector: u32, descriptor: u64): u32 {
  const access = descriptorAccess(descriptor);
  const type = access & AccessRights.TYPE;
  if (type == SystemType.CALL_GATE32) return type;
  if (!longModeActive()) {
    if (type == SystemType.CALL_GATE16 || type == SystemType.TASK_GATE) return type;
    if (type == SystemType.TSS16 || type == SystemType.TSS32) return type;
  }
  refuseSelector(Reason.SEGMENT_LOAD_TYPE, Vector.GP, selector, descriptor);
  return 0;
}

/** Task switch by JMP or CALL, directly or through a task gate: the gate's privileges count, or the TSS's. */
function taskSwitch(u: usize, selector: u32, descriptor: u64, source: u32): i32 {
  const access = descriptorAccess(descriptor);
  const dpl = rightsDpl(access);
  if (dpl < get32(State.CPL) || dpl < (selector & 3))
    return refuseSelector(Reason.SEGMENT_LOAD_PRIVILEGE, Vector.GP, selector, descriptor);
  const gate = (access & AccessRights.TYPE) == SystemType.TASK_GATE;
  if (gate && (access & AccessRights.P) == 0)
    return refuseSelector(Reason.SEGMENT_LOAD_NOT_PRESENT, Vector.NP, selector, descriptor);
  const target: u32 = gate ? gateSelector(descriptor) : selector;
  const task = readTask(target, source);
  if (faulted()) return Next.FAULT;
  if (inNonRoot() && interceptTaskSwitch(u, target, source)) return Next.EXITED;
  switchTask(target, task, source, rip() + load<u8>(u + Uop.LENGTH));
  return faulted() ? Next.FAULT : Next.JUMPED;
}

function farJump(u: usize, selector: u32, offset: u64): i32 {
  if (realOrVirtual()) {
    checkRealTarget(offset);
    if (faulted()) return Next.FAULT;
    jumpReal(selector, offset);
    return Next.JUMPED;
  }
  if ((selector & 0xfffc) == 0) return refuse(Reason.CODE_SELECTOR_NULL, selector);
  let code = readDescriptor(selector, Vector.GP);
  if (faulted()) return Next.FAULT;
  let target = selector;
  let goal = offset;
  if ((descriptorAccess(code) & AccessRights.S) != 0) {
    checkDirectCode(selector, code);
  } else {
    const kind = gateKind(selector, code);
    if (kind == 0) return Next.FAULT;
    if (kind != SystemType.CALL_GATE16 && kind != SystemType.CALL_GATE32)
      return taskSwitch(u, selector, code, TaskSwitchSource.JMP);
    code = readCallGate(selector, code, true);
    target = get32(Private.GATE_SELECTOR);
    goal = get64(Private.GATE_OFFSET);
  }
  if (faulted()) return Next.FAULT;
  checkOffset(code, goal);
  if (faulted()) return Next.FAULT;
  markAccessed(target, code);
  if (faulted()) return Next.FAULT;
  enterCode(target, code, goal, get32(State.CPL));
  return Next.JUMPED;
}

function farCall(u: usize, selector: u32, offset: u64): i32 {
  const width: u32 = load<u8>(u + Uop.WIDTH);
  const cs = load<u32>(segment(Seg.CS) + Segment.SELECTOR);
  const next = rip() + load<u8>(u + Uop.LENGTH);
  if (realOrVirtual()) {
    checkRealTarget(offset);
    openCurrentStack();
    framePush(width, cs);
    framePush(width, next);
    if (faulted()) return Next.FAULT;
    commitFrame();
    jumpReal(selector, offset);
    return Next.JUMPED;
  }
  if ((selector & 0xfffc) == 0) return refuse(Reason.CODE_SELECTOR_NULL, selector);
  const code = readDescriptor(selector, Vector.GP);
  if (faulted()) return Next.FAULT;
  if ((descriptorAccess(code) & AccessRights.S) == 0) {
    const kind = gateKind(selector, code);
    if (kind == 0) return Next.FAULT;
    if (kind != SystemType.CALL_GATE16 && kind != SystemType.CALL_GATE32)
      return taskSwitch(u, selector, code, TaskSwitchSource.CALL);
    return callThroughGate(selector, code, cs, next);
  }
  checkDirectCode(selector, code);
  if (faulted()) return Next.FAULT;
  openCurrentStack();
  framePush(width, cs);
  framePush(width, next);
  checkOffsetUnlessFaulted(code, offset);
  return finishCall(selector, code, offset, get32(State.CPL), false);
}

function checkOffsetUnlessFaulted(code: u64, offset: u64): void {
  if (!faulted()) checkOffset(code, offset);
}

/** The frame is written: commits stack and code segment. */
function finishCall(selector: u32, code: u64, offset: u64, cpl: u32, inner: bool): i32 {
  if (faulted()) return Next.FAULT;
  markAccessed(selector, code);
  if (faulted()) return Next.FAULT;
  if (inner) {
    if (longModeActive()) storeNull(Seg.SS, cpl, cpl);
    else commitStack();
  }
  commitFrame();
  enterCode(selector, code, offset, cpl);
  return Next.JUMPED;
}

function callThroughGate(selector: u32, gate: u64, cs: u32, next: u64): i32 {
  const code = readCallGate(selector, gate, false);
  if (faulted()) return Next.FAULT;
  const target = get32(Private.GATE_SELECTOR);
  const offset = get64(Private.GATE_OFFSET);
  const access = descriptorAccess(code);
  const dpl = rightsDpl(access);
  const cpl = get32(State.CPL);
  const inner = (access & SegmentType.CONFORMING) == 0 && dpl < cpl;
  const long = longModeActive();
  const width: u32 = long ? 8 : (descriptorAccess(gate) & 8) != 0 ? 4 : 2;
  if (inner) {
    if (long) {
      const pointer = readTaskStack(taskStackOffset(dpl));
      if (faulted()) return Next.FAULT;
      openLongStack(pointer, true);
    } else {
      readInnerStack(dpl);
      if (faulted()) return Next.FAULT;
      openReadInnerStack();
    }
    framePush(width, load<u32>(segment(Seg.SS) + Segment.SELECTOR));
    framePush(width, gpr(Gpr.RSP));
    if (!long) copyParameters((<u32>(gate >> 32)) & 0x1f, width);
  } else if (long) {
    openLongStack(gpr(Gpr.RSP), cpl < 3);
  } else {
    openCurrentStack();
  }
  framePush(width, cs);
  framePush(width, next);
  checkOffsetUnlessFaulted(code, offset);
  return finishCall(target, code, offset, inner ? dpl : cpl, inner);
}

/** Copies the gate's parameters from the caller's stack, last first. */
function copyParameters(count: u32, width: u32): void {
  const ss = segment(Seg.SS);
  const wide = (load<u32>(ss + Segment.ACCESS) & AccessRights.DB) != 0;
  const mask: u64 = wide ? 0xffffffff : 0xffff;
  for (let i: u32 = count; i > 0 && !faulted(); i--) {
    const offset = (gpr(Gpr.RSP) + (i - 1) * width) & mask;
    const linear = (segmentBase(Seg.SS) + offset) & 0xffffffff;
    const value: u64 = width == 4 ? <u64>readLinear32(linear) : <u64>readLinear16(linear);
    framePush(width, value);
  }
}
