// RDMSR, WRMSR and the MSRs of the core (SDM 4; 3A 9.4; VMX capability MSRs 3C appendix A). What lives outside (APIC) is asked
// of the embedder. An MSR the profile does not claim, or a reserved bit, is #GP(0). VMX uses readMsr and writeMsr for
// its MSR lists.
import { Region } from '../../abi/memory-map';
import { Gpr, Seg, Segment, State } from '../../abi/state-block';
import { CapabilityTable, CpuidTable } from '../../abi/tables';
import { claimsFeature } from '../claims';
import { faulted, raise } from '../fault';
import {
  Cr0,
  Debugctl,
  Efer,
  Ia32ApicBase,
  Ia32FeatureControl,
  Ia32MiscEnable,
  Ia32PredCmd,
  Ia32SpecCtrl,
  Ia32VmxBasic,
  MemoryTypeSet,
  Msr,
  Vector,
} from '../gen/constants';
import { Feature } from '../gen/features';
import { msrRead, msrWrite } from '../imports';
import { translationChanged } from '../mmu/tlb';
import { isCanonical, modeChanged } from '../mode';
import { setAttention } from '../attention';
import { get32, get64, gpr, segment, set64, setGpr } from '../state';
import { Next } from '../uop';
import { inNonRoot, interceptRdmsr, interceptWrmsr } from '../vmx/hooks';
import { areMemoryTypes } from '../memory-types';
import { physicalMask } from '../physical-width';
import { claimed } from './cpuid';
import { isMtrr, mtrrCapabilities, readMtrr, writeMtrr } from './mtrr';
import { timeStamp, writeTimeStamp } from './time';
import { supervisorComponents } from './xsave-layout';

/** x2APIC registers: 0x800..0x8ff. */
const X2APIC_BLOCK: u32 = 8;
const SECONDARY_CONTROLS: u64 = 0x8000000000000000;
/** Allowed-1 bits of the secondary controls: EPT and VPID, VM functions. */
const EPT_OR_VPID: u64 = 0x22 << 32;
const VM_FUNCTIONS: u64 = 0x2000 << 32;
/** Read-only bits of IA32_MISC_ENABLE, and the ones that would change what CPUID and NX mean. */
const MISC_KEPT: u64 =
  Ia32MiscEnable.BTS_UNAVAILABLE |
  Ia32MiscEnable.PEBS_UNAVAILABLE |
  Ia32MiscEnable.XD_DISABLE |
  Ia32MiscEnable.LIMIT_CPUID;

function refuse(): u64 {
  raise(Vector.GP, 0);
  return 0;
}

function refuseWrite(): void {
  raise(Vector.GP, 0);
}

function vmxClaimed(): bool {
  return claimed(1, CpuidTable.ECX, 5);
}

function machineCheckClaimed(): bool {
  return claimed(1, CpuidTable.EDX, 14);
}

function xsavesClaimed(): bool {
  return claimsFeature(Feature.XSAVES);
}

function isVmxCapability(index: u32): bool {
  return index >= Msr.IA32_VMX_BASIC && index < Msr.IA32_VMX_BASIC + <u32>CapabilityTable.ENTRIES;
}

function capabilityMsr(index: u32): u64 {
  return load<u64>(Region.CAPABILITIES + <usize>(index - Msr.IA32_VMX_BASIC) * CapabilityTable.ENTRY_SIZE);
}

/** Which capability MSRs exist follows from the controls the others allow (SDM appendix A). */
function readCapability(index: u32): u64 {
  if (!vmxClaimed()) return refuse();
  const secondary = (capabilityMsr(Msr.IA32_VMX_PROCBASED_CTLS) & SECONDARY_CONTROLS) != 0;
  const controls = secondary ? capabilityMsr(Msr.IA32_VMX_PROCBASED_CTLS2) : 0;
  let exists = true;
  if (index == Msr.IA32_VMX_PROCBASED_CTLS2) exists = secondary;
  else if (index == Msr.IA32_VMX_EPT_VPID_CAP) exists = (controls & EPT_OR_VPID) != 0;
  else if (index == Msr.IA32_VMX_VMFUNC) exists = (controls & VM_FUNCTIONS) != 0;
  else if (index > Msr.IA32_VMX_VMFUNC) exists = capabilityMsr(index) != 0;
  else if (index >= Msr.IA32_VMX_TRUE_PINBASED_CTLS)
    exists = (capabilityMsr(Msr.IA32_VMX_BASIC) & Ia32VmxBasic.TRUE_CONTROLS) != 0;
  return exists ? capabilityMsr(index) : refuse();
}

