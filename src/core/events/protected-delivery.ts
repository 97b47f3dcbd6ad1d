// Interrupts and exceptions through the IDT of legacy protected mode, from virtual-8086 mode too (SDM 3A 6.12, 6.13, 20.3;
// INT n pseudocode, SDM 2A). All checks come before the first register changes; error codes get their EXT bit where the
// fault is taken (fault-delivery.ts). IA-32e mode is long-delivery.ts.
import { Seg, Segment, State } from '../../abi/state-block';
import {
  descriptorAccess,
  descriptorBase,
  descriptorLimit,
  gateOffset,
  gateSelector,
  markAccessed,
  readDescriptor,
  rightsDpl,
  selectorError,
} from '../exec/descriptors';
import {
  commitFrame,
  commitStackPointer,
  framePointer,
  framePush,
  openCurrentStack,
  openInnerStack,
} from '../exec/frame';
import { checkStack, commitStack, storeFromDescriptor, storeNull } from '../exec/segment-load';
import { readTask, switchTask } from '../exec/task-switch';
import { faulted, raiseBecause } from '../fault';
import { rflags, setRflags } from '../flags';
import {
  AccessRights,
  EventType,
  Reason,
  Rflags,
  SegmentType,
  SystemType,
  SystemTypeBit,
  Vector,
} from '../gen/constants';
import { readSystem16, readSystem32, readSystem64 } from '../memory';
import { get32, get64, gpr, segment, segmentBase, set32, set64, setRip } from '../state';
import { TaskSwitchSource, inNonRoot, interceptTaskSwitch } from '../vmx/hooks';
import { Private } from './event-state';

/** Error code that names an IDT entry. */
function idtError(vector: u32): u32 {
  return (vector << 3) | 2;
}

/** True for events whose gate's DPL is checked against the CPL. */
function checksGatePrivilege(type: u32): bool {
  return type == EventType.SOFTWARE_INTERRUPT || type == EventType.SOFTWARE_EXCEPTION;
}

/** The gate of `vector` with type, privilege and presence checked; `long`: 16-byte entries without task gates. */
export function readGate(vector: u32, type: u32, long: bool): u64 {
  const size: u32 = long ? 16 : 8;
  if (vector * size + size - 1 > get32(State.IDTR_LIMIT)) {
    raiseBecause(Reason.IDT_LIMIT, Vector.GP, idtError(vector), vector, get32(State.IDTR_LIMIT));
    return 0;
  }
  const gate = readSystem64(get64(State.IDTR_BASE) + vector * size);
  if (faulted()) return 0;
  const access = descriptorAccess(gate);
  const kind = access & (AccessRights.TYPE | AccessRights.S);
  let known = kind == SystemType.INTERRUPT_GATE32 || kind == SystemType.TRAP_GATE32;
  if (
    !long &&
    (kind == SystemType.TASK_GATE || kind == SystemType.INTERRUPT_GATE16 || kind == SystemType.TRAP_GATE16)
  )
    known = true;
  if (!known) raiseBecause(Reason.IDT_GATE_TYPE, Vector.GP, idtError(vector), vector, gate);
  else if (checksGatePrivilege(type) && rightsDpl(access) < get32(State.CPL))
    raiseBecause(Reason.IDT_GATE_DPL, Vector.GP, idtError(vector), vector, gate);
  else if ((access & AccessRights.P) == 0)
    raiseBecause(Reason.IDT_GATE_NOT_PRESENT, Vector.NP, idtError(vector), vector, gate);
  return gate;
}

/** The handler's code segment with privilege and presence checked; `long`: it must be a 64-bit one. */
export function readHandlerCode(selector: u32, long: bool): u64 {
  if ((selector & 0xfffc) == 0) {
    raiseBecause(Reason.HANDLER_CODE_NULL, Vector.GP, 0, selector);
    return 0;
  }
  const descriptor = readDescriptor(selector, Vector.GP);
  if (faulted()) return 0;
  const access = descriptorAccess(descriptor);
  const code = (access & (AccessRights.S | SegmentType.CODE)) == (AccessRights.S | SegmentType.CODE);
  const wrongSize = long && (access & (AccessRights.L | AccessRights.DB)) != AccessRights.L;
  const error = selectorError(selector);
  if (!code) raiseBecause(Reason.HANDLER_CODE_TYPE, Vector.GP, error, selector, descriptor);
  else if (rightsDpl(access) > get32(State.CPL))
    raiseBecause(Reason.HANDLER_CODE_DPL, Vector.GP, error, selector, descriptor);
  else if (wrongSize) raiseBecause(Reason.HANDLER_CODE_NOT_64_BIT, Vector.GP, error, selector, descriptor);
  else if ((access & AccessRights.P) == 0)
    raiseBecause(Reason.HANDLER_CODE_NOT_PRESENT, Vector.NP, error, selector, descriptor);
  return descriptor;
}

/** RFLAGS on entry to a handler: TF, NT, RF, VM clear; IF clear through an interrupt gate (even type). */
export function handlerFlags(flags: u64, gateType: u32): u64 {
  let cleared: u64 = Rflags.TF | Rflags.NT | Rflags.RF | Rflags.VM;
  if ((gateType & 1) == 0) cleared |= Rflags.IF;
  return flags & ~cleared;
}

