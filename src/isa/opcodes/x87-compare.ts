// x87 comparison. SDM volume 1, 8.3.6. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const x87Compare = {
  exec: 'exec/x87-compare',
  rows: [
    { code: 'D8 /2', name: 'FCOM', operands: 'Md', feature: 'FPU', run: 'execCompareMemory(u, Compared.SINGLE, 0)' },
    { code: 'D8 /3', name: 'FCOMP', operands: 'Md', feature: 'FPU', run: 'execCompareMemory(u, Compared.SINGLE, 1)' },
    { code: 'D8 D0+i', name: 'FCOM', operands: 'ST0, STi', feature: 'FPU', run: 'execCompare(u, 1, 0)' },
    { code: 'D8 D8+i', name: 'FCOMP', operands: 'ST0, STi', feature: 'FPU', run: 'execCompare(u, 1, 1)' },
    { code: 'D9 E4', name: 'FTST', feature: 'FPU', run: 'execFtst(u)' },
    { code: 'D9 E5', name: 'FXAM', feature: 'FPU', run: 'execFxam(u)' },
    { code: 'DA /2', name: 'FICOM', operands: 'Md', feature: 'FPU', run: 'execCompareMemory(u, Compared.INTEGER_32, 0)' },
    { code: 'DA /3', name: 'FICOMP', operands: 'Md', feature: 'FPU', run: 'execCompareMemory(u, Compared.INTEGER_32, 1)' },
    { code: 'DA E9', name: 'FUCOMPP', feature: 'FPU', run: 'execCompare(u, 0, 2)' },
    { code: 'DB E8+i', name: 'FUCOMI', operands: 'ST0, STi', feature: ['FPU', 'CMOV'], run: 'execCompareFlags(u, 0, 0)' },
    { code: 'DB F0+i', name: 'FCOMI', operands: 'ST0, STi', feature: ['FPU', 'CMOV'], run: 'execCompareFlags(u, 1, 0)' },
    { code: 'DC /2', name: 'FCOM', operands: 'Mq', feature: 'FPU', run: 'execCompareMemory(u, Compared.DOUBLE, 0)' },
    { code: 'DC /3', name: 'FCOMP', operands: 'Mq', feature: 'FPU', run: 'execCompareMemory(u, Compared.DOUBLE, 1)' },
    { code: 'DC D0+i', name: 'FCOM', operands: 'ST0, STi', feature: 'FPU', run: 'execCompare(u, 1, 0)' },
    { code: 'DC D8+i', name: 'FCOMP', operands: 'ST0, STi', feature: 'FPU', run: 'execCompare(u, 1, 1)' },
    { code: 'DD E0+i', name: 'FUCOM', operands: 'ST0, STi', feature: 'FPU', run: 'execCompare(u, 0, 0)' },
    { code: 'DD E8+i', name: 'FUCOMP', operands: 'ST0, STi', feature: 'FPU', run: 'execCompare(u, 0, 1)' },
    { code: 'DE /2', name: 'FICOM', operands: 'Mw', feature: 'FPU', run: 'execCompareMemory(u, Compared.INTEGER_16, 0)' },
    { code: 'DE /3', name: 'FICOMP', operands: 'Mw', feature: 'FPU', run: 'execCompareMemory(u, Compared.INTEGER_16, 1)' },
    { code: 'DE D0+i', name: 'FCOMP', operands: 'ST0, STi', feature: 'FPU', run: 'execCompare(u, 1, 1)' },
    { code: 'DE D9', name: 'FCOMPP', feature: 'FPU', run: 'execCompare(u, 1, 2)' },
    { code: 'DF E8+i', name: 'FUCOMIP', operands: 'ST0, STi', feature: ['FPU', 'CMOV'], run: 'execCompareFlags(u, 0, 1)' },
    { code: 'DF F0+i', name: 'FCOMIP', operands: 'ST0, STi', feature: ['FPU', 'CMOV'], run: 'execCompareFlags(u, 1, 1)' },
  ],
} as const satisfies OpcodeFamily;
