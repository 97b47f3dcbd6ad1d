// The APIC-access page (SDM 29.4): a physical page whose accesses by the guest go to the virtual-APIC page or exit. It never gets an
// entry of the TLB, so that only the slow half of a data access asks; without the page that is one comparison.
import { eventBeingDelivered } from '../events/event-state';
import { ApicAccessQualification, Exit, Proc2, VirtualizedApic } from '../gen/constants';
import { Private } from '../layout';
import { Pending, PendingAt, giveInstructionLength, pendingKind, requestExit } from '../pending';
import { S } from '../state';
import { noteApicWrite, otherApicWriteDue } from './apic-write-due';
import { readVirtualApic, tprShadowActive, writeVirtualApic } from './virtual-apic-page';
import { virtualInterruptDelivery } from './virtual-interrupts';
import { proc2 } from './vmcs';

/** Kinds of access in the exit qualification (SDM Table 27-6). */
const enum Kind {
  READ = 0,
  WRITE = 1,
  FETCH = 2,
  DELIVERY = 3,
  PHYSICAL_DELIVERY = 10,
  PHYSICAL = 15,
}

const PAGE: u64 = 0xffff_ffff_ffff_f000;
const OFFSET: u32 = 0xfff;
/** Marks Private.APIC_ACCESS_PAGE as set: page 0 may be the APIC-access page. */
const ON: u64 = 1;

/** From now on `page` is the APIC-access page; `on` false: there is none. */
export function setApicAccessPage(on: bool, page: u64): void {
  store<u64>(S + Private.APIC_ACCESS_PAGE, on ? page | ON : 0);
}

/** True for a host-physical address on the APIC-access page. */
export function onApicPage(hpa: u64): bool {
  return load<u64>(S + Private.APIC_ACCESS_PAGE) == ((hpa & PAGE) | ON);
}

function exit(kind: u32, offset: u32): void {
  requestExit(
    Exit.APIC_ACCESS,
    ((<u64>kind) << ApicAccessQualification.ACCESS_SHIFT) | ((<u64>offset) & ApicAccessQualification.OFFSET),
  );
}

function linearExit(kind: u32, hpa: u64): void {
  exit(eventBeingDelivered() ? <u32>Kind.DELIVERY : kind, (<u32>hpa) & OFFSET);
}

/** An instruction is to be fetched from the page: always an exit. */
export function apicFetchExit(hpa: u64): void {
  linearExit(Kind.FETCH, hpa);
}

/** A paging structure, or what else has a guest-physical address only, is on the page (SDM 29.4.6.1). */
export function apicPhysicalExit(): void {
  exit(eventBeingDelivered() ? <u32>Kind.PHYSICAL_DELIVERY : <u32>Kind.PHYSICAL, 0);
}

/** An instruction of `length` bytes has requested the exit: its length is reported, as for every instruction that exits. */
export function giveApicAccessLength(length: u32): void {
  if (pendingKind() != Pending.EXIT || load<u32>(S + PendingAt.REASON) != Exit.APIC_ACCESS) return;
  if (!eventBeingDelivered()) giveInstructionLength(length);
}

/** Lies in the low 4 bytes of an aligned 16-byte region. */
function inRegister(offset: u32, size: u32): bool {
  return size <= 4 && (offset & 0xc) == 0 && (((offset + size - 1) ^ offset) & 0xffc) == 0;
}

/** The register of `offset` is in `set`; without APIC-register virtualization an access begins where the register does. */
function isIn(set: u64, offset: u32): bool {
  if (((set >> (<u64>(offset >> 4))) & 1) == 0 || offset >> 10 != 0) return false;
  return (offset & 0xf) == 0 || (proc2() & Proc2.APIC_REGISTER_VIRTUALIZATION) != 0;
}

/** SDM 29.4.2. */
function readVirtualized(offset: u32, size: u32): bool {
  if (!tprShadowActive() || !inRegister(offset, size) || otherApicWriteDue(0xfff)) return false;
  const registers = (proc2() & Proc2.APIC_REGISTER_VIRTUALIZATION) != 0;
  return isIn(registers ? VirtualizedApic.READ_REGISTERS : VirtualizedApic.READ, offset);
}

/** SDM 29.4.3.1. */
function writeVirtualized(offset: u32, size: u32): bool {
  if (!tprShadowActive() || !inRegister(offset, size) || otherApicWriteDue(offset)) return false;
  if (proc2() & Proc2.APIC_REGISTER_VIRTUALIZATION) return isIn(VirtualizedApic.WRITE_REGISTERS, offset);
  return isIn(virtualInterruptDelivery() ? VirtualizedApic.WRITE_DELIVERY : VirtualizedApic.WRITE, offset);
}

/** A write of `size` bytes that a handler wants to be sure of: requests the exit that it would make. */
export function probeApicWrite(hpa: u64, size: u32): void {
  if (!writeVirtualized((<u32>hpa) & OFFSET, size)) linearExit(Kind.WRITE, hpa);
}

/** A read; of a read-modify-write (`modify`) the write is settled with it. On an exit (so `faulted()`) the answer is 0. */
export function readApicPage(hpa: u64, size: u32, modify: bool): u64 {
  const offset = (<u32>hpa) & OFFSET;
  if (!readVirtualized(offset, size)) linearExit(Kind.READ, hpa);
  else if (modify && !writeVirtualized(offset, size)) linearExit(Kind.WRITE, hpa);
  else return <u64>readVirtualApic(offset, size);
  return 0;
}

export function writeApicPage(hpa: u64, size: u32, value: u64): void {
  const offset = (<u32>hpa) & OFFSET;
  if (!writeVirtualized(offset, size)) return linearExit(Kind.WRITE, hpa);
  writeVirtualApic(offset, size, <u32>value);
  noteApicWrite(offset);
}
