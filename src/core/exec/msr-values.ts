// MSRs with rules of their own, and the rules that many share: the functions that the rows of isa/msr-access call (SDM volume 4,
// chapter 2). Each raises #GP(0) for a value it does not take.
import { Segment, State } from '../../abi/state-block';
import { setAttention } from '../attention';
import { claimsFeature } from '../claims';
import { faultAbout, faulted } from '../fault';
import {
  Cr0,
  Efer,
  Ia32ApicBase,
  Ia32FeatureControl,
  Ia32MiscEnable,
  Ia32PredCmd,
  MemoryTypeSet,
  Msr,
  Reason,
} from '../gen/constants';
import { Feature } from '../gen/features';
import { msrRead, msrWrite } from '../imports';
import { areMemoryTypes } from '../memory-types';
import { translationChanged } from '../mmu/tlb';
import { isCanonical, modeChanged } from '../mode';
import { physicalMask } from '../physical-width';
import { get64, segment, set64 } from '../state';
import { refuse } from './refusal';
import { supervisorComponents } from './xsave-layout';

/** Bits of IA32_MISC_ENABLE that WRMSR leaves as they are. */
const MISC_KEPT: u64 =
  Ia32MiscEnable.PERFMON | Ia32MiscEnable.BTS_UNAVAILABLE | Ia32MiscEnable.PEBS_UNAVAILABLE;

/** The MSR asked for, for the sentence of a refusal: RCX of the instruction, or the index in a VMX MSR list. */
let asked: u32 = 0;

export function askedFor(index: u32): void {
  asked = index;
}

/** #GP(0) for the MSR asked for, by a row that shows its number first. */
function refuseMsr(reason: u32, b: u64 = 0): void {
  refuse(reason, asked, b);
}

export function refuseRead(): u64 {
  refuseMsr(Reason.MSR_UNKNOWN);
  return 0;
}

export function refuseCommand(): u64 {
  refuseMsr(Reason.MSR_WRITE_ONLY);
  return 0;
}

export function refuseWrite(): void {
  refuseMsr(Reason.MSR_UNKNOWN);
}

export function refuseReadOnly(value: u64): void {
  refuseMsr(Reason.MSR_READ_ONLY, value);
}

/** `value` has bits outside `defined`; true when it does not, and may be written. */
export function onlyBits(value: u64, defined: u64): bool {
  const reserved = value & ~defined;
  if (reserved == 0) return true;
  refuseMsr(Reason.MSR_RESERVED_BITS, reserved);
  faultAbout(value);
  return false;
}

/** One of the bytes of `value` is no memory type. */
export function refuseMemoryType(value: u64): void {
  refuseMsr(Reason.MSR_MEMORY_TYPE, value);
}

function canonical(value: u64): bool {
  if (isCanonical(value)) return true;
  refuseMsr(Reason.MSR_NOT_CANONICAL, value);
  return false;
}

export function readOutside(index: u32): u64 {
  if (msrRead(index) == 0) return refuseRead();
  return get64(State.IMPORT_VALUE);
}

export function writeOutside(index: u32, value: u64): void {
  if (msrWrite(index, <u32>(value >> 32), <u32>value) == 0) refuseMsr(Reason.MSR_VALUE, value);
  setAttention();
}

export function writeCanonical(offset: usize, value: u64): void {
  if (canonical(value)) set64(offset, value);
}

export function writeBase(index: u32, value: u64): void {
  if (canonical(value)) store<u64>(segment(index) + Segment.BASE, value);
}

/** Takes `value` when none but the `defined` bits are set. */
export function writeDefined(offset: usize, value: u64, defined: u64): void {
  if (onlyBits(value, defined)) set64(offset, value);
}

export function writeMemoryTypes(offset: usize, value: u64): void {
  if (areMemoryTypes(value, MemoryTypeSet.PAT)) set64(offset, value);
  else refuseMemoryType(value);
}