/** MSRs whose value the embedder knows. */
function livesOutside(index: u32): bool {
  return index >> 8 == X2APIC_BLOCK || index == Msr.IA32_TSC_DEADLINE || index == Msr.MSR_PLATFORM_INFO;
}

function readOutside(index: u32): u64 {
  if (msrRead(index) == 0) return refuse();
  return get64(State.IMPORT_VALUE);
}

/** Value of an MSR; #GP(0) when it does not exist. Check `faulted()`. */
export function readMsr(index: u32): u64 {
  if (index == Msr.IA32_APIC_BASE || livesOutside(index)) return readOutside(index);
  if (isVmxCapability(index)) return readCapability(index);
  if (isMtrr(index)) return claimed(1, CpuidTable.EDX, 12) ? readMtrr(index) : refuse();
  switch (index) {
    case Msr.IA32_EFER:
      return get64(State.EFER);
    case Msr.IA32_STAR:
      return get64(State.MSR_STAR);
    case Msr.IA32_LSTAR:
      return get64(State.MSR_LSTAR);
    case Msr.IA32_CSTAR:
      return get64(State.MSR_CSTAR);
    case Msr.IA32_FMASK:
      return get64(State.MSR_SFMASK);
    case Msr.IA32_FS_BASE:
      return load<u64>(segment(Seg.FS) + Segment.BASE);
    case Msr.IA32_GS_BASE:
      return load<u64>(segment(Seg.GS) + Segment.BASE);
    case Msr.IA32_KERNEL_GS_BASE:
      return get64(State.MSR_KERNEL_GS_BASE);
    case Msr.IA32_TIME_STAMP_COUNTER:
      return timeStamp();
    case Msr.IA32_TSC_ADJUST:
      return claimed(7, CpuidTable.EBX, 1) ? get64(State.MSR_TSC_ADJUST) : refuse();
    case Msr.IA32_TSC_AUX:
      return claimed(0x80000001, CpuidTable.EDX, 27) ? get64(State.MSR_TSC_AUX) : refuse();
    case Msr.IA32_SYSENTER_CS:
      return get64(State.MSR_SYSENTER_CS);
    case Msr.IA32_SYSENTER_ESP:
      return get64(State.MSR_SYSENTER_ESP);
    case Msr.IA32_SYSENTER_EIP:
      return get64(State.MSR_SYSENTER_EIP);
    case Msr.IA32_PAT:
      return get64(State.MSR_PAT);
    case Msr.IA32_MTRRCAP:
      return claimed(1, CpuidTable.EDX, 12) ? mtrrCapabilities() : refuse();
    case Msr.IA32_DEBUGCTL:
      return get64(State.MSR_DEBUGCTL);
    case Msr.IA32_MISC_ENABLE:
      return get64(State.MSR_MISC_ENABLE);
    case Msr.IA32_FEATURE_CONTROL:
      return vmxClaimed() ? get64(State.MSR_FEATURE_CONTROL) : refuse();
    case Msr.IA32_SPEC_CTRL:
      return claimed(7, CpuidTable.EDX, 26) ? get64(State.MSR_SPEC_CTRL) : refuse();
    case Msr.IA32_XSS:
      return xsavesClaimed() ? get64(State.MSR_XSS) : refuse();
    case Msr.IA32_BIOS_SIGN_ID:
      return get64(State.MSR_BIOS_SIGN_ID);
    case Msr.IA32_PLATFORM_ID:
      // Platform 0; microcode updates are for nobody here.
      return 0;
    case Msr.IA32_MCG_CAP:
    case Msr.IA32_MCG_STATUS:
      // Machine-check architecture without banks.
      return machineCheckClaimed() ? 0 : refuse();
    default:
      return refuse();
  }
}

