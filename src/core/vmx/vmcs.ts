// The current VMCS and what the processor remembers about it while it is in force. A VMCS is a page of RAM in the format
// of abi/vmcs-page.ts: every field has an 8-byte slot, so `vm64` reads any width. SDM 24.2, 24.11.
// Must not interpret fields.
import { PageAttribute, Region, WatchAccess } from '../../abi/memory-map';
import { State } from '../../abi/state-block';
import { VmcsPage } from '../../abi/vmcs-page';
import { ramPointer } from '../mmu/physical';
import { S, get32, get64 } from '../state';
import { watchedField } from '../watch';

/** Private variables of VMX, offsets from Region.STATE (0xB00..0xCFF belong to this folder). */
export const enum Vmx {
  /** Linear-memory address of the VMCS in force; valid in non-root operation and during entry and exit. u32 */
  PAGE = 0xb00,
  /** Control words in force; all 0 in root operation, so that every test of a control is one load. u32 */
  PIN = 0xb04,
  PROC = 0xb08,
  /** 0 when "activate secondary controls" is 0. */
  PROC2 = 0xb0c,
  /** EPTP in force, 0 without EPT. u64 */
  EPTP = 0xb10,
  /** A pending MTF exit was injected: due at the next boundary whatever the control says. u32 */
  MTF_NOW = 0xb18,
  /** A stop was asked for (by an exit under an embedded host, or StopOn): see stop.ts. u32 */
  STOP_REQUEST = 0xb28,
  /** RETIRED at the last IRET that ended NMI blocking, u64: tells an exit of that very instruction. */
  IRET_UNBLOCKED_AT = 0xb30,
  /** Clock of the first and last PAUSE of the loop that PAUSE-loop exiting watches, all ones: none. u64 */
  FIRST_PAUSE = 0xb48,
  LAST_PAUSE = 0xb50,
  /** VPID in force, 0 in root operation or without VPIDs. u32 */
  VPID = 0xb40,
  /** What RDTSC multiplies the counter with before the offset is added, 48 bits of it behind the point; 0: nothing. u64 */
  TSC_MULTIPLIER = 0xb58,
  /** A pending virtual interrupt is recognized (SDM 29.2.1). u32 */
  VIRTUAL_INTERRUPT = 0xb60,
  /** A write to the virtual-APIC page whose emulation follows the operation that made it: its offset plus 1; 0: none. u32 */
  APIC_WRITE = 0xb64,
}

/** "No pointer" in VMCS pointers. */
export const NONE: u64 = 0xffffffffffffffff;

export function pin(): u32 {
  return get32(Vmx.PIN);
}

export function proc(): u32 {
  return get32(Vmx.PROC);
}

export function proc2(): u32 {
  return get32(Vmx.PROC2);
}

/** Linear-memory address of the current VMCS; 0 when there is none. */
export function currentPage(): usize {
  const pointer = get64(State.VMCS_POINTER);
  return pointer == NONE ? 0 : ramPointer(pointer);
}

function page(): usize {
  return <usize>load<u32>(S + Vmx.PAGE);
}

/** Field of the VMCS in force, zero-extended. */
export function vm64(field: usize): u64 {
  return load<u64>(page() + field);
}

export function vm32(field: usize): u32 {
  return load<u32>(page() + field);
}

/** A 16-bit field. */
export function vm16(field: usize): u32 {
  return load<u16>(page() + field);
}

export function setVm64(field: usize, value: u64): void {
  watchedField(page(), field, WatchAccess.WRITE);
  store<u64>(page() + field, value);
}

/** Also for 16-bit fields: the unused bytes of a slot stay 0. */
export function setVm32(field: usize, value: u32): void {
  watchedField(page(), field, WatchAccess.WRITE);
  store<u64>(page() + field, <u64>value);
}

export function setLaunchState(vmcs: usize, state: u32): void {
  store<u32>(vmcs + VmcsPage.LAUNCH_STATE, state);
}

/** Snapshots copy written pages only: called once for each instruction that writes a region. */
export function markWritten(vmcs: usize): void {
  const attribute: usize = Region.PAGE_ATTRIBUTES + ((vmcs - Region.RAM) >> 12);
  store<u8>(attribute, load<u8>(attribute) | (<u8>PageAttribute.DIRTY));
}
