// Loading segment registers with every check of SDM 3A 5.5 to 5.8 and the MOV pseudocode (SDM 2B). Each function checks
// everything and raises before it writes, so a fault leaves the register alone. CS is loaded by far-transfer.ts.
import { Mode, Seg, Segment, State } from '../../abi/state-block';
import { Private } from '../events/event-state';
import { faulted } from '../fault';
import { AccessRights, Reason, SegmentType, Vector } from '../gen/constants';
import { RESET_CODE, RESET_DATA } from '../reset-values';
import { get32, get64, segment, set32, set64 } from '../state';
import {
  descriptorAccess,
  descriptorBase,
  descriptorLimit,
  markAccessed,
  readDescriptor,
  rightsDpl,
} from './descriptors';
import { refuse, refuseSelector } from './refusal';

/** Writes all parts of a segment register. */
export function storeSegment(index: u32, selector: u32, base: u64, limit: u32, access: u32): void {
  const s = segment(index);
  store<u32>(s + Segment.SELECTOR, selector & 0xffff);
  store<u64>(s + Segment.BASE, base);
  store<u32>(s + Segment.LIMIT, limit);
  store<u32>(s + Segment.ACCESS, access);
}

/** Loads from a descriptor already checked; the accessed bit is taken as set. */
export function storeFromDescriptor(index: u32, selector: u32, descriptor: u64): void {
  const access = descriptorAccess(descriptor) | SegmentType.ACCESSED;
  storeSegment(index, selector, descriptorBase(descriptor), descriptorLimit(descriptor), access);
}

/** Makes a register unusable, as a null selector does. SS keeps the CPL in its DPL. */
export function storeNull(index: u32, selector: u32, dpl: u32): void {
  storeSegment(index, selector, 0, 0, AccessRights.UNUSABLE | (dpl << AccessRights.DPL_SHIFT));
}

/** Real mode: the base follows the selector, limit and attributes stay (SDM 3A 20.1.1). */
export function storeReal(index: u32, selector: u32): void {
  const s = segment(index);
  store<u32>(s + Segment.SELECTOR, selector & 0xffff);
  store<u64>(s + Segment.BASE, <u64>((selector & 0xffff) << 4));
  const access = load<u32>(s + Segment.ACCESS);
  if ((access & AccessRights.UNUSABLE) != 0) {
    store<u32>(s + Segment.ACCESS, index == Seg.CS ? RESET_CODE : RESET_DATA);
    store<u32>(s + Segment.LIMIT, 0xffff);
  }
}

/** Virtual-8086 mode: 64 KiB at selector * 16, DPL 3 (SDM 3A 20.2). */
export function storeVirtual(index: u32, selector: u32): void {
  storeSegment(index, selector, <u64>((selector & 0xffff) << 4), 0xffff, RESET_DATA | AccessRights.DPL);
}

/** Loads ES, SS, DS, FS or GS by selector as MOV, POP and LDS do. Check `faulted()`. */
export function loadSegment(index: u32, selector: u32): void {
  const mode = get32(State.MODE);
  if (mode == Mode.REAL) {
    storeReal(index, selector);
    return;
  }
  if (mode == Mode.VIRTUAL_8086) {
    storeVirtual(index, selector);
    return;
  }
  if (index == Seg.SS) loadStackSegment(selector);
  else loadDataSegment(index, selector, Vector.GP);
}

/** DS, ES, FS or GS; `vector` is #GP, or #TS when the selector comes from a TSS. */
export function loadDataSegment(index: u32, selector: u32, vector: u32): void {
  if ((selector & 0xfffc) == 0) {
    storeNull(index, selector, 0);
    return;
  }
  const descriptor = readDescriptor(selector, vector);
  if (faulted()) return;
  const access = descriptorAccess(descriptor);
  const code = (access & SegmentType.CODE) != 0;
  if ((access & AccessRights.S) == 0 || (code && (access & SegmentType.WRITABLE) == 0)) {
    refuseSelector(Reason.SEGMENT_LOAD_TYPE, vector, selector, descriptor);
    return;
  }
  if (!code || (access & SegmentType.CONFORMING) == 0) {
    const dpl = rightsDpl(access);
    if ((selector & 3) > dpl || get32(State.CPL) > dpl) {
      refuseSelector(Reason.SEGMENT_LOAD_PRIVILEGE, vector, selector, descriptor);
      return;
    }
  }
  if ((access & AccessRights.P) == 0) {
    refuseSelector(Reason.SEGMENT_LOAD_NOT_PRESENT, Vector.NP, selector, descriptor);
    return;
  }
  markAccessed(selector, descriptor);
  if (!faulted()) storeFromDescriptor(index, selector, descriptor);
}

function loadStackSegment(selector: u32): void {
  const cpl = get32(State.CPL);
  if ((selector & 0xfffc) == 0) {
    if (get32(State.MODE) == Mode.LONG_64 && cpl < 3 && (selector & 3) == cpl)
      storeNull(Seg.SS, selector, cpl);
    else refuse(Reason.STACK_SEGMENT_NULL, selector);
    return;
  }
  checkStack(selector, cpl, Vector.GP);
  if (!faulted()) commitStack();
}

/**
 * Checks a stack segment for privilege level `cpl` and remembers it for `commitStack`. `vector` is #GP, or #TS when
 * the selector comes from a TSS; a segment that is not present gives #SS. The selector must not be null.
 */
export function checkStack(selector: u32, cpl: u32, vector: u32): void {
  const descriptor = readDescriptor(selector, vector);
  if (faulted()) return;
  const access = descriptorAccess(descriptor);
  const writableData =
    (access & (AccessRights.S | SegmentType.CODE | SegmentType.WRITABLE)) ==
    (AccessRights.S | SegmentType.WRITABLE);
  if ((selector & 3) != cpl || rightsDpl(access) != cpl || !writableData) {
    refuseSelector(
      writableData ? Reason.SEGMENT_LOAD_PRIVILEGE : Reason.SEGMENT_LOAD_TYPE,
      vector,
      selector,
      descriptor,
    );
    return;
  }
  if ((access & AccessRights.P) == 0) {
    refuseSelector(Reason.SEGMENT_LOAD_NOT_PRESENT, Vector.SS, selector, descriptor);
    return;
  }
  markAccessed(selector, descriptor);
  set32(Private.STACK_SELECTOR, selector);
  set64(Private.STACK_DESCRIPTOR, descriptor);
}

/** SS takes the segment that `checkStack` accepted. */
export function commitStack(): void {
  storeFromDescriptor(Seg.SS, get32(Private.STACK_SELECTOR), get64(Private.STACK_DESCRIPTOR));
}

/** After a return to an outer level: data segments the new CPL may not use become null (SDM 3A 5.8.6). */
export function dropPrivilegedSegments(cpl: u32): void {
  dropOne(Seg.ES, cpl);
  dropOne(Seg.DS, cpl);
  dropOne(Seg.FS, cpl);
  dropOne(Seg.GS, cpl);
}

function dropOne(index: u32, cpl: u32): void {
  const s = segment(index);
  const access = load<u32>(s + Segment.ACCESS);
  if ((access & AccessRights.UNUSABLE) != 0) return;
  const conforming =
    (access & (SegmentType.CODE | SegmentType.CONFORMING)) == (SegmentType.CODE | SegmentType.CONFORMING);
  if (conforming || rightsDpl(access) >= cpl) return;
  // The hidden base stays: 64-bit code goes on with its FS and GS bases.
  store<u32>(s + Segment.SELECTOR, 0);
  store<u32>(s + Segment.ACCESS, access | AccessRights.UNUSABLE);
}
