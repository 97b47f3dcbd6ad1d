// Packed integers made wider by VEX encodings. SDM volume 1, 14.6. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const avxExtend = {
  exec: 'exec/vector',
  rows: [
    { code: 'VEX.128.66.0F38.WIG 20 /r', name: 'VPMOVSXBW', operands: '=Vdq, Wq', feature: 'AVX', run: 'execExtend(u, Extension.SIGNED_BW)' },
    { code: 'VEX.256.66.0F38.WIG 20 /r', name: 'VPMOVSXBW', operands: '=Vqq, Wdq', feature: 'AVX2', run: 'execExtend(u, Extension.SIGNED_BW)' },
    { code: 'VEX.128.66.0F38.WIG 21 /r', name: 'VPMOVSXBD', operands: '=Vdq, Wd', feature: 'AVX', run: 'execExtend(u, Extension.SIGNED_BD)' },
    { code: 'VEX.256.66.0F38.WIG 21 /r', name: 'VPMOVSXBD', operands: '=Vqq, Wq', feature: 'AVX2', run: 'execExtend(u, Extension.SIGNED_BD)' },
    { code: 'VEX.128.66.0F38.WIG 22 /r', name: 'VPMOVSXBQ', operands: '=Vdq, Ww', feature: 'AVX', run: 'execExtend(u, Extension.SIGNED_BQ)' },
    { code: 'VEX.256.66.0F38.WIG 22 /r', name: 'VPMOVSXBQ', operands: '=Vqq, Wd', feature: 'AVX2', run: 'execExtend(u, Extension.SIGNED_BQ)' },
    { code: 'VEX.128.66.0F38.WIG 23 /r', name: 'VPMOVSXWD', operands: '=Vdq, Wq', feature: 'AVX', run: 'execExtend(u, Extension.SIGNED_WD)' },
    { code: 'VEX.256.66.0F38.WIG 23 /r', name: 'VPMOVSXWD', operands: '=Vqq, Wdq', feature: 'AVX2', run: 'execExtend(u, Extension.SIGNED_WD)' },
    { code: 'VEX.128.66.0F38.WIG 24 /r', name: 'VPMOVSXWQ', operands: '=Vdq, Wd', feature: 'AVX', run: 'execExtend(u, Extension.SIGNED_WQ)' },
    { code: 'VEX.256.66.0F38.WIG 24 /r', name: 'VPMOVSXWQ', operands: '=Vqq, Wq', feature: 'AVX2', run: 'execExtend(u, Extension.SIGNED_WQ)' },
    { code: 'VEX.128.66.0F38.WIG 25 /r', name: 'VPMOVSXDQ', operands: '=Vdq, Wq', feature: 'AVX', run: 'execExtend(u, Extension.SIGNED_DQ)' },
    { code: 'VEX.256.66.0F38.WIG 25 /r', name: 'VPMOVSXDQ', operands: '=Vqq, Wdq', feature: 'AVX2', run: 'execExtend(u, Extension.SIGNED_DQ)' },
    { code: 'VEX.128.66.0F38.WIG 30 /r', name: 'VPMOVZXBW', operands: '=Vdq, Wq', feature: 'AVX', run: 'execExtend(u, Extension.ZERO_BW)' },
    { code: 'VEX.256.66.0F38.WIG 30 /r', name: 'VPMOVZXBW', operands: '=Vqq, Wdq', feature: 'AVX2', run: 'execExtend(u, Extension.ZERO_BW)' },
    { code: 'VEX.128.66.0F38.WIG 31 /r', name: 'VPMOVZXBD', operands: '=Vdq, Wd', feature: 'AVX', run: 'execExtend(u, Extension.ZERO_BD)' },
    { code: 'VEX.256.66.0F38.WIG 31 /r', name: 'VPMOVZXBD', operands: '=Vqq, Wq', feature: 'AVX2', run: 'execExtend(u, Extension.ZERO_BD)' },
    { code: 'VEX.128.66.0F38.WIG 32 /r', name: 'VPMOVZXBQ', operands: '=Vdq, Ww', feature: 'AVX', run: 'execExtend(u, Extension.ZERO_BQ)' },
    { code: 'VEX.256.66.0F38.WIG 32 /r', name: 'VPMOVZXBQ', operands: '=Vqq, Wd', feature: 'AVX2', run: 'execExtend(u, Extension.ZERO_BQ)' },
    { code: 'VEX.128.66.0F38.WIG 33 /r', name: 'VPMOVZXWD', operands: '=Vdq, Wq', feature: 'AVX', run: 'execExtend(u, Extension.ZERO_WD)' },
    { code: 'VEX.256.66.0F38.WIG 33 /r', name: 'VPMOVZXWD', operands: '=Vqq, Wdq', feature: 'AVX2', run: 'execExtend(u, Extension.ZERO_WD)' },
    { code: 'VEX.128.66.0F38.WIG 34 /r', name: 'VPMOVZXWQ', operands: '=Vdq, Wd', feature: 'AVX', run: 'execExtend(u, Extension.ZERO_WQ)' },
    { code: 'VEX.256.66.0F38.WIG 34 /r', name: 'VPMOVZXWQ', operands: '=Vqq, Wq', feature: 'AVX2', run: 'execExtend(u, Extension.ZERO_WQ)' },
    { code: 'VEX.128.66.0F38.WIG 35 /r', name: 'VPMOVZXDQ', operands: '=Vdq, Wq', feature: 'AVX', run: 'execExtend(u, Extension.ZERO_DQ)' },
    { code: 'VEX.256.66.0F38.WIG 35 /r', name: 'VPMOVZXDQ', operands: '=Vqq, Wdq', feature: 'AVX2', run: 'execExtend(u, Extension.ZERO_DQ)' },
  ],
} as const satisfies OpcodeFamily;
