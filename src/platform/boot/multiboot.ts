/**
 * Multiboot 1 (Multiboot Specification 0.6.96): ELF32, ELF64 and images with address fields; modules, memory
 * map, command line. The command line is the image's name, a space, then the arguments, as QEMU passes it.
 */
import { ByteWriter } from '../byte-writer';
import { e820, EBDA_BASE, HIGH_MEMORY_BASE, KIB } from '../memory-map';
import type { BootImage } from './boot-image';
import { LoadError } from './boot-image';
import { isElf, readElf } from './elf-file';
import { placeElf } from './elf-placement';
import { initialCpu } from './initial-cpu';
import type { MemoryPlan } from './memory-plan';

const HEADER_MAGIC = 0x1badb002;
const LOADER_MAGIC = 0x2badb002n;
/** The header lies on a 4-byte boundary within this much of the file. */
const SEARCH_BYTES = 8192;
export const LOADER_NAME = 'turtlescope';

// Header flags
const HEADER_HAS_ADDRESSES = 1 << 16;
/** Flags 0-15 are demands. Page-aligned modules, memory map, video mode (which a loader may decline). */
const KNOWN_DEMANDS = 0x7;

// Information structure flags
const INFO_MEMORY = 1 << 0;
const INFO_COMMAND_LINE = 1 << 2;
const INFO_MODULES = 1 << 3;
const INFO_MEMORY_MAP = 1 << 6;
const INFO_LOADER_NAME = 1 << 9;
const INFO_BYTES = 120;
const MODULE_BYTES = 16;
const MAP_ENTRY_BYTES = 24;
const PAGE = 4096;

/** A file loaded with the image. `commandLine` is what the guest sees as the module's string. */
export interface BootModule {
  readonly commandLine: string;
  readonly bytes: Uint8Array;
}

export interface MultibootHeader {
  /** Where in the file it stands. */
  readonly offset: number;
  readonly flags: number;
}

export interface MultibootOptions {
  readonly name: string;
  readonly append: string;
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly modules: readonly BootModule[];
}

/** A module in memory, `end` exclusive. */
export interface PlacedModule {
  readonly start: number;
  readonly end: number;
  readonly commandLine: string;
}

/** The first valid header (magic, flags and checksum add to zero), if the image has one. */
export function findMultibootHeader(bytes: Uint8Array): MultibootHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; offset + 12 <= Math.min(bytes.length, SEARCH_BYTES); offset += 4) {
    if (view.getUint32(offset, true) !== HEADER_MAGIC) continue;
    const flags = view.getUint32(offset + 4, true);
    const checksum = view.getUint32(offset + 8, true);
    if ((HEADER_MAGIC + flags + checksum) % 0x1_0000_0000 === 0) return { offset, flags };
  }
  return undefined;
}

export function loadMultiboot(
  bytes: Uint8Array,
  header: MultibootHeader,
  plan: MemoryPlan,
  options: MultibootOptions,
): BootImage {
  const unknown = header.flags & 0xffff & ~KNOWN_DEMANDS;
  if (unknown) {
    throw new LoadError(
      `${options.name} demands multiboot features 0x${unknown.toString(16)}, which multiboot 1 does not define: ` +
        `clear these bits of its header's flags`,
    );
  }
  const { entry, format } =
    header.flags & HEADER_HAS_ADDRESSES
      ? loadByAddresses(bytes, header, plan, options.name)
      : loadElf(bytes, plan, options.name);
  const info = writeInformation(plan, options);
  return {
    writes: plan.writes,
    clears: plan.clears,
    cpu: initialCpu('protected32', entry, plan, { rax: LOADER_MAGIC, rbx: BigInt(info) }),
    entry,
    description: `multiboot ${format}, entry 0x${entry.toString(16)}`,
  };
}

function loadElf(bytes: Uint8Array, plan: MemoryPlan, name: string): { entry: bigint; format: string } {
  if (!isElf(bytes)) {
    throw new LoadError(
      `${name} has a multiboot header without address fields and is not an ELF file: ` +
        `set flag 16 and the address fields, or link it as ELF`,
    );
  }
  const elf = readElf(bytes, name);
  const { entry } = placeElf(elf, plan, name);
  if (entry > 0xffffffffn) {
    throw new LoadError(
      `${name} has its entry point above 4 GiB, where multiboot's 32-bit mode cannot begin`,
    );
  }
  return { entry, format: `ELF${elf.bits}` };
}

