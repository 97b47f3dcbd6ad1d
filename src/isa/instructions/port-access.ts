// What IN, OUT, INS and OUTS share. Intel SDM volume 1, 18.5; volume 3, 25.1.3 (2016 numbering). Rows only.

import type { InstructionExit, InstructionFault } from './row';

export const portFaults: readonly InstructionFault[] = [
  {
    exception: 'GP',
    code: '0',
    when: 'CPL is above IOPL (or in virtual-8086 mode) and the TSS has a 1 for a port in its I/O permission map',
  },
];

export const portExits: readonly InstructionExit[] = [
  { reason: 'IO_INSTRUCTION', controls: ['UNCONDITIONAL_IO_EXITING'], when: 'USE_IO_BITMAPS is 0' },
  {
    reason: 'IO_INSTRUCTION',
    controls: ['USE_IO_BITMAPS'],
    when: 'a port of the access has a 1 in the I/O bitmaps, or the access wraps around port 0xFFFF',
  },
];
