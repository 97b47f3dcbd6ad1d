// Saving and restoring of x87, MMX and vector state; MXCSR; protection-key rights. SDM volume 1, 10.5, chapter
// 13. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const extendedState = {
  exec: 'exec/extended-state',
  rows: [
    { code: 'NP 0F 01 EE', name: 'RDPKRU', feature: 'PKU', run: 'execRdpkru(u)' },
    { code: 'NP 0F 01 EF', name: 'WRPKRU', feature: 'PKU', run: 'execWrpkru(u)' },
    { code: 'NP 0F AE /0', name: 'FXSAVE', operands: '=M', feature: 'FXSR', state: 'x87-control', run: 'execFxsave(u)' },
    { code: 'NP REX.W 0F AE /0', name: 'FXSAVE64', operands: '=M', feature: 'FXSR', state: 'x87-control', run: 'execFxsave(u)' },
    { code: 'NP 0F AE /1', name: 'FXRSTOR', operands: 'M', feature: 'FXSR', state: 'x87-control', run: 'execFxrstor(u)' },
    { code: 'NP REX.W 0F AE /1', name: 'FXRSTOR64', operands: 'M', feature: 'FXSR', state: 'x87-control', run: 'execFxrstor(u)' },
    { code: 'NP 0F AE /2', name: 'LDMXCSR', operands: 'Md', feature: 'SSE', state: 'sse', run: 'execLdmxcsr(u)' },
    { code: 'VEX.LZ.0F.WIG AE /2', name: 'VLDMXCSR', operands: 'Md', feature: 'AVX', state: 'avx', run: 'execLdmxcsr(u)' },
    { code: 'NP 0F AE /3', name: 'STMXCSR', operands: '=Md', feature: 'SSE', state: 'sse', run: 'execStmxcsr(u)' },
    { code: 'VEX.LZ.0F.WIG AE /3', name: 'VSTMXCSR', operands: '=Md', feature: 'AVX', state: 'avx', run: 'execStmxcsr(u)' },
    { code: 'NP 0F AE /4', name: 'XSAVE', operands: '+M', feature: 'XSAVE', run: 'execXsave(u, SaveForm.XSAVE)' },
    { code: 'NP REX.W 0F AE /4', name: 'XSAVE64', operands: '+M', feature: 'XSAVE', run: 'execXsave(u, SaveForm.XSAVE)' },
    { code: 'NP 0F AE /5', name: 'XRSTOR', operands: 'M', feature: 'XSAVE', run: 'execXrstor(u)' },
    { code: 'NP REX.W 0F AE /5', name: 'XRSTOR64', operands: 'M', feature: 'XSAVE', run: 'execXrstor(u)' },
    { code: 'NP 0F AE /6', name: 'XSAVEOPT', operands: '+M', feature: 'XSAVEOPT', run: 'execXsave(u, SaveForm.XSAVEOPT)' },
    { code: 'NP REX.W 0F AE /6', name: 'XSAVEOPT64', operands: '+M', feature: 'XSAVEOPT', run: 'execXsave(u, SaveForm.XSAVEOPT)' },
    { code: 'NP 0F C7 /3', name: 'XRSTORS', operands: 'M', feature: 'XSAVES', run: 'execXrstors(u)' },
    { code: 'NP REX.W 0F C7 /3', name: 'XRSTORS64', operands: 'M', feature: 'XSAVES', run: 'execXrstors(u)' },
    { code: 'NP 0F C7 /4', name: 'XSAVEC', operands: '=M', feature: 'XSAVEC', run: 'execXsave(u, SaveForm.XSAVEC)' },
    { code: 'NP REX.W 0F C7 /4', name: 'XSAVEC64', operands: '=M', feature: 'XSAVEC', run: 'execXsave(u, SaveForm.XSAVEC)' },
    { code: 'NP 0F C7 /5', name: 'XSAVES', operands: '=M', feature: 'XSAVES', run: 'execXsave(u, SaveForm.XSAVES)' },
    { code: 'NP REX.W 0F C7 /5', name: 'XSAVES64', operands: '=M', feature: 'XSAVES', run: 'execXsave(u, SaveForm.XSAVES)' },
  ],
} as const satisfies OpcodeFamily;
