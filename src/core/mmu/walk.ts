// The walk of page tables: 32-bit, PAE and 4-level paging (SDM Vol. 3, chapter 4), in any space (space.ts). Physical
// addresses of the walk go through the space's EPT while it has one. Pure: what a walk that fails leads to is the caller's.
import { State } from '../../abi/state-block';
import { WalkOutcome } from '../../abi/walk-space';
import {
  Cr0,
  Cr3,
  Cr4,
  Efer,
  Eptp,
  PaeCr3,
  PageEntry,
  PageFaultErrorCode,
  Pde4m,
  Pdpte,
  Pkru,
  Rflags,
} from '../gen/registers';
import { Reason } from '../gen/reasons';
import { onApicPage } from '../vmx/apic-access';
import { Access, NOT_MAPPED } from './access';
import { EPT_READ, EPT_WRITE, EptEnd, eptEnd, walkEpt } from './ept-walk';
import {
  OWN,
  eptPointerOf,
  physicalMaskOf,
  readEntry32,
  readEntry64,
  register,
  visitStructure,
  writeEntry32,
  writeEntry64,
} from './space';

/**
 * Results of the last walk besides the address: how it ended, the error code of a page fault (for an EPT outcome: of a page that
 * is not present), and what its EPT refused.
 */
export let walkOutcome: u32 = WalkOutcome.MAPPED;
export let walkError: u32 = 0;
export let refusedStructure: u64 = 0;
/** Rights that the access to the refused structure needed. */
export let refusedNeed: u64 = 0;
/** The structure is mapped, but to the APIC-access page: an exit of its own (the outcome is EPT_VIOLATION). */
export let onApicAccessPage: bool = false;
/** Behind a page fault: the rule (isa/fault-reasons) and the entry with its address and level. */
export let walkReason: u32 = Reason.NONE;
export let walkEntryAt: u64 = 0;
export let walkEntry: u64 = 0;
export let walkLevel: u32 = 0;

// The walk's running state, valid inside one call of `walkGuest` only.
let space: usize = 0;
let walked: u64 = 0;
let kind: u32 = 0;
let writable: bool = false;
let user: bool = false;
let noExecute: bool = false;

/** Bits 51:MAXPHYADDR, reserved in every 64-bit entry. */
function reservedAddressBits(): u64 {
  return PageEntry.BASE & ~physicalMaskOf(space);
}

/** Nobody's rights are asked: the debugger wants to know where a page is, not who may read it. */
function looksOnly(): bool {
  return (kind & (Access.PROBE | Access.CHECK)) == Access.PROBE;
}

/**
 * Rights that a read (or the marking, `write`) of a paging structure needs from the EPT: with accessed and dirty flags on,
 * every access to one counts as a write (SDM 28.2.4). None for a probe.
 */
function structureNeed(eptp: u64, write: bool): u64 {
  if (looksOnly()) return 0;
  return write || eptp & Eptp.AD ? EPT_READ | EPT_WRITE : EPT_READ;
}

/** The outcome that the end of the last `walkEpt` is. */
export function eptOutcome(): u32 {
  switch (eptEnd) {
    case EptEnd.MAPPED:
      return WalkOutcome.MAPPED;
    case EptEnd.VIOLATION:
      return WalkOutcome.EPT_VIOLATION;
    case EptEnd.LOG_FULL:
      return WalkOutcome.LOG_FULL;
    default:
      return WalkOutcome.EPT_MISCONFIGURATION;
  }
}

/** Where a paging structure at `gpa` lies behind the space's EPT; NOT_MAPPED with the outcome set when it refuses. */
function structureAddress(gpa: u64, write: bool): u64 {
  if (!write && space != OWN) visitStructure(space, gpa);
  const eptp = eptPointerOf(space);
  if (eptp == 0) return gpa;
  const need = structureNeed(eptp, write);
  const at = walkEpt(space, eptp, gpa, need, !(kind & Access.PROBE));
  onApicAccessPage = eptEnd == EptEnd.MAPPED && need != 0 && space == OWN && onApicPage(at);
  if (eptEnd == EptEnd.MAPPED && !onApicAccessPage) return at;
  pageFault(false, false, gpa, 0, 0);
  walkOutcome = onApicAccessPage ? <u32>WalkOutcome.EPT_VIOLATION : eptOutcome();
  refusedStructure = gpa;
  refusedNeed = need;
  return NOT_MAPPED;
}

