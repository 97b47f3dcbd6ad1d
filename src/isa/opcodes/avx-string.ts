// String comparison by VEX encodings. SDM volume 1, 14.1. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const avxString = {
  exec: 'exec/vector',
  rows: [
    { code: 'VEX.128.66.0F3A.W0 60 /r ib', name: 'VPCMPESTRM', operands: 'Vdq, Wdq, Ib', feature: 'AVX', run: 'execCompareStrings(u, StringForm.EXPLICIT_MASK)' },
    { code: 'VEX.128.66.0F3A.W1 60 /r ib', name: 'VPCMPESTRM64', operands: 'Vdq, Wdq, Ib', feature: 'AVX', run: 'execCompareStrings(u, StringForm.WIDE_MASK)' },
    { code: 'VEX.128.66.0F3A.W0 61 /r ib', name: 'VPCMPESTRI', operands: 'Vdq, Wdq, Ib', feature: 'AVX', run: 'execCompareStrings(u, StringForm.EXPLICIT_INDEX)' },
    { code: 'VEX.128.66.0F3A.W1 61 /r ib', name: 'VPCMPESTRI64', operands: 'Vdq, Wdq, Ib', feature: 'AVX', run: 'execCompareStrings(u, StringForm.WIDE_INDEX)' },
    { code: 'VEX.128.66.0F3A.WIG 62 /r ib', name: 'VPCMPISTRM', operands: 'Vdq, Wdq, Ib', feature: 'AVX', run: 'execCompareStrings(u, StringForm.IMPLICIT_MASK)' },
    { code: 'VEX.128.66.0F3A.WIG 63 /r ib', name: 'VPCMPISTRI', operands: 'Vdq, Wdq, Ib', feature: 'AVX', run: 'execCompareStrings(u, StringForm.IMPLICIT_INDEX)' },
  ],
} as const satisfies OpcodeFamily;