function writeCanonical(offset: usize, value: u64): void {
  if (isCanonical(value)) set64(offset, value);
  else refuseWrite();
}

function writeBase(index: u32, value: u64): void {
  if (isCanonical(value)) store<u64>(segment(index) + Segment.BASE, value);
  else refuseWrite();
}

/** LMA is read-only; LME cannot change while paging is on; the rest as CPUID claims (SDM 2.2.1). */
function writeEfer(value: u64): void {
  const old = get64(State.EFER);
  let defined = Efer.LMA;
  if (claimed(0x80000001, CpuidTable.EDX, 11)) defined |= Efer.SCE;
  if (claimed(0x80000001, CpuidTable.EDX, 29)) defined |= Efer.LME;
  if (claimed(0x80000001, CpuidTable.EDX, 20)) defined |= Efer.NXE;
  const lmeChanges = ((old ^ value) & Efer.LME) != 0;
  if ((value & ~defined) != 0 || (lmeChanges && (get64(State.CR0) & Cr0.PG) != 0)) return refuseWrite();
  set64(State.EFER, (value & ~Efer.LMA) | (old & Efer.LMA));
  translationChanged();
  modeChanged();
}

/** Write-once: the lock bit holds until reset (SDM 23.7). */
function writeFeatureControl(value: u64): void {
  let defined = Ia32FeatureControl.LOCK | Ia32FeatureControl.VMX_OUTSIDE_SMX;
  if (claimed(1, CpuidTable.ECX, 6)) defined |= Ia32FeatureControl.VMX_IN_SMX;
  const locked = (get64(State.MSR_FEATURE_CONTROL) & Ia32FeatureControl.LOCK) != 0;
  if (!vmxClaimed() || locked || (value & ~defined) != 0) return refuseWrite();
  set64(State.MSR_FEATURE_CONTROL, value);
}

/** x2APIC mode is entered and left in the order of SDM Figure 10-27. */
function writeApicBase(value: u64): void {
  const old = get64(State.MSR_APIC_BASE);
  let defined = Ia32ApicBase.BSP | Ia32ApicBase.EN | Ia32ApicBase.BASE;
  if (claimed(1, CpuidTable.ECX, 21)) defined |= Ia32ApicBase.EXTD;
  const mode = Ia32ApicBase.EN | Ia32ApicBase.EXTD;
  const invalid = (value & mode) == Ia32ApicBase.EXTD;
  const backwards = (old & mode) == mode && (value & mode) == Ia32ApicBase.EN;
  const skips = (old & mode) == 0 && (value & mode) == mode;
  if ((value & ~defined) != 0 || (value & ~physicalMask()) != 0 || invalid || backwards || skips)
    return refuseWrite();
  writeOutside(Msr.IA32_APIC_BASE, value);
  if (!faulted()) set64(State.MSR_APIC_BASE, value);
}

function writeOutside(index: u32, value: u64): void {
  if (msrWrite(index, <u32>(value >> 32), <u32>value) == 0) refuseWrite();
  setAttention();
}

/** Takes `value` when none but the `defined` bits are set. */
function writeDefined(offset: usize, value: u64, defined: u64): void {
  if ((value & ~defined) == 0) set64(offset, value);
  else refuseWrite();
}