/**
 * True when the rights of the protection key in a leaf withhold a data access to a user-mode address (SDM 4.6.2). There is one
 * PKRU: whose memory else is walked is that of a guest which runs on this processor.
 */
function keyWithholds(leaf: u64): bool {
  const cr4 = register(space, State.CR4);
  if (!(cr4 & Cr4.PKE) || !(register(space, State.EFER) & Efer.LMA)) return false;
  if (!user || kind & Access.FETCH || looksOnly()) return false;
  const key = <u32>((leaf & PageEntry.PK) >> PageEntry.PK_SHIFT);
  const rights: u32 = load<u32>(OWN + State.PKRU) >> (key * 2);
  if (rights & Pkru.AD) return true;
  const bound = kind & Access.USER || (register(space, State.CR0) & Cr0.WP) != 0;
  return bound && (rights & Pkru.WD) != 0 && (kind & Access.WRITE) != 0;
}

/** A page fault at a leaf whose key withholds the access, alone or beside another right. */
function refusedByKey(at: u64, entry: u64, level: u32): u64 {
  if (allowed()) {
    pageFault(true, false, at, entry, level);
    walkReason = Reason.PAGE_KEY;
  }
  walkError |= PageFaultErrorCode.PK;
  return NOT_MAPPED;
}

/** Which right the walk's entries withhold, as a row of isa/fault-reasons; asked when `allowed()` is false. */
function withheldRight(): u32 {
  if (kind & Access.FETCH && noExecute) return Reason.PAGE_NO_EXECUTE;
  if (kind & Access.USER) return user ? <u32>Reason.PAGE_READ_ONLY : <u32>Reason.PAGE_SUPERVISOR;
  if (user && kind & Access.FETCH) return Reason.PAGE_SMEP;
  const smap = user && (register(space, State.CR4) & Cr4.SMAP) != 0;
  const lifted = !(kind & Access.SYSTEM) && (register(space, State.RFLAGS) & Rflags.AC) != 0;
  return smap && !lifted ? <u32>Reason.PAGE_SMAP : <u32>Reason.PAGE_READ_ONLY;
}

/** True when this very entry withholds the right; that a page is a user page, all entries say together. */
function withholds(reason: u32, entry: u64): bool {
  if (reason == Reason.PAGE_NO_EXECUTE) return (entry & PageEntry.XD) != 0;
  if (reason == Reason.PAGE_READ_ONLY) return (entry & PageEntry.RW) == 0;
  return reason == Reason.PAGE_SUPERVISOR && (entry & PageEntry.US) == 0;
}

/** A page fault at the entry `entry` of `level`, which stands at `at`. */
function pageFault(present: bool, reserved: bool, at: u64, entry: u64, level: u32): u64 {
  let error: u32 = 0;
  if (present) error |= PageFaultErrorCode.P;
  if (reserved) error |= PageFaultErrorCode.RSVD;
  if (kind & Access.WRITE) error |= PageFaultErrorCode.WR;
  if (kind & Access.USER) error |= PageFaultErrorCode.US;
  if (kind & Access.FETCH) {
    const cr4 = register(space, State.CR4);
    const nx = cr4 & Cr4.PAE && register(space, State.EFER) & Efer.NXE;
    if (nx || cr4 & Cr4.SMEP) error |= PageFaultErrorCode.ID;
  }
  walkOutcome = WalkOutcome.PAGE_FAULT;
  walkError = error;
  walkEntryAt = at;
  walkEntry = entry;
  walkLevel = level;
  if (!present) walkReason = Reason.PAGE_NOT_PRESENT;
  else walkReason = reserved ? <u32>Reason.PAGE_RESERVED_BIT : withheldRight();
  return NOT_MAPPED;
}

