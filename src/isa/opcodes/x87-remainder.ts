// x87 remainder, scaling and splitting. SDM volume 1, 8.3.5. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const x87Remainder = {
  exec: 'exec/x87-remainder',
  rows: [
    { code: 'D9 F4', name: 'FXTRACT', feature: 'FPU', run: 'execFxtract(u)' },
    { code: 'D9 F5', name: 'FPREM1', feature: 'FPU', run: 'execRemainder(u, 1)' },
    { code: 'D9 F8', name: 'FPREM', feature: 'FPU', run: 'execRemainder(u, 0)' },
    { code: 'D9 FD', name: 'FSCALE', feature: 'FPU', run: 'execFscale(u)' },
  ],
} as const satisfies OpcodeFamily;
