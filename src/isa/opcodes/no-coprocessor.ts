// FWAIT, and what a processor without x87 does with the instructions by which software looks for one: nothing, so that the
// operand keeps what it held. SDM volume 1, 8.1; volume 3, 9.2.1. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const noCoprocessor = {
  exec: 'exec/coprocessor',
  rows: [
    { code: '9B', name: 'FWAIT', run: 'execFwait()' },
    { code: 'DB E0', name: 'FNENI', state: 'x87-control', run: 'execNothing()' },
    { code: 'DB E1', name: 'FNDISI', state: 'x87-control', run: 'execNothing()' },
    { code: 'DB E2', name: 'FNCLEX', state: 'x87-control', run: 'execNothing()' },
    { code: 'DB E3', name: 'FNINIT', state: 'x87-control', run: 'execNothing()' },
    { code: 'DB E4', name: 'FNSETPM', state: 'x87-control', run: 'execNothing()' },
    { code: 'D9 /7', name: 'FNSTCW', operands: '=Mw', state: 'x87-control', run: 'execNothing()' },
    { code: 'DD /7', name: 'FNSTSW', operands: '=Mw', state: 'x87-control', run: 'execNothing()' },
    { code: 'DF E0', name: 'FNSTSW', operands: '=AX', state: 'x87-control', run: 'execNothing()' },
  ],
} as const satisfies OpcodeFamily;
