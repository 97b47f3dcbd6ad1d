// Packed integers made wider: PMOVSX, PMOVZX. SDM volume 1, 12.8. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const sseExtend = {
  exec: 'exec/vector',
  rows: [
    { code: '66 0F 38 20 /r', name: 'PMOVSXBW', operands: '=Vdq, Wq', feature: 'SSE4_1', run: 'execExtend(u, Extension.SIGNED_BW)' },
    { code: '66 0F 38 21 /r', name: 'PMOVSXBD', operands: '=Vdq, Wd', feature: 'SSE4_1', run: 'execExtend(u, Extension.SIGNED_BD)' },
    { code: '66 0F 38 22 /r', name: 'PMOVSXBQ', operands: '=Vdq, Ww', feature: 'SSE4_1', run: 'execExtend(u, Extension.SIGNED_BQ)' },
    { code: '66 0F 38 23 /r', name: 'PMOVSXWD', operands: '=Vdq, Wq', feature: 'SSE4_1', run: 'execExtend(u, Extension.SIGNED_WD)' },
    { code: '66 0F 38 24 /r', name: 'PMOVSXWQ', operands: '=Vdq, Wd', feature: 'SSE4_1', run: 'execExtend(u, Extension.SIGNED_WQ)' },
    { code: '66 0F 38 25 /r', name: 'PMOVSXDQ', operands: '=Vdq, Wq', feature: 'SSE4_1', run: 'execExtend(u, Extension.SIGNED_DQ)' },
    { code: '66 0F 38 30 /r', name: 'PMOVZXBW', operands: '=Vdq, Wq', feature: 'SSE4_1', run: 'execExtend(u, Extension.ZERO_BW)' },
    { code: '66 0F 38 31 /r', name: 'PMOVZXBD', operands: '=Vdq, Wd', feature: 'SSE4_1', run: 'execExtend(u, Extension.ZERO_BD)' },
    { code: '66 0F 38 32 /r', name: 'PMOVZXBQ', operands: '=Vdq, Ww', feature: 'SSE4_1', run: 'execExtend(u, Extension.ZERO_BQ)' },
    { code: '66 0F 38 33 /r', name: 'PMOVZXWD', operands: '=Vdq, Wq', feature: 'SSE4_1', run: 'execExtend(u, Extension.ZERO_WD)' },
    { code: '66 0F 38 34 /r', name: 'PMOVZXWQ', operands: '=Vdq, Wd', feature: 'SSE4_1', run: 'execExtend(u, Extension.ZERO_WQ)' },
    { code: '66 0F 38 35 /r', name: 'PMOVZXDQ', operands: '=Vdq, Wq', feature: 'SSE4_1', run: 'execExtend(u, Extension.ZERO_DQ)' },
  ],
} as const satisfies OpcodeFamily;
