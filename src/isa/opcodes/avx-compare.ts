// Comparisons of floating point by VEX encodings. SDM volume 1, 14.1. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const avxCompare = {
  exec: 'exec/sse-compare',
  rows: [
    { code: 'VEX.LIG.0F.WIG 2E /r', name: 'VUCOMISS', operands: 'Vdq, Wd', feature: 'AVX', run: 'execCompareFlagsSingle(u, 0)' },
    { code: 'VEX.LIG.66.0F.WIG 2E /r', name: 'VUCOMISD', operands: 'Vdq, Wq', feature: 'AVX', run: 'execCompareFlagsDouble(u, 0)' },
    { code: 'VEX.LIG.0F.WIG 2F /r', name: 'VCOMISS', operands: 'Vdq, Wd', feature: 'AVX', run: 'execCompareFlagsSingle(u, 1)' },
    { code: 'VEX.LIG.66.0F.WIG 2F /r', name: 'VCOMISD', operands: 'Vdq, Wq', feature: 'AVX', run: 'execCompareFlagsDouble(u, 1)' },
    { code: 'VEX.128.0F.WIG C2 /r ib', name: 'VCMPPS', operands: '=Vdq, Hdq, Wdq, Ib', feature: 'AVX', run: 'execComparePackedSingle(u)' },
    { code: 'VEX.256.0F.WIG C2 /r ib', name: 'VCMPPS', operands: '=Vqq, Hqq, Wqq, Ib', feature: 'AVX', run: 'execComparePackedSingle(u)' },
    { code: 'VEX.128.66.0F.WIG C2 /r ib', name: 'VCMPPD', operands: '=Vdq, Hdq, Wdq, Ib', feature: 'AVX', run: 'execComparePackedDouble(u)' },
    { code: 'VEX.256.66.0F.WIG C2 /r ib', name: 'VCMPPD', operands: '=Vqq, Hqq, Wqq, Ib', feature: 'AVX', run: 'execComparePackedDouble(u)' },
    { code: 'VEX.LIG.F3.0F.WIG C2 /r ib', name: 'VCMPSS', operands: '=Vdq, Hdq, Wd, Ib', feature: 'AVX', run: 'execCompareScalarSingle(u)' },
    { code: 'VEX.LIG.F2.0F.WIG C2 /r ib', name: 'VCMPSD', operands: '=Vdq, Hdq, Wq, Ib', feature: 'AVX', run: 'execCompareScalarDouble(u)' },
  ],
} as const satisfies OpcodeFamily;
