// The guest's page walk: 32-bit, PAE and 4-level paging (SDM Vol. 3, chapter 4). Physical addresses of the walk are
// guest-physical and go through `guestPhysical` (vmx) while EPT is on. Makes no TLB entries: translate.ts does.
import { CpuidTable } from '../../abi/tables';
import { Region } from '../../abi/memory-map';
import { State } from '../../abi/state-block';
import {
  Cr0,
  Cr3,
  Cr4,
  Efer,
  PaeCr3,
  PageEntry,
  PageFaultErrorCode,
  Pde4m,
  Pdpte,
  Rflags,
} from '../gen/registers';
import { faulted, pageFaultBecause, raisePageFault } from '../fault';
import { Reason } from '../gen/reasons';
import { Private } from '../layout';
import { S } from '../state';
import { eptActive, guestPhysical } from '../vmx/hooks';
import { Access, NOT_MAPPED, WalkInfo } from './access';
import { physicalRead32, physicalRead64, physicalWrite32, physicalWrite64 } from './physical';

/** Reserved physical-address bits (51:MAXPHYADDR) of a 64-bit paging entry, from CPUID leaf 80000008H. */
export function reservedAddressBits(): u64 {
  if (!load<u32>(S + Private.PHYSICAL_BITS)) {
    let bits: u32 = 36;
    const count = load<u32>(Region.CPUID + CpuidTable.COUNT);
    for (let i: u32 = 0; i < count; i++) {
      const row = Region.CPUID + CpuidTable.ROWS + <usize>i * CpuidTable.ROW_SIZE;
      if (load<u32>(row + CpuidTable.LEAF) == 0x80000008) bits = load<u32>(row + CpuidTable.EAX) & 0xff;
    }
    store<u32>(S + Private.PHYSICAL_BITS, bits);
    store<u64>(S + Private.RESERVED_ADDRESS, PageEntry.BASE & ~(((<u64>1) << (<u64>bits)) - 1));
  }
  return load<u64>(S + Private.RESERVED_ADDRESS);
}

// The walk's running state, valid inside one call of `walk` only.
let walked: u64 = 0;
let kind: u32 = 0;
let writable: bool = false;
let user: bool = false;
let noExecute: bool = false;

function structureAddress(gpa: u64, write: bool): u64 {
  if (!eptActive()) return gpa;
  const access: u32 = write ? Access.READ | Access.WRITE | Access.MODIFY : Access.READ;
  return guestPhysical(gpa, access | (kind & Access.PROBE), walked, WalkInfo.PAGING_STRUCTURE);
}

/** Which right the walk's entries withhold, as a row of isa/fault-reasons; asked when `allowed()` is false. */
function withheldRight(): u32 {
  if (kind & Access.FETCH && noExecute) return Reason.PAGE_NO_EXECUTE;
  if (kind & Access.USER) return user ? <u32>Reason.PAGE_READ_ONLY : <u32>Reason.PAGE_SUPERVISOR;
  if (user && kind & Access.FETCH) return Reason.PAGE_SMEP;
  const smap = user && (load<u64>(S + State.CR4) & Cr4.SMAP) != 0;
  const lifted = !(kind & Access.SYSTEM) && (load<u64>(S + State.RFLAGS) & Rflags.AC) != 0;
  return smap && !lifted ? <u32>Reason.PAGE_SMAP : <u32>Reason.PAGE_READ_ONLY;
}

/** True when this very entry withholds the right; that a page is a user page, all entries say together. */
function withholds(reason: u32, entry: u64): bool {
  if (reason == Reason.PAGE_NO_EXECUTE) return (entry & PageEntry.XD) != 0;
  if (reason == Reason.PAGE_READ_ONLY) return (entry & PageEntry.RW) == 0;
  return reason == Reason.PAGE_SUPERVISOR && (entry & PageEntry.US) == 0;
}

function pageFault(present: bool, reserved: bool, at: u64, entry: u64, level: u32): u64 {
  if (kind & Access.PROBE) return NOT_MAPPED;
  let error: u32 = 0;
  if (present) error |= PageFaultErrorCode.P;
  if (reserved) error |= PageFaultErrorCode.RSVD;
  if (kind & Access.WRITE) error |= PageFaultErrorCode.WR;
  if (kind & Access.USER) error |= PageFaultErrorCode.US;
  if (kind & Access.FETCH) {
    const cr4 = load<u64>(S + State.CR4);
    const nx = cr4 & Cr4.PAE && load<u64>(S + State.EFER) & Efer.NXE;
    if (nx || cr4 & Cr4.SMEP) error |= PageFaultErrorCode.ID;
  }
  raisePageFault(walked, error);
  if (!present) pageFaultBecause(Reason.PAGE_NOT_PRESENT, at, entry, level);
  else if (reserved) pageFaultBecause(Reason.PAGE_RESERVED_BIT, at, entry, level);
  else pageFaultBecause(withheldRight(), at, entry, level);
  return NOT_MAPPED;
}

