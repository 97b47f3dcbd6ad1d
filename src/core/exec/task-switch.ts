// The hardware task switch of protected mode outside IA-32e mode (SDM 3A 7.3): the checks before it, which also come before the VM
// exit it is in non-root operation (SDM 3C 25.4.2), then the switch. What fails once the new task's registers are loaded is a
// fault of the new task. Who may ask for a switch is checked where it is asked for.
import { Seg, Segment, State } from '../../abi/state-block';
import { setAttention } from '../attention';
import { faulted, raiseBecause, raiseDebug } from '../fault';
import { rflags, setRflags } from '../flags';
import {
  AccessRights,
  Cr0,
  Dr6,
  Dr7,
  Reason,
  Rflags,
  SegmentType,
  SystemType,
  SystemTypeBit,
  Vector,
} from '../gen/constants';
import { probeSystemWrite, writeSystem16 } from '../memory';
import { loadPdptes } from '../mmu/hardware-walk';
import { translationChanged } from '../mmu/tlb';
import { modeChanged, paePaging } from '../mode';
import { get32, get64, segment, segmentBase, set32, set64, setGpr, setRip } from '../state';
import { TaskSwitchSource } from '../vmx/hooks';
import {
  descriptorAccess,
  descriptorAddress,
  descriptorBase,
  descriptorLimit,
  markAccessed,
  readDescriptor,
  rightsDpl,
  setBusy,
} from './descriptors';
import { checkCode, checkOffset } from './far-code';
import { refuseSelector } from './refusal';
import {
  checkStack,
  commitStack,
  loadDataSegment,
  storeFromDescriptor,
  storeNull,
  storeSegment,
  storeVirtual,
} from './segment-load';
import {
  firstSaved,
  leastLimit,
  nextCr3,
  nextFlags,
  nextIp,
  nextLdt,
  nextRegister,
  nextSelector,
  nextTraps,
  readTaskState,
  savedBytes,
  saveTask,
} from './task-state';

/** EFLAGS bits that a TSS loads. */
const FLAGS: u64 =
  Rflags.CF |
  Rflags.PF |
  Rflags.AF |
  Rflags.ZF |
  Rflags.SF |
  Rflags.TF |
  Rflags.IF |
  Rflags.DF |
  Rflags.OF |
  Rflags.IOPL |
  Rflags.NT |
  Rflags.RF |
  Rflags.VM |
  Rflags.AC |
  Rflags.VIF |
  Rflags.VIP |
  Rflags.ID;
const LOCAL_ENABLES: u64 = Dr7.L0 | Dr7.L1 | Dr7.L2 | Dr7.L3 | Dr7.LE;

/**
 * The TSS descriptor of the task that `selector` names, checked: IRET goes back to a busy one, everybody else to an available
 * one. Check `faulted()`.
 */
export function readTask(selector: u32, source: u32): u64 {
  const back = source == TaskSwitchSource.IRET;
  const vector: u32 = back ? Vector.TS : Vector.GP;
  if ((selector & 4) != 0) {
    refuseSelector(Reason.TASK_IN_LDT, vector, selector, 0);
    return 0;
  }
  const descriptor = readDescriptor(selector, vector);
  if (faulted()) return 0;
  const access = descriptorAccess(descriptor);
  const kind = access & (AccessRights.S | AccessRights.TYPE);
  const wanted = back ? kind & ~SystemTypeBit.BUSY : kind;
  const rightKind =
    (wanted == SystemType.TSS16 || wanted == SystemType.TSS32) && (back ? kind != wanted : true);
  const limit = descriptorLimit(descriptor);
  if (!rightKind) refuseSelector(Reason.TASK_TYPE, vector, selector, descriptor);
  else if ((access & AccessRights.P) == 0)
    refuseSelector(Reason.TASK_NOT_PRESENT, Vector.NP, selector, descriptor);
  else if (limit < leastLimit(isWide(access))) refuseSelector(Reason.TASK_LIMIT, Vector.TS, selector, limit);
  return descriptor;
}

function isWide(access: u32): bool {
  return (access & SystemTypeBit.WIDE) != 0;
}

/** Faults where the switch could not write: the running task's TSS, both descriptors, the back link. */
function probeWrites(selector: u32, base: u64, nests: bool): void {
  const old = segment(Seg.TR);
  const oldSelector = load<u32>(old + Segment.SELECTOR);
  const wide = isWide(load<u32>(old + Segment.ACCESS));
  const limit = load<u32>(old + Segment.LIMIT);
  if (limit < leastLimit(wide)) {
    refuseSelector(Reason.TASK_LEFT_LIMIT, Vector.TS, oldSelector, limit);
    return;
  }
  probeSystemWrite(segmentBase(Seg.TR) + firstSaved(wide), savedBytes(wide));
  if (nests) probeSystemWrite(base, 2);
  else probeSystemWrite(descriptorAddress(oldSelector, 8), 8);
  probeSystemWrite(descriptorAddress(selector, 8), 8);
}

/**
 * Switches to the task that `readTask` accepted; `ip`: where the old task goes on. After a fault before the switch the state is
 * the old task's, after one behind it the new task's.
 */
