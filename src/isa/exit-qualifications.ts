// The layouts of EXIT_QUALIFICATION, by format name; each exit reason names its format. Intel SDM volume 3, section
// 27.2.1 with tables 27-1 to 27-7. Bit ranges as data; decoding them is the caller's work.

import type { BitRange } from './bit-ranges';

/** General registers as bits 11:8 of several qualifications and the instruction information number them. */
export const generalRegisters = {
  0: 'RAX',
  1: 'RCX',
  2: 'RDX',
  3: 'RBX',
  4: 'RSP',
  5: 'RBP',
  6: 'RSI',
  7: 'RDI',
  8: 'R8',
  9: 'R9',
  10: 'R10',
  11: 'R11',
  12: 'R12',
  13: 'R13',
  14: 'R14',
  15: 'R15',
} as const;

export interface QualificationRow {
  title: string;
  summary: string;
  /** Empty when the whole word is one value, or when it is always zero. */
  ranges: readonly BitRange[];
  /** Values of the whole word, where it is an enumeration. */
  values?: Readonly<Record<number, string>>;
  /** How to show the whole word when there are no ranges. */
  show?: 'none' | 'address' | 'signed' | 'decimal';
}

const flag = { values: { 0: 'no', 1: 'yes' } } as const;

export const exitQualifications = {
  none: { title: 'None', summary: 'The qualification is zero.', ranges: [], show: 'none' },
  'debug-or-pf': {
    title: 'Debug exception or page fault',
    summary: 'For #DB the debug conditions, for #PF the faulting linear address, for anything else zero.',
    // These ranges hold for #DB; for #PF the whole word is the address.
    ranges: [
      { high: 0, low: 0, name: 'B0', title: 'Breakpoint condition 0', ...flag },
      { high: 1, low: 1, name: 'B1', title: 'Breakpoint condition 1', ...flag },
      { high: 2, low: 2, name: 'B2', title: 'Breakpoint condition 2', ...flag },
      { high: 3, low: 3, name: 'B3', title: 'Breakpoint condition 3', ...flag },
      { high: 11, low: 11, name: 'BLD', title: 'Bus lock', newer: true, ...flag },
      { high: 13, low: 13, name: 'BD', title: 'Debug-register access', ...flag },
      { high: 14, low: 14, name: 'BS', title: 'Single step', ...flag },
      { high: 16, low: 16, name: 'RTM', title: 'In a transactional region', newer: true, ...flag },
    ],
    show: 'address',
  },
  sipi: {
    title: 'Start-up IPI',
    summary: 'The vector of the start-up IPI.',
    ranges: [{ high: 7, low: 0, name: 'VECTOR', title: 'Vector', show: 'vector' }],
  },
  'task-switch': {
    title: 'Task switch',
    summary: 'The selector of the new task and what caused the switch (table 27-2).',
    ranges: [
      { high: 15, low: 0, name: 'SELECTOR', title: 'TSS selector', show: 'hex' },
      {
        high: 31,
        low: 30,
        name: 'SOURCE',
        title: 'Source',
        values: { 0: 'CALL', 1: 'IRET', 2: 'JMP', 3: 'task gate in the IDT' },
      },
    ],
  },
  invlpg: {
    title: 'INVLPG operand',
    summary: 'The linear address of the operand.',
    ranges: [],
    show: 'address',
  },
  displacement: {
    title: 'Instruction displacement',
    summary:
      'The sign-extended displacement of the memory operand; RIP-relative operands have the next RIP added.',
    ranges: [],
    show: 'signed',
  },
  cr: {
    title: 'Control-register access',
    summary: 'Which control register was accessed and how (table 27-3).',
    ranges: [
      {
        high: 3,
        low: 0,
        name: 'REGISTER',
        title: 'Control register',
        values: { 0: 'CR0', 3: 'CR3', 4: 'CR4', 8: 'CR8' },
      },
      {
        high: 5,
        low: 4,
        name: 'ACCESS',
        title: 'Access',
        values: { 0: 'MOV to CR', 1: 'MOV from CR', 2: 'CLTS', 3: 'LMSW' },
      },
      {
        high: 6,
        low: 6,
        name: 'LMSW_MEMORY',
        title: 'LMSW operand',
        values: { 0: 'register', 1: 'memory' },
        when: { range: 'ACCESS', is: [3] },
      },
      {
        high: 11,
        low: 8,
        name: 'GPR',
        title: 'General register',
        values: generalRegisters,
        when: { range: 'ACCESS', is: [0, 1] },
      },
      {
        high: 31,
        low: 16,
        name: 'LMSW_SOURCE',
        title: 'LMSW source data',
        show: 'hex',
        when: { range: 'ACCESS', is: [3] },
      },
    ],
  },
  dr: {
    title: 'Debug-register access',
    summary: 'Which debug register was moved and in which direction (table 27-4).',
    ranges: [
      { high: 2, low: 0, name: 'REGISTER', title: 'Debug register', show: 'decimal' },
      {
        high: 4,
        low: 4,
        name: 'DIRECTION',
        title: 'Direction',
        values: { 0: 'MOV to DR', 1: 'MOV from DR' },
      },
      { high: 11, low: 8, name: 'GPR', title: 'General register', values: generalRegisters },
    ],
  },
  io: {
    title: 'I/O instruction',
    summary: 'Port, size, direction and form of the I/O instruction (table 27-5).',
    ranges: [
      { high: 2, low: 0, name: 'SIZE', title: 'Size', values: { 0: '1 byte', 1: '2 bytes', 3: '4 bytes' } },
      { high: 3, low: 3, name: 'DIRECTION', title: 'Direction', values: { 0: 'OUT', 1: 'IN' } },
      { high: 4, low: 4, name: 'STRING', title: 'String instruction', ...flag },
      { high: 5, low: 5, name: 'REP', title: 'REP prefix', ...flag },
      { high: 6, low: 6, name: 'OPERAND', title: 'Port operand', values: { 0: 'DX', 1: 'immediate' } },
      { high: 31, low: 16, name: 'PORT', title: 'Port', show: 'hex' },
    ],
  },
  'entry-guest-state': {
    title: 'Invalid guest state',
    summary: 'Which kind of guest-state check failed, where the processor tells.',
    ranges: [],
    values: {
      0: 'no further information',
      2: 'loading the PDPTEs failed',
      3: 'NMI injected while blocked by STI',
      4: 'invalid VMCS link pointer',
    },
  },
  'entry-msr': {
    title: 'MSR loading',
    summary: 'Number of the entry of the VM-entry MSR-load list that failed, counted from 1.',
    ranges: [],
    show: 'decimal',
  },
  mwait: {
    title: 'MWAIT',
    summary: 'Whether address-range monitoring was armed.',
    ranges: [{ high: 0, low: 0, name: 'ARMED', title: 'Monitor armed', ...flag }],
  },
  'apic-access': {
    title: 'APIC access',
    summary: 'Offset in the APIC-access page and kind of access (table 27-6).',
    ranges: [
      { high: 11, low: 0, name: 'OFFSET', title: 'Offset in the page', show: 'hex' },
      {
        high: 15,
        low: 12,
        name: 'ACCESS',
        title: 'Access',
        values: {
          0: 'linear read by an instruction',
          1: 'linear write by an instruction',
          2: 'linear instruction fetch',
          3: 'linear access during event delivery',
          10: 'guest-physical access during event delivery',
          15: 'guest-physical access by an instruction',
        },
      },
      { high: 16, low: 16, name: 'ASYNCHRONOUS', title: 'Asynchronous to execution', newer: true, ...flag },
    ],
  },
  veoi: {
    title: 'Virtualized EOI',
    summary: 'The vector of the virtual interrupt that was ended.',
    ranges: [{ high: 7, low: 0, name: 'VECTOR', title: 'Vector', show: 'vector' }],
  },
  'apic-write': {
    title: 'APIC write',
    summary: 'Offset of the register in the virtual-APIC page that was written.',
    ranges: [{ high: 11, low: 0, name: 'OFFSET', title: 'Offset in the page', show: 'hex' }],
  },
  'ept-violation': {
    title: 'EPT violation',
    summary:
      'The access, what the EPT entries allowed, and what is known of the linear address (table 27-7).',
    ranges: [
      { high: 0, low: 0, name: 'READ', title: 'Data read', ...flag },
      { high: 1, low: 1, name: 'WRITE', title: 'Data write', ...flag },
      { high: 2, low: 2, name: 'FETCH', title: 'Instruction fetch', ...flag },
      { high: 3, low: 3, name: 'READABLE', title: 'Address was readable', ...flag },
      { high: 4, low: 4, name: 'WRITABLE', title: 'Address was writable', ...flag },
      { high: 5, low: 5, name: 'EXECUTABLE', title: 'Address was executable', ...flag },
      { high: 6, low: 6, name: 'USER_EXECUTABLE', title: 'Executable in user mode', newer: true, ...flag },
      { high: 7, low: 7, name: 'LINEAR_VALID', title: 'Guest-linear address valid', ...flag },
      {
        high: 8,
        low: 8,
        name: 'TRANSLATED',
        title: 'Accessed address',
        values: { 0: 'guest paging structure', 1: 'translation of the linear address' },
        when: { range: 'LINEAR_VALID', is: [1] },
      },
      { high: 9, low: 9, name: 'LINEAR_USER', title: 'Linear address is user-mode', newer: true, ...flag },
      {
        high: 10,
        low: 10,
        name: 'LINEAR_WRITABLE',
        title: 'Linear address is writable',
        newer: true,
        ...flag,
      },
      {
        high: 11,
        low: 11,
        name: 'LINEAR_XD',
        title: 'Linear address is execute-disable',
        newer: true,
        ...flag,
      },
      { high: 12, low: 12, name: 'NMI_UNBLOCKING', title: 'NMI unblocking due to IRET', ...flag },
      { high: 13, low: 13, name: 'SHADOW_STACK', title: 'Shadow-stack access', newer: true, ...flag },
      {
        high: 14,
        low: 14,
        name: 'SUPERVISOR_SHADOW_STACK',
        title: 'Supervisor shadow-stack page',
        newer: true,
        ...flag,
      },
      {
        high: 15,
        low: 15,
        name: 'PAGING_VERIFICATION',
        title: 'Guest-paging verification',
        newer: true,
        ...flag,
      },
      { high: 16, low: 16, name: 'ASYNCHRONOUS', title: 'Asynchronous to execution', newer: true, ...flag },
    ],
  },
  pml: {
    title: 'Page-modification log full',
    summary: 'Only the NMI-unblocking bit is defined.',
    ranges: [{ high: 12, low: 12, name: 'NMI_UNBLOCKING', title: 'NMI unblocking due to IRET', ...flag }],
  },
  spp: {
    title: 'Sub-page permission event',
    summary: 'Whether the lookup missed or met an invalid entry.',
    ranges: [
      {
        high: 11,
        low: 11,
        name: 'MISS',
        title: 'Cause',
        values: { 0: 'misconfiguration', 1: 'miss' },
        newer: true,
      },
      {
        high: 12,
        low: 12,
        name: 'NMI_UNBLOCKING',
        title: 'NMI unblocking due to IRET',
        newer: true,
        ...flag,
      },
    ],
  },
  notify: {
    title: 'Instruction timeout',
    summary: 'Whether the state of the guest can still be trusted.',
    ranges: [
      { high: 0, low: 0, name: 'CONTEXT_INVALID', title: 'VM context invalid', newer: true, ...flag },
      {
        high: 12,
        low: 12,
        name: 'NMI_UNBLOCKING',
        title: 'NMI unblocking due to IRET',
        newer: true,
        ...flag,
      },
    ],
  },
  'msr-imm': {
    title: 'MSR of an immediate form',
    summary: 'The index of the MSR.',
    ranges: [],
    show: 'address',
  },
  'msr-list': {
    title: 'MSR of a list instruction',
    summary: 'The index of the MSR at which the instruction stopped; its value stands in MSR_DATA.',
    ranges: [],
    show: 'address',
  },
} as const satisfies Record<string, QualificationRow>;

export type QualificationFormat = keyof typeof exitQualifications;