/** True when the rights gathered on the way allow the access (SDM 4.6.1). */
function allowed(): bool {
  // The debugger wants to know where a page is, not who may read it.
  if (kind & Access.PROBE) return true;
  const cr0 = load<u64>(S + State.CR0);
  if (kind & Access.FETCH && noExecute) return false;
  if (kind & Access.USER) {
    return user && (writable || !(kind & Access.WRITE));
  }
  const cr4 = load<u64>(S + State.CR4);
  if (user) {
    if (kind & Access.FETCH) return !(cr4 & Cr4.SMEP);
    // EFLAGS.AC lifts SMAP for explicit accesses only.
    const lifted = !(kind & Access.SYSTEM) && (load<u64>(S + State.RFLAGS) & Rflags.AC) != 0;
    if (cr4 & Cr4.SMAP && !lifted) return false;
  }
  return writable || !(kind & Access.WRITE) || !(cr0 & Cr0.WP);
}

function gather64(entry: u64): void {
  if (!(entry & PageEntry.RW)) writable = false;
  if (!(entry & PageEntry.US)) user = false;
  if (entry & PageEntry.XD) noExecute = true;
}

/** Sets A (and D) in a 64-bit entry unless they are set. faulted() when the write was refused by EPT. */
function mark64(at: u64, entry: u64, bits: u64): void {
  if (kind & Access.PROBE || (entry & bits) == bits) return;
  const hpa = structureAddress(at, true);
  if (!faulted()) physicalWrite64(hpa, entry | bits);
}

/** A right is withheld: the fault names the highest entry that does it, so the walk goes down once more. */
function refused64(table: u64, top: u32): u64 {
  if (kind & Access.PROBE) return NOT_MAPPED;
  const reason = withheldRight();
  let base = table;
  let level = top;
  while (true) {
    const at = base + ((walked >> (<u64>(level * 9 + 3))) & 0x1ff) * 8;
    const entry = physicalRead64(probed(at));
    const leaf = level == 1 || (entry & PageEntry.PS && level <= 3);
    if (leaf || withholds(reason, entry)) return pageFault(true, false, at, entry, level);
    base = entry & PageEntry.BASE;
    level--;
  }
}

/** Host-physical address of a structure the walk has read already. */
function probed(gpa: u64): u64 {
  if (!eptActive()) return gpa;
  return guestPhysical(gpa, Access.READ | Access.PROBE, walked, WalkInfo.PAGING_STRUCTURE);
}

/** From the table at `table` down, entries of `level` (4 = PML4) to 1; ends at a page of 4 KiB, 2 MiB or 1 GiB. */
function walk64(table: u64, top: u32): u64 {
  const efer = load<u64>(S + State.EFER);
  const long = (efer & Efer.LMA) != 0;
  let reserved = reservedAddressBits();
  if (!long) reserved |= PageEntry.PK | PageEntry.AVL_HIGH;
  if (!(efer & Efer.NXE)) reserved |= PageEntry.XD;
  let base = table;
  let level = top;
  while (true) {
    const shift = <u64>(level * 9 + 3);
    const at = base + ((walked >> shift) & 0x1ff) * 8;
    const hpa = structureAddress(at, false);
    if (faulted() || hpa == NOT_MAPPED) return NOT_MAPPED;
    const entry = physicalRead64(hpa);
    if (!(entry & PageEntry.P)) return pageFault(false, false, at, entry, level);
    const leaf = level == 1 || (entry & PageEntry.PS && level <= 3);
    let bad = entry & reserved;
    if (level == 4) bad |= entry & PageEntry.PS;
    if (leaf && level > 1) bad |= entry & (((<u64>1) << shift) - 0x2000);
    if (bad) return pageFault(true, true, at, entry, level);
    gather64(entry);
    if (leaf) {
      if (!allowed()) return refused64(table, top);
      mark64(at, entry, kind & Access.WRITE ? PageEntry.A | PageEntry.D : PageEntry.A);
      if (faulted()) return NOT_MAPPED;
      const offset = ((<u64>1) << shift) - 1;
      return (entry & PageEntry.BASE & ~offset) | (walked & offset);
    }
    mark64(at, entry, PageEntry.A);
    if (faulted()) return NOT_MAPPED;
    base = entry & PageEntry.BASE;
    level--;
  }
}

function mark32(at: u64, entry: u32, bits: u32): void {
  if (kind & Access.PROBE || (entry & bits) == bits) return;
  const hpa = structureAddress(at, true);
  if (!faulted()) physicalWrite32(hpa, entry | bits);
}

function read32(at: u64): u32 {
  const hpa = structureAddress(at, false);
  return faulted() || hpa == NOT_MAPPED ? 0 : physicalRead32(hpa);
}

/** Where 32-bit paging has its tables: below 4 GiB. */
const TABLE_32: u64 = Cr3.BASE & 0xffffffff;

