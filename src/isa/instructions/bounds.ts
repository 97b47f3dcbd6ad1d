// Memory protection extensions (MPX), which newer processors have no more. Intel SDM volume 2. Rows only.

import type { InstructionRow } from './row';

export const bounds: readonly InstructionRow[] = [
  {
    name: 'BNDMK',
    title: 'Make bounds',
    summary: 'Puts base and end of the memory operand into a bounds register.',
  },
  {
    name: 'BNDCL',
    title: 'Check lower bound',
    faults: [{ exception: 'BR', when: 'the address is below the lower bound' }],
  },
  {
    name: 'BNDCU',
    title: 'Check upper bound',
    faults: [{ exception: 'BR', when: 'the address is above the upper bound' }],
    sdm: 'volume 2, BNDCU/BNDCN',
  },
  {
    name: 'BNDCN',
    title: 'Check upper bound, not complemented',
    faults: [{ exception: 'BR', when: 'the address is above the upper bound' }],
    sdm: 'volume 2, BNDCU/BNDCN',
  },
  { name: 'BNDMOV', title: 'Move bounds' },
  { name: 'BNDLDX', title: 'Load bounds from bound table' },
  { name: 'BNDSTX', title: 'Store bounds to bound table' },
];
