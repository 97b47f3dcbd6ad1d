// Comparisons of floating point by VEX encodings. SDM volume 1, 14.1. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const avxCompare = {
  exec: 'exec/sse-compare',
  rows: [
    { code: 'VEX.LIG.0F.WIG 2E /r', name: 'VUCOMISS', operands: 'Vdq, Wd', feature: 'AVX' },
    { code: 'VEX.LIG.66.0F.WIG 2E /r', name: 'VUCOMISD', operands: 'Vdq, Wq', feature: 'AVX' },
    { code: 'VEX.LIG.0F.WIG 2F /r', name: 'VCOMISS', operands: 'Vdq, Wd', feature: 'AVX' },
    { code: 'VEX.LIG.66.0F.WIG 2F /r', name: 'VCOMISD', operands: 'Vdq, Wq', feature: 'AVX' },
    { code: 'VEX.128.0F.WIG C2 /r ib', name: 'VCMPPS', operands: '=Vdq, Hdq, Wdq, Ib', feature: 'AVX' },
    { code: 'VEX.256.0F.WIG C2 /r ib', name: 'VCMPPS', operands: '=Vqq, Hqq, Wqq, Ib', feature: 'AVX' },
    { code: 'VEX.128.66.0F.WIG C2 /r ib', name: 'VCMPPD', operands: '=Vdq, Hdq, Wdq, Ib', feature: 'AVX' },
    { code: 'VEX.256.66.0F.WIG C2 /r ib', name: 'VCMPPD', operands: '=Vqq, Hqq, Wqq, Ib', feature: 'AVX' },
    { code: 'VEX.LIG.F3.0F.WIG C2 /r ib', name: 'VCMPSS', operands: '=Vdq, Hdq, Wd, Ib', feature: 'AVX' },
    { code: 'VEX.LIG.F2.0F.WIG C2 /r ib', name: 'VCMPSD', operands: '=Vdq, Hdq, Wq, Ib', feature: 'AVX' },
  ],
} as const satisfies OpcodeFamily;
