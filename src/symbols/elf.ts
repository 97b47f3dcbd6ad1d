/**
 * ELF files for x86: header, segments, sections, build-id, section contents (also compressed ones).
 *
 * Source: System V gABI chapters 4 and 5. Both classes are read; class and machine do not tell the code's width:
 * 64-bit code is often wrapped into an ELF32/i386 file so that a multiboot loader takes it. It interprets no
 * debug information and never throws anything but `SymbolError`.
 */
import { ByteReader } from './byte-reader';
import { sourceOf, type ByteSource } from './byte-source';
import { compressionOf, decompressed } from './compression';
import { toOutside } from './address';
import { SymbolError } from './symbol-error';

const SHT_SYMTAB = 2;
const SHT_NOTE = 7;
const SHT_NOBITS = 8;
const SHT_DYNSYM = 11;
const SHF_ALLOC = 0x2;
const SHF_EXECINSTR = 0x4;
const SHF_COMPRESSED = 0x800;
const PT_LOAD = 1;
const NT_GNU_BUILD_ID = 3;
/** Bytes of the larger of the two file headers. */
const HEADER = 64;

/** Machines people confuse with x86, for the error message. */
const MACHINE_NAMES: Readonly<Record<number, string>> = {
  2: 'SPARC',
  8: 'MIPS',
  20: 'PowerPC',
  21: 'PowerPC64',
  22: 's390',
  40: 'Arm',
  50: 'Itanium',
  183: 'AArch64',
  243: 'RISC-V',
  258: 'LoongArch',
};

export interface ElfSection {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  /** Load address, inside representation (see address.ts). */
  readonly start: number;
  readonly offset: number;
  /** Bytes in the file (for NOBITS: in memory). */
  readonly size: number;
  readonly link: number;
  readonly entrySize: number;
  readonly allocated: boolean;
  readonly executable: boolean;
}

export interface ElfSegment {
  readonly type: number;
  readonly flags: number;
  readonly virtualAddress: bigint;
  readonly physicalAddress: bigint;
  readonly fileOffset: number;
  readonly fileSize: number;
  readonly memorySize: bigint;
  readonly loaded: boolean;
}

export type ElfKind = 'relocatable' | 'executable' | 'shared' | 'core' | 'other';

export class ElfFile {
  readonly bits: 32 | 64;
  readonly machine: 'i386' | 'x86-64';
  readonly kind: ElfKind;
  readonly entry: bigint;
  readonly sections: readonly ElfSection[];
  readonly segments: readonly ElfSegment[];
  private readonly contents = new Map<number, Uint8Array>();

  readonly source: ByteSource;

  /** Parses headers only. `what` names the file in messages. Throws `SymbolError` for anything it cannot use. */
  constructor(
    file: Uint8Array | ByteSource,
    readonly what = 'the file',
  ) {
    this.source = sourceOf(file);
    const bytes = this.source.read(0, HEADER);
    if (
      bytes.length < 4 ||
      bytes[0] !== 0x7f ||
      bytes[1] !== 0x45 ||
      bytes[2] !== 0x4c ||
      bytes[3] !== 0x46
    ) {
      throw new SymbolError(
        `${what} is not an ELF file. Give the linked program (the ELF file, not a disk image, bzImage or raw binary).`,
      );
    }
    if (bytes.length < 52) this.truncated('the ELF header');
    const elfClass = bytes[4];
    if (elfClass !== 1 && elfClass !== 2) {
      throw new SymbolError(
        `${what} has ELF class ${elfClass}, which does not exist. The file is damaged; rebuild it.`,
      );
    }
    this.bits = elfClass === 2 ? 64 : 32;
    if (bytes[5] !== 1) {
      throw new SymbolError(
        `${what} is a big-endian ELF file, so it is not for x86. Give a program built for x86.`,
      );
    }
    const word = this.bits / 8;
    const reader = new ByteReader(bytes, what, 16);
    this.kind = (['other', 'relocatable', 'executable', 'shared', 'core'] as const)[reader.u16()] ?? 'other';
    const machine = reader.u16();
    if (machine !== 3 && machine !== 62) {
      const name = MACHINE_NAMES[machine] ?? `ELF machine ${machine}`;
      throw new SymbolError(`${what} is built for ${name}. Give a program built for x86 (i386 or x86-64).`);
    }
    this.machine = machine === 62 ? 'x86-64' : 'i386';
    reader.skip(4);
    this.entry = toOutside(reader.address(word));
    const segmentOffset = reader.size(word);
    const sectionOffset = reader.size(word);
    reader.skip(6);
    const segmentEntry = reader.u16();
    const segmentCount = reader.u16();
    const sectionEntry = reader.u16();
    const sectionCount = reader.u16();
    const nameSection = reader.u16();
    this.segments = this.readSegments(segmentOffset, segmentEntry, segmentCount, word);
    this.sections = this.readSections(sectionOffset, sectionEntry, sectionCount, nameSection, word);
  }

