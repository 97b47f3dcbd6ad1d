// Dot products. SDM volume 1, 12.6.2. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const avxDot = {
  exec: 'exec/sse-dot',
  rows: [
    { code: 'VEX.128.66.0F3A.WIG 40 /r ib', name: 'VDPPS', operands: '=Vdq, Hdq, Wdq, Ib', feature: 'AVX', run: 'execDotSingle(u)' },
    { code: 'VEX.256.66.0F3A.WIG 40 /r ib', name: 'VDPPS', operands: '=Vqq, Hqq, Wqq, Ib', feature: 'AVX', run: 'execDotSingle(u)' },
    { code: 'VEX.128.66.0F3A.WIG 41 /r ib', name: 'VDPPD', operands: '=Vdq, Hdq, Wdq, Ib', feature: 'AVX', run: 'execDotDouble(u)' },
  ],
} as const satisfies OpcodeFamily;
