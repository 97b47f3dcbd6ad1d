// Random numbers and the number of the processor. SDM volume 2, RDRAND, RDSEED, RDPID. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const random = {
  exec: 'exec/random',
  rows: [
    { code: 'NFx 0F C7 /6', name: 'RDRAND', operands: '=Rv', feature: 'RDRAND', run: 'execRandom(u, RandomSource.RDRAND)' },
    { code: 'NFx 0F C7 /7', name: 'RDSEED', operands: '=Rv', feature: 'RDSEED', run: 'execRandom(u, RandomSource.RDSEED)' },
    { code: 'F3 0F C7 /7', name: 'RDPID', operands: '=Ry', feature: 'RDPID', run: 'execRdpid(u)' },
  ],
} as const satisfies OpcodeFamily;
