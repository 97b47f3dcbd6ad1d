/**
 * Reads what loading needs of an ELF file: header and program headers, 32 and 64 bit (System V ABI, "Object
 * Files"). Symbols and sections are the symbol room's matter. Every size and offset is checked before use.
 */
import { LoadError } from './boot-image';

/** A PT_LOAD program header. Bytes past `fileBytes` up to `memoryBytes` are zero. */
export interface ElfSegment {
  readonly virtualAddress: bigint;
  readonly physicalAddress: number;
  readonly bytes: Uint8Array;
  readonly memoryBytes: number;
}

export interface ElfFile {
  readonly bits: 32 | 64;
  readonly entry: bigint;
  /** Static PIE: relocates itself wherever it is loaded. */
  readonly positionIndependent: boolean;
  readonly segments: readonly ElfSegment[];
  /** Contents of the PT_NOTE program headers. */
  readonly notes: readonly Uint8Array[];
}

// e_ident
const MAGIC = [0x7f, 0x45, 0x4c, 0x46] as const;
const CLASS = 4;
const DATA = 5;
const CLASS_32 = 1;
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;

// e_type, e_machine, p_type
const TYPES: Readonly<Record<number, string>> = {
  1: 'is an object file: link it first',
  4: 'is a core dump, not a program',
};
const EXECUTABLE = 2;
const SHARED_OBJECT = 3;
const MACHINE_386 = 3;
const MACHINE_X86_64 = 62;
const MACHINES: Readonly<Record<number, string>> = {
  8: 'MIPS',
  20: 'PowerPC',
  21: 'PowerPC64',
  22: 'S/390',
  40: 'ARM',
  183: 'AArch64',
  243: 'RISC-V',
  258: 'LoongArch',
};
const LOADABLE = 1;
const INTERPRETER = 3;
const NOTE = 4;

/** Offsets of the fields that differ: header size, e_phoff, e_phentsize and e_phnum; program header size. */
const LAYOUT = {
  32: { header: 52, programOffset: 28, entrySize: 42, programHeader: 32 },
  64: { header: 64, programOffset: 32, entrySize: 54, programHeader: 56 },
} as const;

export function isElf(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/** Reads an executable x86 ELF file whose magic is right. Throws `LoadError`, with `name` in the message. */
export function readElf(bytes: Uint8Array, name: string): ElfFile {
  const bits = bytes[CLASS] === CLASS_32 ? 32 : bytes[CLASS] === CLASS_64 ? 64 : undefined;
  if (!bits || bytes[DATA] !== LITTLE_ENDIAN) {
    throw new LoadError(`${name} is not a little-endian ELF32 or ELF64 file: build it for x86`);
  }
  const layout = LAYOUT[bits];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < layout.header) throw truncated(name, 'the ELF header');

  const fileType = view.getUint16(16, true);
  checkKind(fileType, view.getUint16(18, true), name);
  const word = (at: number): bigint =>
    bits === 32 ? BigInt(view.getUint32(at, true)) : view.getBigUint64(at, true);
  const entry = word(24);
  const tableOffset = Number(word(layout.programOffset));
  const entrySize = view.getUint16(layout.entrySize, true);
  const count = view.getUint16(layout.entrySize + 2, true);
  if (count === 0)
    throw new LoadError(`${name} has no program headers, so nothing to load: link it as a program`);
  if (entrySize < layout.programHeader) {
    throw new LoadError(
      `${name} has program headers of ${entrySize} bytes, too small: the file is damaged, build it again`,
    );
  }
  if (tableOffset + count * entrySize > bytes.length) throw truncated(name, 'its program headers');

  const segments: ElfSegment[] = [];
  const notes: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const at = tableOffset + i * entrySize;
    const type = view.getUint32(at, true);
    if (type === INTERPRETER) {
      throw new LoadError(
        `${name} wants a dynamic linker, and nothing here could run one: link it with -static -no-pie, or -static-pie`,
      );
    }
    if (type !== LOADABLE && type !== NOTE) continue;
    const field = (offset32: number, offset64: number) => word(at + (bits === 32 ? offset32 : offset64));
    const segment = {
      offset: Number(field(4, 8)),
      virtualAddress: field(8, 16),
      physicalAddress: Number(field(12, 24)),
      fileBytes: Number(field(16, 32)),
      memoryBytes: Number(field(20, 40)),
    };
    if (segment.offset + segment.fileBytes > bytes.length) throw truncated(name, `segment ${i}`);
    if (type === NOTE) {
      notes.push(bytes.subarray(segment.offset, segment.offset + segment.fileBytes));
      continue;
    }
    if (segment.memoryBytes < segment.fileBytes) {
      throw new LoadError(
        `${name}: segment ${i} is larger in the file than in memory: the file is damaged, build it again`,
      );
    }
    if (segment.memoryBytes === 0) continue;
    const { offset, fileBytes, ...rest } = segment;
    segments.push({ ...rest, bytes: bytes.subarray(offset, offset + fileBytes) });
  }
  if (segments.length === 0) throw new LoadError(`${name} has nothing to load: link it as a program`);
  return { bits, entry, positionIndependent: fileType === SHARED_OBJECT, segments, notes };
}

/** Physical address of the entry point, which stands in the header as a virtual one. */
export function physicalEntry({ entry, segments }: ElfFile): bigint {
  const home = segments.find(
    ({ virtualAddress, memoryBytes }) =>
      entry >= virtualAddress && entry < virtualAddress + BigInt(memoryBytes),
  );
  return home ? entry - home.virtualAddress + BigInt(home.physicalAddress) : entry;
}

function checkKind(type: number, machine: number, name: string): void {
  if (machine !== MACHINE_386 && machine !== MACHINE_X86_64) {
    const what = MACHINES[machine] ?? `ELF machine ${machine}`;
    throw new LoadError(`${name} is built for ${what}; this machine is x86: build it for x86-64 or i386`);
  }
  if (type !== EXECUTABLE && type !== SHARED_OBJECT) {
    throw new LoadError(`${name} ${TYPES[type] ?? `has the unknown ELF type ${type}: build it again`}`);
  }
}

function truncated(name: string, what: string): LoadError {
  return new LoadError(
    `${name} is truncated: the file ends before the end of ${what}; build or copy it again`,
  );
}
