// CR4 bits and the CPUID feature that brings each: without it, setting the bit is #GP(0), and IA32_VMX_CR4_FIXED1 has 0 there.
// SDM volume 3, 2.5. Rows only. PCE is not here: it comes with any version of performance monitoring, a number of leaf AH.

import type { CpuidFeatureName } from './cpuid-features';
import type { registerFormats } from './registers';

type Cr4Bit = (typeof registerFormats)['cr4']['ranges'][number]['name'];

export const cr4Features = {
  VME: ['VME'],
  PVI: ['VME'],
  TSD: ['TSC'],
  DE: ['DE'],
  PSE: ['PSE'],
  PAE: ['PAE'],
  MCE: ['MCE'],
  PGE: ['PGE'],
  OSFXSR: ['FXSR'],
  OSXMMEXCPT: ['SSE'],
  UMIP: ['UMIP'],
  LA57: ['LA57'],
  VMXE: ['VMX'],
  SMXE: ['SMX'],
  FSGSBASE: ['FSGSBASE'],
  PCIDE: ['PCID'],
  OSXSAVE: ['XSAVE'],
  KL: ['KL'],
  SMEP: ['SMEP'],
  SMAP: ['SMAP'],
  PKE: ['PKU'],
  // Either half of control-flow enforcement.
  CET: ['CET_SS', 'CET_IBT'],
  PKS: ['PKS'],
  UINTR: ['UINTR'],
  FRED: ['FRED'],
} as const satisfies Record<Exclude<Cr4Bit, 'PCE'>, readonly CpuidFeatureName[]>;
