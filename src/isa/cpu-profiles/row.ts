// The shape of a CPU profile: what CPUID and the VMX capability MSRs claim, by name. Turning names into register values is the
// caller's work. Formats: Intel SDM volume 2 CPUID, volume 3 appendix A.

import type { CpuidFeatureName, CpuidNumberName } from '../cpuid-features';
import type { MsrName } from '../msrs';
import type { ControlName, ControlWord } from '../vmx-controls';

/** What the VMX capability MSRs say, by name. */
export interface VmxCapabilities {
  /** IA32_VMX_BASIC bits 30:0; software must store it at the start of each VMCS region. */
  revision: number;
  /** IA32_VMX_BASIC bits 44:32, in bytes. */
  regionSize: number;
  /** Names of single bits of IA32_VMX_BASIC; the memory type is always write-back (6). */
  basic: readonly string[];
  /** Controls that may be 1, a list a word. The default1 bits may be 1 as well, and must be where the word's MSR says so. */
  controls: Record<ControlWord, readonly ControlName[]>;
  /** Names of single bits of IA32_VMX_MISC. */
  misc: readonly string[];
  /** IA32_VMX_MISC bits 4:0: the preemption timer counts down when this bit of the time-stamp counter changes. */
  timerRate: number;
  /** IA32_VMX_MISC bits 24:16. */
  cr3Targets: number;
  /** IA32_VMX_MISC bits 27:25: MSR lists may have 512 * (this + 1) entries. */
  msrListMax: number;
  /** Names of single bits of IA32_VMX_EPT_VPID_CAP. */
  eptVpid: readonly string[];
  /** Names of single bits of IA32_VMX_VMFUNC. */
  vmFunctions: readonly string[];
  /** CR0 and CR4 bits (names of `registerFormats`) that must be 1 in VMX operation. */
  cr0Fixed1: readonly string[];
  cr4Fixed1: readonly string[];
}

/** Unsigned 32-bit values; `subleaf` left out means any. */
export interface CpuidAnswerRow {
  leaf: number;
  subleaf?: number;
  /** Only with this feature, or all of these. */
  feature?: CpuidFeatureName | readonly CpuidFeatureName[];
  eax: number;
  ebx: number;
  ecx: number;
  edx: number;
}

export interface CpuProfileRow {
  title: string;
  summary: string;
  /** 12 characters, CPUID leaf 0. */
  vendor: string;
  /** At most 47 characters, CPUID leaves 80000002H to 80000004H. */
  brand: string;
  features: readonly CpuidFeatureName[];
  numbers: Readonly<Record<CpuidNumberName, number>>;
  /** CPUID answers that are neither features nor numbers above. Of several for one leaf and subleaf the last one counts. */
  leaves: readonly CpuidAnswerRow[];
  /** MSRs whose value the profile fixes or that do not start at 0. */
  msrs: Readonly<Partial<Record<MsrName, bigint>>>;
  vmx: VmxCapabilities;
  /**
   * Ticks that a VM entry and a VM exit take, beside the instructions around them. No manual has them: of the size that is measured
   * on silicon, or 0.
   */
  transitionTicks: { entry: number; exit: number };
}
