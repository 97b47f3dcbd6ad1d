// Cache lines. SDM volume 2, CLFLUSHOPT, CLWB. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const cache = {
  exec: 'exec/cache',
  rows: [
    { code: '66 0F AE /6', name: 'CLWB', operands: 'Mb', feature: 'CLWB', run: 'execCacheLine(u)' },
    { code: '66 0F AE /7', name: 'CLFLUSHOPT', operands: 'Mb', feature: 'CLFLUSHOPT', run: 'execCacheLine(u)' },
  ],
} as const satisfies OpcodeFamily;
