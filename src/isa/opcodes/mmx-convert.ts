// Conversions between MMX registers and packed floating point. SDM volume 1, 10.4.4, 11.4.1.6. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const mmxConvert = {
  exec: 'exec/mmx-convert',
  rows: [
    { code: 'NP 0F 2A /r', name: 'CVTPI2PS', operands: '+Vdq, Qq', feature: 'SSE', run: 'execPairToSingle(u)' },
    { code: '66 0F 2A /r', name: 'CVTPI2PD', operands: '=Vdq, Qq', feature: 'SSE2', run: 'execPairToDouble(u)' },
    { code: 'NP 0F 2C /r', name: 'CVTTPS2PI', operands: '=Pq, Wq', feature: 'SSE', run: 'execSingleToPair(u, Cut.YES)' },
    { code: '66 0F 2C /r', name: 'CVTTPD2PI', operands: '=Pq, Wdq', feature: 'SSE2', run: 'execDoubleToPair(u, Cut.YES)' },
    { code: 'NP 0F 2D /r', name: 'CVTPS2PI', operands: '=Pq, Wq', feature: 'SSE', run: 'execSingleToPair(u, Cut.NO)' },
    { code: '66 0F 2D /r', name: 'CVTPD2PI', operands: '=Pq, Wdq', feature: 'SSE2', run: 'execDoubleToPair(u, Cut.NO)' },
  ],
} as const satisfies OpcodeFamily;
