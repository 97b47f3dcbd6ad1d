// x87 stores. SDM volume 1, 8.3.3. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const x87Store = {
  exec: 'exec/x87-store',
  rows: [
    { code: 'D9 /2', name: 'FST', operands: '=Md', feature: 'FPU', run: 'execStore(u, Stored.SINGLE, 0)' },
    { code: 'D9 /3', name: 'FSTP', operands: '=Md', feature: 'FPU', run: 'execStore(u, Stored.SINGLE, 1)' },
    { code: 'D9 D8+i', name: 'FSTPNCE', operands: '=STi', feature: 'FPU', run: 'execStoreUnchecked(u)' },
    { code: 'DB /1', name: 'FISTTP', operands: '=Md', feature: ['FPU', 'SSE3'], run: 'execStoreTruncated(u, Stored.INTEGER_32)' },
    { code: 'DB /2', name: 'FIST', operands: '=Md', feature: 'FPU', run: 'execStore(u, Stored.INTEGER_32, 0)' },
    { code: 'DB /3', name: 'FISTP', operands: '=Md', feature: 'FPU', run: 'execStore(u, Stored.INTEGER_32, 1)' },
    { code: 'DB /7', name: 'FSTP', operands: '=Mt', feature: 'FPU', run: 'execStoreExtended(u)' },
    { code: 'DD /1', name: 'FISTTP', operands: '=Mq', feature: ['FPU', 'SSE3'], run: 'execStoreTruncated(u, Stored.INTEGER_64)' },
    { code: 'DD /2', name: 'FST', operands: '=Mq', feature: 'FPU', run: 'execStore(u, Stored.DOUBLE, 0)' },
    { code: 'DD /3', name: 'FSTP', operands: '=Mq', feature: 'FPU', run: 'execStore(u, Stored.DOUBLE, 1)' },
    { code: 'DD D0+i', name: 'FST', operands: '=STi', feature: 'FPU', run: 'execStoreStack(u, 0)' },
    { code: 'DD D8+i', name: 'FSTP', operands: '=STi', feature: 'FPU', run: 'execStoreStack(u, 1)' },
    { code: 'DF /1', name: 'FISTTP', operands: '=Mw', feature: ['FPU', 'SSE3'], run: 'execStoreTruncated(u, Stored.INTEGER_16)' },
    { code: 'DF /2', name: 'FIST', operands: '=Mw', feature: 'FPU', run: 'execStore(u, Stored.INTEGER_16, 0)' },
    { code: 'DF /3', name: 'FISTP', operands: '=Mw', feature: 'FPU', run: 'execStore(u, Stored.INTEGER_16, 1)' },
    { code: 'DF /6', name: 'FBSTP', operands: '=Mt', feature: 'FPU', run: 'execFbstp(u)' },
    { code: 'DF /7', name: 'FISTP', operands: '=Mq', feature: 'FPU', run: 'execStore(u, Stored.INTEGER_64, 1)' },
    { code: 'DF D0+i', name: 'FSTP', operands: '=STi', feature: 'FPU', run: 'execStoreStack(u, 1)' },
    { code: 'DF D8+i', name: 'FSTP', operands: '=STi', feature: 'FPU', run: 'execStoreStack(u, 1)' },
  ],
} as const satisfies OpcodeFamily;
