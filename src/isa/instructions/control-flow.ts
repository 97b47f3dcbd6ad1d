// Instructions that leave the straight line: calls, returns, jumps, software interrupts, and those that only fault or
// mark a target. Intel SDM volume 2; volume 3, 25.2 and 25.4.2 for their exits (2016 numbering). Rows only.

import { type InstructionExit, type InstructionFault, type InstructionRow, not64Bit, only64Bit } from './row';

const badTarget: InstructionFault = {
  exception: 'GP',
  code: '0',
  when: 'the target is beyond the code segment or not a canonical address',
};
const badFarTarget: InstructionFault = {
  exception: 'GP',
  code: 'selector',
  when: 'the selector is null or names a descriptor that a far transfer cannot use from this CPL',
};
const farNotPresent: InstructionFault = {
  exception: 'NP',
  code: 'selector',
  when: 'the code segment, gate or TSS is not present',
};
const badTss: InstructionFault = {
  exception: 'TS',
  code: 'selector',
  when: 'a TSS it uses is not valid',
};
const shadowStackMismatch: InstructionFault = {
  exception: 'CP',
  when: 'the return address on the shadow stack differs',
};
const missingEndbranch: InstructionFault = {
  exception: 'CP',
  when: 'indirect-branch tracking is on and the target of the indirect branch is not an ENDBR',
};
const taskSwitch: InstructionExit = { reason: 'TASK_SWITCH', when: 'it switches tasks' };
const gate: InstructionFault = {
  exception: 'GP',
  code: 'selector',
  when: 'the IDT has no gate for the vector, or its DPL is below CPL',
};

function exceptionExit(vector: number): readonly InstructionExit[] {
  return [{ reason: 'EXCEPTION_NMI', when: `bit ${vector} of the exception bitmap is 1` }];
}

