// Prefixes that assemblers let one write as words before an instruction. Intel SDM volume 2, 2.1.1. Rows only.

import { type InstructionRow, only64Bit } from './row';

export const prefix: readonly InstructionRow[] = [
  {
    name: 'LOCK',
    title: 'Lock memory',
    summary: 'Makes the read and write of the instruction one atomic access.',
    faults: [
      { exception: 'UD', when: 'the instruction cannot be locked, or its destination is a register' },
      {
        exception: 'AC',
        code: '0',
        when: 'split-lock detection is on and the operand spans two cache lines',
      },
    ],
    exits: [
      {
        reason: 'BUS_LOCK',
        controls: ['VMM_BUS_LOCK_DETECTION'],
        when: 'the access needs a lock of the bus, because it spans two cache lines or the memory is uncacheable',
      },
    ],
  },
  {
    name: 'REP',
    title: 'Repeat string instruction',
    summary: 'Repeats the instruction RCX times (by address size).',
    sdm: 'volume 2, REP/REPE/REPZ/REPNE/REPNZ',
  },
  {
    name: 'REPE',
    title: 'Repeat string instruction while equal',
    summary: 'Repeats CMPS or SCAS at most RCX times (by address size), while ZF is 1.',
    aliases: ['REPZ'],
    sdm: 'volume 2, REP/REPE/REPZ/REPNE/REPNZ',
  },
  {
    name: 'REPNE',
    title: 'Repeat string instruction while not equal',
    summary: 'Repeats CMPS or SCAS at most RCX times (by address size), while ZF is 0.',
    aliases: ['REPNZ'],
    sdm: 'volume 2, REP/REPE/REPZ/REPNE/REPNZ',
  },
  {
    name: 'XACQUIRE',
    title: 'Hint: start of lock elision',
    summary: 'The processor may run the code after a locked instruction as a transaction.',
    sdm: 'volume 2, XACQUIRE/XRELEASE',
  },
  {
    name: 'XRELEASE',
    title: 'Hint: end of lock elision',
    summary: 'Ends the transaction that a locked instruction with XACQUIRE started.',
    sdm: 'volume 2, XACQUIRE/XRELEASE',
  },
  {
    name: 'BND',
    title: 'Keep bounds registers',
    summary: 'The branch keeps the MPX bounds registers; without MPX it does nothing.',
    sdm: 'volume 1, chapter 17',
  },
  {
    name: 'NOTRACK',
    title: 'Do not track indirect branch',
    summary: 'The target of the indirect jump or call needs no ENDBR.',
    sdm: 'volume 1, Control-flow Enforcement Technology',
    newer: true,
  },
  { name: 'O16', title: '16-bit operands', attNames: ['DATA16'], sdm: 'volume 2, 2.1.1' },
  { name: 'O32', title: '32-bit operands', attNames: ['DATA32'], sdm: 'volume 2, 2.1.1' },
  {
    name: 'A16',
    title: '16-bit addresses',
    attNames: ['ADDR16'],
    sdm: 'volume 2, 2.1.1',
  },
  { name: 'A32', title: '32-bit addresses', attNames: ['ADDR32'], sdm: 'volume 2, 2.1.1' },
  {
    name: 'O64',
    title: '64-bit operands',
    summary: 'Gives the instruction a REX prefix with W.',
    attNames: ['REX64'],
    undefinedIn: only64Bit,
    sdm: 'volume 2, 2.2.1',
  },
];