/** 32-bit paging with 4-MiB pages (CR4.PSE) of up to 40 physical-address bits (PSE-36). */
function walk32(cr3: u64): u64 {
  const pdeAt = (cr3 & TABLE_32) + ((walked >> 22) & 0x3ff) * 4;
  const pde: u32 = read32(pdeAt);
  if (faulted()) return NOT_MAPPED;
  if (!((<u64>pde) & PageEntry.P)) return pageFault(false, false, pdeAt, pde, 2);
  writable = ((<u64>pde) & PageEntry.RW) != 0;
  user = ((<u64>pde) & PageEntry.US) != 0;
  const dirty: u32 = kind & Access.WRITE ? <u32>(PageEntry.A | PageEntry.D) : <u32>PageEntry.A;
  if ((<u64>pde) & PageEntry.PS && load<u64>(S + State.CR4) & Cr4.PSE) {
    const high = ((<u64>pde) & Pde4m.BASE_HIGH) << (32 - Pde4m.BASE_HIGH_SHIFT);
    if (pde & ~(<u32>Pde4m.DEFINED) || high & reservedAddressBits())
      return pageFault(true, true, pdeAt, pde, 2);
    if (!allowed()) return pageFault(true, false, pdeAt, pde, 2);
    mark32(pdeAt, pde, dirty);
    if (faulted()) return NOT_MAPPED;
    return high | ((<u64>pde) & Pde4m.BASE) | (walked & 0x3fffff);
  }
  mark32(pdeAt, pde, <u32>PageEntry.A);
  if (faulted()) return NOT_MAPPED;
  const pteAt = ((<u64>pde) & PageEntry.BASE) + ((walked >> 12) & 0x3ff) * 4;
  const pte: u32 = read32(pteAt);
  if (faulted()) return NOT_MAPPED;
  if (!((<u64>pte) & PageEntry.P)) return pageFault(false, false, pteAt, pte, 1);
  if (!((<u64>pte) & PageEntry.RW)) writable = false;
  if (!((<u64>pte) & PageEntry.US)) user = false;
  if (!allowed()) {
    if (withholds(withheldRight(), pde)) return pageFault(true, false, pdeAt, pde, 2);
    return pageFault(true, false, pteAt, pte, 1);
  }
  mark32(pteAt, pte, dirty);
  if (faulted()) return NOT_MAPPED;
  return ((<u64>pte) & PageEntry.BASE) | (walked & 0xfff);
}

/** Guest-physical address of `linear`; NOT_MAPPED with a fault pending (or none when probing). */
function guestWalk(linear: u64, access: u32): u64 {
  if (!(load<u64>(S + State.CR0) & Cr0.PG)) return linear & 0xffffffff;
  walked = linear;
  kind = access;
  writable = true;
  user = true;
  noExecute = false;
  if (load<u64>(S + State.EFER) & Efer.LMA) return walk64(load<u64>(S + State.CR3) & Cr3.BASE, 4);
  if (!(load<u64>(S + State.CR4) & Cr4.PAE)) return walk32(load<u64>(S + State.CR3));
  const pdpte = load<u64>(S + State.PDPTE + <usize>((linear >> 30) & 3) * 8);
  if (!(pdpte & PageEntry.P)) {
    const table = load<u64>(S + State.CR3) & PaeCr3.BASE;
    return pageFault(false, false, table + ((linear >> 30) & 3) * 8, pdpte, 3);
  }
  return walk64(pdpte & PageEntry.BASE, 2);
}

/** Host-physical address of `linear` for this access (bits of Access); raises #PF or an exit on failure. */
export function walk(linear: u64, access: u32): u64 {
  const gpa = guestWalk(linear, access);
  if (gpa == NOT_MAPPED || !eptActive()) return gpa;
  const modify: u32 =
    (access & (Access.READ | Access.WRITE)) == (Access.READ | Access.WRITE) ? Access.MODIFY : 0;
  return guestPhysical(gpa, access | modify, linear, WalkInfo.TRANSLATION);
}

/** Loads the PAE PDPTEs from CR3; false when a reserved bit is set in a present one (#GP at the caller), or faulted(). */
export function loadPdptes(cr3: u64): bool {
  const table = cr3 & PaeCr3.BASE;
  const bad = reservedAddressBits() | ~Pdpte.DEFINED;
  const entries = memory.data(32);
  for (let i: u64 = 0; i < 4; i++) {
    const gpa = table + i * 8;
    const hpa = eptActive()
      ? guestPhysical(gpa, Access.READ, 0, WalkInfo.PAGING_STRUCTURE | WalkInfo.NO_LINEAR)
      : gpa;
    if (faulted()) return false;
    const entry = physicalRead64(hpa);
    if (entry & PageEntry.P && entry & bad) return false;
    store<u64>(entries + <usize>i * 8, entry);
  }
  memory.copy(S + State.PDPTE, entries, 32);
  return true;
}
