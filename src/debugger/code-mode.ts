/**
 * How the processor reads code and forms addresses at a level: operand width, paging mode and privilege, from its registers.
 */
import { registerMask } from '../machine/register-mask';
import type { LevelRegisters } from '../machine/level-state';

const PE = registerMask('cr0', 'PE');
const PG = registerMask('cr0', 'PG');
const LMA = registerMask('efer', 'LMA');
const VM = registerMask('rflags', 'VM');
/** Bits of access rights (SDM 24.4.1): L and D/B. */
const LONG = 1 << 13;
const BIG = 1 << 14;

/** Width of code: what a disassembler needs to know. */
export function codeBits(registers: LevelRegisters): 16 | 32 | 64 {
  const { access } = registers.segments.cs;
  if ((registers.efer & LMA) !== 0n && (access & LONG) !== 0) return 64;
  if ((registers.cr0 & PE) === 0n || (registers.rflags & VM) !== 0n) return 16;
  return (access & BIG) !== 0 ? 32 : 16;
}

/** Bytes of a pushed word, as the unwinder asks for it. */
export function wordSize(registers: LevelRegisters): 2 | 4 | 8 {
  return (codeBits(registers) / 8) as 2 | 4 | 8;
}

/** Linear address of the next instruction: outside 64-bit mode the code segment has a base. */
export function linearRip(registers: LevelRegisters): bigint {
  if (codeBits(registers) === 64) return registers.rip;
  return (registers.segments.cs.base + registers.rip) & 0xffffffffn;
}

/** The mode in words, for a thread's name. */
export function modeText(registers: LevelRegisters): string {
  if ((registers.cr0 & PE) === 0n) return 'real mode';
  if ((registers.rflags & VM) !== 0n) return 'virtual-8086 mode';
  const bits = codeBits(registers);
  if ((registers.efer & LMA) !== 0n) return bits === 64 ? '64-bit' : `${bits}-bit compatibility mode`;
  return `${bits}-bit protected mode${(registers.cr0 & PG) !== 0n ? '' : ', no paging'}`;
}
