/**
 * DWARF register numbers of x86-64 and i386 by name.
 *
 * Source: System V ABI AMD64 supplement figure 3.36 and i386 supplement table 2.14 ("DWARF register number mapping").
 * Rows only; how a register is read belongs to whoever has the CPU.
 */
export type Architecture = 'x86-64' | 'i386';

const X86_64: readonly string[] = [
  ...['rax', 'rdx', 'rcx', 'rbx', 'rsi', 'rdi', 'rbp', 'rsp'],
  ...['r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'rip'],
  ...Array.from({ length: 16 }, (_, i) => `xmm${i}`),
  ...Array.from({ length: 8 }, (_, i) => `st${i}`),
  ...Array.from({ length: 8 }, (_, i) => `mm${i}`),
  ...[
    'rflags',
    'es',
    'cs',
    'ss',
    'ds',
    'fs',
    'gs',
    '',
    '',
    'fs.base',
    'gs.base',
    '',
    '',
    'tr',
    'ldtr',
    'mxcsr',
  ],
  ...['fcw', 'fsw'],
  ...Array.from({ length: 16 }, (_, i) => `xmm${i + 16}`),
];

const I386: readonly string[] = [
  ...['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi', 'eip', 'eflags', ''],
  ...Array.from({ length: 8 }, (_, i) => `st${i}`),
  ...['', ''],
  ...Array.from({ length: 8 }, (_, i) => `xmm${i}`),
  ...Array.from({ length: 8 }, (_, i) => `mm${i}`),
  ...['fcw', 'fsw', 'mxcsr', 'es', 'cs', 'ss', 'ds', 'fs', 'gs', '', '', 'tr', 'ldtr'],
];

/** The registers an unwinder needs by meaning, and which ones a called function must preserve. */
export interface RegisterFile {
  readonly architecture: Architecture;
  /** Width of a general register, a pushed word and a code address, in bytes. */
  readonly wordSize: 4 | 8;
  readonly stackPointer: number;
  readonly framePointer: number;
  /** Also the return-address column of gcc's and clang's CFI. */
  readonly instructionPointer: number;
  /** Preserved across calls by the System V ABI: known in the caller even without a CFI rule. */
  readonly calleeSaved: readonly number[];
}

export const X86_64_REGISTERS: RegisterFile = {
  architecture: 'x86-64',
  wordSize: 8,
  stackPointer: 7,
  framePointer: 6,
  instructionPointer: 16,
  calleeSaved: [3, 6, 12, 13, 14, 15],
};

export const I386_REGISTERS: RegisterFile = {
  architecture: 'i386',
  wordSize: 4,
  stackPointer: 4,
  framePointer: 5,
  instructionPointer: 8,
  calleeSaved: [3, 5, 6, 7],
};

/** The register file of an architecture. */
export function registerFile(architecture: Architecture): RegisterFile {
  return architecture === 'x86-64' ? X86_64_REGISTERS : I386_REGISTERS;
}

/** Lower-case name of a DWARF register number ('rax', 'eip', 'xmm3'), or undefined for a number without one. */
export function registerName(architecture: Architecture, dwarfNumber: number): string | undefined {
  return (architecture === 'x86-64' ? X86_64 : I386)[dwarfNumber] || undefined;
}

/** DWARF number of a register name in the architecture's own spelling, or undefined. */
export function registerNumber(architecture: Architecture, name: string): number | undefined {
  const at = (architecture === 'x86-64' ? X86_64 : I386).indexOf(name.toLowerCase());
  return at < 0 || name === '' ? undefined : at;
}

/** Width in bytes of what a DWARF register holds: general registers a word, xmm 16, x87 10. */
export function registerWidth(architecture: Architecture, dwarfNumber: number): number {
  const name = registerName(architecture, dwarfNumber) ?? '';
  if (name.startsWith('xmm')) return 16;
  if (/^st\d/.test(name)) return 10;
  return architecture === 'x86-64' || name.startsWith('mm') ? 8 : 4;
}