/** True when the rights gathered on the way allow the access (SDM 4.6.1). */
function allowed(): bool {
  if (looksOnly()) return true;
  if (kind & Access.FETCH && noExecute) return false;
  if (kind & Access.USER) {
    return user && (writable || !(kind & Access.WRITE));
  }
  const cr4 = register(space, State.CR4);
  if (user) {
    if (kind & Access.FETCH) return !(cr4 & Cr4.SMEP);
    // EFLAGS.AC lifts SMAP for explicit accesses only.
    const lifted = !(kind & Access.SYSTEM) && (register(space, State.RFLAGS) & Rflags.AC) != 0;
    if (cr4 & Cr4.SMAP && !lifted) return false;
  }
  return writable || !(kind & Access.WRITE) || !(register(space, State.CR0) & Cr0.WP);
}

function gather(entry: u64): void {
  if (!(entry & PageEntry.RW)) writable = false;
  if (!(entry & PageEntry.US)) user = false;
  if (entry & PageEntry.XD) noExecute = true;
}

/** Accessed flag, and the dirty flag of a leaf that is written. */
function used(leaf: bool): u64 {
  return leaf && kind & Access.WRITE ? PageEntry.A | PageEntry.D : PageEntry.A;
}

/** Sets flags in a 64-bit entry unless they are set; false when the EPT refuses the write. */
function mark64(at: u64, entry: u64, flags: u64): bool {
  if (kind & Access.PROBE || (entry & flags) == flags) return true;
  const behind = structureAddress(at, true);
  if (behind == NOT_MAPPED) return false;
  writeEntry64(space, behind, entry | flags);
  return true;
}

/** A right is withheld: the fault names the highest entry that does it, so the walk goes down once more. */
function refused64(table: u64, top: u32): u64 {
  const reason = withheldRight();
  let base = table;
  let level = top;
  while (true) {
    const at = base + ((walked >> (<u64>(level * 9 + 3))) & 0x1ff) * 8;
    const entry = readEntry64(space, probed(at));
    const leaf = level == 1 || (entry & PageEntry.PS && level <= 3);
    if (leaf || withholds(reason, entry)) return pageFault(true, false, at, entry, level);
    base = entry & PageEntry.BASE;
    level--;
  }
}

/** Where a structure that the walk has read already lies behind the EPT. */
function probed(gpa: u64): u64 {
  const eptp = eptPointerOf(space);
  return eptp == 0 ? gpa : walkEpt(space, eptp, gpa, 0, false);
}

/** From the table at `table` down, entries of `level` (4 = PML4) to 1; ends at a page of 4 KiB, 2 MiB or 1 GiB. */
function walk64(table: u64, top: u32): u64 {
  const efer = register(space, State.EFER);
  let reserved = reservedAddressBits();
  if (!(efer & Efer.LMA)) reserved |= PageEntry.PK | PageEntry.AVL_HIGH;
  if (!(efer & Efer.NXE)) reserved |= PageEntry.XD;
  let base = table;
  let level = top;
  while (true) {
    const shift = <u64>(level * 9 + 3);
    const at = base + ((walked >> shift) & 0x1ff) * 8;
    const behind = structureAddress(at, false);
    if (behind == NOT_MAPPED) return NOT_MAPPED;
    const entry = readEntry64(space, behind);
    if (!(entry & PageEntry.P)) return pageFault(false, false, at, entry, level);
    const leaf = level == 1 || (entry & PageEntry.PS && level <= 3);
    let bad = entry & reserved;
    if (level == 4) bad |= entry & PageEntry.PS;
    // Between the PAT bit of a large page (12) and its offset.
    if (leaf && level > 1) bad |= entry & (((<u64>1) << shift) - 0x2000);
    if (bad) return pageFault(true, true, at, entry, level);
    gather(entry);
    if (leaf) {
      const open = allowed();
      if (!open) refused64(table, top);
      if (keyWithholds(entry)) return refusedByKey(at, entry, level);
      if (!open) return NOT_MAPPED;
    }
    if (!mark64(at, entry, used(leaf))) return NOT_MAPPED;
    if (leaf) {
      const offset = ((<u64>1) << shift) - 1;
      return (entry & PageEntry.BASE & ~offset) | (walked & offset);
    }
    base = entry & PageEntry.BASE;
    level--;
  }
}

function mark32(at: u64, entry: u64, flags: u64): bool {
  if (kind & Access.PROBE || (entry & flags) == flags) return true;
  const behind = structureAddress(at, true);
  if (behind == NOT_MAPPED) return false;
  writeEntry32(space, behind, <u32>(entry | flags));
  return true;
}

