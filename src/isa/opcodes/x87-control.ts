// x87 control: initialization, control and status words, environment, tags. SDM volume 1, 8.1; volume 2, F.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const x87Control = {
  exec: 'exec/x87-control',
  rows: [
    { code: 'D9 /4', name: 'FLDENV', operands: 'M', feature: 'FPU' },
    { code: 'D9 /5', name: 'FLDCW', operands: 'Mw', feature: 'FPU' },
    { code: 'D9 /6', name: 'FNSTENV', operands: '=M', feature: 'FPU', state: 'x87-control' },
    { code: 'D9 /7', name: 'FNSTCW', operands: '=Mw', feature: 'FPU', state: 'x87-control' },
    { code: 'D9 D0', name: 'FNOP', feature: 'FPU' },
    { code: 'D9 F6', name: 'FDECSTP', feature: 'FPU' },
    { code: 'D9 F7', name: 'FINCSTP', feature: 'FPU' },
    { code: 'DB E0', name: 'FNENI', feature: 'FPU', state: 'x87-control' },
    { code: 'DB E1', name: 'FNDISI', feature: 'FPU', state: 'x87-control' },
    { code: 'DB E2', name: 'FNCLEX', feature: 'FPU', state: 'x87-control' },
    { code: 'DB E3', name: 'FNINIT', feature: 'FPU', state: 'x87-control' },
    { code: 'DB E4', name: 'FNSETPM', feature: 'FPU', state: 'x87-control' },
    { code: 'DD /4', name: 'FRSTOR', operands: 'M', feature: 'FPU' },
    { code: 'DD /6', name: 'FNSAVE', operands: '=M', feature: 'FPU', state: 'x87-control' },
    { code: 'DD /7', name: 'FNSTSW', operands: '=Mw', feature: 'FPU', state: 'x87-control' },
    { code: 'DD C0+i', name: 'FFREE', operands: 'STi', feature: 'FPU' },
    { code: 'DF C0+i', name: 'FFREEP', operands: 'STi', feature: 'FPU' },
    { code: 'DF E0', name: 'FNSTSW', operands: '=AX', feature: 'FPU', state: 'x87-control' },
  ],
} as const satisfies OpcodeFamily;
