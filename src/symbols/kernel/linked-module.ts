/**
 * A module of Linux (a relocatable ELF file) as it lies in memory: sections get the addresses that the kernel gave them, symbols
 * and debug information the values that follow. The result is a file that the rest of this room reads like a linked program.
 *
 * Source: gABI chapter 4 "Relocation", x86-64 psABI 4.4. Relocations of code and data are the kernel's work and not repeated here.
 */
import { ByteReader } from '../byte-reader';
import { ElfFile, type ElfSection } from '../elf';
import { SymbolError } from '../symbol-error';

const SHT_RELA = 4;
const SHT_NOBITS = 8;
const SHF_ALLOC = 0x2;
const SHF_COMPRESSED = 0x800;
const SHN_UNDEF = 0;
const SHN_LORESERVE = 0xff00;
const ET_EXEC = 2;

/** Places in the ELF64 header, in a section header, in a symbol and in a relocation with addend. */
const Header = { TYPE: 16, SECTIONS: 40 } as const;
const SectionHeader = { FLAGS: 8, ADDRESS: 16, OFFSET: 24, SIZE: 32, INFO: 44, BYTES: 64 } as const;
const SymbolEntry = { SECTION: 6, VALUE: 8, BYTES: 24 } as const;
const RELA_BYTES = 24;

/** R_X86_64_*: bytes that are written, and whether the place itself is taken off. */
const relocations: Readonly<Record<number, { bytes: 4 | 8; relative: boolean }>> = {
  1: { bytes: 8, relative: false }, // 64
  2: { bytes: 4, relative: true }, // PC32
  4: { bytes: 4, relative: true }, // PLT32
  10: { bytes: 4, relative: false }, // 32
  11: { bytes: 4, relative: false }, // 32S
  24: { bytes: 8, relative: true }, // PC64
};

/** Sections whose relocations say where code and variables are. */
const described = /^\.(debug_|eh_frame$|orc_unwind_ip$)/;

class Linker {
  private readonly elf: ElfFile;
  private readonly headers: number;
  private bytes: Uint8Array;
  private view: DataView;
  /** Final value of each symbol; undefined in a section that is not in memory. */
  private readonly values: (bigint | undefined)[] = [];

  constructor(
    file: Uint8Array,
    private readonly addresses: ReadonlyMap<string, bigint>,
    private readonly name: string,
  ) {
    this.elf = new ElfFile(file, name);
    if (this.elf.kind !== 'relocatable' || this.elf.bits !== 64)
      throw new SymbolError(
        `${name} is not a module of a 64-bit Linux kernel. Give the .ko files of the kernel's build.`,
      );
    this.headers = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(Header.SECTIONS, true));
    [this.bytes, this.view] = unpacked(file, this.elf, this.headers);
  }

  link(): Uint8Array {
    this.view.setUint16(Header.TYPE, ET_EXEC, true);
    for (const section of this.elf.sections) this.place(section);
    this.moveSymbols();
    for (const section of this.elf.sections) if (section.type === SHT_RELA) this.relocate(section);
    return this.bytes;
  }

  private header({ index }: ElfSection): number {
    return this.headers + index * SectionHeader.BYTES;
  }

  /** What the kernel has not kept, or has thrown away after initialisation, occupies nothing. */
  private place(section: ElfSection): void {
    if (!section.allocated) return;
    const at = this.header(section);
    const address = this.addresses.get(section.name);
    if (address !== undefined) this.view.setBigUint64(at + SectionHeader.ADDRESS, address, true);
    else this.view.setUint32(at + SectionHeader.FLAGS, section.flags & ~SHF_ALLOC, true);
  }

  private moveSymbols(): void {
    const table = this.elf.symbolSection();
    if (!table) return;
    for (let at = table.offset; at < table.offset + table.size; at += SymbolEntry.BYTES) {
      const index = this.view.getUint16(at + SymbolEntry.SECTION, true);
      const value = this.view.getBigUint64(at + SymbolEntry.VALUE, true);
      const section = this.elf.sectionAt(index);
      const special = index === SHN_UNDEF || index >= SHN_LORESERVE;
      const base = !special && section?.allocated ? this.addresses.get(section.name) : 0n;
      const moved = base === undefined ? undefined : BigInt.asUintN(64, base + value);
      this.values.push(moved);
      if (moved === undefined) this.view.setUint16(at + SymbolEntry.SECTION, SHN_UNDEF, true);
      else this.view.setBigUint64(at + SymbolEntry.VALUE, moved, true);
    }
  }

  private relocate(table: ElfSection): void {
    const info = this.view.getUint32(this.header(table) + SectionHeader.INFO, true);
    const target = this.elf.sectionAt(info);
    if (!target || target.type === SHT_NOBITS || !described.test(target.name)) return;
    const at = Number(this.view.getBigUint64(this.header(target) + SectionHeader.OFFSET, true));
    const size = Number(this.view.getBigUint64(this.header(target) + SectionHeader.SIZE, true));
    const place = this.addresses.get(target.name) ?? 0n;
    const reader = new ByteReader(this.elf.data(table), `${table.name} of ${this.name}`);
    while (reader.remaining >= RELA_BYTES) {
      const offset = Number(reader.u64());
      const type = reader.u32();
      const symbol = reader.u32();
      const addend = reader.u64();
      const how = relocations[type];
      if (!how || offset + how.bytes > size) continue;
      // Code that is not in memory is said to be at 0, where nothing is.
      const value = this.values[symbol];
      const sum = value === undefined ? 0n : value + addend;
      const written = how.relative ? sum - place - BigInt(offset) : sum;
      if (how.bytes === 8) this.view.setBigUint64(at + offset, BigInt.asUintN(64, written), true);
      else this.view.setUint32(at + offset, Number(BigInt.asUintN(32, written)), true);
    }
  }
}

/** A copy of the file whose compressed sections lie unpacked behind it. */
function unpacked(file: Uint8Array, elf: ElfFile, headers: number): [Uint8Array, DataView] {
  const packed = elf.sections.filter(({ flags }) => (flags & SHF_COMPRESSED) !== 0);
  const data = packed.map((section) => elf.data(section));
  const bytes = new Uint8Array(data.reduce((sum, { length }) => sum + length, file.length));
  const view = new DataView(bytes.buffer);
  bytes.set(file);
  let end = file.length;
  packed.forEach(({ index, flags }, number) => {
    const at = headers + index * SectionHeader.BYTES;
    bytes.set(data[number]!, end);
    view.setUint32(at + SectionHeader.FLAGS, flags & ~SHF_COMPRESSED, true);
    view.setBigUint64(at + SectionHeader.OFFSET, BigInt(end), true);
    view.setBigUint64(at + SectionHeader.SIZE, BigInt(data[number]!.length), true);
    end += data[number]!.length;
  });
  return [bytes, view];
}

/**
 * @param addresses of the sections that are in memory, by name
 * @throws SymbolError for a file that is no such module
 */
export function linkModule(
  file: Uint8Array,
  addresses: ReadonlyMap<string, bigint>,
  name: string,
): Uint8Array {
  return new Linker(file, addresses, name).link();
}