/** Where 32-bit paging has its tables: below 4 GiB. */
const TABLE_32: u64 = Cr3.BASE & 0xffffffff;

/** 32-bit paging with 4-MiB pages (CR4.PSE) of up to 40 physical-address bits (PSE-36). */
function walk32(cr3: u64): u64 {
  const pdeAt = (cr3 & TABLE_32) + ((walked >> 22) & 0x3ff) * 4;
  let behind = structureAddress(pdeAt, false);
  if (behind == NOT_MAPPED) return NOT_MAPPED;
  const pde = <u64>readEntry32(space, behind);
  if (!(pde & PageEntry.P)) return pageFault(false, false, pdeAt, pde, 2);
  gather(pde);
  const large = (pde & PageEntry.PS) != 0 && (register(space, State.CR4) & Cr4.PSE) != 0;
  if (large) {
    const high = (pde & Pde4m.BASE_HIGH) << (32 - Pde4m.BASE_HIGH_SHIFT);
    if (pde & ~Pde4m.DEFINED || high & reservedAddressBits()) return pageFault(true, true, pdeAt, pde, 2);
    if (!allowed()) return pageFault(true, false, pdeAt, pde, 2);
    if (!mark32(pdeAt, pde, used(true))) return NOT_MAPPED;
    return high | (pde & Pde4m.BASE) | (walked & 0x3fffff);
  }
  if (!mark32(pdeAt, pde, used(false))) return NOT_MAPPED;
  const pteAt = (pde & PageEntry.BASE) + ((walked >> 12) & 0x3ff) * 4;
  behind = structureAddress(pteAt, false);
  if (behind == NOT_MAPPED) return NOT_MAPPED;
  const pte = <u64>readEntry32(space, behind);
  if (!(pte & PageEntry.P)) return pageFault(false, false, pteAt, pte, 1);
  gather(pte);
  if (!allowed()) {
    if (withholds(withheldRight(), pde)) return pageFault(true, false, pdeAt, pde, 2);
    return pageFault(true, false, pteAt, pte, 1);
  }
  if (!mark32(pteAt, pte, used(true))) return NOT_MAPPED;
  return (pte & PageEntry.BASE) | (walked & 0xfff);
}

/** Physical address of `linear` in the space, before its EPT; NOT_MAPPED with the outcome set. `access`: bits of Access. */
export function walkGuest(where: usize, linear: u64, access: u32): u64 {
  walkOutcome = WalkOutcome.MAPPED;
  user = true;
  if (!(register(where, State.CR0) & Cr0.PG)) return linear & 0xffffffff;
  space = where;
  walked = linear;
  kind = access;
  writable = true;
  noExecute = false;
  if (register(where, State.EFER) & Efer.LMA) return walk64(register(where, State.CR3) & Cr3.BASE, 4);
  if (!(register(where, State.CR4) & Cr4.PAE)) return walk32(register(where, State.CR3));
  const index = (linear >> 30) & 3;
  const pdpte = load<u64>(where + State.PDPTE + <usize>index * 8);
  const table = register(where, State.CR3) & PaeCr3.BASE;
  if (!(pdpte & Pdpte.P)) return pageFault(false, false, table + index * 8, pdpte, 3);
  return walk64(pdpte & Pdpte.BASE, 2);
}

/** The linear address of the last `walkGuest` is a user-mode one: U/S is 1 in all entries, or paging is off (SDM 28.2.1). */
export function walkedUserAddress(): bool {
  return user;
}

/** A present page-directory-pointer entry of PAE paging with a reserved bit (SDM 4.4.1). */
export function badPdpte(where: usize, entry: u64): bool {
  return (entry & Pdpte.P) != 0 && (entry & (~Pdpte.DEFINED | ~physicalMaskOf(where))) != 0;
}

/** Page-directory-pointer entry `index` of the table that CR3 names; 0 with the outcome set when the EPT refuses it. */
export function readPdpte(where: usize, cr3: u64, index: u64, access: u32): u64 {
  walkOutcome = WalkOutcome.MAPPED;
  space = where;
  kind = access;
  const behind = structureAddress((cr3 & PaeCr3.BASE) + index * 8, false);
  return behind == NOT_MAPPED ? 0 : readEntry64(where, behind);
}
