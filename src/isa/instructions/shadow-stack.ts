// Shadow stacks (CET). Intel SDM volume 2. Rows only.

import { type InstructionFault, type InstructionRow, only64Bit, onlyProtected } from './row';

const disabled: InstructionFault = {
  exception: 'UD',
  when: 'CR4.CET is 0 or shadow stacks are off for this CPL',
};
const writesOff: InstructionFault = {
  exception: 'UD',
  when: 'CR4.CET is 0, or shadow stacks or WRSS are off for this CPL',
};

export const shadowStack: readonly InstructionRow[] = [
  {
    name: 'INCSSPD',
    title: 'Pop from shadow stack, 4-byte elements',
    summary: 'Increments SSP by the operand (8 bits) times 4.',
    faults: [disabled],
    undefinedIn: onlyProtected,
    sdm: 'volume 2, INCSSPD/INCSSPQ',
    newer: true,
  },
  {
    name: 'INCSSPQ',
    title: 'Pop from shadow stack, 8-byte elements',
    summary: 'Increments SSP by the operand (8 bits) times 8.',
    faults: [disabled],
    undefinedIn: only64Bit,
    sdm: 'volume 2, INCSSPD/INCSSPQ',
    newer: true,
  },
  {
    name: 'RDSSPD',
    title: 'Read shadow-stack pointer',
    summary: 'Reads SSP; without shadow stacks the register keeps its value.',
    sdm: 'volume 2, RDSSPD/RDSSPQ',
    newer: true,
  },
  {
    name: 'RDSSPQ',
    title: 'Read shadow-stack pointer, 64 bits',
    summary: 'Reads SSP; without shadow stacks the register keeps its value.',
    undefinedIn: only64Bit,
    sdm: 'volume 2, RDSSPD/RDSSPQ',
    newer: true,
  },
  {
    name: 'SAVEPREVSSP',
    title: 'Save previous shadow-stack pointer',
    summary: 'Pushes a restore token on the shadow stack that RSTORSSP left.',
    faults: [disabled],
    undefinedIn: onlyProtected,
    newer: true,
  },
  {
    name: 'RSTORSSP',
    title: 'Restore shadow-stack pointer',
    summary: 'Switches to the shadow stack whose restore token is in memory.',
    faults: [disabled, { exception: 'CP', when: 'memory does not hold a valid restore token' }],
    undefinedIn: onlyProtected,
    newer: true,
  },
  {
    name: 'WRSSD',
    title: 'Write to shadow stack',
    faults: [writesOff],
    undefinedIn: onlyProtected,
    sdm: 'volume 2, WRSSD/WRSSQ',
    newer: true,
  },
  {
    name: 'WRSSQ',
    title: 'Write to shadow stack, 64 bits',
    faults: [writesOff],
    undefinedIn: only64Bit,
    sdm: 'volume 2, WRSSD/WRSSQ',
    newer: true,
  },
  {
    name: 'WRUSSD',
    title: 'Write to user shadow stack',
    faults: [{ exception: 'UD', when: 'CR4.CET is 0' }],
    undefinedIn: onlyProtected,
    privileged: 'GP',
    sdm: 'volume 2, WRUSSD/WRUSSQ',
    newer: true,
  },
  {
    name: 'WRUSSQ',
    title: 'Write to user shadow stack, 64 bits',
    faults: [{ exception: 'UD', when: 'CR4.CET is 0' }],
    undefinedIn: only64Bit,
    privileged: 'GP',
    sdm: 'volume 2, WRUSSD/WRUSSQ',
    newer: true,
  },
  {
    name: 'SETSSBSY',
    title: 'Mark shadow stack busy',
    summary: 'Takes the shadow stack in IA32_PL0_SSP when its token is not busy.',
    faults: [disabled, { exception: 'CP', when: 'the token is busy or not valid' }],
    undefinedIn: onlyProtected,
    privileged: 'GP',
    newer: true,
  },
  {
    name: 'CLRSSBSY',
    title: 'Clear busy flag of shadow stack',
    summary: 'Frees the shadow stack of the token in memory and sets SSP to 0.',
    faults: [disabled],
    undefinedIn: onlyProtected,
    privileged: 'GP',
    newer: true,
  },
];