export function switchTask(selector: u32, descriptor: u64, source: u32, ip: u64): void {
  const nests = source == TaskSwitchSource.CALL || source == TaskSwitchSource.GATE;
  const wide = isWide(descriptorAccess(descriptor));
  const base = descriptorBase(descriptor);
  readTaskState(base, wide);
  if (faulted()) return;
  probeWrites(selector, base, nests);
  if (faulted()) return;
  const paging = (get64(State.CR0) & Cr0.PG) != 0;
  if (wide && paePaging() && !loadPdptes(nextCr3())) {
    if (!faulted()) refuseSelector(Reason.TASK_PDPTES, Vector.TS, selector, nextCr3());
    return;
  }
  const old = segment(Seg.TR);
  const oldSelector = load<u32>(old + Segment.SELECTOR) & 0xffff;
  const saved = source == TaskSwitchSource.IRET ? rflags() & ~Rflags.NT : rflags();
  if (!nests) setBusy(oldSelector, false);
  saveTask(segmentBase(Seg.TR), isWide(load<u32>(old + Segment.ACCESS)), ip, saved);
  if (nests) writeSystem16(base, oldSelector);
  if (source != TaskSwitchSource.IRET) setBusy(selector, true);
  const busy = descriptorAccess(descriptor) | SystemTypeBit.BUSY;
  storeSegment(Seg.TR, selector, base, descriptorLimit(descriptor), busy);
  set64(State.CR0, get64(State.CR0) | Cr0.TS);
  set64(State.DR7, get64(State.DR7) & ~LOCAL_ENABLES);
  if (wide && paging) set64(State.CR3, nextCr3());
  const flags = (nextFlags() & FLAGS) | (nests ? Rflags.NT : 0) | Rflags.FIXED;
  loadRegisters(flags);
  translationChanged();
  loadSegments(flags);
  modeChanged();
  setAttention();
  if (!faulted() && nextTraps()) raiseDebug(Dr6.BT);
}

/** General registers and selectors of the new task; no segment can be used yet. */
function loadRegisters(flags: u64): void {
  for (let i: u32 = 0; i < 8; i++) setGpr(i, nextRegister(i));
  setRip(nextIp());
  setRflags(flags);
  const cpl: u32 = (flags & Rflags.VM) != 0 ? 3 : nextSelector(Seg.CS) & 3;
  for (let i: u32 = Seg.ES; i <= <u32>Seg.GS; i++) storeNull(i, nextSelector(i), i == Seg.SS ? cpl : 0);
  storeNull(Seg.LDTR, nextLdt(), 0);
  set32(State.CPL, cpl);
}

/** The LDT first, then SS, CS and the data segments (SDM 3A table 7-1). */
function loadSegments(flags: u64): void {
  loadLdt();
  if (faulted()) return;
  if ((flags & Rflags.VM) != 0) {
    for (let i: u32 = Seg.ES; i <= <u32>Seg.GS; i++) storeVirtual(i, nextSelector(i));
    return;
  }
  const stack = nextSelector(Seg.SS);
  if ((stack & 0xfffc) == 0) raiseBecause(Reason.TASK_STACK_NULL, Vector.TS, 0, stack);
  else checkStack(stack, get32(State.CPL), Vector.TS);
  if (faulted()) return;
  commitStack();
  loadCode();
  for (let i: u32 = Seg.DS; i <= <u32>Seg.GS && !faulted(); i++)
    loadDataSegment(i, nextSelector(i), Vector.TS);
  if (!faulted()) loadDataSegment(Seg.ES, nextSelector(Seg.ES), Vector.TS);
}

function loadLdt(): void {
  const selector = nextLdt();
  if ((selector & 0xfffc) == 0) return;
  const inTable = (selector & 4) == 0;
  if (!inTable) {
    refuseSelector(Reason.TASK_LDT_IN_LDT, Vector.TS, selector, 0);
    return;
  }
  const descriptor = readDescriptor(selector, Vector.TS);
  if (faulted()) return;
  const access = descriptorAccess(descriptor);
  const usable: u32 = SystemType.LDT | AccessRights.P;
  if ((access & (AccessRights.S | AccessRights.TYPE | AccessRights.P)) != usable)
    refuseSelector(Reason.TASK_LDT_TYPE, Vector.TS, selector, descriptor);
  else storeSegment(Seg.LDTR, selector, descriptorBase(descriptor), descriptorLimit(descriptor), access);
}

function loadCode(): void {
  const selector = nextSelector(Seg.CS);
  if ((selector & 0xfffc) == 0) {
    raiseBecause(Reason.TASK_CODE_NULL, Vector.TS, 0, selector);
    return;
  }
  const descriptor = readDescriptor(selector, Vector.TS);
  if (faulted()) return;
  const access = descriptorAccess(descriptor);
  const dpl = rightsDpl(access);
  const rpl = selector & 3;
  const rightLevel = (access & SegmentType.CONFORMING) != 0 ? dpl <= rpl : dpl == rpl;
  checkCode(selector, descriptor, rightLevel, Vector.TS);
  if (faulted()) return;
  markAccessed(selector, descriptor);
  if (faulted()) return;
  storeFromDescriptor(Seg.CS, selector, descriptor);
  checkOffset(descriptor, nextIp());
}
