/**
 * The ELF symbol table: names and addresses of functions, data and plain assembly labels.
 *
 * Source: gABI chapter 4 "Symbol Table". This is what names code that has no DWARF. Columns are typed arrays; names
 * are decoded only when asked for, so a kernel's 100 000 symbols cost little.
 */
import { lastNotAfter } from './address';
import { ByteReader } from './byte-reader';
import type { ElfFile } from './elf';
import { utf8 } from './utf8';

const STT_NOTYPE = 0;
const STT_OBJECT = 1;
const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;
const SHN_UNDEF = 0;
const SHN_ABS = 0xfff1;
const SHN_LORESERVE = 0xff00;
const STB_LOCAL = 0;

export type SymbolKind = 'function' | 'object' | 'label' | 'absolute';

/** One symbol, inside representation. */
export interface ElfSymbol {
  readonly name: string;
  readonly address: number;
  /** Bytes; 0 when the assembler was told none. */
  readonly size: number;
  readonly kind: SymbolKind;
  readonly global: boolean;
  /** Name of the section it is defined in; empty for absolute symbols. */
  readonly section: string;
}

/** How far to look back for a sized symbol that spans over smaller ones. */
const LOOK_BACK = 64;

export class ElfSymbols {
  private readonly count: number;
  private readonly nameOffsets: Uint32Array;
  private readonly info: Uint8Array;
  private readonly sections: Uint16Array;
  private readonly values: Float64Array;
  private readonly sizes: Float64Array;
  private readonly strings: Uint8Array;
  /** Symbol numbers ordered by address, and those addresses. */
  private byAddress: { order: Uint32Array; addresses: Float64Array } | undefined;
  private byName: Map<string, number[]> | undefined;

  constructor(private readonly elf: ElfFile) {
    const section = elf.symbolSection();
    const entry = elf.bits === 64 ? 24 : 16;
    const data = section ? elf.data(section) : new Uint8Array(0);
    const strings = section ? elf.sectionAt(section.link) : undefined;
    this.strings = strings ? elf.data(strings) : new Uint8Array(0);
    this.count = Math.floor(data.length / entry);
    this.nameOffsets = new Uint32Array(this.count);
    this.info = new Uint8Array(this.count);
    this.sections = new Uint16Array(this.count);
    this.values = new Float64Array(this.count);
    this.sizes = new Float64Array(this.count);
    const reader = new ByteReader(data, '.symtab');
    for (let i = 0; i < this.count; i++) {
      this.nameOffsets[i] = reader.u32();
      if (elf.bits === 64) {
        this.info[i] = reader.u8();
        reader.skip(1);
        this.sections[i] = reader.u16();
        this.values[i] = reader.address(8);
        this.sizes[i] = reader.address(8);
      } else {
        this.values[i] = reader.u32();
        this.sizes[i] = reader.u32();
        this.info[i] = reader.u8();
        reader.skip(1);
        this.sections[i] = reader.u16();
      }
    }
  }

  /** All defined symbols of that exact name. */
  named(name: string): ElfSymbol[] {
    return (this.names().get(name) ?? []).map((i) => this.symbol(i));
  }

  /** Names starting with `prefix`, at most `limit`, sorted. */
  completions(prefix: string, limit: number): string[] {
    const found: string[] = [];
    for (const name of this.names().keys()) if (name.startsWith(prefix)) found.push(name);
    return found.sort().slice(0, limit);
  }

  /** The symbol that names an inside address: the one around it, else the nearest label before it in its section. */
  nearest(address: number): ElfSymbol | undefined {
    const { order, addresses } = this.sorted();
    const last = lastNotAfter(addresses, address);
    for (let at = last; at >= 0 && at > last - LOOK_BACK; at--) {
      const i = order[at]!;
      const section = this.elf.sectionAt(this.sections[i]!);
      if (section && (address < section.start || address >= section.start + section.size)) continue;
      // A sized symbol that has ended says nothing about what follows it.
      if (this.sizes[i]! === 0 || address < this.values[i]! + this.sizes[i]!) return this.symbol(i);
    }
    return undefined;
  }

  /** Whether a symbol typed as function lies after `start`, up to `end` (inside addresses). */
  hasFunctionBetween(start: number, end: number): boolean {
    const { order, addresses } = this.sorted();
    for (let at = lastNotAfter(addresses, end); at >= 0 && addresses[at]! > start; at--) {
      if (this.kind(order[at]!) === 'function') return true;
    }
    return false;
  }

  private symbol(i: number): ElfSymbol {
    return {
      name: this.name(i),
      address: this.values[i]!,
      size: this.sizes[i]!,
      kind: this.kind(i),
      global: this.info[i]! >> 4 !== STB_LOCAL,
      section: this.elf.sectionAt(this.sections[i]!)?.name ?? '',
    };
  }

  private kind(i: number): SymbolKind {
    const type = this.info[i]! & 15;
    if (this.sections[i] === SHN_ABS) return 'absolute';
    if (type === STT_FUNC || type === STT_GNU_IFUNC) return 'function';
    return type === STT_OBJECT ? 'object' : 'label';
  }

  private name(i: number): string {
    const offset = this.nameOffsets[i]!;
    const zero = this.strings.indexOf(0, offset);
    if (zero < 0) return '';
    return utf8(this.strings, offset, zero);
  }

  private usable(i: number): boolean {
    const type = this.info[i]! & 15;
    if (type !== STT_NOTYPE && type !== STT_OBJECT && type !== STT_FUNC && type !== STT_GNU_IFUNC)
      return false;
    return this.sections[i] !== SHN_UNDEF && this.nameOffsets[i] !== 0;
  }

  private names(): Map<string, number[]> {
    if (!this.byName) {
      this.byName = new Map();
      for (let i = 0; i < this.count; i++) {
        if (!this.usable(i)) continue;
        const name = this.name(i);
        const list = this.byName.get(name);
        if (list) list.push(i);
        else this.byName.set(name, [i]);
      }
      this.byName.delete('');
    }
    return this.byName;
  }

  private sorted() {
    if (!this.byAddress) {
      const chosen: number[] = [];
      for (let i = 0; i < this.count; i++) {
        if (this.usable(i) && this.sections[i]! < SHN_LORESERVE) chosen.push(i);
      }
      // At one address the best name comes last, where the search starts.
      chosen.sort((a, b) => this.values[a]! - this.values[b]! || this.rank(a) - this.rank(b));
      const order = Uint32Array.from(chosen);
      this.byAddress = { order, addresses: Float64Array.from(chosen, (i) => this.values[i]!) };
    }
    return this.byAddress;
  }

  private rank(i: number): number {
    const type = this.info[i]! & 15;
    const kind = type === STT_FUNC || type === STT_GNU_IFUNC ? 4 : type === STT_OBJECT ? 2 : 0;
    return kind + (this.info[i]! >> 4 !== STB_LOCAL ? 1 : 0);
  }
}
