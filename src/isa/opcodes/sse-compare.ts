// Comparisons of packed and scalar floating point in XMM registers. SDM volume 1, 10.4.2, 11.4.1.3. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const sseCompare = {
  exec: 'exec/sse-compare',
  rows: [
    { code: 'NP 0F 2E /r', name: 'UCOMISS', operands: 'Vdq, Wd', feature: 'SSE', run: 'execCompareFlagsSingle(u, 0)' },
    { code: '66 0F 2E /r', name: 'UCOMISD', operands: 'Vdq, Wq', feature: 'SSE2', run: 'execCompareFlagsDouble(u, 0)' },
    { code: 'NP 0F 2F /r', name: 'COMISS', operands: 'Vdq, Wd', feature: 'SSE', run: 'execCompareFlagsSingle(u, 1)' },
    { code: '66 0F 2F /r', name: 'COMISD', operands: 'Vdq, Wq', feature: 'SSE2', run: 'execCompareFlagsDouble(u, 1)' },
    { code: 'NP 0F C2 /r ib', name: 'CMPPS', operands: '+Vdq, Wdq, Ib', feature: 'SSE', run: 'execComparePackedSingle(u)' },
    { code: '66 0F C2 /r ib', name: 'CMPPD', operands: '+Vdq, Wdq, Ib', feature: 'SSE2', run: 'execComparePackedDouble(u)' },
    { code: 'F3 0F C2 /r ib', name: 'CMPSS', operands: '+Vdq, Wd, Ib', feature: 'SSE', run: 'execCompareScalarSingle(u)' },
    { code: 'F2 0F C2 /r ib', name: 'CMPSD', operands: '+Vdq, Wq, Ib', feature: 'SSE2', run: 'execCompareScalarDouble(u)' },
  ],
} as const satisfies OpcodeFamily;
