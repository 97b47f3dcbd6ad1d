/**
 * Translations without side effects, for whoever looks at memory from outside: guest page tables (SDM 4.3-4.5) and EPT
 * (SDM 28.2) read as data. Never sets accessed or dirty bits and never checks rights: a debugger may see every mapped byte.
 */
import { registerMask } from '../cpu/register-bits';
import type { LevelRegisters } from './level-state';

/** Reads a page-table entry of 8 or 4 bytes; undefined where there is no memory. */
export type EntryReader = (address: bigint, bytes: 4 | 8) => bigint | undefined;

const CR0 = { PG: registerMask('cr0', 'PG') };
const CR4 = { PAE: registerMask('cr4', 'PAE'), PSE: registerMask('cr4', 'PSE') };
const EFER = { LMA: registerMask('efer', 'LMA') };
const PRESENT = registerMask('page-entry', 'P');
/** Also the place of the bit of an EPT entry that maps a large page. */
const LARGE = registerMask('page-entry', 'PS');
const ADDRESS = registerMask('page-entry', 'BASE');
/** Read, write and execute bits: an EPT entry is present when one of them is set. */
const EPT_PRESENT =
  registerMask('ept-entry', 'R') | registerMask('ept-entry', 'W') | registerMask('ept-entry', 'X');
const WALK_LENGTH = registerMask('eptp', 'WALK_LENGTH');

/** Linear to (guest-)physical by the paging the registers describe; undefined when not mapped. */
export function walkLinear(
  registers: Pick<LevelRegisters, 'cr0' | 'cr3' | 'cr4' | 'efer'>,
  linear: bigint,
  read: EntryReader,
): bigint | undefined {
  if ((registers.cr0 & CR0.PG) === 0n) return linear & 0xffffffffn;
  if ((registers.efer & EFER.LMA) !== 0n) return walk4(registers.cr3 & ADDRESS, linear, 4, read, PRESENT);
  if ((registers.cr4 & CR4.PAE) !== 0n) return walkPae(registers.cr3, linear & 0xffffffffn, read);
  return walk32(registers.cr3, linear & 0xffffffffn, (registers.cr4 & CR4.PSE) !== 0n, read);
}

/** Guest-physical to host-physical through the EPT that `eptp` points to; undefined when not mapped. */
export function walkEpt(eptp: bigint, address: bigint, read: EntryReader): bigint | undefined {
  const levels = Number((eptp & WALK_LENGTH) / (WALK_LENGTH & -WALK_LENGTH)) + 1;
  return walk4(eptp & ADDRESS, address, levels, read, EPT_PRESENT);
}

/** The radix walk IA-32e paging and EPT share: 9 bits a level, large pages at levels 3 and 2. */
function walk4(
  root: bigint,
  address: bigint,
  levels: number,
  read: EntryReader,
  present: bigint,
): bigint | undefined {
  let table = root;
  for (let level = levels; level >= 1; level--) {
    const shift = BigInt(12 + 9 * (level - 1));
    const entry = read(table + (((address >> shift) & 511n) << 3n), 8);
    if (entry === undefined || (entry & present) === 0n) return undefined;
    const leaf = level === 1 || (level <= 3 && (entry & LARGE) !== 0n);
    if (leaf) {
      const offset = (1n << shift) - 1n;
      return (entry & ADDRESS & ~offset) | (address & offset);
    }
    table = entry & ADDRESS;
  }
  return undefined;
}

function walkPae(cr3: bigint, linear: bigint, read: EntryReader): bigint | undefined {
  const pointer = read((cr3 & 0xffffffe0n) + ((linear >> 30n) << 3n), 8);
  if (pointer === undefined || (pointer & PRESENT) === 0n) return undefined;
  return walk4(pointer & ADDRESS, linear & 0x3fffffffn, 2, read, PRESENT);
}

function walk32(cr3: bigint, linear: bigint, pse: boolean, read: EntryReader): bigint | undefined {
  const directory = read((cr3 & 0xfffff000n) + ((linear >> 22n) << 2n), 4);
  if (directory === undefined || (directory & PRESENT) === 0n) return undefined;
  if (pse && (directory & LARGE) !== 0n) {
    // PSE-36: bits 20:13 of the entry are bits 39:32 of the address (SDM table 4-4).
    const high = (directory >> 13n) & 0xffn;
    return (high << 32n) | (directory & 0xffc00000n) | (linear & 0x3fffffn);
  }
  const entry = read((directory & 0xfffff000n) + (((linear >> 12n) & 1023n) << 2n), 4);
  if (entry === undefined || (entry & PRESENT) === 0n) return undefined;
  return (entry & 0xfffff000n) | (linear & 0xfffn);
}
