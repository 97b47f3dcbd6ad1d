// String comparison in XMM registers and packed comparison for greater, of SSE4.2. SDM volume 1, 12.10.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const sseString = {
  exec: 'exec/vector',
  rows: [
    { code: '66 0F 3A 60 /r ib', name: 'PCMPESTRM', operands: 'Vdq, Wdq, Ib', feature: 'SSE4_2', run: 'execCompareStrings(u, StringForm.EXPLICIT_MASK)' },
    { code: '66 REX.W 0F 3A 60 /r ib', name: 'PCMPESTRM64', operands: 'Vdq, Wdq, Ib', feature: 'SSE4_2', run: 'execCompareStrings(u, StringForm.WIDE_MASK)' },
    { code: '66 0F 3A 61 /r ib', name: 'PCMPESTRI', operands: 'Vdq, Wdq, Ib', feature: 'SSE4_2', run: 'execCompareStrings(u, StringForm.EXPLICIT_INDEX)' },
    { code: '66 REX.W 0F 3A 61 /r ib', name: 'PCMPESTRI64', operands: 'Vdq, Wdq, Ib', feature: 'SSE4_2', run: 'execCompareStrings(u, StringForm.WIDE_INDEX)' },
    { code: '66 0F 3A 62 /r ib', name: 'PCMPISTRM', operands: 'Vdq, Wdq, Ib', feature: 'SSE4_2', run: 'execCompareStrings(u, StringForm.IMPLICIT_MASK)' },
    { code: '66 0F 3A 63 /r ib', name: 'PCMPISTRI', operands: 'Vdq, Wdq, Ib', feature: 'SSE4_2', run: 'execCompareStrings(u, StringForm.IMPLICIT_INDEX)' },
  ],
} as const satisfies OpcodeFamily;
