// What all instructions of a family can raise and where they do not exist, beside what stands in their rows. Intel SDM volume 2, 2.4 and volume 3,
// 2.5 and 13.1 (2016 numbering). Rows only.

import { type InstructionFault, type InstructionRow, only64Bit, onlyProtected } from './row';

const taskSwitched: InstructionFault = { exception: 'NM', when: 'CR0.TS is 1' };
const simdException: InstructionFault = {
  exception: 'XM',
  when: 'a floating-point exception occurs that MXCSR does not mask (#UD when CR4.OSXMMEXCPT is 0)',
};
const sseOff: InstructionFault = { exception: 'UD', when: 'CR0.EM is 1 or CR4.OSFXSR is 0' };
const sseAlignment: InstructionFault = {
  exception: 'GP',
  code: '0',
  when: 'a 16-byte memory operand is not aligned, in an instruction that is not for unaligned data',
};
const vectorsOff: InstructionFault = {
  exception: 'UD',
  when: 'CR4.OSXSAVE is 0 or XCR0 does not enable the vector state',
};

/** What a family adds to each of its rows. */
export type Shared = Pick<InstructionRow, 'faults' | 'undefinedIn'>;

export const x87Shared: Shared = {
  faults: [
    { exception: 'NM', when: 'CR0.EM or CR0.TS is 1' },
    { exception: 'MF', when: 'an unmasked x87 exception is pending' },
  ],
};
export const sseShared: Shared = { faults: [sseOff, taskSwitched, sseAlignment, simdException] };
export const packedIntegerShared: Shared = {
  faults: [
    { exception: 'UD', when: 'CR0.EM is 1, or CR4.OSFXSR is 0 and an operand is an XMM register' },
    taskSwitched,
    sseAlignment,
    { exception: 'MF', when: 'an unmasked x87 exception is pending and an operand is an MMX register' },
  ],
};
export const avxShared: Shared = { faults: [vectorsOff, taskSwitched], undefinedIn: onlyProtected };
export const avxFloatShared: Shared = {
  faults: [vectorsOff, taskSwitched, simdException],
  undefinedIn: onlyProtected,
};
export const tileShared: Shared = {
  faults: [
    { exception: 'UD', when: 'CR4.OSXSAVE is 0 or XCR0 does not enable the tile state' },
    { exception: 'NM', when: 'IA32_XFD disables the tile data' },
  ],
  undefinedIn: only64Bit,
};
