// Dot products. SDM volume 1, 12.6.2. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const sseDot = {
  exec: 'exec/sse-dot',
  rows: [
    { code: '66 0F 3A 40 /r ib', name: 'DPPS', operands: '+Vdq, Wdq, Ib', feature: 'SSE4_1', run: 'execDotSingle(u)' },
    { code: '66 0F 3A 41 /r ib', name: 'DPPD', operands: '+Vdq, Wdq, Ib', feature: 'SSE4_1', run: 'execDotDouble(u)' },
  ],
} as const satisfies OpcodeFamily;