export function writeZero(value: u64): void {
  onlyBits(value, 0);
}

export function writeNothing(): void {}

export function commandBarrier(value: u64): void {
  onlyBits(value, Ia32PredCmd.IBPB);
}

export function writeXss(value: u64): void {
  writeDefined(State.MSR_XSS, value, supervisorComponents());
}

/** LIMIT_CPUID and XD_DISABLE change what CPUID answers (exec/cpuid.ts), XD_DISABLE also what IA32_EFER takes. */
export function writeMiscEnable(value: u64): void {
  set64(State.MSR_MISC_ENABLE, (value & ~MISC_KEPT) | (get64(State.MSR_MISC_ENABLE) & MISC_KEPT));
}

/** Execute-disable is there, and firmware did not switch it off. */
export function executeDisable(): bool {
  return claimsFeature(Feature.NX) && (get64(State.MSR_MISC_ENABLE) & Ia32MiscEnable.XD_DISABLE) == 0;
}

/** LMA is read-only; LME cannot change while paging is on; the rest as CPUID claims (SDM 2.2.1). */
export function writeEfer(value: u64): void {
  const old = get64(State.EFER);
  let defined = Efer.LMA;
  if (claimsFeature(Feature.SYSCALL)) defined |= Efer.SCE;
  if (claimsFeature(Feature.LM)) defined |= Efer.LME;
  if (executeDisable()) defined |= Efer.NXE;
  const lmeChanges = ((old ^ value) & Efer.LME) != 0;
  if ((value & ~defined) != 0) {
    refuse(Reason.EFER_RESERVED, value, value & ~defined);
    return;
  }
  if (lmeChanges && (get64(State.CR0) & Cr0.PG) != 0) {
    refuse(Reason.EFER_LME_WHILE_PAGING, value);
    return;
  }
  set64(State.EFER, (value & ~Efer.LMA) | (old & Efer.LMA));
  translationChanged();
  modeChanged();
}

/** Write-once: the lock bit holds until reset (SDM 23.7). */
export function writeFeatureControl(value: u64): void {
  let defined = Ia32FeatureControl.LOCK | Ia32FeatureControl.VMX_OUTSIDE_SMX;
  if (claimsFeature(Feature.SMX)) defined |= Ia32FeatureControl.VMX_IN_SMX;
  const locked = (get64(State.MSR_FEATURE_CONTROL) & Ia32FeatureControl.LOCK) != 0;
  if (locked) refuse(Reason.FEATURE_CONTROL_LOCKED, get64(State.MSR_FEATURE_CONTROL));
  else if ((value & ~defined) != 0) refuse(Reason.FEATURE_CONTROL_RESERVED, value, value & ~defined);
  else set64(State.MSR_FEATURE_CONTROL, value);
}

/** x2APIC mode is entered and left in the order of SDM Figure 10-27. */
export function writeApicBase(value: u64): void {
  const old = get64(State.MSR_APIC_BASE);
  let defined = Ia32ApicBase.BSP | Ia32ApicBase.EN | Ia32ApicBase.BASE;
  if (claimsFeature(Feature.X2APIC)) defined |= Ia32ApicBase.EXTD;
  const mode = Ia32ApicBase.EN | Ia32ApicBase.EXTD;
  const invalid = (value & mode) == Ia32ApicBase.EXTD;
  const backwards = (old & mode) == mode && (value & mode) == Ia32ApicBase.EN;
  const skips = (old & mode) == 0 && (value & mode) == mode;
  const reserved = value & ~(defined & physicalMask());
  if (reserved != 0) refuse(Reason.APIC_BASE_RESERVED, value, reserved);
  else if (invalid || backwards || skips) refuse(Reason.APIC_BASE_MODE, value, old);
  if (faulted()) return;
  writeOutside(Msr.IA32_APIC_BASE, value);
  if (!faulted()) set64(State.MSR_APIC_BASE, value);
}
