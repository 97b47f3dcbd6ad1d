// What changes nothing here: NOP, prefetches, fences, cache lines. Fences need nothing of SSE but its bit in
// CPUID: they are let through. SDM volume 2 under each name. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const hint = [
  {
    exec: 'exec/hint',
    rows: [
      { code: 'NB 90', name: 'NOP', run: 'execNop()' },
      { code: '0F 1F /0', name: 'NOP', operands: 'Ev', run: 'execNop()' },
      { code: '0F 0D /r', name: 'NOP', operands: 'Ev', run: 'execNop()' },
      { code: '0F 18 /r', name: 'NOP', operands: 'Ev', run: 'execNop()' },
      { code: '0F 19 /r', name: 'NOP', operands: 'Ev', run: 'execNop()' },
      { code: '0F 1A /r', name: 'NOP', operands: 'Ev', run: 'execNop()' },
      { code: '0F 1B /r', name: 'NOP', operands: 'Ev', run: 'execNop()' },
      { code: '0F 1C /r', name: 'NOP', operands: 'Ev', run: 'execNop()' },
      { code: '0F 1D /r', name: 'NOP', operands: 'Ev', run: 'execNop()' },
      { code: '0F 1E /r', name: 'NOP', operands: 'Ev', run: 'execNop()' },
      { code: '0F 1F /r', name: 'NOP', operands: 'Ev', run: 'execNop()' },
      { code: 'NP 0F AE E8+i', name: 'LFENCE', run: 'execNop()' },
      { code: 'NP 0F AE F0+i', name: 'MFENCE', run: 'execNop()' },
      { code: 'NP 0F AE F8+i', name: 'SFENCE', run: 'execNop()' },
      { code: '0F 0D /1', name: 'PREFETCHW', operands: 'Mb', feature: 'PREFETCHW', run: 'execNop()' },
      { code: '0F 18 /0', name: 'PREFETCHNTA', operands: 'Mb', feature: 'SSE', run: 'execNop()' },
      { code: '0F 18 /1', name: 'PREFETCHT0', operands: 'Mb', feature: 'SSE', run: 'execNop()' },
      { code: '0F 18 /2', name: 'PREFETCHT1', operands: 'Mb', feature: 'SSE', run: 'execNop()' },
      { code: '0F 18 /3', name: 'PREFETCHT2', operands: 'Mb', feature: 'SSE', run: 'execNop()' },
    ],
  },
  {
    exec: 'exec/coprocessor',
    rows: [
      { code: 'NP 0F AE /7', name: 'CLFLUSH', operands: 'Mb', feature: 'CLFSH', run: 'execClflush(u)' },
    ],
  },
] as const satisfies readonly OpcodeFamily[];
