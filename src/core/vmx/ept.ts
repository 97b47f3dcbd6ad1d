// Extended page tables as the running guest meets them: the translation of its physical addresses, and the exits of those
// that are refused (SDM 28.2, 27.2.1). The walk itself is mmu/ept-walk.ts.
import { EptViolationQualification, Exit, PmlQualification } from '../gen/constants';
import { Access, NOT_MAPPED, WalkInfo } from '../mmu/access';
import {
  EPT_EXECUTE,
  EPT_EXECUTE_USER,
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
import { OWN, modeBasedExecute } from '../mmu/space';
import { because, giveLinearAddress, givePhysicalAddress, requestExit } from '../pending';
import { get64 } from '../state';
import { nmiUnblockedByThisIret } from './nmi-unblocking';
import { isConvertible, raiseVirtualizationException } from './virtualization-exception';
import { Vmx } from './vmcs';

export function eptActive(): bool {
  return get64(Vmx.EPTP) != 0;
}

/**
 * Host-physical address of `gpa`, the translation of `linear` (a user-mode address or not), under the EPT in force, setting accessed
 * and dirty flags. On failure the VM exit is requested (so `faulted()`); with Access.PROBE: no side effect, NOT_MAPPED on failure.
 */
export function guestPhysical(gpa: u64, access: u32, linear: u64, user: bool): u64 {
  const probe = (access & Access.PROBE) != 0;
  const need = probe ? 0 : neededRights(access, user);
  const hpa = walkEpt(OWN, get64(Vmx.EPTP), gpa, need, !probe);
  if (eptEnd == EptEnd.MAPPED) return hpa;
  if (!probe) requestEptExit(gpa, need, linear, WalkInfo.TRANSLATION);
  return NOT_MAPPED;
}

function neededRights(access: u32, user: bool): u64 {
  if (access & Access.FETCH) return user && modeBasedExecute(OWN) ? EPT_EXECUTE_USER : EPT_EXECUTE;
  if (access & Access.MODIFY) return EPT_READ | EPT_WRITE;
  return access & Access.WRITE ? EPT_WRITE : EPT_READ;
}

/**
 * Exit 48, 49 or 62 for the walk that just ended, or #VE; `need`: the access, in rights. `info` (WalkInfo): what `gpa` is to
 * `linear`.
 */
export function requestEptExit(gpa: u64, need: u64, linear: u64, info: u32): void {
  if (eptEnd == EptEnd.LOG_FULL)
    return requestExit(Exit.PML_FULL, nmiUnblockedByThisIret() ? PmlQualification.NMI_UNBLOCKING : 0);
  const misconfigured = eptEnd == EptEnd.MISCONFIGURED;
  const converted = !misconfigured && isConvertible();
  const qualification = misconfigured ? 0 : violationQualification(need, info);
  findMissingRight(OWN, get64(Vmx.EPTP), gpa, need);
  if (converted) return raiseVirtualizationException(qualification, linear, gpa);
  requestExit(misconfigured ? Exit.EPT_MISCONFIG : Exit.EPT_VIOLATION, qualification);
  if (!misconfigured && !(info & WalkInfo.NO_LINEAR)) giveLinearAddress(linear);
  givePhysicalAddress(gpa);
  because(eptReason, eptEntryAt, eptEntry, eptLevel);
}

/** The access and the rights found, in the bits of SDM Table 27-7: those to execute in user mode are apart in an entry. */
function rightsFound(): u64 {
  const user: u64 = eptRights & EPT_EXECUTE_USER ? EptViolationQualification.USER_EXECUTABLE : 0;
  return ((eptRights & ~EPT_EXECUTE_USER) * EptViolationQualification.READABLE) | user;
}

/** The qualification of SDM Table 27-7: the access, the rights found, what the linear address is to it. */
function violationQualification(need: u64, info: u32): u64 {
  const access = need & EPT_EXECUTE_USER ? EptViolationQualification.FETCH : need;
  let qualification = access | rightsFound();
  if (nmiUnblockedByThisIret()) qualification |= EptViolationQualification.NMI_UNBLOCKING;
  if (info & WalkInfo.NO_LINEAR) return qualification;
  qualification |= EptViolationQualification.LINEAR_VALID;
  return info & WalkInfo.PAGING_STRUCTURE
    ? qualification
    : qualification | EptViolationQualification.TRANSLATED;
}

/** Translation without side effects under any EPT pointer; NOT_MAPPED when there is none. */
export function probeEpt(eptp: u64, gpa: u64): u64 {
  return walkEpt(OWN, eptp, gpa, 0, false);
}
