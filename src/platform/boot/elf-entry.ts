/**
 * ELF files without a header of a boot protocol: loaded at their physical addresses (a static PIE wherever it is wanted)
 * and entered directly, ELF64 in 64-bit mode on identity page tables, ELF32 in flat 32-bit protected mode. Registers but
 * RSP are zero.
 */
import type { BootImage } from './boot-image';
import { LoadError } from './boot-image';
import type { ElfFile } from './elf-file';
import { placeElf } from './elf-placement';
import { initialCpu } from './initial-cpu';
import type { MemoryPlan } from './memory-plan';

/** @param address where a static PIE goes; undefined: as linked */
export function loadElfEntry(elf: ElfFile, plan: MemoryPlan, name: string, address?: number): BootImage {
  const { entry, bias } = placeElf(elf, plan, name, address);
  // Identity page tables and flat segments only reach code where virtual is physical.
  if (entry !== elf.entry + BigInt(bias)) {
    throw new LoadError(
      `${name} enters at virtual address 0x${elf.entry.toString(16)}, which no page table maps yet: ` +
        `link its entry code at its physical address, or give it a multiboot header`,
    );
  }
  if (entry > 0xffffffffn) {
    throw new LoadError(`${name} has its entry point above 4 GiB, where there is no memory: link it lower`);
  }
  const mode = elf.bits === 64 ? 'long64' : 'protected32';
  const modeName = elf.bits === 64 ? '64-bit' : '32-bit protected';
  return {
    cpu: initialCpu(mode, entry, plan),
    writes: plan.writes,
    clears: plan.clears,
    entry,
    description: `ELF${elf.bits} entered in ${modeName} mode at 0x${entry.toString(16)}`,
  };
}