export const controlFlow: readonly InstructionRow[] = [
  {
    name: 'CALL',
    title: 'Call procedure',
    summary: 'Pushes the return address and jumps; a far call may go through a call gate or switch tasks.',
    attNames: ['LCALL'],
    faults: [badTarget, badFarTarget, farNotPresent, badTss, missingEndbranch],
    exits: [taskSwitch],
  },
  {
    name: 'RET',
    title: 'Return from procedure',
    summary: 'Pops the return address; the immediate is the number of bytes to drop behind it.',
    aliases: ['RETN', 'RETW', 'RETD', 'RETQ', 'RETNW', 'RETND', 'RETNQ'],
    faults: [badTarget, shadowStackMismatch],
  },
  {
    name: 'RETF',
    title: 'Far return from procedure',
    summary: 'Pops instruction pointer and CS and, when it goes to an outer ring, the stack pointer and SS.',
    aliases: ['RETFW', 'RETFD', 'RETFQ'],
    attNames: ['LRET'],
    faults: [badFarTarget, farNotPresent, shadowStackMismatch],
    sdm: 'volume 2, RET',
  },
  {
    name: 'JMP',
    title: 'Jump',
    summary: 'Goes to the target; a far jump loads CS too and may switch tasks.',
    attNames: ['LJMP'],
    faults: [badTarget, badFarTarget, farNotPresent, badTss, missingEndbranch],
    exits: [taskSwitch],
  },
  {
    name: 'LOOP',
    title: 'Loop',
    summary: 'Decrements RCX (by address size) and jumps short while it is not 0.',
    sdm: 'volume 2, LOOP/LOOPcc',
  },
  {
    name: 'LOOPE',
    title: 'Loop while equal',
    summary: 'Decrements RCX (by address size) and jumps short while it is not 0 and ZF is 1.',
    aliases: ['LOOPZ'],
    sdm: 'volume 2, LOOP/LOOPcc',
  },
  {
    name: 'LOOPNE',
    title: 'Loop while not equal',
    summary: 'Decrements RCX (by address size) and jumps short while it is not 0 and ZF is 0.',
    aliases: ['LOOPNZ'],
    sdm: 'volume 2, LOOP/LOOPcc',
  },
  {
    name: 'INT',
    title: 'Software interrupt',
    summary: 'Goes through the gate of the vector in the IDT.',
    faults: [
      gate,
      farNotPresent,
      { exception: 'GP', code: '0', when: 'it is executed in virtual-8086 mode with IOPL below 3' },
    ],
    exits: [{ reason: 'TASK_SWITCH', when: 'the gate is a task gate' }],
    sdm: 'volume 2, INT n/INTO/INT 3',
  },
  {
    name: 'INT3',
    title: 'Breakpoint',
    summary: 'Raises #BP, a trap: the saved instruction pointer is that of the next instruction.',
    aliases: ['INT03'],
    exits: [...exceptionExit(3), { reason: 'TASK_SWITCH', when: 'the gate is a task gate' }],
    faults: [{ exception: 'BP', when: 'it is executed' }],
    sdm: 'volume 2, INT n/INTO/INT 3',
  },
  {
    name: 'INTO',
    title: 'Interrupt on overflow',
    summary: 'Raises #OF when OF is 1.',
    faults: [{ exception: 'OF', when: 'OF is 1' }],
    exits: exceptionExit(4),
    undefinedIn: not64Bit,
    sdm: 'volume 2, INT n/INTO/INT 3',
  },
  {
    name: 'INT1',
    title: 'Debug breakpoint',
    summary: 'Raises #DB, a trap, without looking at the DPL of its gate.',
    aliases: ['ICEBP', 'INT01'],
    exits: exceptionExit(1),
    faults: [{ exception: 'DB', when: 'it is executed' }],
    sdm: 'volume 2, INT n/INTO/INT 3',
  },
  {
    name: 'IRET',
    title: 'Return from interrupt',
    summary:
      'Pops IP, CS and FLAGS and, when it goes to an outer ring, SP and SS; it ends the blocking of NMIs.',
    aliases: ['IRETW'],
    faults: [badFarTarget, farNotPresent, shadowStackMismatch],
    exits: [taskSwitch],
    sdm: 'volume 2, IRET/IRETD',
  },
  {
    name: 'IRETD',
    title: 'Return from interrupt, 32 bits',
    summary:
      'Pops EIP, CS and EFLAGS and, when it goes to an outer ring, ESP and SS; it ends the blocking of NMIs.',
    attNames: ['IRETL'],
    faults: [badFarTarget, farNotPresent, shadowStackMismatch],
    exits: [taskSwitch],
    sdm: 'volume 2, IRET/IRETD',
  },
  {
    name: 'IRETQ',
    title: 'Return from interrupt, 64 bits',
    summary: 'Pops RIP, CS, RFLAGS, RSP and SS; it ends the blocking of NMIs.',
    faults: [badFarTarget, farNotPresent, shadowStackMismatch],
    undefinedIn: only64Bit,
    sdm: 'volume 2, IRET/IRETD',
  },
  {
    name: 'BOUND',
    title: 'Check array index against bounds',
    summary: 'Raises #BR when the index is outside the two bounds in memory.',
    faults: [
      { exception: 'BR', when: 'the index is outside the bounds' },
      { exception: 'UD', when: 'the second operand is a register' },
    ],
    exits: exceptionExit(5),
    undefinedIn: not64Bit,
  },
  {
    name: 'UD0',
    title: 'Undefined instruction',
    summary: 'Raises #UD; some processors do not fetch its operand bytes.',
    faults: [{ exception: 'UD', when: 'it is executed' }],
    exits: exceptionExit(6),
    sdm: 'volume 2, UD',
  },
  {
    name: 'UD1',
    title: 'Undefined instruction',
    summary: 'Raises #UD.',
    aliases: ['UD2B'],
    faults: [{ exception: 'UD', when: 'it is executed' }],
    exits: exceptionExit(6),
    sdm: 'volume 2, UD',
  },
  {
    name: 'UD2',
    title: 'Undefined instruction',
    summary: 'Raises #UD; compilers and kernels mark places with it that must not be reached.',
    aliases: ['UD2A'],
    faults: [{ exception: 'UD', when: 'it is executed' }],
    exits: exceptionExit(6),
    sdm: 'volume 2, UD',
  },
  {
    name: 'ENDBR32',
    title: 'End branch in 32-bit code',
    summary:
      'Marks a target that indirect branches may go to; without indirect-branch tracking it does nothing.',
    newer: true,
  },
  {
    name: 'ENDBR64',
    title: 'End branch in 64-bit code',
    summary:
      'Marks a target that indirect branches may go to; without indirect-branch tracking it does nothing.',
    newer: true,
  },
  {
    name: 'XBEGIN',
    title: 'Begin transaction',
    summary: 'Starts a transaction; when it aborts, execution goes on at the target with the reason in EAX.',
  },
  {
    name: 'XEND',
    title: 'End transaction',
    summary: 'Commits the transaction.',
    faults: [{ exception: 'GP', code: '0', when: 'no transaction is active' }],
  },
  {
    name: 'XABORT',
    title: 'Abort transaction',
    summary: 'Aborts the transaction with the immediate in bits 31:24 of EAX; outside one it does nothing.',
  },
  {
    name: 'XTEST',
    title: 'Test if in transaction',
    summary: 'Clears ZF in a transaction or with elided locks, else sets it.',
  },
  {
    name: 'XSUSLDTRK',
    title: 'Suspend tracking of load addresses',
    summary: 'Loads that follow are not in the read set of the transaction.',
    newer: true,
  },
  {
    name: 'XRESLDTRK',
    title: 'Resume tracking of load addresses',
    newer: true,
  },
];