/** Writes an MSR; #GP(0) when it does not exist, is read-only, or the value is invalid. Check `faulted()`. */
export function writeMsr(index: u32, value: u64): void {
  if (index == Msr.IA32_APIC_BASE) return writeApicBase(value);
  if (livesOutside(index)) return writeOutside(index, value);
  if (isMtrr(index)) {
    if (!claimed(1, CpuidTable.EDX, 12) || !writeMtrr(index, value)) refuseWrite();
    return;
  }
  switch (index) {
    case Msr.IA32_EFER:
      return writeEfer(value);
    case Msr.IA32_STAR:
      return set64(State.MSR_STAR, value);
    case Msr.IA32_LSTAR:
      return writeCanonical(State.MSR_LSTAR, value);
    case Msr.IA32_CSTAR:
      return writeCanonical(State.MSR_CSTAR, value);
    case Msr.IA32_FMASK:
      return writeDefined(State.MSR_SFMASK, value, 0xffffffff);
    case Msr.IA32_FS_BASE:
      return writeBase(Seg.FS, value);
    case Msr.IA32_GS_BASE:
      return writeBase(Seg.GS, value);
    case Msr.IA32_KERNEL_GS_BASE:
      return writeCanonical(State.MSR_KERNEL_GS_BASE, value);
    case Msr.IA32_TIME_STAMP_COUNTER:
      return writeTimeStamp(value);
    case Msr.IA32_TSC_ADJUST:
      if (!claimed(7, CpuidTable.EBX, 1)) return refuseWrite();
      return set64(State.MSR_TSC_ADJUST, value);
    case Msr.IA32_TSC_AUX:
      if (!claimed(0x80000001, CpuidTable.EDX, 27)) return refuseWrite();
      return writeDefined(State.MSR_TSC_AUX, value, 0xffffffff);
    case Msr.IA32_SYSENTER_CS:
      return set64(State.MSR_SYSENTER_CS, value & 0xffffffff);
    case Msr.IA32_SYSENTER_ESP:
      return writeCanonical(State.MSR_SYSENTER_ESP, value);
    case Msr.IA32_SYSENTER_EIP:
      return writeCanonical(State.MSR_SYSENTER_EIP, value);
    case Msr.IA32_PAT:
      if (!areMemoryTypes(value, MemoryTypeSet.PAT)) return refuseWrite();
      return set64(State.MSR_PAT, value);
    case Msr.IA32_DEBUGCTL:
      // No branch-record MSR is offered, so LBR has nothing to show; BTF stops the machine when it would act.
      return writeDefined(State.MSR_DEBUGCTL, value, Debugctl.LBR | Debugctl.BTF);
    case Msr.IA32_MISC_ENABLE:
      return set64(State.MSR_MISC_ENABLE, (value & ~MISC_KEPT) | (get64(State.MSR_MISC_ENABLE) & MISC_KEPT));
    case Msr.IA32_FEATURE_CONTROL:
      return writeFeatureControl(value);
    case Msr.IA32_SPEC_CTRL:
      if (!claimed(7, CpuidTable.EDX, 26)) return refuseWrite();
      return writeDefined(
        State.MSR_SPEC_CTRL,
        value,
        Ia32SpecCtrl.IBRS | Ia32SpecCtrl.STIBP | Ia32SpecCtrl.SSBD,
      );
    case Msr.IA32_XSS:
      if (!xsavesClaimed()) return refuseWrite();
      return writeDefined(State.MSR_XSS, value, supervisorComponents());
    case Msr.IA32_PRED_CMD:
      // A command: predictors have nothing to forget here.
      if (!claimed(7, CpuidTable.EDX, 26) || (value & ~Ia32PredCmd.IBPB) != 0) refuseWrite();
      return;
    case Msr.IA32_BIOS_SIGN_ID:
      // Software writes 0 and has CPUID load the revision again (SDM Vol. 3, 9.11.7.1): here it is loaded always.
      return;
    case Msr.IA32_MCG_STATUS:
      if (!machineCheckClaimed() || value != 0) refuseWrite();
      return;
    default:
      return refuseWrite();
  }
}

function privileged(): bool {
  if (get32(State.CPL) == 0) return true;
  raise(Vector.GP, 0);
  return false;
}

export function execRdmsr(u: usize): i32 {
  if (!privileged()) return Next.FAULT;
  const index = <u32>gpr(Gpr.RCX);
  if (inNonRoot() && interceptRdmsr(u, index)) return Next.EXITED;
  const value = readMsr(index);
  if (faulted()) return Next.FAULT;
  setGpr(Gpr.RAX, value & 0xffffffff);
  setGpr(Gpr.RDX, value >> 32);
  return Next.DONE;
}

export function execWrmsr(u: usize): i32 {
  if (!privileged()) return Next.FAULT;
  const index = <u32>gpr(Gpr.RCX);
  if (inNonRoot() && interceptWrmsr(u, index)) return Next.EXITED;
  writeMsr(index, (gpr(Gpr.RAX) & 0xffffffff) | (gpr(Gpr.RDX) << 32));
  return faulted() ? Next.FAULT : Next.BOUNDARY;
}
