// Code segments and call gates as far JMP, CALL and RET check them (SDM 3A 5.8.1 to 5.8.4, pseudocode in SDM 2A). Loads CS;
// pushes and pops nothing.
import { Mode, Seg, Segment, State } from '../../abi/state-block';
import { Private } from '../events/event-state';
import { faulted } from '../fault';
import { AccessRights, Efer, Reason, SegmentType, SystemTypeBit, Vector } from '../gen/constants';
import { isCanonical, modeChanged } from '../mode';
import { setAttention } from '../attention';
import { get32, get64, segment, set32, set64, setRip } from '../state';
import {
  descriptorAccess,
  descriptorLimit,
  gateOffset,
  gateSelector,
  readDescriptor,
  readDescriptorHigh,
  rightsDpl,
} from './descriptors';
import { refuse, refuseSelector, refuseUndefined } from './refusal';
import { storeFromDescriptor, storeReal, storeVirtual } from './segment-load';

export function longModeActive(): bool {
  return (get64(State.EFER) & Efer.LMA) != 0;
}

/** Real-address or virtual-8086 mode: selectors are paragraph numbers. */
export function realOrVirtual(): bool {
  return get32(State.MODE) <= <u32>Mode.VIRTUAL_8086;
}

/** Descriptor tables of selectors exist in protected mode only; #UD is pending elsewhere. */
export function undefinedHere(): bool {
  if (!realOrVirtual()) return false;
  refuseUndefined(Reason.REAL_MODE);
  return true;
}

/** Far transfer target without descriptors; #GP(0) outside CS.limit. */
export function checkRealTarget(offset: u64): void {
  const limit = load<u32>(segment(Seg.CS) + Segment.LIMIT);
  if (offset > limit) refuse(Reason.TARGET_LIMIT, offset, limit);
}

export function jumpReal(selector: u32, offset: u64): void {
  if (get32(State.MODE) == Mode.REAL) storeReal(Seg.CS, selector);
  else storeVirtual(Seg.CS, selector);
  setRip(offset);
}

/** The descriptor is a code segment, and in IA-32e mode not one with both L and D. */
export function isCode(access: u32): bool {
  if ((access & (AccessRights.S | SegmentType.CODE)) != (AccessRights.S | SegmentType.CODE)) return false;
  const both = AccessRights.L | AccessRights.DB;
  return !longModeActive() || (access & both) != both;
}

/** The descriptor is a present code segment that may be entered; else #GP or #NP(selector) is pending. */
export function checkCode(selector: u32, descriptor: u64, allowed: bool, vector: u32 = Vector.GP): void {
  const access = descriptorAccess(descriptor);
  if (!isCode(access)) refuseSelector(Reason.SEGMENT_LOAD_TYPE, vector, selector, descriptor);
  else if (!allowed) refuseSelector(Reason.SEGMENT_LOAD_PRIVILEGE, vector, selector, descriptor);
  else if ((access & AccessRights.P) == 0)
    refuseSelector(Reason.SEGMENT_LOAD_NOT_PRESENT, Vector.NP, selector, descriptor);
}

/** Checks of a code segment named directly by JMP or CALL; the CPL stays. */
export function checkDirectCode(selector: u32, descriptor: u64): void {
  const access = descriptorAccess(descriptor);
  const dpl = rightsDpl(access);
  const cpl = get32(State.CPL);
  const conforming = (access & SegmentType.CONFORMING) != 0;
  const allowed = conforming ? dpl <= cpl : dpl == cpl && (selector & 3) <= cpl;
  checkCode(selector, descriptor, allowed);
}

/** The offset lies in the code segment: canonical in a 64-bit one, else inside the limit; #GP(0). */
export function checkOffset(descriptor: u64, offset: u64): void {
  if (longModeActive() && (descriptorAccess(descriptor) & AccessRights.L) != 0) {
    if (!isCanonical(offset)) refuse(Reason.TARGET_NOT_CANONICAL, offset);
  } else if (offset > descriptorLimit(descriptor)) {
    refuse(Reason.TARGET_LIMIT, offset, descriptorLimit(descriptor));
  }
}

/** Loads CS and RIP; everything is checked. The CPL becomes `cpl`. */
export function enterCode(selector: u32, descriptor: u64, offset: u64, cpl: u32): void {
  storeFromDescriptor(Seg.CS, (selector & 0xfffc) | cpl, descriptor);
  set32(State.CPL, cpl);
  setRip(offset);
  modeChanged();
  setAttention();
}

/**
 * Follows a call gate to its code segment: checks the gate and the segment (for JMP and CALL alike), leaves where it leads in
 * Private.GATE_OFFSET and Private.GATE_SELECTOR. Returns the code descriptor.
 */
export function readCallGate(selector: u32, gate: u64, jump: bool): u64 {
  const access = descriptorAccess(gate);
  const dpl = rightsDpl(access);
  const cpl = get32(State.CPL);
  if (dpl < cpl || dpl < (selector & 3)) {
    refuseSelector(Reason.SEGMENT_LOAD_PRIVILEGE, Vector.GP, selector, gate);
    return 0;
  }
  if ((access & AccessRights.P) == 0) {
    refuseSelector(Reason.SEGMENT_LOAD_NOT_PRESENT, Vector.NP, selector, gate);
    return 0;
  }
  const long = longModeActive();
  let offset = gateOffset(gate);
  if (long) {
    const high = readDescriptorHigh(selector, Vector.GP);
    if (faulted()) return 0;
    offset |= (high & 0xffffffff) << 32;
  } else if ((access & SystemTypeBit.WIDE) == 0) {
    offset &= 0xffff;
  }
  const target = gateSelector(gate);
  if ((target & 0xfffc) == 0) {
    refuse(Reason.CODE_SELECTOR_NULL, target);
    return 0;
  }
  const code = readDescriptor(target, Vector.GP);
  if (faulted()) return 0;
  const codeAccess = descriptorAccess(code);
  const codeDpl = rightsDpl(codeAccess);
  const conforming = (codeAccess & SegmentType.CONFORMING) != 0;
  const wrongDpl = jump && !conforming ? codeDpl != cpl : codeDpl > cpl;
  const wrongSize = long && (codeAccess & (AccessRights.L | AccessRights.DB)) != AccessRights.L;
  if (wrongSize) refuseSelector(Reason.SEGMENT_LOAD_TYPE, Vector.GP, target, code);
  else checkCode(target, code, !wrongDpl);
  set64(Private.GATE_OFFSET, offset);
  set32(Private.GATE_SELECTOR, target);
  return code;
}
