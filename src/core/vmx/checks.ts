// The entry checks in the order of the manual, for VM entry (first failure) and for the debugger (all failures), and the
// ones that need more than fields: PDPTEs and the MSR list (K, L). SDM 26.1 to 26.4.
import { Region } from '../../abi/memory-map';
import { VmcsPage } from '../../abi/vmcs-page';
import { Check, Cr0, Cr4, Ia32VmxMisc, PaeCr3, Proc2, V } from '../gen/constants';
import { OWN } from '../mmu/space';
import { badPdpte } from '../mmu/walk';
import { CAP_MISC } from './capabilities';
import {
  beginChecks,
  beyondWidth,
  failureCount,
  fails,
  image32,
  image64,
  longModeGuest,
  offered,
  proc2Controls,
  read32At,
  read64At,
} from './check-context';
import { entryControlsFail, executionControlsFail, exitControlsFail } from './checks-controls';
import {
  descriptorTablesFail,
  guestRegistersFail,
  nonRegisterStateFails,
  ripAndRflagsFail,
} from './checks-guest';
import { hostStateFails } from './checks-host';
import { segmentsFail } from './checks-segments';
import { baseIndex, modelIndex, msrWriteFaults, smmIndex, x2apicIndex } from './msr-lists';

/** B, C, D: failures are VM-instruction error 7. */
export function controlsFail(): bool {
  return executionControlsFail() || exitControlsFail() || entryControlsFail();
}

/** E: failures are VM-instruction error 8. */
export { hostStateFails };

/** F to K: failures are VM exit 33. */
export function guestStateFails(): bool {
  return (
    guestRegistersFail() ||
    segmentsFail() ||
    descriptorTablesFail() ||
    ripAndRflagsFail() ||
    nonRegisterStateFails() ||
    pdptesFail()
  );
}

function pdptesFail(): bool {
  const paging = (image64(V.GUEST_CR0) & Cr0.PG) != 0 && (image64(V.GUEST_CR4) & Cr4.PAE) != 0;
  if (!paging || longModeGuest()) return false;
  const ept = (proc2Controls() & Proc2.ENABLE_EPT) != 0;
  const table = image64(V.GUEST_CR3) & PaeCr3.BASE;
  let bad = false;
  for (let i: usize = 0; i < 4; i++) {
    bad = bad || badPdpte(OWN, ept ? image64(V.GUEST_PDPTR0 + i * 8) : read64At(table + i * 8));
  }
  return ept ? fails(Check.K02, bad) : fails(Check.K01, bad);
}

/** L: the VM-entry MSR-load list, without loading it. VM entry itself meets the same rules while it loads. */
function msrListFails(): bool {
  const count = image32(V.VM_ENTRY_MSR_LOAD_COUNT);
  const list = image64(V.VM_ENTRY_MSR_LOAD_ADDR);
  // A list at an address that D13 or D14 refuses cannot be read.
  if (count == 0 || (list & 15) != 0 || beyondWidth(list + <u64>count * 16 - 1)) return false;
  const maximum: u32 = 512 * (((<u32>(offered(CAP_MISC) >> Ia32VmxMisc.MSR_LIST_MAX_SHIFT)) & 7) + 1);
  if (fails(Check.L07, count > maximum)) return true;
  let known: u32 = 0;
  for (let i: u32 = 0; i < (count < maximum ? count : maximum); i++) {
    const entry = list + <u64>i * 16;
    const index = read32At(entry);
    known |= brokenListRules(index, read32At(entry + 4), read64At(entry + 8));
  }
  if (fails(Check.L01, (known & 1) != 0)) return true;
  if (fails(Check.L02, (known & 2) != 0)) return true;
  if (fails(Check.L03, (known & 4) != 0)) return true;
  if (fails(Check.L04, (known & 8) != 0)) return true;
  if (fails(Check.L05, (known & 16) != 0)) return true;
  return fails(Check.L06, (known & 32) != 0);
}

/** The rule that entry `number` (from 1) of the list breaks, for an entry that was refused while loading. */
export function brokenListRule(number: u32): u32 {
  const entry = image64(V.VM_ENTRY_MSR_LOAD_ADDR) + <u64>(number - 1) * 16;
  const rules = brokenListRules(read32At(entry), read32At(entry + 4), read64At(entry + 8));
  return rules == 0 ? <u32>Check.L06 : <u32>Check.L01 + <u32>ctz<u32>(rules);
}

/** One bit for each of L01 to L06. An index that is refused as such is not also asked for its value. */
function brokenListRules(index: u32, reserved: u32, value: u64): u32 {
  let broken: u32 = 0;
  if (baseIndex(index)) broken |= 1;
  if (x2apicIndex(index)) broken |= 2;
  if (smmIndex(index)) broken |= 4;
  if (modelIndex(index)) broken |= 8;
  if (reserved != 0) broken |= 16;
  if (broken == 0 && msrWriteFaults(index, value)) broken |= 32;
  return broken;
}

/**
 * Every failing check of a VMCS image: count and row indexes at Region.FAILED_CHECKS, the count as result. The image's
 * physical addresses go through an EPT pointer (0: they are host-physical), and `pointer` is where the image lies in that
 * space (all ones: unknown), for the rule about the link pointer. What the instruction and the processor add (A01 to
 * A04, A06 to A08) is not asked.
 */
export function collectFailedChecksThrough(
  vmcs: u32,
  capabilities: u32,
  eptpHigh: u32,
  eptpLow: u32,
  pointerHigh: u32,
  pointerLow: u32,
): u32 {
  const eptp = ((<u64>eptpHigh) << 32) | (<u64>eptpLow);
  const pointer = ((<u64>pointerHigh) << 32) | (<u64>pointerLow);
  store<u32>(Region.FAILED_CHECKS, 0);
  beginChecks(vmcs, capabilities, true, eptp, pointer);
  fails(Check.A05, load<u32>(vmcs + VmcsPage.REVISION) >> 31 != 0);
  controlsFail();
  hostStateFails();
  guestStateFails();
  msrListFails();
  return failureCount();
}
