// The layouts of VMX_INSTRUCTION_INFO, the word that describes the operands of the instruction that exited. Intel SDM
// volume 3, section 27.2.4 with tables 27-8 to 27-14. Rows only; computing the operand's address is the caller's work.

import type { BitRange } from './bit-ranges';
import { generalRegisters } from './exit-qualifications';
import type { ExitReasonName } from './exit-reasons';

export interface InstructionInformationRow {
  title: string;
  summary: string;
  sdm: string;
  ranges: readonly BitRange[];
}

export const instructionInformation = {
  'ins-outs': {
    title: 'INS and OUTS',
    summary: 'Address size and segment of the string; only where IA32_VMX_BASIC[54] is 1.',
    sdm: '27.2.4, table 27-8',
    ranges: [
      {
        high: 9,
        low: 7,
        name: 'ADDRESS_SIZE',
        title: 'Address size',
        values: { 0: '16 bits', 1: '32 bits', 2: '64 bits' },
      },
      {
        high: 17,
        low: 15,
        name: 'SEGMENT',
        title: 'Segment',
        values: { 0: 'ES', 1: 'CS', 2: 'SS', 3: 'DS', 4: 'FS', 5: 'GS' },
      },
    ],
  },
  invalidate: {
    title: 'INVEPT, INVPCID and INVVPID',
    summary: 'Memory operand of the descriptor and register of the type.',
    sdm: '27.2.4, table 27-9',
    ranges: [
      { high: 1, low: 0, name: 'SCALE', title: 'Index scale', values: { 0: '1', 1: '2', 2: '4', 3: '8' } },
      {
        high: 9,
        low: 7,
        name: 'ADDRESS_SIZE',
        title: 'Address size',
        values: { 0: '16 bits', 1: '32 bits', 2: '64 bits' },
      },
      {
        high: 17,
        low: 15,
        name: 'SEGMENT',
        title: 'Segment',
        values: { 0: 'ES', 1: 'CS', 2: 'SS', 3: 'DS', 4: 'FS', 5: 'GS' },
      },
      { high: 21, low: 18, name: 'INDEX', title: 'Index register', values: generalRegisters },
      { high: 22, low: 22, name: 'INDEX_INVALID', title: 'No index register' },
      { high: 26, low: 23, name: 'BASE', title: 'Base register', values: generalRegisters },
      { high: 27, low: 27, name: 'BASE_INVALID', title: 'No base register' },
      { high: 31, low: 28, name: 'REG2', title: 'Second register operand', values: generalRegisters },
    ],
  },
  'descriptor-table': {
    title: 'LGDT, LIDT, SGDT and SIDT',
    summary: 'Memory operand and which of the four instructions it was.',
    sdm: '27.2.4, table 27-10',
    ranges: [
      { high: 1, low: 0, name: 'SCALE', title: 'Index scale', values: { 0: '1', 1: '2', 2: '4', 3: '8' } },
      {
        high: 9,
        low: 7,
        name: 'ADDRESS_SIZE',
        title: 'Address size',
        values: { 0: '16 bits', 1: '32 bits', 2: '64 bits' },
      },
      {
        high: 11,
        low: 11,
        name: 'OPERAND_SIZE',
        title: 'Operand size',
        values: { 0: '16 bits', 1: '32 bits' },
      },
      {
        high: 17,
        low: 15,
        name: 'SEGMENT',
        title: 'Segment',
        values: { 0: 'ES', 1: 'CS', 2: 'SS', 3: 'DS', 4: 'FS', 5: 'GS' },
      },
      { high: 21, low: 18, name: 'INDEX', title: 'Index register', values: generalRegisters },
      { high: 22, low: 22, name: 'INDEX_INVALID', title: 'No index register' },
      { high: 26, low: 23, name: 'BASE', title: 'Base register', values: generalRegisters },
      { high: 27, low: 27, name: 'BASE_INVALID', title: 'No base register' },
      {
        high: 29,
        low: 28,
        name: 'INSTRUCTION',
        title: 'Instruction',
        values: { 0: 'SGDT', 1: 'SIDT', 2: 'LGDT', 3: 'LIDT' },
      },
    ],
  },
  'segment-table': {
    title: 'LLDT, LTR, SLDT and STR',
    summary: 'Memory or register operand and which of the four instructions it was.',
    sdm: '27.2.4, table 27-11',
    ranges: [
      { high: 1, low: 0, name: 'SCALE', title: 'Index scale', values: { 0: '1', 1: '2', 2: '4', 3: '8' } },
      { high: 6, low: 3, name: 'REG1', title: 'Register operand', values: generalRegisters },
      {
        high: 9,
        low: 7,
        name: 'ADDRESS_SIZE',
        title: 'Address size',
        values: { 0: '16 bits', 1: '32 bits', 2: '64 bits' },
      },
      { high: 10, low: 10, name: 'REGISTER', title: 'Operand', values: { 0: 'memory', 1: 'register' } },
      {
        high: 17,
        low: 15,
        name: 'SEGMENT',
        title: 'Segment',
        values: { 0: 'ES', 1: 'CS', 2: 'SS', 3: 'DS', 4: 'FS', 5: 'GS' },
      },
      { high: 21, low: 18, name: 'INDEX', title: 'Index register', values: generalRegisters },
      { high: 22, low: 22, name: 'INDEX_INVALID', title: 'No index register' },
      { high: 26, low: 23, name: 'BASE', title: 'Base register', values: generalRegisters },
      { high: 27, low: 27, name: 'BASE_INVALID', title: 'No base register' },
      {
        high: 29,
        low: 28,
        name: 'INSTRUCTION',
        title: 'Instruction',
        values: { 0: 'SLDT', 1: 'STR', 2: 'LLDT', 3: 'LTR' },
      },
    ],
  },
  random: {
    title: 'RDRAND and RDSEED',
    summary: 'Destination register and operand size.',
    sdm: '27.2.4, table 27-12',
    ranges: [
      { high: 6, low: 3, name: 'REG1', title: 'Register operand', values: generalRegisters },
      {
        high: 12,
        low: 11,
        name: 'OPERAND_SIZE',
        title: 'Operand size',
        values: { 0: '16 bits', 1: '32 bits', 2: '64 bits' },
      },
    ],
  },
  memory: {
    title: 'VMCLEAR, VMPTRLD, VMPTRST, VMXON, XRSTORS and XSAVES',
    summary: 'Memory operand.',
    sdm: '27.2.4, table 27-13',
    ranges: [
      { high: 1, low: 0, name: 'SCALE', title: 'Index scale', values: { 0: '1', 1: '2', 2: '4', 3: '8' } },
      {
        high: 9,
        low: 7,
        name: 'ADDRESS_SIZE',
        title: 'Address size',
        values: { 0: '16 bits', 1: '32 bits', 2: '64 bits' },
      },
      {
        high: 17,
        low: 15,
        name: 'SEGMENT',
        title: 'Segment',
        values: { 0: 'ES', 1: 'CS', 2: 'SS', 3: 'DS', 4: 'FS', 5: 'GS' },
      },
      { high: 21, low: 18, name: 'INDEX', title: 'Index register', values: generalRegisters },
      { high: 22, low: 22, name: 'INDEX_INVALID', title: 'No index register' },
      { high: 26, low: 23, name: 'BASE', title: 'Base register', values: generalRegisters },
      { high: 27, low: 27, name: 'BASE_INVALID', title: 'No base register' },
    ],
  },
  field: {
    title: 'VMREAD and VMWRITE',
    summary: 'Memory or register operand, and the register that holds the field encoding.',
    sdm: '27.2.4, table 27-14',
    ranges: [
      { high: 1, low: 0, name: 'SCALE', title: 'Index scale', values: { 0: '1', 1: '2', 2: '4', 3: '8' } },
      { high: 6, low: 3, name: 'REG1', title: 'Register operand', values: generalRegisters },
      {
        high: 9,
        low: 7,
        name: 'ADDRESS_SIZE',
        title: 'Address size',
        values: { 0: '16 bits', 1: '32 bits', 2: '64 bits' },
      },
      { high: 10, low: 10, name: 'REGISTER', title: 'Operand', values: { 0: 'memory', 1: 'register' } },
      {
        high: 17,
        low: 15,
        name: 'SEGMENT',
        title: 'Segment',
        values: { 0: 'ES', 1: 'CS', 2: 'SS', 3: 'DS', 4: 'FS', 5: 'GS' },
      },
      { high: 21, low: 18, name: 'INDEX', title: 'Index register', values: generalRegisters },
      { high: 22, low: 22, name: 'INDEX_INVALID', title: 'No index register' },
      { high: 26, low: 23, name: 'BASE', title: 'Base register', values: generalRegisters },
      { high: 27, low: 27, name: 'BASE_INVALID', title: 'No base register' },
      { high: 31, low: 28, name: 'REG2', title: 'Second register operand', values: generalRegisters },
    ],
  },
} as const satisfies Record<string, InstructionInformationRow>;

export type InstructionInformationFormat = keyof typeof instructionInformation;

/** The layout by exit reason; for any other reason the word is undefined. */
export const instructionInformationOf: Readonly<
  Partial<Record<ExitReasonName, InstructionInformationFormat>>
> = {
  IO_INSTRUCTION: 'ins-outs',
  INVEPT: 'invalidate',
  INVVPID: 'invalidate',
  INVPCID: 'invalidate',
  GDTR_IDTR: 'descriptor-table',
  LDTR_TR: 'segment-table',
  RDRAND: 'random',
  RDSEED: 'random',
  VMCLEAR: 'memory',
  VMPTRLD: 'memory',
  VMPTRST: 'memory',
  VMON: 'memory',
  XRSTORS: 'memory',
  XSAVES: 'memory',
  VMREAD: 'field',
  VMWRITE: 'field',
};
