// String instructions and ports. SDM volume 1, 7.3.9 and chapter 18. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const string = [
  {
    exec: 'exec/string',
    rows: [
      { code: 'A4', name: 'MOVSB', operands: '=Yb, Xb', run: 'execString(u, StringOp.MOVS)' },
      { code: 'A5', name: 'MOVSW/MOVSD/MOVSQ', operands: '=Yv, Xv', run: 'execString(u, StringOp.MOVS)' },
      { code: 'A6', name: 'CMPSB', operands: 'Xb, Yb', run: 'execString(u, StringOp.CMPS)' },
      { code: 'A7', name: 'CMPSW/CMPSD/CMPSQ', operands: 'Xv, Yv', run: 'execString(u, StringOp.CMPS)' },
      { code: 'AA', name: 'STOSB', operands: '=Yb', run: 'execString(u, StringOp.STOS)' },
      { code: 'AB', name: 'STOSW/STOSD/STOSQ', operands: '=Yv', run: 'execString(u, StringOp.STOS)' },
      { code: 'AC', name: 'LODSB', operands: 'Xb', run: 'execString(u, StringOp.LODS)' },
      { code: 'AD', name: 'LODSW/LODSD/LODSQ', operands: 'Xv', run: 'execString(u, StringOp.LODS)' },
      { code: 'AE', name: 'SCASB', operands: 'Yb', run: 'execString(u, StringOp.SCAS)' },
      { code: 'AF', name: 'SCASW/SCASD/SCASQ', operands: 'Yv', run: 'execString(u, StringOp.SCAS)' },
    ],
  },
  {
    exec: 'exec/port-io',
    rows: [
      { code: 'E4 ib', name: 'IN', operands: '=AL, Ib', run: 'execIn(u)' },
      { code: 'E5 ib', name: 'IN', operands: '=eAX, Ib', run: 'execIn(u)' },
      { code: 'EC', name: 'IN', operands: '=AL, DX', run: 'execIn(u)' },
      { code: 'ED', name: 'IN', operands: '=eAX, DX', run: 'execIn(u)' },
      { code: 'E6 ib', name: 'OUT', operands: 'Ib, AL', run: 'execOut(u)' },
      { code: 'E7 ib', name: 'OUT', operands: 'Ib, eAX', run: 'execOut(u)' },
      { code: 'EE', name: 'OUT', operands: 'DX, AL', run: 'execOut(u)' },
      { code: 'EF', name: 'OUT', operands: 'DX, eAX', run: 'execOut(u)' },
      { code: '6C', name: 'INSB', operands: '=Yb, DX', run: 'execIns(u)' },
      { code: '6D', name: 'INSW/INSD', operands: '=Yz, DX', run: 'execIns(u)' },
      { code: '6E', name: 'OUTSB', operands: 'DX, Xb', run: 'execOuts(u)' },
      { code: '6F', name: 'OUTSW/OUTSD', operands: 'DX, Xz', run: 'execOuts(u)' },
    ],
  },
] as const satisfies readonly OpcodeFamily[];
