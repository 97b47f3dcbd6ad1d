/**
 * PVH: the entry that Xen's x86/HVM direct boot ABI describes and QEMU, Firecracker and Cloud Hypervisor use too. An ELF
 * file says in a note where it wants to be entered in flat 32-bit mode; EBX points to `hvm_start_info`.
 */
import { ByteWriter } from '../byte-writer';
import { ACPI_BASE, e820 } from '../memory-map';
import type { BootImage } from './boot-image';
import { LoadError } from './boot-image';
import { placeCommandLine, placeInitrd, type LinuxOptions } from './boot-params';
import type { ElfFile } from './elf-file';
import { findElfNote } from './elf-notes';
import { initialCpu } from './initial-cpu';
import type { MemoryPlan } from './memory-plan';
import type { BootModule } from './multiboot';

const NOTE_OWNER = 'Xen';
/** XEN_ELFNOTE_PHYS32_ENTRY */
const NOTE_PHYS32_ENTRY = 18;
/** XEN_HVM_START_MAGIC_VALUE, "xEn3" with its high bit set. */
const START_MAGIC = 0x336ec578;
/** Version 1 brought the memory map. */
const START_VERSION = 1;
const START_INFO_BYTES = 56;
const MODULE_BYTES = 32;
const MAP_ENTRY_BYTES = 24;
const PAGE = 4096;
const BELOW_4_GIB = 0xffffffff;
/** The ABI sets no limit; Linux' is 2048. */
const COMMAND_LINE_MAX = 0xffff;

/** Physical address at which the file wants to be entered; undefined when it says nothing of PVH. */
export function pvhEntry(elf: ElfFile): number | undefined {
  const description = findElfNote(elf, NOTE_OWNER, NOTE_PHYS32_ENTRY);
  if (!description || description.length < 4) return undefined;
  return new DataView(description.buffer, description.byteOffset, 4).getUint32(0, true);
}

export interface PvhOptions extends LinuxOptions {
  readonly modules: readonly BootModule[];
}

export function loadPvh(elf: ElfFile, entry: number, plan: MemoryPlan, options: PvhOptions): BootImage {
  for (const { physicalAddress, bytes: content, memoryBytes } of elf.segments) {
    plan.load(physicalAddress, content, memoryBytes);
  }
  const inside = elf.segments.some(
    ({ physicalAddress, memoryBytes }) => entry >= physicalAddress && entry < physicalAddress + memoryBytes,
  );
  if (!inside) {
    throw new LoadError(
      `${options.name} names 0x${entry.toString(16)} as its PVH entry, where none of its segments lies: correct the note`,
    );
  }
  const info = writeStartInfo(plan, options);
  return {
    writes: plan.writes,
    clears: plan.clears,
    cpu: initialCpu('protected32', BigInt(entry), plan, { rbx: BigInt(info) }),
    entry: BigInt(entry),
    description: `PVH ELF64, entry 0x${entry.toString(16)}`,
  };
}

/** The initial RAM disk is the first module, as Linux and Xen expect; multiboot-like modules follow. */
function writeStartInfo(plan: MemoryPlan, options: PvhOptions): number {
  const commandLine = placeCommandLine(plan, options, COMMAND_LINE_MAX);
  const strings = new ByteWriter();
  const modules = options.modules.map((module) => {
    const address = plan.reserveHigh(module.bytes.length, PAGE);
    plan.write(address, module.bytes);
    const text = strings.length;
    strings.u8(...new TextEncoder().encode(module.commandLine), 0);
    return { address, bytes: module.bytes.length, text };
  });
  // Last, because it goes to the top of memory, and modules go behind what is there.
  const initrd = placeInitrd(plan, options.initrd, BELOW_4_GIB);
  const count = modules.length + (initrd ? 1 : 0);
  const map = e820(options.memoryBytes);
  const mapOffset = START_INFO_BYTES + count * MODULE_BYTES;
  const stringsOffset = mapOffset + map.length * MAP_ENTRY_BYTES;
  const base = plan.reserve(stringsOffset + strings.length, 16);
  const info = new ByteWriter()
    .u32(START_MAGIC)
    .u32(START_VERSION)
    .u32(0) // flags
    .u32(count)
    .u64(count ? base + START_INFO_BYTES : 0)
    .u64(commandLine)
    .u64(ACPI_BASE)
    .u64(base + mapOffset)
    .u32(map.length)
    .u32(0);
  if (initrd) info.u64(initrd.address).u64(initrd.bytes).u64(0).u64(0);
  for (const { address, bytes, text } of modules)
    info
      .u64(address)
      .u64(bytes)
      .u64(base + stringsOffset + text)
      .u64(0);
  for (const { base: start, length, type } of map) info.u64(start).u64(length).u32(type).u32(0);
  plan.write(base, info.u8(...strings.finish()).finish());
  return base;
}
