/**
 * ELF files without a multiboot header: loaded at their physical addresses and entered directly, ELF64 in
 * 64-bit mode on identity page tables, ELF32 in flat 32-bit protected mode. Registers but RSP are zero.
 */
import type { BootImage } from './boot-image';
import { LoadError } from './boot-image';
import { physicalEntry, readElf } from './elf-file';
import { initialCpu } from './initial-cpu';
import type { MemoryPlan } from './memory-plan';

export function loadElfEntry(bytes: Uint8Array, plan: MemoryPlan, name: string): BootImage {
  const elf = readElf(bytes, name);
  for (const { physicalAddress, bytes: content, memoryBytes } of elf.segments) {
    plan.load(physicalAddress, content, memoryBytes);
  }
  // Identity page tables and flat segments only reach code where virtual is physical.
  if (physicalEntry(elf) !== elf.entry) {
    throw new LoadError(
      `${name} enters at virtual address 0x${elf.entry.toString(16)}, which no page table maps yet: ` +
        `link its entry code at its physical address, or give it a multiboot header`,
    );
  }
  if (elf.entry > 0xffffffffn) {
    throw new LoadError(`${name} has its entry point above 4 GiB, where there is no memory: link it lower`);
  }
  const mode = elf.bits === 64 ? 'long64' : 'protected32';
  const modeName = elf.bits === 64 ? '64-bit' : '32-bit protected';
  return {
    cpu: initialCpu(mode, elf.entry, plan),
    writes: plan.writes,
    entry: elf.entry,
    description: `ELF${elf.bits} entered in ${modeName} mode at 0x${elf.entry.toString(16)}`,
  };
}
