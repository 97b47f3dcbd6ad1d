// How a processor keeps its MSRs: where the value stands, which feature brings it, what WRMSR takes, and the value after RESET
// (SDM volume 4, chapter 2; volume 3, table 9-1). From these rows come the core's RDMSR and WRMSR, its reset, and the list of
// MSRs that a debugger can show. Rows only. Ranges of alike registers (MTRRs, x2APIC, VMX capabilities) are the core's.

import type { CpuidFeatureName } from './cpuid-features';
import type { MsrName } from './msrs';

/** A call of the core's `exec/msr-values`; `value` stands for what WRMSR writes. */
export interface MsrCall {
  readonly call: string;
}

/**
 * What WRMSR takes; everything else is #GP(0).
 *
 * - `any`, `canonical` (a canonical address), `low-32` (bits 63:32 are 0), `memory-types` (eight of them), `zero`.
 * - `truncated`: bits 63:32 are dropped. `ignored`: the write changes nothing.
 * - A list: names of the bits that may be 1. A call: its own rules.
 */
export type MsrWrite =
  | 'any'
  | 'canonical'
  | 'low-32'
  | 'memory-types'
  | 'zero'
  | 'truncated'
  | 'ignored'
  | readonly string[]
  | MsrCall;

export interface MsrAccessRow {
  /** Name of its word in the chip's state block (abi State). */
  readonly slot?: string;
  /** Without this feature RDMSR and WRMSR are #GP(0). */
  readonly feature?: CpuidFeatureName;
  /** What RDMSR answers where that is not the word at `slot`: a constant or a call. Neither: reading is #GP(0). */
  readonly read?: bigint | MsrCall;
  /** Left out: writing is #GP(0). */
  readonly write?: MsrWrite;
  /** Value after RESET where it is not 0. */
  readonly reset?: bigint;
}

/** Asked of the embedder, which has the devices. */
const outside = (name: MsrName) =>
  ({
    read: { call: `readOutside(Msr.${name})` },
    write: { call: `writeOutside(Msr.${name}, value)` },
  }) as const;

export const msrAccess = {
  IA32_TIME_STAMP_COUNTER: { read: { call: 'timeStamp()' }, write: { call: 'writeTimeStamp(value)' } },
  // Platform 0; microcode updates are for nobody here.
  IA32_PLATFORM_ID: { read: 0n },
  IA32_APIC_BASE: {
    slot: 'MSR_APIC_BASE',
    read: { call: 'readOutside(Msr.IA32_APIC_BASE)' },
    write: { call: 'writeApicBase(value)' },
  },
  IA32_FEATURE_CONTROL: {
    slot: 'MSR_FEATURE_CONTROL',
    feature: 'VMX',
    write: { call: 'writeFeatureControl(value)' },
  },
  IA32_TSC_ADJUST: { slot: 'MSR_TSC_ADJUST', feature: 'TSC_ADJUST', write: 'any' },
  IA32_SPEC_CTRL: { slot: 'MSR_SPEC_CTRL', feature: 'SPEC_CTRL', write: ['IBRS', 'STIBP', 'SSBD'] },
  // A command: predictors have nothing to forget here.
  IA32_PRED_CMD: { feature: 'SPEC_CTRL', write: { call: 'commandBarrier(value)' } },
  // Software writes 0 and has CPUID load the revision again (SDM volume 3, 9.11.7.1): here it is loaded always.
  IA32_BIOS_SIGN_ID: { slot: 'MSR_BIOS_SIGN_ID', write: 'ignored' },
  MSR_PLATFORM_INFO: outside('MSR_PLATFORM_INFO'),
  IA32_MTRRCAP: { feature: 'MTRR', read: { call: 'mtrrCapabilities()' } },
  IA32_SYSENTER_CS: { slot: 'MSR_SYSENTER_CS', write: 'truncated' },
  IA32_SYSENTER_ESP: { slot: 'MSR_SYSENTER_ESP', write: 'canonical' },
  IA32_SYSENTER_EIP: { slot: 'MSR_SYSENTER_EIP', write: 'canonical' },
  // Machine-check architecture without banks.
  IA32_MCG_CAP: { feature: 'MCA', read: 0n },
  IA32_MCG_STATUS: { feature: 'MCA', read: 0n, write: 'zero' },
  IA32_MISC_ENABLE: { slot: 'MSR_MISC_ENABLE', write: { call: 'writeMiscEnable(value)' } },
  // No branch-record MSR is offered, so LBR has nothing to show; BTF stops the machine when it would act.
  IA32_DEBUGCTL: { slot: 'MSR_DEBUGCTL', write: ['LBR', 'BTF'] },
  IA32_PAT: { slot: 'MSR_PAT', write: 'memory-types', reset: 0x0007_0406_0007_0406n },
  IA32_TSC_DEADLINE: outside('IA32_TSC_DEADLINE'),
  IA32_XSS: { slot: 'MSR_XSS', feature: 'XSAVES', write: { call: 'writeXss(value)' } },
  IA32_EFER: { slot: 'EFER', write: { call: 'writeEfer(value)' } },
  IA32_STAR: { slot: 'MSR_STAR', write: 'any' },
  IA32_LSTAR: { slot: 'MSR_LSTAR', write: 'canonical' },
  IA32_CSTAR: { slot: 'MSR_CSTAR', write: 'canonical' },
  IA32_FMASK: { slot: 'MSR_FMASK', write: 'low-32' },
  IA32_FS_BASE: { read: { call: 'segmentBase(Seg.FS)' }, write: { call: 'writeBase(Seg.FS, value)' } },
  IA32_GS_BASE: { read: { call: 'segmentBase(Seg.GS)' }, write: { call: 'writeBase(Seg.GS, value)' } },
  IA32_KERNEL_GS_BASE: { slot: 'MSR_KERNEL_GS_BASE', write: 'canonical' },
  IA32_TSC_AUX: { slot: 'MSR_TSC_AUX', feature: 'RDTSCP', write: 'low-32' },
} as const satisfies Partial<Record<MsrName, MsrAccessRow>>;

type Rows = typeof msrAccess;

/** The MSRs that stand in the state block as they are. */
export type KeptMsrName = { [K in keyof Rows]: Rows[K] extends { slot: string } ? K : never }[keyof Rows];

/** Their names, in the order of their numbers. */
export const keptMsrs = (Object.keys(msrAccess) as (keyof Rows)[]).filter(
  (name): name is KeptMsrName => 'slot' in msrAccess[name],
);
