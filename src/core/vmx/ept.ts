// Extended page tables as the running guest meets them: the translation of its physical addresses, and the exits of those
// that are refused (SDM 28.2, 27.2.1). The walk itself is mmu/ept-walk.ts.
import { EptViolationQualification, Exit } from '../gen/constants';
import { Access, NOT_MAPPED, WalkInfo } from '../mmu/access';
import {
  EPT_EXECUTE,
  EPT_READ,
  EPT_WRITE,
  EptEnd,
  eptEnd,
  eptEntry,
  eptEntryAt,
  eptLevel,
  eptReason,
  eptRights,
  findMissingRight,
  walkEpt,
} from '../mmu/ept-walk';
import { OWN } from '../mmu/space';
import { because, giveLinearAddress, givePhysicalAddress, requestExit } from '../pending';
import { get64 } from '../state';
import { nmiUnblockedByThisIret } from './nmi-unblocking';
import { Vmx } from './vmcs';

export function eptActive(): bool {
  return get64(Vmx.EPTP) != 0;
}

/**
 * Host-physical address of `gpa`, the translation of `linear`, under the EPT in force, setting accessed and dirty flags. On
 * failure the VM exit is requested (so `faulted()`); with Access.PROBE: no side effect, NOT_MAPPED on failure.
 */
export function guestPhysical(gpa: u64, access: u32, linear: u64): u64 {
  const probe = (access & Access.PROBE) != 0;
  const need = probe ? 0 : neededRights(access);
  const hpa = walkEpt(OWN, get64(Vmx.EPTP), gpa, need, !probe);
  if (eptEnd == EptEnd.MAPPED) return hpa;
  if (!probe) requestEptExit(gpa, need, linear, WalkInfo.TRANSLATION);
  return NOT_MAPPED;
}

function neededRights(access: u32): u64 {
  if (access & Access.FETCH) return EPT_EXECUTE;
  if (access & Access.MODIFY) return EPT_READ | EPT_WRITE;
  return access & Access.WRITE ? EPT_WRITE : EPT_READ;
}

/** Exit 48 or 49 for the walk that just ended; `need`: the access, in rights. `info` (WalkInfo): what `gpa` is to `linear`. */
export function requestEptExit(gpa: u64, need: u64, linear: u64, info: u32): void {
  if (eptEnd == EptEnd.MISCONFIGURED) requestExit(Exit.EPT_MISCONFIG, 0);
  else requestViolation(need, linear, info);
  givePhysicalAddress(gpa);
  findMissingRight(OWN, get64(Vmx.EPTP), gpa, need);
  because(eptReason, eptEntryAt, eptEntry, eptLevel);
}

/** The qualification of SDM Table 27-7: the access, the rights found, what `linear` is to it. */
function requestViolation(need: u64, linear: u64, info: u32): void {
  let qualification = need | (eptRights * EptViolationQualification.READABLE);
  if (nmiUnblockedByThisIret()) qualification |= EptViolationQualification.NMI_UNBLOCKING;
  if (info & WalkInfo.NO_LINEAR) return requestExit(Exit.EPT_VIOLATION, qualification);
  qualification |= EptViolationQualification.LINEAR_VALID;
  if (!(info & WalkInfo.PAGING_STRUCTURE)) qualification |= EptViolationQualification.TRANSLATED;
  requestExit(Exit.EPT_VIOLATION, qualification);
  giveLinearAddress(linear);
}

/** Translation without side effects under any EPT pointer; NOT_MAPPED when there is none. */
export function probeEpt(eptp: u64, gpa: u64): u64 {
  return walkEpt(OWN, eptp, gpa, 0, false);
}
