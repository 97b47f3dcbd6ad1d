// Segment registers, descriptor tables and selectors. SDM volume 1, 7.3.14 and 7.3.16; volume 3, 2.8.1 and 5.10.
// Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const segment = [
  {
    exec: 'exec/segment',
    probed: true,
    rows: [
      { code: '8C /r', name: 'MOV', operands: '=Rv/Mw, Sw', run: 'execMovFromSeg(u)' },
      { code: '8E /r', name: 'MOV', operands: '=Sw, Ew', run: 'execMovToSeg(u)' },
      { code: '06', name: 'PUSH', operands: 'ES', modes: 'i64', run: 'execPushSeg(u, Seg.ES)' },
      { code: '0E', name: 'PUSH', operands: 'CS', modes: 'i64', run: 'execPushSeg(u, Seg.CS)' },
      { code: '16', name: 'PUSH', operands: 'SS', modes: 'i64', run: 'execPushSeg(u, Seg.SS)' },
      { code: '1E', name: 'PUSH', operands: 'DS', modes: 'i64', run: 'execPushSeg(u, Seg.DS)' },
      { code: '0F A0', name: 'PUSH', operands: 'FS', size: 'd64', run: 'execPushSeg(u, Seg.FS)' },
      { code: '0F A8', name: 'PUSH', operands: 'GS', size: 'd64', run: 'execPushSeg(u, Seg.GS)' },
      { code: '07', name: 'POP', operands: '=ES', modes: 'i64', run: 'execPopSeg(u, Seg.ES)' },
      { code: '17', name: 'POP', operands: '=SS', modes: 'i64', run: 'execPopSeg(u, Seg.SS)' },
      { code: '1F', name: 'POP', operands: '=DS', modes: 'i64', run: 'execPopSeg(u, Seg.DS)' },
      { code: '0F A1', name: 'POP', operands: '=FS', size: 'd64', run: 'execPopSeg(u, Seg.FS)' },
      { code: '0F A9', name: 'POP', operands: '=GS', size: 'd64', run: 'execPopSeg(u, Seg.GS)' },
      { code: 'C4 /r', name: 'LES', operands: '=Gv, Mp', modes: 'i64', run: 'execLoadFarPointer(u, Seg.ES)' },
      { code: 'C5 /r', name: 'LDS', operands: '=Gv, Mp', modes: 'i64', run: 'execLoadFarPointer(u, Seg.DS)' },
      { code: '0F B2 /r', name: 'LSS', operands: '=Gv, Mp', run: 'execLoadFarPointer(u, Seg.SS)' },
      { code: '0F B4 /r', name: 'LFS', operands: '=Gv, Mp', run: 'execLoadFarPointer(u, Seg.FS)' },
      { code: '0F B5 /r', name: 'LGS', operands: '=Gv, Mp', run: 'execLoadFarPointer(u, Seg.GS)' },
      { code: '0F 01 F8', name: 'SWAPGS', modes: 'o64', ends: true, run: 'execSwapgs(u)' },
      { code: 'F3 0F AE /0', name: 'RDFSBASE', operands: '=Ry', feature: 'FSGSBASE', modes: 'o64', ends: true, run: 'execRdfsbase(u)' },
      { code: 'F3 0F AE /1', name: 'RDGSBASE', operands: '=Ry', feature: 'FSGSBASE', modes: 'o64', ends: true, run: 'execRdgsbase(u)' },
      { code: 'F3 0F AE /2', name: 'WRFSBASE', operands: 'Ry', feature: 'FSGSBASE', modes: 'o64', ends: true, run: 'execWrfsbase(u)' },
      { code: 'F3 0F AE /3', name: 'WRGSBASE', operands: 'Ry', feature: 'FSGSBASE', modes: 'o64', ends: true, run: 'execWrgsbase(u)' },
    ],
  },
  {
    exec: 'exec/descriptor-tables',
    probed: true,
    rows: [
      { code: '0F 00 /0', name: 'SLDT', operands: '=Rv/Mw', run: 'execSldt(u)' },
      { code: '0F 00 /1', name: 'STR', operands: '=Rv/Mw', run: 'execStr(u)' },
      { code: '0F 00 /2', name: 'LLDT', operands: 'Ew', run: 'execLldt(u)' },
      { code: '0F 00 /3', name: 'LTR', operands: 'Ew', run: 'execLtr(u)' },
      { code: '0F 01 /0', name: 'SGDT', operands: '=Ms', run: 'execSgdt(u)' },
      { code: '0F 01 /1', name: 'SIDT', operands: '=Ms', run: 'execSidt(u)' },
      { code: '0F 01 /2', name: 'LGDT', operands: 'Ms', run: 'execLgdt(u)' },
      { code: '0F 01 /3', name: 'LIDT', operands: 'Ms', run: 'execLidt(u)' },
    ],
  },
  {
    exec: 'exec/selector-tests',
    probed: true,
    rows: [
      { code: '0F 00 /4', name: 'VERR', operands: 'Ew', run: 'execVerr(u)' },
      { code: '0F 00 /5', name: 'VERW', operands: 'Ew', run: 'execVerw(u)' },
      { code: '0F 02 /r', name: 'LAR', operands: '+Gv, Ew', run: 'execLar(u)' },
      { code: '0F 03 /r', name: 'LSL', operands: '+Gv, Ew', run: 'execLsl(u)' },
      { code: '63 /r', name: 'ARPL', operands: '+Ew, Gw', modes: 'i64', run: 'execArpl(u)' },
    ],
  },
] as const satisfies readonly OpcodeFamily[];
