// Virtualization exceptions (SDM 25.5.6): EPT violations that the guest gets as #VE, with their facts in the
// virtualization-exception information area, instead of the hypervisor as a VM exit.
import { State } from '../../abi/state-block';
import { eventBeingDelivered } from '../events/event-state';
import { pageFaultBecause, raisePlain } from '../fault';
import { Cr0, EptEntry, Exit, Proc2, Reason, V, Vector } from '../gen/constants';
import { eptEntry, eptEntryAt, eptLevel, eptReason } from '../mmu/ept-walk';
import { physicalRead32, physicalWrite16, physicalWrite32, physicalWrite64 } from '../mmu/physical';
import { get64 } from '../state';
import { proc2, vm16, vm64 } from './vmcs';

/** The information area (SDM Table 24-1). */
const enum Information {
  EXIT_REASON = 0, // u32
  /** All ones while the area is taken: software clears it when it can take the next #VE. u32 */
  BUSY = 4,
  EXIT_QUALIFICATION = 8, // u64
  GUEST_LINEAR = 16, // u64
  GUEST_PHYSICAL = 24, // u64
  EPTP_INDEX = 32, // u16
}

const TAKEN: u32 = 0xffffffff;

/**
 * The violation of the walk that just ended becomes a #VE: the control is set, the guest is in protected mode and no event on its
 * way, the entry that ended the walk does not suppress it, and the information area is free (SDM 25.5.6.1, 25.5.6.2).
 */
export function isConvertible(): bool {
  if ((proc2() & Proc2.EPT_VIOLATION_VE) == 0 || (get64(State.CR0) & Cr0.PE) == 0) return false;
  if (eventBeingDelivered() || eptReason == Reason.EPT_BEYOND_WALK) return false;
  if ((eptEntry & EptEntry.SVE) != 0) return false;
  return physicalRead32(vm64(V.VE_INFORMATION_ADDRESS) + Information.BUSY) == 0;
}

/** Fills the information area and raises #VE, which has no error code (SDM 25.5.6.3). */
export function raiseVirtualizationException(qualification: u64, linear: u64, gpa: u64): void {
  const area = vm64(V.VE_INFORMATION_ADDRESS);
  physicalWrite32(area + Information.EXIT_REASON, Exit.EPT_VIOLATION);
  physicalWrite32(area + Information.BUSY, TAKEN);
  physicalWrite64(area + Information.EXIT_QUALIFICATION, qualification);
  physicalWrite64(area + Information.GUEST_LINEAR, linear);
  physicalWrite64(area + Information.GUEST_PHYSICAL, gpa);
  physicalWrite16(area + Information.EPTP_INDEX, vm16(V.EPTP_INDEX));
  raisePlain(Vector.VE);
  pageFaultBecause(eptReason, eptEntryAt, eptEntry, eptLevel);
}
