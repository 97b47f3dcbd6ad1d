// What the entry checks look at and how they report. One run has a VMCS image, a capability block and a way to read the
// physical memory the image points to; it ends at the first failing check (hardware) or collects all of them (the
// debugger's explanation, a dry run). SDM chapter 26. The rules stand in checks-*.ts, once for both.
import { Region } from '../../abi/memory-map';
import { physicalMask } from '../physical-width';
import { CAP_BASIC, capabilityOf } from './capabilities';
import { EntryCtl, ExitCtl, Ia32VmxBasic, MemoryTypeSet, Proc, Proc2, V } from '../gen/constants';
import { areMemoryTypes } from '../memory-types';
import { NOT_MAPPED } from '../mmu/access';
import { physicalRead32, physicalRead64, physicalRead8 } from '../mmu/physical';
import { probeEpt } from './ept';

// Scratch of one run, meaningless outside it.
let image: usize = 0;
let capabilities: usize = 0;
let collecting: bool = false;
let memoryEptp: u64 = 0;
let imagePointer: u64 = 0;
let failures: u32 = 0;
let first: u32 = 0;

/** Answers of `read64At` for addresses the image cannot reach: what a bus without a device gives. */
const FLOATING: u64 = 0xffffffffffffffff;

/** Starts a run. `eptp` translates the image's physical addresses (0: they are host-physical); `pointer` is the image's own address. */
export function beginChecks(vmcs: usize, block: usize, collect: bool, eptp: u64, pointer: u64): void {
  image = vmcs;
  capabilities = block;
  collecting = collect;
  memoryEptp = eptp;
  imagePointer = pointer;
  failures = 0;
}

/** Reports one check; true when the run ends here. */
export function fails(check: u32, failed: bool): bool {
  if (!failed) return false;
  if (failures == 0) first = check;
  failures++;
  if (!collecting) return true;
  store<u32>(Region.FAILED_CHECKS + <usize>failures * 4, check);
  store<u32>(Region.FAILED_CHECKS, failures);
  return false;
}

export function failureCount(): u32 {
  return failures;
}

/** The first check that failed; valid when `failureCount()` is not 0. */
export function firstFailure(): u32 {
  return first;
}

export function image16(field: usize): u32 {
  return load<u16>(image + field);
}

export function image32(field: usize): u32 {
  return load<u32>(image + field);
}

export function image64(field: usize): u64 {
  return load<u64>(image + field);
}

export function offered(index: u32): u64 {
  return capabilityOf(capabilities, index);
}

export function ownPointer(): u64 {
  return imagePointer;
}

// --- controls of the image, as they take effect ------------------------------------------------------------------

export function procControls(): u32 {
  return image32(V.CPU_BASED_VM_EXEC_CONTROL);
}

/** Secondary controls count as 0 unless activated (SDM 24.6.2). */
export function proc2Controls(): u32 {
  return procControls() & Proc.ACTIVATE_SECONDARY_CONTROLS ? image32(V.SECONDARY_VM_EXEC_CONTROL) : 0;
}

export function proc3Controls(): u64 {
  return procControls() & Proc.ACTIVATE_TERTIARY_CONTROLS ? image64(V.TERTIARY_VM_EXEC_CONTROL) : 0;
}

export function exit2Controls(): u64 {
  const activated = exitControls() & ExitCtl.VM_EXIT_ACTIVATE_SECONDARY_CONTROLS;
  return activated ? image64(V.SECONDARY_VM_EXIT_CONTROLS) : 0;
}

export function exitControls(): u32 {
  return image32(V.VM_EXIT_CONTROLS);
}

export function entryControls(): u32 {
  return image32(V.VM_ENTRY_CONTROLS);
}

export function longModeGuest(): bool {
  return (entryControls() & EntryCtl.VM_ENTRY_IA32E_MODE_GUEST) != 0;
}

export function unrestricted(): bool {
  return (proc2Controls() & Proc2.UNRESTRICTED_GUEST) != 0;
}

// --- value rules -------------------------------------------------------------------------------------------------

/** A bit at or above the width that addresses in a VMCS may have (32 when IA32_VMX_BASIC.ADDRESS_32 is 1). */
export function beyondWidth(address: u64): bool {
  if (offered(CAP_BASIC) & Ia32VmxBasic.ADDRESS_32) return address >> 32 != 0;
  return (address & ~physicalMask()) != 0;
}

export function badPage(address: u64): bool {
  return (address & 0xfff) != 0 || beyondWidth(address);
}

/** Each byte of a PAT value is a memory type that IA32_PAT may hold. */
export function badPat(value: u64): bool {
  return !areMemoryTypes(value, MemoryTypeSet.PAT);
}

// --- memory the image points to ----------------------------------------------------------------------------------

function reach(address: u64): u64 {
  return memoryEptp == 0 ? address : probeEpt(memoryEptp, address);
}

export function read8At(address: u64): u32 {
  const hpa = reach(address);
  return hpa == NOT_MAPPED ? 0xff : physicalRead8(hpa);
}

export function read32At(address: u64): u32 {
  const hpa = reach(address);
  return hpa == NOT_MAPPED ? 0xffffffff : physicalRead32(hpa);
}

export function read64At(address: u64): u64 {
  const hpa = reach(address);
  return hpa == NOT_MAPPED ? FLOATING : physicalRead64(hpa);
}
