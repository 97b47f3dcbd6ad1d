// Control of the processor: control registers, flags, caches, translations, MSRs, time. SDM volume 3, 2.8. Rows
// only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const system = [
  {
    exec: 'exec/control-registers',
    probed: true,
    rows: [
      { code: '0F 20 /r', name: 'MOV', operands: '=Rd, Cd', size: 'natural', run: 'execMovFromCr(u)' },
      { code: '0F 22 /r', name: 'MOV', operands: '=Cd, Rd', size: 'natural', ends: true, run: 'execMovToCr(u)' },
      { code: '0F 06', name: 'CLTS', ends: true, run: 'execClts(u)' },
      { code: '0F 01 /4', name: 'SMSW', operands: '=Rv/Mw', run: 'execSmsw(u)' },
      { code: '0F 01 /6', name: 'LMSW', operands: 'Ew', ends: true, run: 'execLmsw(u)' },
    ],
  },
  {
    exec: 'exec/debug-registers',
    probed: true,
    rows: [
      { code: '0F 21 /r', name: 'MOV', operands: '=Rd, Dd', size: 'natural', run: 'execMovFromDr(u)' },
      { code: '0F 23 /r', name: 'MOV', operands: '=Dd, Rd', size: 'natural', ends: true, run: 'execMovToDr(u)' },
    ],
  },
  {
    exec: 'exec/system',
    probed: true,
    rows: [
      { code: 'F4', name: 'HLT', ends: true, run: 'execHlt(u)' },
      { code: 'F3 NB 90', name: 'PAUSE', run: 'execPause(u)' },
      { code: '0F 08', name: 'INVD', run: 'execInvd(u)' },
      { code: '0F 09', name: 'WBINVD', run: 'execWbinvd(u)' },
      { code: '0F 01 /7', name: 'INVLPG', operands: 'M', ends: true, run: 'execInvlpg(u)' },
      { code: '66 0F 38 82 /r', name: 'INVPCID', operands: 'Gy, Mdq', feature: 'INVPCID', size: 'natural', ends: true, run: 'execInvpcid(u)' },
      { code: 'NP 0F 01 C8', name: 'MONITOR', feature: 'MONITOR', ends: true, run: 'execMonitor(u)' },
      { code: 'NP 0F 01 C9', name: 'MWAIT', feature: 'MONITOR', ends: true, run: 'execMwait(u)' },
    ],
  },
  {
    exec: 'exec/flag-control',
    probed: true,
    rows: [
      { code: 'FA', name: 'CLI', run: 'execCli(u)' },
      { code: 'FB', name: 'STI', ends: true, run: 'execSti(u)' },
      { code: '9C', name: 'PUSHF/PUSHFD/PUSHFQ', size: 'd64', run: 'execPushf(u)' },
      { code: '9D', name: 'POPF/POPFD/POPFQ', size: 'd64', ends: true, run: 'execPopf(u)' },
      { code: 'NP 0F 01 CA', name: 'CLAC', feature: 'SMAP', ends: true, run: 'execClac(u)' },
      { code: 'NP 0F 01 CB', name: 'STAC', feature: 'SMAP', ends: true, run: 'execStac(u)' },
    ],
  },
  {
    exec: 'exec/msr',
    probed: true,
    rows: [
      { code: '0F 30', name: 'WRMSR', feature: 'MSR', ends: true, run: 'execWrmsr(u)' },
      { code: '0F 32', name: 'RDMSR', feature: 'MSR', run: 'execRdmsr(u)' },
    ],
  },
  {
    exec: 'exec/time',
    probed: true,
    rows: [
      { code: '0F 31', name: 'RDTSC', feature: 'TSC', run: 'execRdtsc(u)' },
      { code: '0F 01 F9', name: 'RDTSCP', feature: 'RDTSCP', ends: true, run: 'execRdtscp(u)' },
      { code: '0F 33', name: 'RDPMC', run: 'execRdpmc(u)' },
    ],
  },
  {
    exec: 'exec/cpuid',
    probed: true,
    rows: [
      { code: '0F A2', name: 'CPUID', run: 'execCpuid(u)' },
    ],
  },
  {
    exec: 'exec/extended-state',
    probed: true,
    rows: [
      { code: 'NP 0F 01 D0', name: 'XGETBV', feature: 'XSAVE', ends: true, run: 'execXgetbv(u)' },
      { code: 'NP 0F 01 D1', name: 'XSETBV', feature: 'XSAVE', ends: true, run: 'execXsetbv(u)' },
    ],
  },
] as const satisfies readonly OpcodeFamily[];