/** The address fields: header_addr, load_addr, load_end_addr, bss_end_addr, entry_addr. */
function loadByAddresses(
  bytes: Uint8Array,
  header: MultibootHeader,
  plan: MemoryPlan,
  name: string,
): { entry: bigint; format: string } {
  if (header.offset + 32 > bytes.length) {
    throw new LoadError(`${name} is truncated: its multiboot header ends after the file does`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + header.offset, 32);
  const [headerAddress, loadAddress, loadEnd, bssEnd, entry] = [12, 16, 20, 24, 28].map((at) =>
    view.getUint32(at, true),
  ) as [number, number, number, number, number];
  const fileOffset = header.offset - (headerAddress - loadAddress);
  const wrong = (what: string) =>
    new LoadError(`${name}: multiboot ${what}: correct the address fields of its header`);
  if (loadAddress > headerAddress || fileOffset < 0) throw wrong('load_addr does not fit header_addr');
  // Zero means: to the end of the file, and no bss.
  const length = loadEnd === 0 ? bytes.length - fileOffset : loadEnd - loadAddress;
  if (length < 0) throw wrong('load_end_addr lies below load_addr');
  if (fileOffset + length > bytes.length) throw wrong('load_end_addr lies behind the end of the file');
  const total = bssEnd === 0 ? length : bssEnd - loadAddress;
  if (total < length) throw wrong('bss_end_addr lies below load_end_addr');
  plan.load(loadAddress, bytes.subarray(fileOffset, fileOffset + length), total);
  return { entry: BigInt(entry), format: 'image with address fields' };
}

/** Modules behind the image, on page boundaries. */
export function placeModules(plan: MemoryPlan, modules: readonly BootModule[]): PlacedModule[] {
  return modules.map(({ bytes, commandLine }) => {
    const start = plan.reserveHigh(bytes.length, PAGE);
    plan.write(start, bytes);
    return { start, end: start + bytes.length, commandLine };
  });
}

/** Modules behind the image on page boundaries; the information structure with all it points to in one piece. */
function writeInformation(plan: MemoryPlan, options: MultibootOptions): number {
  const { name, append, memoryBytes, modules } = options;
  const loaded = placeModules(plan, modules);
  const map = e820(memoryBytes);
  const strings = new ByteWriter();
  const textAt = (text: string): number => {
    const offset = strings.length;
    strings.u8(...new TextEncoder().encode(text), 0);
    return offset;
  };
  const commandLine = textAt(append ? `${name} ${append}` : name);
  const loaderName = textAt(LOADER_NAME);
  const moduleLines = loaded.map((module) => textAt(module.commandLine));

  const modulesOffset = INFO_BYTES;
  const mapOffset = modulesOffset + loaded.length * MODULE_BYTES;
  const stringsOffset = mapOffset + map.length * MAP_ENTRY_BYTES;
  const base = plan.reserve(stringsOffset + strings.length, 16);

  const info = new ByteWriter()
    .u32(INFO_MEMORY | INFO_COMMAND_LINE | INFO_MODULES | INFO_MEMORY_MAP | INFO_LOADER_NAME)
    .u32(EBDA_BASE / KIB)
    .u32((memoryBytes - HIGH_MEMORY_BASE) / KIB)
    .u32(0) // boot device
    .u32(base + stringsOffset + commandLine)
    .u32(loaded.length)
    .u32(base + modulesOffset)
    .zeros(16) // symbols
    .u32(map.length * MAP_ENTRY_BYTES)
    .u32(base + mapOffset)
    .zeros(12) // drives, BIOS configuration
    .u32(base + stringsOffset + loaderName);
  info.zeros(INFO_BYTES - info.length);
  loaded.forEach(({ start, end }, index) => {
    info
      .u32(start)
      .u32(end)
      .u32(base + stringsOffset + (moduleLines[index] ?? 0))
      .u32(0);
  });
  // Each entry's size does not count the size field itself.
  for (const { base: start, length, type } of map) {
    info
      .u32(MAP_ENTRY_BYTES - 4)
      .u64(start)
      .u64(length)
      .u32(type);
  }
  plan.write(base, info.u8(...strings.finish()).finish());
  return base;
}
