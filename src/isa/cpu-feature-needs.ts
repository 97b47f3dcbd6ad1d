// What CPUID features rest on: a processor that lacks the needed one has not the other either (SDM volume 1, chapters 13 and 14;
// volume 2, CPUID), and lacks the VMX control that is about it. Rows only.

import type { CpuidFeatureName } from './cpuid-features';
import type { ControlName } from './vmx-controls';

export const featureNeeds = {
  MMX: ['FPU'],
  FXSR: ['FPU'],
  SSE: ['FXSR', 'MMX'],
  SSE2: ['SSE'],
  SSE3: ['SSE2'],
  SSSE3: ['SSE3'],
  SSE4_1: ['SSSE3'],
  SSE4_2: ['SSE4_1'],
  PCLMULQDQ: ['SSE2'],
  AES: ['SSE2'],
  SHA: ['SSE2'],
  XSAVE: ['FXSR'],
  XSAVEOPT: ['XSAVE'],
  XSAVEC: ['XSAVE'],
  XGETBV_1: ['XSAVE'],
  XSAVES: ['XSAVEC'],
  AVX: ['XSAVE', 'SSE4_2'],
  F16C: ['AVX'],
  FMA: ['AVX'],
  AVX2: ['AVX'],
  AVX512F: ['AVX2'],
  PSE36: ['PSE'],
  CX16: ['CX8'],
  NX: ['PAE'],
  LM: ['PAE'],
  LAHF_LM: ['LM'],
  SYSCALL: ['LM'],
  FSGSBASE: ['LM'],
  PCID: ['LM'],
  PDPE1GB: ['LM'],
  PKU: ['LM'],
  LA57: ['LM'],
  VMX: ['MSR', 'LM'],
  X2APIC: ['APIC'],
  TSC_DEADLINE: ['APIC', 'TSC'],
  TSC_ADJUST: ['TSC', 'MSR'],
  RDTSCP: ['TSC'],
  INVARIANT_TSC: ['TSC'],
  MCA: ['MCE', 'MSR'],
  MTRR: ['MSR'],
  PAT: ['MSR'],
  SEP: ['MSR'],
} as const satisfies Partial<Record<CpuidFeatureName, readonly CpuidFeatureName[]>>;

/** VMX controls about an instruction that a processor may lack. */
export const controlNeeds = {
  RDRAND_EXITING: 'RDRAND',
  RDSEED_EXITING: 'RDSEED',
  ENABLE_RDTSCP: 'RDTSCP',
  ENABLE_INVPCID: 'INVPCID',
  ENABLE_XSAVES_XRSTORS: 'XSAVES',
  ENABLE_USER_WAIT_AND_PAUSE: 'WAITPKG',
} as const satisfies Partial<Record<ControlName, CpuidFeatureName>>;
