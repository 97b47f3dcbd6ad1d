// A processor like Ice Lake server (2021), as far as the core has it: protection keys, UMIP and SHA beside what Skylake server has; without
// AVX-512, vector AES, Galois-field instructions, 57-bit addresses, MONITOR, Processor Trace and what the core lacks of its VMX.

import type { CpuProfileRow } from './row';
import { skylakeServer } from './skylake-server';

export const iceLakeServer = {
  ...skylakeServer,
  title: 'Ice Lake server',
  summary:
    'Like Ice Lake server without AVX-512: as Skylake server, with protection keys, UMIP, SHA and RDPID.',
  brand: 'Turtlescope Ice Lake server @ 1.00GHz',
  features: [...skylakeServer.features, 'SHA', 'UMIP', 'PKU', 'RDPID'],
  numbers: { ...skylakeServer.numbers, STEPPING: 6, MODEL: 0xa, EXTENDED_MODEL: 6 },
  leaves: [
    ...skylakeServer.leaves,
    // PKRU lies behind the room of AVX-512's components: 8 bytes at 2688.
    { leaf: 0xd, subleaf: 0, feature: ['XSAVE', 'PKU'], eax: 0x203, ebx: 0, ecx: 2696, edx: 0 },
    { leaf: 0xd, subleaf: 0, feature: ['AVX', 'PKU'], eax: 0x207, ebx: 0, ecx: 2696, edx: 0 },
    { leaf: 0xd, subleaf: 9, feature: ['XSAVE', 'PKU'], eax: 8, ebx: 2688, ecx: 0, edx: 0 },
  ],
  msrs: { ...skylakeServer.msrs, IA32_BIOS_SIGN_ID: 0x0d00_0375_0000_0000n },
} as const satisfies CpuProfileRow;