  /** First section of that name, or undefined. */
  section(name: string): ElfSection | undefined {
    return this.sections.find((s) => s.name === name);
  }

  /** The section with this index, if there is one. */
  sectionAt(index: number): ElfSection | undefined {
    return this.sections[index];
  }

  /** `.symtab`, or `.dynsym` of a stripped file. */
  symbolSection(): ElfSection | undefined {
    return (
      this.sections.find((s) => s.type === SHT_SYMTAB) ?? this.sections.find((s) => s.type === SHT_DYNSYM)
    );
  }

  /**
   * Contents of a section, decompressed, empty for NOBITS. Not copied unless it was compressed.
   * Throws `SymbolError` when the compression is damaged or unknown.
   */
  data(section: ElfSection): Uint8Array {
    let data = this.contents.get(section.index);
    if (!data) {
      data = this.readData(section);
      this.contents.set(section.index, data);
    }
    return data;
  }

  /** A debug section by its name without prefix ("info", "line"), also in the old `.zdebug_` form. */
  debugSection(name: string): ElfSection | undefined {
    return this.section(`.debug_${name}`) ?? this.section(`.zdebug_${name}`);
  }

  /** Whether it has debug information of its own. */
  get describesSource(): boolean {
    return ['info', 'line'].some((name) => this.debugSection(name));
  }

  /** Contents of a debug section. */
  debugData(name: string): Uint8Array | undefined {
    const section = this.debugSection(name);
    return section && section.type !== SHT_NOBITS ? this.data(section) : undefined;
  }

  /** The file with the debug information, as `.gnu_debuglink` names it, and the CRC-32 it must have. */
  debugLink(): { readonly name: string; readonly crc: number } | undefined {
    const section = this.section('.gnu_debuglink');
    if (!section) return undefined;
    const reader = new ByteReader(this.data(section), section.name);
    const name = reader.string();
    reader.offset = (reader.offset + 3) & ~3;
    return { name, crc: reader.u32() };
  }

  /** The linker's build-id as lower-case hex, or undefined. Equal ids: the same link. */
  buildId(): string | undefined {
    for (const section of this.sections) {
      if (section.type !== SHT_NOTE) continue;
      const notes = new ByteReader(this.data(section), section.name);
      while (notes.remaining >= 12) {
        const nameSize = notes.u32();
        const size = notes.u32();
        const type = notes.u32();
        const name = notes.block(Math.min(notes.remaining, (nameSize + 3) & ~3));
        const body = notes.block(Math.min(notes.remaining, (size + 3) & ~3)).subarray(0, size);
        const isGnu = name[0] === 0x47 && name[1] === 0x4e && name[2] === 0x55 && name[3] === 0;
        if (type === NT_GNU_BUILD_ID && isGnu)
          return [...body].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      }
    }
    return undefined;
  }

  /** Whether an inside address lies in memory this file occupies. Without sections, segments decide. */
  occupies(address: number): boolean {
    if (this.sections.length > 1) {
      return this.sections.some((s) => s.allocated && address >= s.start && address < s.start + s.size);
    }
    const outside = toOutside(address);
    return this.segments.some(
      (s) => s.loaded && outside >= s.virtualAddress && outside < s.virtualAddress + s.memorySize,
    );
  }

  /** Bytes of the image at an inside address as linked, or undefined when the file holds none there. */
  imageBytes(address: number, length: number): Uint8Array | undefined {
    for (const s of this.sections) {
      if (!s.allocated || s.type === SHT_NOBITS || s.flags & SHF_COMPRESSED) continue;
      if (address < s.start || address + length > s.start + s.size) continue;
      const from = s.offset + (address - s.start);
      return this.source.read(from, length);
    }
    return undefined;
  }

