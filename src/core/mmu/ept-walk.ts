// The walk of extended page tables (SDM 28.2): from a physical address of the guest to the one behind it, with the rights
// gathered, misconfigurations, accessed and dirty flags. Pure: what the end of a walk leads to is the caller's.
import { EptEntry, Eptp, Ia32VmxEptVpidCap, MemoryTypeSet, Reason } from '../gen/constants';
import { isMemoryType } from '../memory-types';
import { NOT_MAPPED } from './access';
import { isLogFull, isLogged, logPage } from './page-log';
import {
  OWN,
  eptCapabilitiesOf,
  modeBasedExecute,
  physicalMaskOf,
  readEptEntry,
  writeEntry64,
} from './space';

/** Rights in an EPT entry; the access of an exit qualification has the same bits. */
export const EPT_READ: u64 = EptEntry.R;
export const EPT_WRITE: u64 = EptEntry.W;
export const EPT_EXECUTE: u64 = EptEntry.X;
/** With mode-based execute control X is for supervisor-mode linear addresses, and this one for user-mode ones. */
export const EPT_EXECUTE_USER: u64 = EptEntry.XU;
const RIGHTS: u64 = EPT_READ | EPT_WRITE | EPT_EXECUTE;
/** Reserved in entries that point to a table; at the highest level EptEntry.PAGE is too. */
const TABLE_RESERVED: u64 = EptEntry.MEMORY_TYPE | EptEntry.IPAT;
/** Bits of an address and of the index at one level. */
const TOP_SHIFT: u64 = 39;
const INDEX: u64 = 0x1ff;

export const enum EptEnd {
  MAPPED = 0,
  VIOLATION = 1,
  MISCONFIGURED = 2,
  /** A flag was to be set while the page-modification log is full. */
  LOG_FULL = 3,
}

/** Results of the last walk besides the address: its end, the AND of the rights of all entries used, the leaf as it was read. */
export let eptEnd: u32 = EptEnd.MAPPED;
export let eptRights: u64 = 0;
export let eptLeaf: u64 = 0;
/** Level of the entry it ended at; of a leaf: 1 for a 4-KByte page, 2 for 2 MByte, 3 for 1 GByte. */
export let eptLevel: u32 = 0;
/** Where it ended without an address: the rule (isa/fault-reasons) once `findMissingRight` was asked, the entry and where it stands. */
export let eptReason: u32 = Reason.NONE;
export let eptEntryAt: u64 = 0;
export let eptEntry: u64 = 0;

/**
 * The address behind `gpa` in `space`, NOT_MAPPED with `eptEnd` set otherwise. `need`: rights the access must have, 0 for
 * none. `mark`: set accessed and dirty flags when the EPT pointer asks for them.
 */
export function walkEpt(space: usize, eptp: u64, gpa: u64, need: u64, mark: bool): u64 {
  const marking = mark && (eptp & Eptp.AD) != 0;
  const rights: u64 = modeBasedExecute(space) ? RIGHTS | EPT_EXECUTE_USER : RIGHTS;
  eptRights = rights;
  eptEnd = EptEnd.VIOLATION;
  eptReason = Reason.NONE;
  if (gpa >> (TOP_SHIFT + 9) != 0) {
    eptRights = 0;
    eptReason = Reason.EPT_BEYOND_WALK;
    eptEntryAt = gpa;
    eptEntry = 0;
    eptLevel = 0;
    return NOT_MAPPED;
  }
  let table = eptp & EptEntry.BASE;
  let shift = TOP_SHIFT;
  while (true) {
    const entry = readEntry(space, table, gpa, shift);
    eptRights &= entry;
    if ((entry & rights) == 0) {
      eptReason = Reason.EPT_NOT_PRESENT;
      return NOT_MAPPED;
    }
    const leaf = shift == 12 || ((entry & EptEntry.PAGE) != 0 && shift != TOP_SHIFT);
    eptReason = misconfiguration(space, entry, shift, leaf, rights);
    if (eptReason != Reason.NONE) {
      eptEnd = EptEnd.MISCONFIGURED;
      return NOT_MAPPED;
    }
    if (leaf) {
      if ((eptRights & need) != need) return NOT_MAPPED;
      eptLeaf = entry;
      eptEnd = EptEnd.MAPPED;
      if (marking && !markPath(space, eptp, gpa, shift, (need & EPT_WRITE) != 0)) {
        eptEnd = EptEnd.LOG_FULL;
        return NOT_MAPPED;
      }
      const offset = ((<u64>1) << shift) - 1;
      return (entry & EptEntry.BASE & ~offset) | (gpa & offset);
    }
    table = entry & EptEntry.BASE;
    shift -= 9;
  }
}

/** The entry of a table for an address; remembered as the one the walk is at. */
function readEntry(space: usize, table: u64, gpa: u64, shift: u64): u64 {
  eptEntryAt = table + (((gpa >> shift) & INDEX) << 3);
  eptEntry = readEptEntry(space, eptEntryAt);
  eptLevel = <u32>(shift - 3) / 9;
  return eptEntry;
}

