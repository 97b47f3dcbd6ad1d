// The running vCPU's translations: walks of its own tables whose failures are page faults and VM exits. Makes no TLB
// entries: translate.ts does.
import { State } from '../../abi/state-block';
import { WalkOutcome } from '../../abi/walk-space';
import { faulted, pageFaultBecause, raisePageFault } from '../fault';
import { S } from '../state';
import { apicPhysicalExit } from '../vmx/apic-access';
import { eptActive, guestPhysical, requestEptExit } from '../vmx/ept';
import { Access, NOT_MAPPED, WalkInfo } from './access';
import { OWN } from './space';
import {
  badPdpte,
  onApicAccessPage,
  readPdpte,
  refusedNeed,
  refusedStructure,
  walkEntry,
  walkEntryAt,
  walkError,
  walkGuest,
  walkLevel,
  walkOutcome,
  walkReason,
  walkedUserAddress,
} from './walk';

/**
 * Host-physical address of `linear` for this access (bits of Access); raises #PF or requests an exit on failure. Handlers may read
 * on before they ask `faulted()`: the first fault of an instruction is the one that counts, a later one must not replace it.
 */
export function walk(linear: u64, access: u32): u64 {
  if (faulted()) return NOT_MAPPED;
  const gpa = walkGuest(OWN, linear, access);
  if (gpa == NOT_MAPPED) {
    if (!(access & Access.PROBE)) failed(linear, 0);
    return NOT_MAPPED;
  }
  if (!eptActive()) return gpa;
  const modify: u32 =
    (access & (Access.READ | Access.WRITE)) == (Access.READ | Access.WRITE) ? Access.MODIFY : 0;
  return guestPhysical(gpa, access | modify, linear, walkedUserAddress());
}

/** What a failed walk for `linear` leads to; `info` adds to WalkInfo.PAGING_STRUCTURE. */
function failed(linear: u64, info: u32): void {
  if (walkOutcome != WalkOutcome.PAGE_FAULT) {
    if (onApicAccessPage) return apicPhysicalExit();
    return requestEptExit(refusedStructure, refusedNeed, linear, WalkInfo.PAGING_STRUCTURE | info);
  }
  raisePageFault(linear, walkError);
  pageFaultBecause(walkReason, walkEntryAt, walkEntry, walkLevel);
}

/** Loads the PAE PDPTEs from CR3; false when a reserved bit is set in a present one (#GP at the caller), or faulted(). */
export function loadPdptes(cr3: u64): bool {
  const entries = memory.data(32);
  for (let i: u64 = 0; i < 4; i++) {
    const entry = readPdpte(OWN, cr3, i, Access.READ);
    if (walkOutcome != WalkOutcome.MAPPED) failed(0, WalkInfo.NO_LINEAR);
    if (faulted() || badPdpte(OWN, entry)) return false;
    store<u64>(entries + <usize>i * 8, entry);
  }
  memory.copy(S + State.PDPTE, entries, 32);
  return true;
}
