// Conversions of floating point by VEX encodings. SDM volume 1, 14.1. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const avxConvert = {
  exec: 'exec/sse-convert',
  rows: [
    { code: 'VEX.LIG.F3.0F 2A /r', name: 'VCVTSI2SS', operands: '=Vdq, Hdq, Ey', feature: 'AVX', run: 'execFromIntegerSingle(u)' },
    { code: 'VEX.LIG.F2.0F 2A /r', name: 'VCVTSI2SD', operands: '=Vdq, Hdq, Ey', feature: 'AVX', run: 'execFromIntegerDouble(u)' },
    { code: 'VEX.LIG.F3.0F 2C /r', name: 'VCVTTSS2SI', operands: '=Gy, Wd', feature: 'AVX', run: 'execSingleToInteger(u, Truncate.YES)' },
    { code: 'VEX.LIG.F2.0F 2C /r', name: 'VCVTTSD2SI', operands: '=Gy, Wq', feature: 'AVX', run: 'execDoubleToInteger(u, Truncate.YES)' },
    { code: 'VEX.LIG.F3.0F 2D /r', name: 'VCVTSS2SI', operands: '=Gy, Wd', feature: 'AVX', run: 'execSingleToInteger(u, Truncate.NO)' },
    { code: 'VEX.LIG.F2.0F 2D /r', name: 'VCVTSD2SI', operands: '=Gy, Wq', feature: 'AVX', run: 'execDoubleToInteger(u, Truncate.NO)' },
    { code: 'VEX.128.0F.WIG 5A /r', name: 'VCVTPS2PD', operands: '=Vdq, Wq', feature: 'AVX', run: 'execWiden(u, Widen.SINGLE)' },
    { code: 'VEX.256.0F.WIG 5A /r', name: 'VCVTPS2PD', operands: '=Vqq, Wdq', feature: 'AVX', run: 'execWiden(u, Widen.SINGLE)' },
    { code: 'VEX.128.66.0F.WIG 5A /r', name: 'VCVTPD2PS', operands: '=Vdq, Wdq', feature: 'AVX', run: 'execNarrow(u, Narrow.SINGLE)' },
    { code: 'VEX.256.66.0F.WIG 5A /r', name: 'VCVTPD2PS', operands: '=Vdq, Wqq', feature: 'AVX', run: 'execNarrow(u, Narrow.SINGLE)' },
    { code: 'VEX.LIG.F3.0F.WIG 5A /r', name: 'VCVTSS2SD', operands: '=Vdq, Hdq, Wd', feature: 'AVX', run: 'execScalarToDouble(u)' },
    { code: 'VEX.LIG.F2.0F.WIG 5A /r', name: 'VCVTSD2SS', operands: '=Vdq, Hdq, Wq', feature: 'AVX', run: 'execScalarToSingle(u)' },
    { code: 'VEX.128.0F.WIG 5B /r', name: 'VCVTDQ2PS', operands: '=Vdq, Wdq', feature: 'AVX', run: 'execConvertSame(u, Same.FROM_INTEGER)' },
    { code: 'VEX.256.0F.WIG 5B /r', name: 'VCVTDQ2PS', operands: '=Vqq, Wqq', feature: 'AVX', run: 'execConvertSame(u, Same.FROM_INTEGER)' },
    { code: 'VEX.128.66.0F.WIG 5B /r', name: 'VCVTPS2DQ', operands: '=Vdq, Wdq', feature: 'AVX', run: 'execConvertSame(u, Same.TO_INTEGER)' },
    { code: 'VEX.256.66.0F.WIG 5B /r', name: 'VCVTPS2DQ', operands: '=Vqq, Wqq', feature: 'AVX', run: 'execConvertSame(u, Same.TO_INTEGER)' },
    { code: 'VEX.128.F3.0F.WIG 5B /r', name: 'VCVTTPS2DQ', operands: '=Vdq, Wdq', feature: 'AVX', run: 'execConvertSame(u, Same.TRUNCATE)' },
    { code: 'VEX.256.F3.0F.WIG 5B /r', name: 'VCVTTPS2DQ', operands: '=Vqq, Wqq', feature: 'AVX', run: 'execConvertSame(u, Same.TRUNCATE)' },
    { code: 'VEX.128.66.0F.WIG E6 /r', name: 'VCVTTPD2DQ', operands: '=Vdq, Wdq', feature: 'AVX', run: 'execNarrow(u, Narrow.TRUNCATE)' },
    { code: 'VEX.256.66.0F.WIG E6 /r', name: 'VCVTTPD2DQ', operands: '=Vdq, Wqq', feature: 'AVX', run: 'execNarrow(u, Narrow.TRUNCATE)' },
    { code: 'VEX.128.F3.0F.WIG E6 /r', name: 'VCVTDQ2PD', operands: '=Vdq, Wq', feature: 'AVX', run: 'execWiden(u, Widen.INTEGER)' },
    { code: 'VEX.256.F3.0F.WIG E6 /r', name: 'VCVTDQ2PD', operands: '=Vqq, Wdq', feature: 'AVX', run: 'execWiden(u, Widen.INTEGER)' },
    { code: 'VEX.128.F2.0F.WIG E6 /r', name: 'VCVTPD2DQ', operands: '=Vdq, Wdq', feature: 'AVX', run: 'execNarrow(u, Narrow.INTEGER)' },
    { code: 'VEX.256.F2.0F.WIG E6 /r', name: 'VCVTPD2DQ', operands: '=Vdq, Wqq', feature: 'AVX', run: 'execNarrow(u, Narrow.INTEGER)' },
  ],
} as const satisfies OpcodeFamily;