/** A task gate: a VM exit in non-root operation, else a switch; the error code goes onto the new task's stack. */
function taskGate(gate: u64, hasError: bool, error: u32, returnRip: u64): void {
  const selector = gateSelector(gate);
  const task = readTask(selector, TaskSwitchSource.GATE);
  if (faulted()) return;
  if (inNonRoot() && interceptTaskSwitch(0, selector, TaskSwitchSource.GATE)) return;
  switchTask(selector, task, TaskSwitchSource.GATE, returnRip);
  if (faulted() || !hasError) return;
  openCurrentStack();
  framePush((descriptorAccess(task) & SystemTypeBit.WIDE) != 0 ? 4 : 2, error);
  if (!faulted()) commitFrame();
}

/**
 * SS:eSP for privilege level `level` from the TSS: the selector is checked and kept for `commitStack`, the pointer is in
 * Private.STACK_POINTER. Raises #TS, or #SS for a segment that is not present.
 */
export function readInnerStack(level: u32): void {
  const tr = segment(Seg.TR);
  const wide = (load<u32>(tr + Segment.ACCESS) & SystemTypeBit.WIDE) != 0;
  const offset: u32 = wide ? 4 + level * 8 : 2 + level * 4;
  const size: u32 = wide ? 6 : 4;
  if (offset + size - 1 > load<u32>(tr + Segment.LIMIT)) {
    const error = selectorError(load<u32>(tr + Segment.SELECTOR));
    raiseBecause(Reason.TSS_STACK_LIMIT, Vector.TS, error, offset, load<u32>(tr + Segment.LIMIT));
    return;
  }
  const address = segmentBase(Seg.TR) + offset;
  const pointer: u64 = wide ? <u64>readSystem32(address) : <u64>readSystem16(address);
  if (faulted()) return;
  const selector = readSystem16(address + (wide ? 4 : 2)) & 0xffff;
  if (faulted()) return;
  if ((selector & 0xfffc) == 0) {
    raiseBecause(Reason.TSS_STACK_NULL, Vector.TS, 0, level);
    return;
  }
  checkStack(selector, level, Vector.TS);
  set64(Private.STACK_POINTER, pointer);
}

/** Opens the stack that `readInnerStack` found. */
export function openReadInnerStack(): void {
  const descriptor = get64(Private.STACK_DESCRIPTOR);
  openInnerStack(
    descriptorBase(descriptor),
    descriptorLimit(descriptor),
    descriptorAccess(descriptor),
    get64(Private.STACK_POINTER),
    get32(Private.STACK_SELECTOR),
  );
}

/** Delivers `vector` in protected or virtual-8086 mode. Nothing has changed when it faulted, exited or stopped. */
export function deliverProtected(vector: u32, type: u32, hasError: bool, error: u32, returnRip: u64): void {
  const gate = readGate(vector, type, false);
  if (faulted()) return;
  const gateType = descriptorAccess(gate) & AccessRights.TYPE;
  if (gateType == SystemType.TASK_GATE) {
    taskGate(gate, hasError, error, returnRip);
    return;
  }
  const selector = gateSelector(gate);
  const code = readHandlerCode(selector, false);
  if (faulted()) return;
  const access = descriptorAccess(code);
  const flags = rflags();
  const fromVirtual = (flags & Rflags.VM) != 0;
  const cpl = get32(State.CPL);
  const dpl = rightsDpl(access);
  const inner = (access & SegmentType.CONFORMING) == 0 && dpl < cpl;
  if (fromVirtual && (!inner || dpl != 0)) {
    raiseBecause(Reason.HANDLER_CODE_VIRTUAL_8086, Vector.GP, selectorError(selector), selector, code);
    return;
  }
  const level: u32 = inner ? dpl : cpl;
  const width: u32 = (gateType & SystemTypeBit.WIDE) != 0 ? 4 : 2;
  const offset: u64 = width == 4 ? gateOffset(gate) : gateOffset(gate) & 0xffff;
  if (inner) {
    readInnerStack(dpl);
    if (faulted()) return;
    openReadInnerStack();
    if (fromVirtual) pushDataSegments(width);
    framePush(width, load<u32>(segment(Seg.SS) + Segment.SELECTOR));
    framePush(width, gpr(4));
  } else {
    openCurrentStack();
  }
  framePush(width, flags);
  framePush(width, load<u32>(segment(Seg.CS) + Segment.SELECTOR));
  framePush(width, returnRip);
  if (hasError) framePush(width, error);
  if (faulted()) return;
  if (offset > descriptorLimit(code)) {
    raiseBecause(Reason.HANDLER_OFFSET_LIMIT, Vector.GP, 0, offset, descriptorLimit(code));
    return;
  }
  markAccessed(selector, code);
  if (faulted()) return;
  if (inner) {
    commitStack();
    commitStackPointer(framePointer(), get32(Private.FRAME_SIZE));
  } else {
    commitFrame();
  }
  if (fromVirtual) {
    storeNull(Seg.GS, 0, 0);
    storeNull(Seg.FS, 0, 0);
    storeNull(Seg.DS, 0, 0);
    storeNull(Seg.ES, 0, 0);
  }
  storeFromDescriptor(Seg.CS, (selector & 0xfffc) | level, code);
  set32(State.CPL, level);
  setRip(offset);
  setRflags(handlerFlags(flags, gateType));
}

/** GS FS DS ES, pushed when the interrupted program is in virtual-8086 mode. */
function pushDataSegments(width: u32): void {
  framePush(width, load<u32>(segment(Seg.GS) + Segment.SELECTOR));
  framePush(width, load<u32>(segment(Seg.FS) + Segment.SELECTOR));
  framePush(width, load<u32>(segment(Seg.DS) + Segment.SELECTOR));
  framePush(width, load<u32>(segment(Seg.ES) + Segment.SELECTOR));
}
