// Transfers between segments, interrupts, system calls. SDM volume 1, 7.3.8 and 6.4; volume 3, 5.8. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const farTransfer = [
  {
    exec: 'exec/far-transfer',
    probed: true,
    rows: [
      { code: 'EA cp', name: 'JMP', operands: 'Ap', modes: 'i64', ends: true, run: 'execFarJmpImm(u)' },
      { code: 'FF /5', name: 'JMP', operands: 'Mp', ends: true, run: 'execFarJmpMem(u)' },
      { code: '9A cp', name: 'CALL', operands: 'Ap', modes: 'i64', ends: true, run: 'execFarCallImm(u)' },
      { code: 'FF /3', name: 'CALL', operands: 'Mp', ends: true, run: 'execFarCallMem(u)' },
    ],
  },
  {
    exec: 'exec/far-return',
    probed: true,
    rows: [
      { code: 'CA iw', name: 'RETF', operands: 'Iw', ends: true, run: 'execRetf(u)' },
      { code: 'CB', name: 'RETF', ends: true, run: 'execRetf(u)' },
      { code: 'CF', name: 'IRET/IRETD/IRETQ', ends: true, run: 'execIret(u)' },
    ],
  },
  {
    exec: 'exec/software-interrupt',
    probed: true,
    rows: [
      { code: 'CC', name: 'INT3', ends: true, run: 'execInt3(u)' },
      { code: 'CD ib', name: 'INT', operands: 'Ib', ends: true, run: 'execIntN(u)' },
      { code: 'CE', name: 'INTO', modes: 'i64', ends: true, run: 'execInto(u)' },
      { code: 'F1', name: 'INT1', ends: true, run: 'execInt1(u)' },
      { code: '62 /r', name: 'BOUND', operands: 'Gv, M', modes: 'i64', run: 'execBound(u)' },
      { code: '0F 0B', name: 'UD2', ends: true, run: 'execUd(u)' },
      { code: '0F B9 /r', name: 'UD1', operands: 'Gv, Ev', ends: true, run: 'execUd(u)' },
      { code: '0F FF /r', name: 'UD0', operands: 'Gv, Ev', ends: true, run: 'execUd(u)' },
    ],
  },
  {
    exec: 'exec/system-call',
    probed: true,
    rows: [
      { code: '0F 05', name: 'SYSCALL', feature: 'SYSCALL', ends: true, run: 'execSyscall(u)' },
      { code: '0F 07', name: 'SYSRET/SYSRETQ', feature: 'SYSCALL', ends: true, run: 'execSysret(u)' },
      { code: '0F 34', name: 'SYSENTER', feature: 'SEP', ends: true, run: 'execSysenter(u)' },
      { code: '0F 35', name: 'SYSEXIT/SYSEXITQ', feature: 'SEP', ends: true, run: 'execSysexit(u)' },
    ],
  },
] as const satisfies readonly OpcodeFamily[];
