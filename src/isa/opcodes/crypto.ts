// AES, SHA and carry-less multiplication. SDM volume 1, 12.13; volume 2, SHA extensions. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const crypto = {
  exec: 'exec/crypto',
  rows: [
    { code: 'NP 0F 38 C8 /r', name: 'SHA1NEXTE', operands: '+Vdq, Wdq', feature: 'SHA', run: 'execShaMessage(u, ShaOp.SHA1NEXTE)' },
    { code: 'NP 0F 38 C9 /r', name: 'SHA1MSG1', operands: '+Vdq, Wdq', feature: 'SHA', run: 'execShaMessage(u, ShaOp.SHA1MSG1)' },
    { code: 'NP 0F 38 CA /r', name: 'SHA1MSG2', operands: '+Vdq, Wdq', feature: 'SHA', run: 'execShaMessage(u, ShaOp.SHA1MSG2)' },
    { code: 'NP 0F 38 CB /r', name: 'SHA256RNDS2', operands: '+Vdq, Wdq', feature: 'SHA', run: 'execSha256rnds2(u)' },
    { code: 'NP 0F 38 CC /r', name: 'SHA256MSG1', operands: '+Vdq, Wdq', feature: 'SHA', run: 'execShaMessage(u, ShaOp.SHA256MSG1)' },
    { code: 'NP 0F 38 CD /r', name: 'SHA256MSG2', operands: '+Vdq, Wdq', feature: 'SHA', run: 'execShaMessage(u, ShaOp.SHA256MSG2)' },
    { code: '66 0F 38 DB /r', name: 'AESIMC', operands: '=Vdq, Wdq', feature: 'AES', run: 'execAesimc(u)' },
    { code: 'VEX.128.66.0F38.WIG DB /r', name: 'VAESIMC', operands: '=Vdq, Wdq', feature: ['AES', 'AVX'], run: 'execAesimc(u)' },
    { code: '66 0F 38 DC /r', name: 'AESENC', operands: '+Vdq, Wdq', feature: 'AES', run: 'execAesRound(u, AesOp.AESENC)' },
    { code: 'VEX.128.66.0F38.WIG DC /r', name: 'VAESENC', operands: '=Vdq, Hdq, Wdq', feature: ['AES', 'AVX'], run: 'execAesRound(u, AesOp.AESENC)' },
    { code: '66 0F 38 DD /r', name: 'AESENCLAST', operands: '+Vdq, Wdq', feature: 'AES', run: 'execAesRound(u, AesOp.AESENCLAST)' },
    { code: 'VEX.128.66.0F38.WIG DD /r', name: 'VAESENCLAST', operands: '=Vdq, Hdq, Wdq', feature: ['AES', 'AVX'], run: 'execAesRound(u, AesOp.AESENCLAST)' },
    { code: '66 0F 38 DE /r', name: 'AESDEC', operands: '+Vdq, Wdq', feature: 'AES', run: 'execAesRound(u, AesOp.AESDEC)' },
    { code: 'VEX.128.66.0F38.WIG DE /r', name: 'VAESDEC', operands: '=Vdq, Hdq, Wdq', feature: ['AES', 'AVX'], run: 'execAesRound(u, AesOp.AESDEC)' },
    { code: '66 0F 38 DF /r', name: 'AESDECLAST', operands: '+Vdq, Wdq', feature: 'AES', run: 'execAesRound(u, AesOp.AESDECLAST)' },
    { code: 'VEX.128.66.0F38.WIG DF /r', name: 'VAESDECLAST', operands: '=Vdq, Hdq, Wdq', feature: ['AES', 'AVX'], run: 'execAesRound(u, AesOp.AESDECLAST)' },
    { code: '66 0F 3A 44 /r ib', name: 'PCLMULQDQ', operands: '+Vdq, Wdq, Ib', feature: 'PCLMULQDQ', run: 'execPackedControl(u, ControlOp.PCLMULQDQ)' },
    { code: 'VEX.128.66.0F3A.WIG 44 /r ib', name: 'VPCLMULQDQ', operands: '=Vdq, Hdq, Wdq, Ib', feature: ['PCLMULQDQ', 'AVX'], run: 'execPackedControl(u, ControlOp.PCLMULQDQ)' },
    { code: 'NP 0F 3A CC /r ib', name: 'SHA1RNDS4', operands: '+Vdq, Wdq, Ib', feature: 'SHA', run: 'execSha1rnds4(u)' },
    { code: '66 0F 3A DF /r ib', name: 'AESKEYGENASSIST', operands: '=Vdq, Wdq, Ib', feature: 'AES', run: 'execAeskeygenassist(u)' },
    { code: 'VEX.128.66.0F3A.WIG DF /r ib', name: 'VAESKEYGENASSIST', operands: '=Vdq, Wdq, Ib', feature: ['AES', 'AVX'], run: 'execAeskeygenassist(u)' },
  ],
} as const satisfies OpcodeFamily;