/** After a violation of `walkEpt`: makes `eptReason` and the entry those of the highest one that lacks a needed right. */
export function findMissingRight(space: usize, eptp: u64, gpa: u64, need: u64): void {
  if (eptReason != Reason.NONE) return;
  const last = eptLevel;
  let table = eptp & EptEntry.BASE;
  for (let shift = TOP_SHIFT; ; shift -= 9) {
    const entry = readEntry(space, table, gpa, shift);
    if ((entry & need) != need || eptLevel == last) break;
    table = entry & EptEntry.BASE;
  }
  const missing = need & ~eptEntry;
  eptReason =
    missing & EPT_EXECUTE_USER ? <u32>Reason.EPT_NOT_USER_EXECUTABLE : <u32>Reason.EPT_NOT_EXECUTABLE;
  if (missing & EPT_WRITE) eptReason = Reason.EPT_NOT_WRITABLE;
  if (missing & EPT_READ) eptReason = Reason.EPT_NOT_READABLE;
}

/** SDM 28.2.3.1: settings that no access may meet, present entry given, as a row of isa/fault-reasons. */
function misconfiguration(space: usize, entry: u64, shift: u64, leaf: bool, rights: u64): u32 {
  const capabilities = eptCapabilitiesOf(space);
  if ((entry & (EPT_READ | EPT_WRITE)) == EPT_WRITE) return Reason.EPT_WRITE_WITHOUT_READ;
  const executeOnly = (entry & EPT_READ) == 0 && (entry & rights) != 0;
  if (executeOnly && !(capabilities & Ia32VmxEptVpidCap.EXECUTE_ONLY)) return Reason.EPT_EXECUTE_ONLY;
  if (entry & EptEntry.BASE & ~physicalMaskOf(space)) return Reason.EPT_ADDRESS_WIDTH;
  if (!leaf) {
    const reserved = shift == TOP_SHIFT ? TABLE_RESERVED | EptEntry.PAGE : TABLE_RESERVED;
    return (entry & reserved) != 0 ? <u32>Reason.EPT_TABLE_RESERVED : <u32>Reason.NONE;
  }
  const type = (entry & EptEntry.MEMORY_TYPE) >> EptEntry.MEMORY_TYPE_SHIFT;
  if (!isMemoryType(type, MemoryTypeSet.EPT)) return Reason.EPT_MEMORY_TYPE;
  if (shift == 12) return Reason.NONE;
  const size = shift == 30 ? Ia32VmxEptVpidCap.PAGE_1G : Ia32VmxEptVpidCap.PAGE_2M;
  if (!(capabilities & size)) return Reason.EPT_PAGE_SIZE;
  const low = entry & EptEntry.BASE & (((<u64>1) << shift) - 1);
  return low != 0 ? <u32>Reason.EPT_PAGE_ALIGNMENT : <u32>Reason.NONE;
}

/** What an access sets in an entry on its way: the accessed flag, and of a leaf that is written the dirty flag. */
function flagsOf(leaf: bool, write: bool): u64 {
  return leaf && write ? EptEntry.A | EptEntry.D : EptEntry.A;
}

/** Flags that the entries on the path down to the leaf at `leafShift` lack for this access. */
function missingFlags(space: usize, eptp: u64, gpa: u64, leafShift: u64, write: bool): u64 {
  let missing: u64 = 0;
  let table = eptp & EptEntry.BASE;
  for (let shift = TOP_SHIFT; shift >= leafShift; shift -= 9) {
    const entry = readEptEntry(space, table + (((gpa >> shift) & INDEX) << 3));
    missing |= flagsOf(shift == leafShift, write) & ~entry;
    table = entry & EptEntry.BASE;
  }
  return missing;
}

/**
 * Sets accessed flags on the path down to the leaf at `leafShift`, and the leaf's dirty flag for a write, which is logged where
 * pages are. False, and nothing is set, when the log is full: for any flag on the chip (SDM 28.2.5), for dirty flags in a space that
 * software keeps (KVM: nested_vmx_write_pml_buffer).
 */
function markPath(space: usize, eptp: u64, gpa: u64, leafShift: u64, write: bool): bool {
  const missing = missingFlags(space, eptp, gpa, leafShift, write);
  if (missing == 0) return true;
  const logged = isLogged(space);
  if (logged && isLogFull(space) && (space == OWN || (missing & EptEntry.D) != 0)) return false;
  let table = eptp & EptEntry.BASE;
  for (let shift = TOP_SHIFT; shift >= leafShift; shift -= 9) {
    const at = table + (((gpa >> shift) & INDEX) << 3);
    const entry = readEptEntry(space, at);
    const marked = entry | flagsOf(shift == leafShift, write);
    if (marked != entry) writeEntry64(space, at, marked);
    table = entry & EptEntry.BASE;
  }
  if (logged && (missing & EptEntry.D) != 0) logPage(space, gpa);
  return true;
}
