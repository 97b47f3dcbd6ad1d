// x87 transcendental instructions. SDM volume 1, 8.3.6 and 8.3.7. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const x87Transcendental = {
  exec: 'exec/x87-transcendental',
  rows: [
    { code: 'D9 F0', name: 'F2XM1', feature: 'FPU', run: 'execF2xm1(u)' },
    { code: 'D9 F1', name: 'FYL2X', feature: 'FPU', run: 'execLogarithm(u, 0)' },
    { code: 'D9 F2', name: 'FPTAN', feature: 'FPU', run: 'execFptan(u)' },
    { code: 'D9 F3', name: 'FPATAN', feature: 'FPU', run: 'execFpatan(u)' },
    { code: 'D9 F9', name: 'FYL2XP1', feature: 'FPU', run: 'execLogarithm(u, 1)' },
    { code: 'D9 FB', name: 'FSINCOS', feature: 'FPU', run: 'execFsincos(u)' },
    { code: 'D9 FE', name: 'FSIN', feature: 'FPU', run: 'execSine(u, 0)' },
    { code: 'D9 FF', name: 'FCOS', feature: 'FPU', run: 'execSine(u, 1)' },
  ],
} as const satisfies OpcodeFamily;
