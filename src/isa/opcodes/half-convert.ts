// Half precision. SDM volume 1, 14.4. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const halfConvert = {
  exec: 'exec/half-convert',
  rows: [
    { code: 'VEX.128.66.0F38.W0 13 /r', name: 'VCVTPH2PS', operands: '=Vdq, Wq', feature: 'F16C', run: 'execHalfToSingle(u)' },
    { code: 'VEX.256.66.0F38.W0 13 /r', name: 'VCVTPH2PS', operands: '=Vqq, Wdq', feature: 'F16C', run: 'execHalfToSingle(u)' },
    { code: 'VEX.128.66.0F3A.W0 1D /r ib', name: 'VCVTPS2PH', operands: '=Wq, Vdq, Ib', feature: 'F16C', run: 'execSingleToHalf(u)' },
    { code: 'VEX.256.66.0F3A.W0 1D /r ib', name: 'VCVTPS2PH', operands: '=Wdq, Vqq, Ib', feature: 'F16C', run: 'execSingleToHalf(u)' },
  ],
} as const satisfies OpcodeFamily;
