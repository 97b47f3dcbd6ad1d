// Shifts of packed integers in XMM registers. SDM volume 1, 11.4.2. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const sseShift = {
  exec: 'exec/vector',
  rows: [
    { code: '66 0F 71 /2 ib', name: 'PSRLW', operands: '+Udq, Ib', feature: 'SSE2', run: 'execPackedShiftImmediate(u, ShiftOp.PSRLW)' },
    { code: '66 0F 71 /4 ib', name: 'PSRAW', operands: '+Udq, Ib', feature: 'SSE2', run: 'execPackedShiftImmediate(u, ShiftOp.PSRAW)' },
    { code: '66 0F 71 /6 ib', name: 'PSLLW', operands: '+Udq, Ib', feature: 'SSE2', run: 'execPackedShiftImmediate(u, ShiftOp.PSLLW)' },
    { code: '66 0F 72 /2 ib', name: 'PSRLD', operands: '+Udq, Ib', feature: 'SSE2', run: 'execPackedShiftImmediate(u, ShiftOp.PSRLD)' },
    { code: '66 0F 72 /4 ib', name: 'PSRAD', operands: '+Udq, Ib', feature: 'SSE2', run: 'execPackedShiftImmediate(u, ShiftOp.PSRAD)' },
    { code: '66 0F 72 /6 ib', name: 'PSLLD', operands: '+Udq, Ib', feature: 'SSE2', run: 'execPackedShiftImmediate(u, ShiftOp.PSLLD)' },
    { code: '66 0F 73 /2 ib', name: 'PSRLQ', operands: '+Udq, Ib', feature: 'SSE2', run: 'execPackedShiftImmediate(u, ShiftOp.PSRLQ)' },
    { code: '66 0F 73 /3 ib', name: 'PSRLDQ', operands: '+Udq, Ib', feature: 'SSE2', run: 'execPackedShiftImmediate(u, ShiftOp.PSRLDQ)' },
    { code: '66 0F 73 /6 ib', name: 'PSLLQ', operands: '+Udq, Ib', feature: 'SSE2', run: 'execPackedShiftImmediate(u, ShiftOp.PSLLQ)' },
    { code: '66 0F 73 /7 ib', name: 'PSLLDQ', operands: '+Udq, Ib', feature: 'SSE2', run: 'execPackedShiftImmediate(u, ShiftOp.PSLLDQ)' },
    { code: '66 0F D1 /r', name: 'PSRLW', operands: '+Vdq, Wdq', feature: 'SSE2', run: 'execPackedShift(u, ShiftOp.PSRLW)' },
    { code: '66 0F D2 /r', name: 'PSRLD', operands: '+Vdq, Wdq', feature: 'SSE2', run: 'execPackedShift(u, ShiftOp.PSRLD)' },
    { code: '66 0F D3 /r', name: 'PSRLQ', operands: '+Vdq, Wdq', feature: 'SSE2', run: 'execPackedShift(u, ShiftOp.PSRLQ)' },
    { code: '66 0F E1 /r', name: 'PSRAW', operands: '+Vdq, Wdq', feature: 'SSE2', run: 'execPackedShift(u, ShiftOp.PSRAW)' },
    { code: '66 0F E2 /r', name: 'PSRAD', operands: '+Vdq, Wdq', feature: 'SSE2', run: 'execPackedShift(u, ShiftOp.PSRAD)' },
    { code: '66 0F F1 /r', name: 'PSLLW', operands: '+Vdq, Wdq', feature: 'SSE2', run: 'execPackedShift(u, ShiftOp.PSLLW)' },
    { code: '66 0F F2 /r', name: 'PSLLD', operands: '+Vdq, Wdq', feature: 'SSE2', run: 'execPackedShift(u, ShiftOp.PSLLD)' },
    { code: '66 0F F3 /r', name: 'PSLLQ', operands: '+Vdq, Wdq', feature: 'SSE2', run: 'execPackedShift(u, ShiftOp.PSLLQ)' },
  ],
} as const satisfies OpcodeFamily;
