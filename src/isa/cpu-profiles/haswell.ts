// A processor like Haswell (2013), as far as the core has it: AVX2, FMA and the first bit manipulation, without transactional
// memory, debug store, performance counters, and the VMX features that the core lacks.

import type { CpuProfileRow } from './row';
import { turtle64 } from './turtle-64';

/** What turtle-64 claims and Haswell has not: they came with Broadwell. */
const later: readonly string[] = ['SMAP', 'PREFETCHW'];

export const haswell = {
  ...turtle64,
  title: 'Haswell',
  summary: 'Like Haswell: x87, SSE to SSE4.2, AVX2, FMA, BMI, AES, XSAVE.',
  brand: 'Turtlescope Haswell @ 1.00GHz',
  features: [
    ...turtle64.features.filter((name) => !later.includes(name)),
    'FPU',
    'MMX',
    'FXSR',
    'SSE',
    'SSE2',
    'SSE3',
    'PCLMULQDQ',
    'SSSE3',
    'FMA',
    'SSE4_1',
    'SSE4_2',
    'AES',
    'XSAVE',
    'AVX',
    'F16C',
    'RDRAND',
    'BMI1',
    'AVX2',
    'BMI2',
    'LZCNT',
    'XSAVEOPT',
  ],
  numbers: { ...turtle64.numbers, STEPPING: 2, MODEL: 0xf, EXTENDED_MODEL: 3 },
  // Microcode revisions that Linux trusts the TSC deadline of this model with.
  msrs: { ...turtle64.msrs, IA32_BIOS_SIGN_ID: 0x49_0000_0000n },
  vmx: {
    ...turtle64.vmx,
    controls: {
      ...turtle64.vmx.controls,
      pin: [...turtle64.vmx.controls.pin, 'PROCESS_POSTED_INTERRUPTS'],
      secondary: [
        ...turtle64.vmx.controls.secondary,
        'VIRTUALIZE_APIC_ACCESSES',
        'VIRTUALIZE_X2APIC_MODE',
        'APIC_REGISTER_VIRTUALIZATION',
        'VIRTUAL_INTERRUPT_DELIVERY',
        'RDRAND_EXITING',
        'ENABLE_VM_FUNCTIONS',
        'VMCS_SHADOWING',
      ],
    },
    misc: [...turtle64.vmx.misc, 'WRITE_ANY'],
    vmFunctions: ['EPTP_SWITCHING'],
  },
  // There and back is a microsecond: 1,000 ticks.
  transitionTicks: { entry: 400, exit: 600 },
} as const satisfies CpuProfileRow;
