// x87 loads, constants and moves between registers. SDM volume 1, 8.3.2 to 8.3.4. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const x87Load = {
  exec: 'exec/x87-load',
  rows: [
    { code: 'D9 /0', name: 'FLD', operands: 'Md', feature: 'FPU', run: 'execLoad(u, Loaded.SINGLE)' },
    { code: 'D9 C0+i', name: 'FLD', operands: 'STi', feature: 'FPU', run: 'execLoadStack(u)' },
    { code: 'D9 C8+i', name: 'FXCH', operands: '+ST0, +STi', feature: 'FPU', run: 'execFxch(u)' },
    { code: 'D9 E8', name: 'FLD1', feature: 'FPU', run: 'execConstant(u, Constant.ONE)' },
    { code: 'D9 E9', name: 'FLDL2T', feature: 'FPU', run: 'execConstant(u, Constant.LOG2_10)' },
    { code: 'D9 EA', name: 'FLDL2E', feature: 'FPU', run: 'execConstant(u, Constant.LOG2_E)' },
    { code: 'D9 EB', name: 'FLDPI', feature: 'FPU', run: 'execConstant(u, Constant.PI)' },
    { code: 'D9 EC', name: 'FLDLG2', feature: 'FPU', run: 'execConstant(u, Constant.LOG10_2)' },
    { code: 'D9 ED', name: 'FLDLN2', feature: 'FPU', run: 'execConstant(u, Constant.LN_2)' },
    { code: 'D9 EE', name: 'FLDZ', feature: 'FPU', run: 'execConstant(u, Constant.ZERO)' },
    { code: 'DA C0+i', name: 'FCMOVB', operands: '+ST0, STi', feature: ['FPU', 'CMOV'], run: 'execFcmov(u, 2)' },
    { code: 'DA C8+i', name: 'FCMOVE', operands: '+ST0, STi', feature: ['FPU', 'CMOV'], run: 'execFcmov(u, 4)' },
    { code: 'DA D0+i', name: 'FCMOVBE', operands: '+ST0, STi', feature: ['FPU', 'CMOV'], run: 'execFcmov(u, 6)' },
    { code: 'DA D8+i', name: 'FCMOVU', operands: '+ST0, STi', feature: ['FPU', 'CMOV'], run: 'execFcmov(u, 10)' },
    { code: 'DB /0', name: 'FILD', operands: 'Md', feature: 'FPU', run: 'execLoad(u, Loaded.INTEGER_32)' },
    { code: 'DB /5', name: 'FLD', operands: 'Mt', feature: 'FPU', run: 'execLoadExtended(u)' },
    { code: 'DB C0+i', name: 'FCMOVNB', operands: '+ST0, STi', feature: ['FPU', 'CMOV'], run: 'execFcmov(u, 3)' },
    { code: 'DB C8+i', name: 'FCMOVNE', operands: '+ST0, STi', feature: ['FPU', 'CMOV'], run: 'execFcmov(u, 5)' },
    { code: 'DB D0+i', name: 'FCMOVNBE', operands: '+ST0, STi', feature: ['FPU', 'CMOV'], run: 'execFcmov(u, 7)' },
    { code: 'DB D8+i', name: 'FCMOVNU', operands: '+ST0, STi', feature: ['FPU', 'CMOV'], run: 'execFcmov(u, 11)' },
    { code: 'DD /0', name: 'FLD', operands: 'Mq', feature: 'FPU', run: 'execLoad(u, Loaded.DOUBLE)' },
    { code: 'DD C8+i', name: 'FXCH', operands: '+ST0, +STi', feature: 'FPU', run: 'execFxch(u)' },
    { code: 'DF /0', name: 'FILD', operands: 'Mw', feature: 'FPU', run: 'execLoad(u, Loaded.INTEGER_16)' },
    { code: 'DF /4', name: 'FBLD', operands: 'Mt', feature: 'FPU', run: 'execFbld(u)' },
    { code: 'DF /5', name: 'FILD', operands: 'Mq', feature: 'FPU', run: 'execLoad(u, Loaded.INTEGER_64)' },
    { code: 'DF C8+i', name: 'FXCH', operands: '+ST0, +STi', feature: 'FPU', run: 'execFxch(u)' },
  ],
} as const satisfies OpcodeFamily;
