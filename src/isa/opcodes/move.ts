// Moves and exchanges of general registers. MOVNTI needs nothing of SSE2 but its bit in CPUID: it is let through.
// SDM volume 1, 7.3.1. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const move = [
  {
    exec: 'exec/integer',
    rows: [
      { code: '88 /r', name: 'MOV', operands: '=Eb, Gb', run: 'execMovStore(u)' },
      { code: '89 /r', name: 'MOV', operands: '=Ev, Gv', run: 'execMovStore(u)' },
      { code: '8A /r', name: 'MOV', operands: '=Gb, Eb', run: 'execMovLoad(u)' },
      { code: '8B /r', name: 'MOV', operands: '=Gv, Ev', run: 'execMovLoad(u)' },
      { code: 'A0 mo', name: 'MOV', operands: '=AL, Ob', run: 'execMovLoad(u)' },
      { code: 'A1 mo', name: 'MOV', operands: '=rAX, Ov', run: 'execMovLoad(u)' },
      { code: 'A2 mo', name: 'MOV', operands: '=Ob, AL', run: 'execMovStore(u)' },
      { code: 'A3 mo', name: 'MOV', operands: '=Ov, rAX', run: 'execMovStore(u)' },
      { code: 'B0+r ib', name: 'MOV', operands: '=Zb, Ib', run: 'execMovImmediate(u)' },
      { code: 'B8+r io', name: 'MOV', operands: '=Zv, Iv', run: 'execMovImmediate(u)' },
      { code: 'C6 /0 ib', name: 'MOV', operands: '=Eb, Ib', run: 'execMovImmediate(u)' },
      { code: 'C7 /0 id', name: 'MOV', operands: '=Ev, Iz', run: 'execMovImmediate(u)' },
      { code: 'NP 0F C3 /r', name: 'MOVNTI', operands: '=My, Gy', run: 'execMovStore(u)' },
      { code: '8D /r', name: 'LEA', operands: '=Gv, M', run: 'execLea(u)' },
      { code: '86 /r', name: 'XCHG', operands: '+Eb, +Gb', lock: true, run: 'execXchg(u)' },
      { code: '87 /r', name: 'XCHG', operands: '+Ev, +Gv', lock: true, run: 'execXchg(u)' },
      { code: '90+r', name: 'XCHG', operands: '+Zv, +rAX', run: 'execXchg(u)' },
      { code: '0F B6 /r', name: 'MOVZX', operands: '=Gv, Eb', run: 'execMovExtend(u, 1, false)' },
      { code: '0F B7 /r', name: 'MOVZX', operands: '=Gv, Ew', run: 'execMovExtend(u, 2, false)' },
      { code: '0F BE /r', name: 'MOVSX', operands: '=Gv, Eb', run: 'execMovExtend(u, 1, true)' },
      { code: '0F BF /r', name: 'MOVSX', operands: '=Gv, Ew', run: 'execMovExtend(u, 2, true)' },
      { code: '63 /r', name: 'MOVSXD', operands: '=Gv, Ed', modes: 'o64', run: 'execMovsxd(u)' },
      { code: 'NFx 0F 38 F0 /r', name: 'MOVBE', operands: '=Gv, Mv', feature: 'MOVBE', run: 'execMovbeLoad(u)' },
      { code: 'NFx 0F 38 F1 /r', name: 'MOVBE', operands: '=Mv, Gv', feature: 'MOVBE', run: 'execMovbeStore(u)' },
      { code: '0F C8+r', name: 'BSWAP', operands: '+Zv', run: 'execBswap(u)' },
      { code: '0F B0 /r', name: 'CMPXCHG', operands: '+Eb, Gb', lock: true, run: 'execCmpxchg(u)' },
      { code: '0F B1 /r', name: 'CMPXCHG', operands: '+Ev, Gv', lock: true, run: 'execCmpxchg(u)' },
      { code: 'D7', name: 'XLATB', run: 'execXlat(u)' },
    ],
  },
  {
    exec: 'exec/bit',
    rows: [
      { code: '0F C7 /1', name: 'CMPXCHG8B', operands: '+Mq', feature: 'CX8', lock: true, run: 'execCmpxchg8b(u)' },
      { code: 'REX.W 0F C7 /1', name: 'CMPXCHG16B', operands: '+Mdq', feature: 'CX16', lock: true, run: 'execCmpxchg16b(u)' },
    ],
  },
] as const satisfies readonly OpcodeFamily[];
