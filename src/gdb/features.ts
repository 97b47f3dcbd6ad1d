/**
 * The registers by gdb's features, in the order in which they are numbered. Names and order of the standard features are gdb's own
 * (gdb manual, "i386 Features"); control registers and tables are a feature of ours.
 */
import { GENERAL_NAMES } from '../debugger/level-registers';
import type { RegisterFormat } from '../isa/registers';
import { levelRegister, type GdbRegister } from './gdb-register';
import { avxRegisters, sseRegisters, x87Registers } from './vector-registers';

export interface GdbFeature {
  readonly name: string;
  /** Words whose bits the feature names: type in the description -> format of isa. */
  readonly flags: Readonly<Record<string, { readonly format: RegisterFormat; readonly bits: number }>>;
  /** The feature uses vectors of 128 bits. */
  readonly vectors?: boolean;
  readonly registers: readonly GdbRegister[];
}

/** gdb numbers RBX before RCX, and the index registers before the pointers. */
const GENERAL = ['rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp', 'rsp', ...GENERAL_NAMES.slice(8)];
const POINTERS = new Set(['rbp', 'rsp']);

export const features: readonly GdbFeature[] = [
  {
    name: 'org.gnu.gdb.i386.core',
    flags: { eflags_bits: { format: 'rflags', bits: 32 } },
    registers: [
      ...GENERAL.map((name) => levelRegister(name, 64, POINTERS.has(name) ? 'data_ptr' : 'int64')),
      levelRegister('rip', 64, 'code_ptr'),
      levelRegister('eflags', 32, 'eflags_bits'),
      ...['cs', 'ss', 'ds', 'es', 'fs', 'gs'].map((name) => levelRegister(name, 32, 'int32')),
      ...x87Registers,
    ],
  },
  {
    name: 'org.gnu.gdb.i386.sse',
    flags: { mxcsr_bits: { format: 'mxcsr', bits: 32 } },
    vectors: true,
    registers: sseRegisters,
  },
  { name: 'org.gnu.gdb.i386.avx', flags: {}, registers: avxRegisters },
  {
    name: 'org.gnu.gdb.i386.segments',
    flags: {},
    registers: [
      levelRegister('fs_base', 64, 'int64', 'fs.base'),
      levelRegister('gs_base', 64, 'int64', 'gs.base'),
    ],
  },
  {
    name: 'org.turtlescope.system',
    flags: {
      cr0_bits: { format: 'cr0', bits: 64 },
      cr3_bits: { format: 'cr3', bits: 64 },
      cr4_bits: { format: 'cr4', bits: 64 },
      efer_bits: { format: 'efer', bits: 64 },
    },
    registers: [
      levelRegister('cr0', 64, 'cr0_bits'),
      levelRegister('cr2', 64, 'int64'),
      levelRegister('cr3', 64, 'cr3_bits'),
      levelRegister('cr4', 64, 'cr4_bits'),
      levelRegister('efer', 64, 'efer_bits'),
      levelRegister('ldtr', 32, 'int32'),
      levelRegister('tr', 32, 'int32'),
      levelRegister('gdtr', 64, 'int64'),
      levelRegister('idtr', 64, 'int64'),
    ].map((register) => ({ ...register, group: 'system' })),
  },
];

/** By gdb's number. */
export const registers: readonly GdbRegister[] = features.flatMap((feature) => feature.registers);
