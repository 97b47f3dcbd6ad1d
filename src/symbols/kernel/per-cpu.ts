/** Per-CPU variables of Linux: linked into a section of their own, of which each CPU gets a copy. Linux: include/linux/percpu-defs.h. */
import type { ElfFile } from '../elf';

const SECTION = '.data..percpu';

export function isPerCpu(elf: ElfFile, address: number): boolean {
  const section = elf.section(SECTION);
  return section !== undefined && address >= section.start && address < section.start + section.size;
}
