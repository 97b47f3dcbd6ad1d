/**
 * Linux: bzImage by the 64-bit boot protocol, or the 32-bit one where a kernel has no 64-bit entry, and vmlinux by the
 * 64-bit one (where its notes offer PVH, pvh.ts comes first). memtest86+ is a bzImage too.
 */
import type { BootImage } from './boot-image';
import { writeBootParams, type LinuxOptions } from './boot-params';
import { physicalEntry, type ElfFile } from './elf-file';
import { initialCpu } from './initial-cpu';
import { readLinuxHeader, vmlinuxHeader } from './linux-header';
import type { MemoryPlan } from './memory-plan';

/** The 64-bit entry point lies this far behind the first byte of the kernel. */
const ENTRY_64_OFFSET = 0x200;
/** __BOOT_CS and __BOOT_DS of the boot protocol. */
const SELECTORS = { code: 0x10, data: 0x18 };
/** What every kernel prints first stands in its image. */
const BANNER = 'Linux version ';

export function loadBzImage(bytes: Uint8Array, plan: MemoryPlan, options: LinuxOptions): BootImage {
  const header = readLinuxHeader(bytes, options.name);
  plan.load(header.address, header.kernel, header.initSize);
  const params = writeBootParams(plan, options, header);
  const bits = header.has64BitEntry ? 64 : 32;
  const entry = BigInt(header.address + (bits === 64 ? ENTRY_64_OFFSET : 0));
  return {
    writes: plan.writes,
    clears: plan.clears,
    cpu: initialCpu(bits === 64 ? 'long64' : 'protected32', entry, plan, { rsi: BigInt(params) }, SELECTORS),
    entry,
    description: `Linux bzImage, entry 0x${entry.toString(16)} in ${bits}-bit mode`,
  };
}

/** An ELF64 file with Linux' banner in it. */
export function isVmlinux({ bits, segments }: ElfFile): boolean {
  return bits === 64 && segments.some(({ bytes }) => contains(bytes, BANNER));
}

export function loadVmlinux(elf: ElfFile, plan: MemoryPlan, options: LinuxOptions): BootImage {
  for (const { physicalAddress, bytes: content, memoryBytes } of elf.segments) {
    plan.load(physicalAddress, content, memoryBytes);
  }
  const params = writeBootParams(plan, options, vmlinuxHeader());
  const entry = physicalEntry(elf);
  return {
    writes: plan.writes,
    clears: plan.clears,
    cpu: initialCpu('long64', entry, plan, { rsi: BigInt(params) }, SELECTORS),
    entry,
    description: `Linux vmlinux, entry 0x${entry.toString(16)} in 64-bit mode`,
  };
}

function contains(bytes: Uint8Array, text: string): boolean {
  const [first, ...rest] = new TextEncoder().encode(text);
  for (let at = bytes.indexOf(first!); at >= 0; at = bytes.indexOf(first!, at + 1))
    if (rest.every((byte, index) => bytes[at + 1 + index] === byte)) return true;
  return false;
}
