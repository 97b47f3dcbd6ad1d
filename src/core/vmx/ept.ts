// Extended page tables: guest-physical to host-physical through the EPT in force (SDM 28.2). One walk serves hardware
// accesses (which end in EPT-violation or misconfiguration exits) and probes of the debugger (which end in NOT_MAPPED).
import { EptEntry, EptViolationQualification, Eptp, Exit, Ia32VmxEptVpidCap, Reason } from '../gen/constants';
import { Access, NOT_MAPPED, WalkInfo } from '../mmu/access';
import { physicalRead64, physicalWrite64 } from '../mmu/physical';
import { because, giveLinearAddress, givePhysicalAddress, requestExit } from '../pending';
import { get64 } from '../state';
import { CAP_EPT_VPID, capability, physicalMask } from './capabilities';
import { nmiUnblockedByThisIret } from './nmi-unblocking';
import { Vmx } from './vmcs';

/** Rights in an EPT entry; the access of a qualification has the same bits. */
const READ: u64 = EptEntry.R;
const WRITE: u64 = EptEntry.W;
const EXECUTE: u64 = EptEntry.X;
const RIGHTS: u64 = READ | WRITE | EXECUTE;
const ADDRESS: u64 = EptEntry.BASE;
/** Reserved in entries that point to a table; at the highest level EptEntry.PAGE is too. */
const TABLE_RESERVED: u64 = EptEntry.MEMORY_TYPE | EptEntry.IPAT;

/** How a walk ended when it gave no address. */
const enum End {
  MAPPED = 0,
  VIOLATION = 1,
  MISCONFIGURED = 2,
}

/** Results of the last walk besides the address. */
let end: u32 = End.MAPPED;
/** AND of the R, W and X bits of all entries used. */
let rights: u64 = 0;
/** Where the last walk ended without an address: the rule, and the entry with its address and level. */
let reason: u32 = Reason.NONE;
let entryAt: u64 = 0;
let lastEntry: u64 = 0;
let lastShift: u64 = 0;
/** Page shift of the leaf the last walk came to. */
let lastLeaf: u64 = 0;

export function eptActive(): bool {
  return get64(Vmx.EPTP) != 0;
}

/**
 * Host-physical address of `gpa` under the EPT in force, setting accessed and dirty flags. On failure the VM exit is
 * requested (so `faulted()`). `info` is WalkInfo; with Access.PROBE: no side effect, NOT_MAPPED on failure.
 */
export function guestPhysical(gpa: u64, access: u32, linear: u64, info: u32): u64 {
  const eptp = get64(Vmx.EPTP);
  const probe = (access & Access.PROBE) != 0;
  let need = neededRights(access);
  // With A/D flags on, every access to a guest paging-structure entry counts as a write (SDM 28.2.4).
  const structure = (info & WalkInfo.PAGING_STRUCTURE) != 0;
  if (structure && eptp & Eptp.AD && !probe) need |= READ | WRITE;
  const hpa = walkEpt(eptp, gpa, need, !probe);
  if (end == End.MAPPED) return hpa;
  if (probe) return NOT_MAPPED;
  if (end == End.MISCONFIGURED) requestExit(Exit.EPT_MISCONFIG, 0);
  else requestViolation(need, linear, info);
  givePhysicalAddress(gpa);
  blame(eptp, gpa, need);
  return 0;
}

/** Names the rule and the entry behind the exit just requested; a missing right is that of the highest entry without it. */
function blame(eptp: u64, gpa: u64, need: u64): void {
  if (reason == Reason.EPT_BEYOND_WALK) return because(reason, gpa, 0, 0);
  if (reason == Reason.NONE) {
    let table = eptp & ADDRESS;
    for (let shift: u64 = 39; ; shift -= 9) {
      readEntry(table, gpa, shift);
      if ((lastEntry & need) != need || shift == lastLeaf) break;
      table = lastEntry & ADDRESS;
    }
    const missing = need & ~lastEntry;
    reason = Reason.EPT_NOT_EXECUTABLE;
    if (missing & WRITE) reason = Reason.EPT_NOT_WRITABLE;
    if (missing & READ) reason = Reason.EPT_NOT_READABLE;
  }
  because(reason, entryAt, lastEntry, <u32>(lastShift - 3) / 9);
}

/** Exit 48 with the qualification of SDM Table 27-7: the access, the rights found, what `linear` is to it. */
function requestViolation(need: u64, linear: u64, info: u32): void {
  let qualification = need | (rights * EptViolationQualification.READABLE);
  if (nmiUnblockedByThisIret()) qualification |= EptViolationQualification.NMI_UNBLOCKING;
  if (info & WalkInfo.NO_LINEAR) return requestExit(Exit.EPT_VIOLATION, qualification);
  qualification |= EptViolationQualification.LINEAR_VALID;
  if (!(info & WalkInfo.PAGING_STRUCTURE)) qualification |= EptViolationQualification.TRANSLATED;
  requestExit(Exit.EPT_VIOLATION, qualification);
  giveLinearAddress(linear);
}

