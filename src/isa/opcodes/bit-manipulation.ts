// Bits in general registers: BMI1, BMI2, ADX, LZCNT, CRC32. SDM volume 2 under each name. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const bitManipulation = {
  exec: 'exec/bit-manipulation',
  rows: [
    { code: 'F3 0F BC /r', name: 'TZCNT', operands: '=Gv, Ev', feature: 'BMI1', run: 'execCountZeros(u, 0)' },
    { code: 'F3 0F BD /r', name: 'LZCNT', operands: '=Gv, Ev', feature: 'LZCNT', run: 'execCountZeros(u, 1)' },
    { code: 'F2 0F 38 F0 /r', name: 'CRC32', operands: '+Gy, Eb', feature: 'SSE4_2', run: 'execCrc32(u, 1)' },
    { code: 'F2 0F 38 F1 /r', name: 'CRC32', operands: '+Gv, Ev', feature: 'SSE4_2', run: 'execCrc32(u, 0)' },
    { code: 'VEX.LZ.0F38 F2 /r', name: 'ANDN', operands: '=Gy, By, Ey', feature: 'BMI1', run: 'execAndn(u)' },
    { code: 'VEX.LZ.0F38 F3 /1', name: 'BLSR', operands: '=By, Ey', feature: 'BMI1', run: 'execLowestBit(u, LowestBit.BLSR)' },
    { code: 'VEX.LZ.0F38 F3 /2', name: 'BLSMSK', operands: '=By, Ey', feature: 'BMI1', run: 'execLowestBit(u, LowestBit.BLSMSK)' },
    { code: 'VEX.LZ.0F38 F3 /3', name: 'BLSI', operands: '=By, Ey', feature: 'BMI1', run: 'execLowestBit(u, LowestBit.BLSI)' },
    { code: 'VEX.LZ.0F38 F5 /r', name: 'BZHI', operands: '=Gy, Ey, By', feature: 'BMI2', run: 'execBzhi(u)' },
    { code: 'VEX.LZ.F3.0F38 F5 /r', name: 'PEXT', operands: '=Gy, By, Ey', feature: 'BMI2', run: 'execPext(u)' },
    { code: 'VEX.LZ.F2.0F38 F5 /r', name: 'PDEP', operands: '=Gy, By, Ey', feature: 'BMI2', run: 'execPdep(u)' },
    { code: '66 0F 38 F6 /r', name: 'ADCX', operands: '+Gy, Ey', feature: 'ADX', run: 'execAddCarry(u, Flag.CF)' },
    { code: 'F3 0F 38 F6 /r', name: 'ADOX', operands: '+Gy, Ey', feature: 'ADX', run: 'execAddCarry(u, Flag.OF)' },
    { code: 'VEX.LZ.F2.0F38 F6 /r', name: 'MULX', operands: '=Gy, =By, Ey', feature: 'BMI2', run: 'execMulx(u)' },
    { code: 'VEX.LZ.0F38 F7 /r', name: 'BEXTR', operands: '=Gy, Ey, By', feature: 'BMI1', run: 'execBextr(u)' },
    { code: 'VEX.LZ.66.0F38 F7 /r', name: 'SHLX', operands: '=Gy, Ey, By', feature: 'BMI2', run: 'execPlainShift(u, PlainShift.SHLX)' },
    { code: 'VEX.LZ.F3.0F38 F7 /r', name: 'SARX', operands: '=Gy, Ey, By', feature: 'BMI2', run: 'execPlainShift(u, PlainShift.SARX)' },
    { code: 'VEX.LZ.F2.0F38 F7 /r', name: 'SHRX', operands: '=Gy, Ey, By', feature: 'BMI2', run: 'execPlainShift(u, PlainShift.SHRX)' },
    { code: 'VEX.LZ.F2.0F3A F0 /r ib', name: 'RORX', operands: '=Gy, Ey, Ib', feature: 'BMI2', run: 'execRorx(u)' },
  ],
} as const satisfies OpcodeFamily;
