// RDMSR and WRMSR (SDM 4; 3A 9.4). Single MSRs are rows of isa/msr-access (gen/msr-access.ts); here are the ranges of alike ones:
// VMX capabilities (3C appendix A), MTRRs, x2APIC registers, which live outside. An MSR the profile does not claim, or a reserved
// bit, is #GP(0). VMX uses readMsr and writeMsr for its MSR lists.
import { Region } from '../../abi/memory-map';
import { Gpr } from '../../abi/state-block';
import { CapabilityTable } from '../../abi/tables';
import { claimsFeature } from '../claims';
import { faulted } from '../fault';
import { Ia32VmxBasic, Msr, Proc, Proc2 } from '../gen/constants';
import { Feature } from '../gen/features';
import { readMsrRow, writeMsrRow } from '../gen/msr-access';
import { gpr, setGpr } from '../state';
import { Next } from '../uop';
import {
  inNonRoot,
  interceptRdmsr,
  interceptWrmsr,
  readX2apicVirtualized,
  writeX2apicVirtualized,
  x2apicDefinedBits,
  x2apicReadVirtualized,
  x2apicWriteVirtualized,
} from '../vmx/hooks';
import {
  askedFor,
  onlyBits,
  readOutside,
  refuseRead,
  refuseReadOnly,
  refuseWrite,
  writeOutside,
} from './msr-values';
import { isMtrr, readMtrr, writeMtrr } from './mtrr';
import { privileged } from './refusal';

/** x2APIC registers: 0x800..0x8ff. */
const X2APIC_BLOCK: u32 = 8;

function isVmxCapability(index: u32): bool {
  return index >= Msr.IA32_VMX_BASIC && index < Msr.IA32_VMX_BASIC + <u32>CapabilityTable.ENTRIES;
}

function capabilityMsr(index: u32): u64 {
  return load<u64>(Region.CAPABILITIES + <usize>(index - Msr.IA32_VMX_BASIC) * CapabilityTable.ENTRY_SIZE);
}

/** Controls that may be 1: the upper half of a control word's MSR. */
function allowedControls(index: u32): u32 {
  return <u32>(capabilityMsr(index) >> 32);
}

/** Which capability MSRs exist follows from the controls the others allow (SDM appendix A). */
function readCapability(index: u32): u64 {
  if (!claimsFeature(Feature.VMX)) return refuseRead();
  const secondary = (allowedControls(Msr.IA32_VMX_PROCBASED_CTLS) & Proc.ACTIVATE_SECONDARY_CONTROLS) != 0;
  const controls: u32 = secondary ? allowedControls(Msr.IA32_VMX_PROCBASED_CTLS2) : 0;
  let exists = true;
  if (index == Msr.IA32_VMX_PROCBASED_CTLS2) exists = secondary;
  else if (index == Msr.IA32_VMX_EPT_VPID_CAP)
    exists = (controls & (Proc2.ENABLE_EPT | Proc2.ENABLE_VPID)) != 0;
  else if (index == Msr.IA32_VMX_VMFUNC) exists = (controls & Proc2.ENABLE_VM_FUNCTIONS) != 0;
  else if (index > Msr.IA32_VMX_VMFUNC) exists = capabilityMsr(index) != 0;
  else if (index >= Msr.IA32_VMX_TRUE_PINBASED_CTLS)
    exists = (capabilityMsr(Msr.IA32_VMX_BASIC) & Ia32VmxBasic.TRUE_CONTROLS) != 0;
  return exists ? capabilityMsr(index) : refuseRead();
}

/** Value of an MSR; #GP(0) when it does not exist. Check `faulted()`. */
export function readMsr(index: u32): u64 {
  askedFor(index);
  if (index >> 8 == X2APIC_BLOCK) return readOutside(index);
  if (isVmxCapability(index)) return readCapability(index);
  if (isMtrr(index)) return claimsFeature(Feature.MTRR) ? readMtrr(index) : refuseRead();
  return readMsrRow(index);
}

/** Writes an MSR; #GP(0) when it does not exist, is read-only, or the value is invalid. Check `faulted()`. */
export function writeMsr(index: u32, value: u64): void {
  askedFor(index);
  if (index >> 8 == X2APIC_BLOCK) return writeOutside(index, value);
  if (isVmxCapability(index) && claimsFeature(Feature.VMX)) return refuseReadOnly(value);
  if (!isMtrr(index)) return writeMsrRow(index, value);
  if (claimsFeature(Feature.MTRR)) writeMtrr(index, value);
  else refuseWrite();
}

export function execRdmsr(u: usize): i32 {
  if (!privileged()) return Next.FAULT;
  const index = <u32>gpr(Gpr.RCX);
  if (inNonRoot() && interceptRdmsr(u, index)) return Next.EXITED;
  const value = x2apicReadVirtualized(index) ? readX2apicVirtualized(index) : readMsr(index);
  if (faulted()) return Next.FAULT;
  setGpr(Gpr.RAX, value & 0xffffffff);
  setGpr(Gpr.RDX, value >> 32);
  return Next.DONE;
}

/** WRMSR of a register that the virtual-APIC page stands for. */
function writeVirtualized(index: u32, value: u64): void {
  askedFor(index);
  if (onlyBits(value, x2apicDefinedBits(index))) writeX2apicVirtualized(index, value);
}

export function execWrmsr(u: usize): i32 {
  if (!privileged()) return Next.FAULT;
  const index = <u32>gpr(Gpr.RCX);
  if (inNonRoot() && interceptWrmsr(u, index)) return Next.EXITED;
  const value = (gpr(Gpr.RAX) & 0xffffffff) | (gpr(Gpr.RDX) << 32);
  if (x2apicWriteVirtualized(index)) writeVirtualized(index, value);
  else writeMsr(index, value);
  return faulted() ? Next.FAULT : Next.BOUNDARY;
}
