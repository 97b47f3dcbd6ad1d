// Conversions between floating point and integers in XMM, MMX and general registers. SDM volume 1, 11.4.1.6.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const sseConvert = {
  exec: 'exec/sse-convert',
  rows: [
    { code: 'F3 0F 2A /r', name: 'CVTSI2SS', operands: '+Vdq, Ey', feature: 'SSE', run: 'execFromIntegerSingle(u)' },
    { code: 'F2 0F 2A /r', name: 'CVTSI2SD', operands: '+Vdq, Ey', feature: 'SSE2', run: 'execFromIntegerDouble(u)' },
    { code: 'F3 0F 2C /r', name: 'CVTTSS2SI', operands: '=Gy, Wd', feature: 'SSE', run: 'execSingleToInteger(u, Truncate.YES)' },
    { code: 'F2 0F 2C /r', name: 'CVTTSD2SI', operands: '=Gy, Wq', feature: 'SSE2', run: 'execDoubleToInteger(u, Truncate.YES)' },
    { code: 'F3 0F 2D /r', name: 'CVTSS2SI', operands: '=Gy, Wd', feature: 'SSE', run: 'execSingleToInteger(u, Truncate.NO)' },
    { code: 'F2 0F 2D /r', name: 'CVTSD2SI', operands: '=Gy, Wq', feature: 'SSE2', run: 'execDoubleToInteger(u, Truncate.NO)' },
    { code: 'NP 0F 5A /r', name: 'CVTPS2PD', operands: '=Vdq, Wq', feature: 'SSE2', run: 'execWiden(u, Widen.SINGLE)' },
    { code: '66 0F 5A /r', name: 'CVTPD2PS', operands: '=Vdq, Wdq', feature: 'SSE2', run: 'execNarrow(u, Narrow.SINGLE)' },
    { code: 'F3 0F 5A /r', name: 'CVTSS2SD', operands: '+Vdq, Wd', feature: 'SSE2', run: 'execScalarToDouble(u)' },
    { code: 'F2 0F 5A /r', name: 'CVTSD2SS', operands: '+Vdq, Wq', feature: 'SSE2', run: 'execScalarToSingle(u)' },
    { code: 'NP 0F 5B /r', name: 'CVTDQ2PS', operands: '=Vdq, Wdq', feature: 'SSE2', run: 'execConvertSame(u, Same.FROM_INTEGER)' },
    { code: '66 0F 5B /r', name: 'CVTPS2DQ', operands: '=Vdq, Wdq', feature: 'SSE2', run: 'execConvertSame(u, Same.TO_INTEGER)' },
    { code: 'F3 0F 5B /r', name: 'CVTTPS2DQ', operands: '=Vdq, Wdq', feature: 'SSE2', run: 'execConvertSame(u, Same.TRUNCATE)' },
    { code: '66 0F E6 /r', name: 'CVTTPD2DQ', operands: '=Vdq, Wdq', feature: 'SSE2', run: 'execNarrow(u, Narrow.TRUNCATE)' },
    { code: 'F3 0F E6 /r', name: 'CVTDQ2PD', operands: '=Vdq, Wq', feature: 'SSE2', run: 'execWiden(u, Widen.INTEGER)' },
    { code: 'F2 0F E6 /r', name: 'CVTPD2DQ', operands: '=Vdq, Wdq', feature: 'SSE2', run: 'execNarrow(u, Narrow.INTEGER)' },
  ],
} as const satisfies OpcodeFamily;
