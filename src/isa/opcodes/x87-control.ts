// x87 control: initialization, control and status words, tags. SDM volume 1, 8.1; volume 2, F.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const x87Control = {
  exec: 'exec/x87-control',
  rows: [
    { code: 'D9 /5', name: 'FLDCW', operands: 'Mw', feature: 'FPU', run: 'execFldcw(u)' },
    { code: 'D9 /7', name: 'FNSTCW', operands: '=Mw', feature: 'FPU', state: 'x87-control', run: 'execFnstcw(u)' },
    { code: 'D9 D0', name: 'FNOP', feature: 'FPU', run: 'execFnop()' },
    { code: 'D9 F6', name: 'FDECSTP', feature: 'FPU', run: 'execFdecstp()' },
    { code: 'D9 F7', name: 'FINCSTP', feature: 'FPU', run: 'execFincstp()' },
    { code: 'DB E0', name: 'FNENI', feature: 'FPU', state: 'x87-control', run: 'execFnop()' },
    { code: 'DB E1', name: 'FNDISI', feature: 'FPU', state: 'x87-control', run: 'execFnop()' },
    { code: 'DB E2', name: 'FNCLEX', feature: 'FPU', state: 'x87-control', run: 'execFnclex()' },
    { code: 'DB E3', name: 'FNINIT', feature: 'FPU', state: 'x87-control', run: 'execFninit()' },
    { code: 'DB E4', name: 'FNSETPM', feature: 'FPU', state: 'x87-control', run: 'execFnop()' },
    { code: 'DD /7', name: 'FNSTSW', operands: '=Mw', feature: 'FPU', state: 'x87-control', run: 'execFnstsw(u)' },
    { code: 'DD C0+i', name: 'FFREE', operands: 'STi', feature: 'FPU', run: 'execFfree(u)' },
    { code: 'DF C0+i', name: 'FFREEP', operands: 'STi', feature: 'FPU', run: 'execFfreep(u)' },
    { code: 'DF E0', name: 'FNSTSW', operands: '=AX', feature: 'FPU', state: 'x87-control', run: 'execFnstswAx()' },
  ],
} as const satisfies OpcodeFamily;
