// Conversions between floating point and integers in XMM, MMX and general registers. SDM volume 1, 11.4.1.6.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const sseConvert = {
  exec: 'exec/sse-convert',
  rows: [
    { code: 'NP 0F 2A /r', name: 'CVTPI2PS', operands: '+Vdq, Qq', feature: 'SSE' },
    { code: '66 0F 2A /r', name: 'CVTPI2PD', operands: '=Vdq, Qq', feature: 'SSE2' },
    { code: 'F3 0F 2A /r', name: 'CVTSI2SS', operands: '+Vdq, Ey', feature: 'SSE' },
    { code: 'F2 0F 2A /r', name: 'CVTSI2SD', operands: '+Vdq, Ey', feature: 'SSE2' },
    { code: 'NP 0F 2C /r', name: 'CVTTPS2PI', operands: '=Pq, Wq', feature: 'SSE' },
    { code: '66 0F 2C /r', name: 'CVTTPD2PI', operands: '=Pq, Wdq', feature: 'SSE2' },
    { code: 'F3 0F 2C /r', name: 'CVTTSS2SI', operands: '=Gy, Wd', feature: 'SSE' },
    { code: 'F2 0F 2C /r', name: 'CVTTSD2SI', operands: '=Gy, Wq', feature: 'SSE2' },
    { code: 'NP 0F 2D /r', name: 'CVTPS2PI', operands: '=Pq, Wq', feature: 'SSE' },
    { code: '66 0F 2D /r', name: 'CVTPD2PI', operands: '=Pq, Wdq', feature: 'SSE2' },
    { code: 'F3 0F 2D /r', name: 'CVTSS2SI', operands: '=Gy, Wd', feature: 'SSE' },
    { code: 'F2 0F 2D /r', name: 'CVTSD2SI', operands: '=Gy, Wq', feature: 'SSE2' },
    { code: 'NP 0F 5A /r', name: 'CVTPS2PD', operands: '=Vdq, Wq', feature: 'SSE2' },
    { code: '66 0F 5A /r', name: 'CVTPD2PS', operands: '=Vdq, Wdq', feature: 'SSE2' },
    { code: 'F3 0F 5A /r', name: 'CVTSS2SD', operands: '+Vdq, Wd', feature: 'SSE2' },
    { code: 'F2 0F 5A /r', name: 'CVTSD2SS', operands: '+Vdq, Wq', feature: 'SSE2' },
    { code: 'NP 0F 5B /r', name: 'CVTDQ2PS', operands: '=Vdq, Wdq', feature: 'SSE2' },
    { code: '66 0F 5B /r', name: 'CVTPS2DQ', operands: '=Vdq, Wdq', feature: 'SSE2' },
    { code: 'F3 0F 5B /r', name: 'CVTTPS2DQ', operands: '=Vdq, Wdq', feature: 'SSE2' },
    { code: '66 0F E6 /r', name: 'CVTTPD2DQ', operands: '=Vdq, Wdq', feature: 'SSE2' },
    { code: 'F3 0F E6 /r', name: 'CVTDQ2PD', operands: '=Vdq, Wq', feature: 'SSE2' },
    { code: 'F2 0F E6 /r', name: 'CVTPD2DQ', operands: '=Vdq, Wdq', feature: 'SSE2' },
  ],
} as const satisfies OpcodeFamily;
