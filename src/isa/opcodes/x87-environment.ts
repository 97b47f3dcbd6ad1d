// x87 environment and state in memory. SDM volume 1, 8.1.10, 8.1.11. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const x87Environment = {
  exec: 'exec/x87-environment',
  rows: [
    { code: 'D9 /4', name: 'FLDENV', operands: 'M', feature: 'FPU', run: 'execFldenv(u)' },
    { code: 'D9 /6', name: 'FNSTENV', operands: '=M', feature: 'FPU', state: 'x87-control', run: 'execFnstenv(u)' },
    { code: 'DD /4', name: 'FRSTOR', operands: 'M', feature: 'FPU', run: 'execFrstor(u)' },
    { code: 'DD /6', name: 'FNSAVE', operands: '=M', feature: 'FPU', state: 'x87-control', run: 'execFnsave(u)' },
  ],
} as const satisfies OpcodeFamily;