function neededRights(access: u32): u64 {
  if (access & Access.FETCH) return EXECUTE;
  if (access & Access.MODIFY) return READ | WRITE;
  return access & Access.WRITE ? WRITE : READ;
}

/** Translation without side effects under any EPT pointer; NOT_MAPPED when there is none. `need` may be 0. */
export function probeEpt(eptp: u64, gpa: u64): u64 {
  const hpa = walkEpt(eptp, gpa, 0, false);
  return end == End.MAPPED ? hpa : NOT_MAPPED;
}

/** The walk; sets `end` and `rights`. `mark`: set accessed and dirty flags when the EPTP asks for them. */
function walkEpt(eptp: u64, gpa: u64, need: u64, mark: bool): u64 {
  const marking = mark && (eptp & Eptp.AD) != 0;
  rights = RIGHTS;
  end = End.VIOLATION;
  reason = Reason.NONE;
  if (gpa >> 48 != 0) {
    rights = 0;
    reason = Reason.EPT_BEYOND_WALK;
    return 0;
  }
  let table = eptp & ADDRESS;
  let shift: u64 = 39;
  while (true) {
    const entry = readEntry(table, gpa, shift);
    rights &= entry;
    if ((entry & RIGHTS) == 0) {
      reason = Reason.EPT_NOT_PRESENT;
      return 0;
    }
    const leaf = shift == 12 || ((entry & EptEntry.PAGE) != 0 && shift != 39);
    reason = misconfiguration(entry, shift, leaf);
    if (reason != Reason.NONE) {
      end = End.MISCONFIGURED;
      return 0;
    }
    if (leaf) {
      lastLeaf = shift;
      if ((rights & need) != need) return 0;
      if (marking) markPath(eptp, gpa, shift, (need & WRITE) != 0);
      end = End.MAPPED;
      const offset = ((<u64>1) << shift) - 1;
      return (entry & ADDRESS & ~offset) | (gpa & offset);
    }
    table = entry & ADDRESS;
    shift -= 9;
  }
}

/** The entry of a table for an address; remembered for `blame`. */
function readEntry(table: u64, gpa: u64, shift: u64): u64 {
  entryAt = table + (((gpa >> shift) & 0x1ff) << 3);
  lastEntry = physicalRead64(entryAt);
  lastShift = shift;
  return lastEntry;
}

/** SDM 28.2.3.1: settings that no access may meet, present entry given, as a row of isa/fault-reasons. */
function misconfiguration(entry: u64, shift: u64, leaf: bool): u32 {
  const capabilities = capability(CAP_EPT_VPID);
  if ((entry & (READ | WRITE)) == WRITE) return Reason.EPT_WRITE_WITHOUT_READ;
  if ((entry & RIGHTS) == EXECUTE && !(capabilities & Ia32VmxEptVpidCap.EXECUTE_ONLY))
    return Reason.EPT_EXECUTE_ONLY;
  if (entry & ADDRESS & ~physicalMask()) return Reason.EPT_ADDRESS_WIDTH;
  if (!leaf) {
    const reserved = shift == 39 ? TABLE_RESERVED | EptEntry.PAGE : TABLE_RESERVED;
    return (entry & reserved) != 0 ? <u32>Reason.EPT_TABLE_RESERVED : <u32>Reason.NONE;
  }
  const type = (entry & EptEntry.MEMORY_TYPE) >> EptEntry.MEMORY_TYPE_SHIFT;
  if (type == 2 || type == 3 || type == 7) return Reason.EPT_MEMORY_TYPE;
  if (shift == 12) return Reason.NONE;
  const size = shift == 30 ? Ia32VmxEptVpidCap.PAGE_1G : Ia32VmxEptVpidCap.PAGE_2M;
  if (!(capabilities & size)) return Reason.EPT_PAGE_SIZE;
  const low = entry & ADDRESS & (((<u64>1) << shift) - 1);
  return low != 0 ? <u32>Reason.EPT_PAGE_ALIGNMENT : <u32>Reason.NONE;
}

/** Sets accessed flags on the path down to the leaf at `leafShift`, and the leaf's dirty flag for a write. */
function markPath(eptp: u64, gpa: u64, leafShift: u64, write: bool): void {
  let table = eptp & ADDRESS;
  for (let shift: u64 = 39; ; shift -= 9) {
    const at = table + (((gpa >> shift) & 0x1ff) << 3);
    const entry = physicalRead64(at);
    const marked = entry | (shift == leafShift && write ? EptEntry.A | EptEntry.D : EptEntry.A);
    if (marked != entry) physicalWrite64(at, marked);
    if (shift == leafShift) return;
    table = entry & ADDRESS;
  }
}
