// A processor like Skylake server (2017), as far as the core has it: without AVX-512, protection keys, bound checking,
// transactional memory, Processor Trace, and the VMX features that the core lacks.

import { haswell } from './haswell';
import type { CpuProfileRow } from './row';

export const skylakeServer = {
  ...haswell,
  title: 'Skylake server',
  summary: 'Like Skylake server without AVX-512: x87, SSE to SSE4.2, AVX2, FMA, BMI, ADX, AES, XSAVES, SMAP.',
  brand: 'Turtlescope Skylake server @ 1.00GHz',
  features: [
    ...haswell.features,
    'SMAP',
    'PREFETCHW',
    'RDSEED',
    'ADX',
    'CLFLUSHOPT',
    'CLWB',
    'XSAVEC',
    'XGETBV_1',
    'XSAVES',
  ],
  numbers: { ...haswell.numbers, STEPPING: 4, MODEL: 0x5, EXTENDED_MODEL: 5 },
  msrs: { ...haswell.msrs, IA32_BIOS_SIGN_ID: 0x0200_0069_0000_0000n },
  vmx: {
    ...haswell.vmx,
    controls: {
      ...haswell.vmx.controls,
      secondary: [
        ...haswell.vmx.controls.secondary,
        'RDSEED_EXITING',
        'ENABLE_PML',
        'EPT_VIOLATION_VE',
        'ENABLE_XSAVES_XRSTORS',
        'MODE_BASED_EXECUTE_CONTROL',
        'USE_TSC_SCALING',
      ],
    },
  },
} as const satisfies CpuProfileRow;
