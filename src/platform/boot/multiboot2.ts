/**
 * Multiboot 2 (Multiboot2 Specification 2.0): finds and reads the header, and loads ELF32, ELF64 and images with address
 * tags. What the guest gets to read is written by multiboot2-information.ts. A demand that cannot be met is refused.
 */
import type { BootImage } from './boot-image';
import { LoadError } from './boot-image';
import { readElf, isElf } from './elf-file';
import { placeElf } from './elf-placement';
import { initialCpu } from './initial-cpu';
import type { MemoryPlan } from './memory-plan';
import type { MultibootOptions } from './multiboot';
import { INFORMATION, OFFERED_INFORMATION, writeInformation } from './multiboot2-information';

const HEADER_MAGIC = 0xe85250d6;
const LOADER_MAGIC = 0x36d76289n;
/** The header lies on an 8-byte boundary within this much of the file. */
const SEARCH_BYTES = 32768;
const HEADER_BYTES = 16;
/** 32-bit protected mode of i386. */
const ARCHITECTURE_I386 = 0;

/** Header tags. */
const TAG = {
  END: 0,
  INFORMATION_REQUEST: 1,
  ADDRESS: 2,
  ENTRY_ADDRESS: 3,
  CONSOLE_FLAGS: 4,
  FRAMEBUFFER: 5,
  MODULE_ALIGNMENT: 6,
  EFI_BOOT_SERVICES: 7,
  EFI_I386_ENTRY: 8,
  EFI_AMD64_ENTRY: 9,
  RELOCATABLE: 10,
} as const;
const TAG_OPTIONAL = 1 << 0;
const TAG_HEADER_BYTES = 8;
/** Of the console flags: a console must be there, and an EGA text console is understood. There is one. */
const CONSOLE_TEXT_SUPPORTED = 1 << 1;

export interface Multiboot2Header {
  /** Where in the file it stands. */
  readonly offset: number;
  readonly length: number;
}

interface Tag {
  readonly type: number;
  readonly optional: boolean;
  /** The words behind type, flags and size. */
  readonly words: readonly number[];
}

/** The first valid header, if the image has one. */
export function findMultiboot2Header(bytes: Uint8Array): Multiboot2Header | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; offset + HEADER_BYTES <= Math.min(bytes.length, SEARCH_BYTES); offset += 8) {
    const [magic, architecture, length, checksum] = [0, 4, 8, 12].map((at) =>
      view.getUint32(offset + at, true),
    ) as [number, number, number, number];
    if (magic === HEADER_MAGIC && (magic + architecture + length + checksum) % 0x1_0000_0000 === 0)
      return { offset, length };
  }
  return undefined;
}

export function loadMultiboot2(
  bytes: Uint8Array,
  header: Multiboot2Header,
  plan: MemoryPlan,
  options: MultibootOptions,
): BootImage {
  const { name } = options;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(header.offset + 4, true) !== ARCHITECTURE_I386) {
    throw new LoadError(`${name} has a multiboot 2 header for another architecture than i386: set it to 0`);
  }
  const tags = readTags(view, header, name);
  for (const tag of tags) refuseUnmet(tag, name);
  const words = (type: number) => tags.find((tag) => tag.type === type)?.words;

  const address = words(TAG.ADDRESS);
  const loaded = address
    ? loadByAddresses(bytes, header, address, plan, name)
    : loadElf(bytes, tags, plan, name);
  const entry = words(TAG.ENTRY_ADDRESS)?.[0] ?? loaded.entry;
  if (entry === undefined) {
    throw new LoadError(`${name} has a multiboot 2 address tag but no entry address tag: add one`);
  }
  const loadBase = words(TAG.RELOCATABLE) && loaded.base;
  const info = writeInformation(plan, { ...options, ...(loadBase !== undefined && { loadBase }) });
  return {
    writes: plan.writes,
    clears: plan.clears,
    cpu: initialCpu('protected32', BigInt(entry), plan, { rax: LOADER_MAGIC, rbx: BigInt(info) }),
    entry: BigInt(entry),
    description: `multiboot 2 ${loaded.format}, entry 0x${entry.toString(16)}`,
  };
}

function readTags(view: DataView, header: Multiboot2Header, name: string): Tag[] {
  const end = header.offset + header.length;
  if (end > view.byteLength) {
    throw new LoadError(`${name} is truncated: its multiboot 2 header ends after the file does`);
  }
  const tags: Tag[] = [];
  let at = header.offset + HEADER_BYTES;
  while (at + TAG_HEADER_BYTES <= end) {
    const type = view.getUint16(at, true);
    const size = view.getUint32(at + 4, true);
    if (type === TAG.END) return tags;
    if (size < TAG_HEADER_BYTES || at + size > end) {
      throw new LoadError(
        `${name} has a multiboot 2 header tag of type ${type} with the impossible size ${size}: correct it`,
      );
    }
    const count = Math.floor((size - TAG_HEADER_BYTES) / 4);
    const words = Array.from({ length: count }, (_, index) =>
      view.getUint32(at + TAG_HEADER_BYTES + 4 * index, true),
    );
    tags.push({ type, optional: (view.getUint16(at + 2, true) & TAG_OPTIONAL) !== 0, words });
    at += (size + 7) & ~7;
  }
  return tags;
}