  private readSegments(offset: number, entrySize: number, count: number, word: number): ElfSegment[] {
    const segments: ElfSegment[] = [];
    if (count === 0 || offset === 0) return segments;
    if (entrySize < (word === 8 ? 56 : 32)) this.damaged('program header');
    if (offset + entrySize * count > this.source.length) this.truncated('the program headers');
    const table = this.source.read(offset, entrySize * count);
    for (let i = 0; i < count; i++) {
      const reader = new ByteReader(table, this.what, i * entrySize);
      const type = reader.u32();
      let flags = word === 8 ? reader.u32() : 0;
      const fileOffset = reader.size(word);
      const virtualAddress = toOutside(reader.address(word));
      const physicalAddress = toOutside(reader.address(word));
      const fileSize = reader.size(word);
      const memorySize = word === 8 ? reader.u64() : BigInt(reader.u32());
      if (word === 4) flags = reader.u32();
      const loaded = type === PT_LOAD;
      segments.push({
        type,
        flags,
        virtualAddress,
        physicalAddress,
        fileOffset,
        fileSize,
        memorySize,
        loaded,
      });
    }
    return segments;
  }

  private readSections(
    offset: number,
    entrySize: number,
    countInHeader: number,
    nameIndexInHeader: number,
    word: number,
  ): ElfSection[] {
    if (offset === 0) return [];
    if (entrySize < (word === 8 ? 64 : 40)) this.damaged('section header');
    if (offset + entrySize > this.source.length) this.truncated('the section headers');
    // Counts that do not fit 16 bits stand in section 0 (gABI "Extended section header").
    const zero = this.rawSection(this.source.read(offset, entrySize), 0, word);
    const count = countInHeader === 0 ? zero.size : countInHeader;
    const nameIndex = nameIndexInHeader === 0xffff ? zero.link : nameIndexInHeader;
    if (offset + entrySize * count > this.source.length) this.truncated('the section headers');
    const table = this.source.read(offset, entrySize * count);
    const raw = Array.from({ length: count }, (_, i) => this.rawSection(table, i * entrySize, word));
    const names = raw[nameIndex];
    if (names && names.offset + names.size > this.source.length) this.truncated('the section names');
    const text = names && names.type !== SHT_NOBITS ? this.source.read(names.offset, names.size) : undefined;
    return raw.map((s, index) => {
      let name = '';
      if (text && s.name < text.length) name = new ByteReader(text, this.what, s.name).string();
      if (s.type !== SHT_NOBITS && s.type !== 0 && s.offset + s.size > this.source.length) {
        this.truncated(`section ${name || index}`);
      }
      return {
        ...s,
        name,
        index,
        allocated: (s.flags & SHF_ALLOC) !== 0,
        executable: (s.flags & SHF_EXECINSTR) !== 0,
      };
    });
  }

  private rawSection(table: Uint8Array, offset: number, word: number) {
    const reader = new ByteReader(table, this.what, offset);
    const name = reader.u32();
    const type = reader.u32();
    // Only the low 32 flag bits mean anything on x86.
    const flags = reader.u32();
    if (word === 8) reader.skip(4);
    const start = reader.address(word);
    const fileOffset = reader.size(word);
    const size = reader.size(word);
    const link = reader.u32();
    reader.skip(4 + word);
    const entrySize = reader.size(word);
    return { name, type, flags, start, offset: fileOffset, size, link, entrySize };
  }

  private readData(section: ElfSection): Uint8Array {
    if (section.type === SHT_NOBITS || section.type === 0) return new Uint8Array(0);
    const stored = this.source.read(section.offset, section.size);
    const compression = compressionOf(
      section.name,
      (section.flags & SHF_COMPRESSED) !== 0,
      stored,
      this.bits,
    );
    return compression ? decompressed(compression, `${this.what}: section ${section.name}`) : stored;
  }

  private truncated(part: string): never {
    throw new SymbolError(
      `${this.what} is truncated: ${part} lies past its end (${this.source.length} bytes). Copy or build it again.`,
    );
  }

  private damaged(part: string): never {
    throw new SymbolError(`${this.what} is damaged: the ${part} size is impossible. Copy or build it again.`);
  }
}