/** Tags that the loader must obey, as long as they are not marked optional. */
function refuseUnmet({ type, optional, words }: Tag, name: string): void {
  if (optional) return;
  const cannot = (what: string, advice: string) => new LoadError(`${name} demands ${what}: ${advice}`);
  switch (type) {
    case TAG.INFORMATION_REQUEST: {
      const unmet = words.find((wanted) => !OFFERED_INFORMATION.includes(wanted));
      if (unmet === undefined) return;
      const what = Object.entries(INFORMATION).find(([, number]) => number === unmet)?.[0] ?? 'unknown';
      throw cannot(
        `multiboot 2 information of type ${unmet} (${what}), which this machine does not have`,
        'set the optional flag of its information request',
      );
    }
    case TAG.FRAMEBUFFER:
      throw cannot(
        'a graphical framebuffer, and there is only a text screen',
        'set the optional flag of this tag',
      );
    case TAG.CONSOLE_FLAGS:
      if (((words[0] ?? 0) & ~CONSOLE_TEXT_SUPPORTED) === 0 || (words[0] ?? 0) & CONSOLE_TEXT_SUPPORTED)
        return;
      throw cannot('a console other than EGA text, and there is no other', 'set bit 1 of the console flags');
    case TAG.ADDRESS:
    case TAG.ENTRY_ADDRESS:
    case TAG.MODULE_ALIGNMENT:
    case TAG.EFI_BOOT_SERVICES:
    case TAG.EFI_I386_ENTRY:
    case TAG.EFI_AMD64_ENTRY:
    case TAG.RELOCATABLE:
      // EFI's tags say what a loader on EFI does; on a PC with a BIOS they mean nothing.
      return;
    default:
      throw cannot(
        `multiboot 2 header tag ${type}, which is not defined`,
        'set its optional flag, or remove it',
      );
  }
}

interface Loaded {
  readonly entry: number | undefined;
  readonly base: number;
  readonly format: string;
}

function loadElf(bytes: Uint8Array, tags: readonly Tag[], plan: MemoryPlan, name: string): Loaded {
  if (!isElf(bytes)) {
    throw new LoadError(
      `${name} has a multiboot 2 header without address tag and is not an ELF file: add the tag, or link it as ELF`,
    );
  }
  const elf = readElf(bytes, name);
  const relocatable = tags.find(({ type }) => type === TAG.RELOCATABLE)?.words;
  const lowest = relocatable && elf.positionIndependent ? relocatable[0] : undefined;
  const alignment = relocatable?.[2] || 1;
  const address = lowest === undefined ? undefined : Math.ceil(lowest / alignment) * alignment;
  const { entry, base } = placeElf(elf, plan, name, address || undefined);
  if (entry > 0xffffffffn) {
    throw new LoadError(
      `${name} has its entry point above 4 GiB, where multiboot's 32-bit mode cannot begin`,
    );
  }
  return { entry: Number(entry), base, format: `ELF${elf.bits}` };
}

/** The address tag: header_addr, load_addr, load_end_addr, bss_end_addr. */
function loadByAddresses(
  bytes: Uint8Array,
  header: Multiboot2Header,
  words: readonly number[],
  plan: MemoryPlan,
  name: string,
): Loaded {
  const [headerAddress = 0, loadAddress = 0, loadEnd = 0, bssEnd = 0] = words;
  const wrong = (what: string) =>
    new LoadError(`${name}: multiboot 2 ${what}: correct the address tag of its header`);
  // load_addr of all ones: from the beginning of the file.
  const fileOffset = loadAddress === 0xffffffff ? 0 : header.offset - (headerAddress - loadAddress);
  const start = loadAddress === 0xffffffff ? headerAddress - header.offset : loadAddress;
  if (fileOffset < 0 || fileOffset > bytes.length || start < 0)
    throw wrong('load_addr does not fit header_addr');
  const length = loadEnd === 0 ? bytes.length - fileOffset : loadEnd - start;
  if (length < 0) throw wrong('load_end_addr lies below load_addr');
  if (fileOffset + length > bytes.length) throw wrong('load_end_addr lies behind the end of the file');
  const total = bssEnd === 0 ? length : bssEnd - start;
  if (total < length) throw wrong('bss_end_addr lies below load_end_addr');
  plan.load(start, bytes.subarray(fileOffset, fileOffset + length), total);
  return { entry: undefined, base: start, format: 'image with address tags' };
}
