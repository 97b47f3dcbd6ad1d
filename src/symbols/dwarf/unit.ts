/**
 * Units of `.debug_info` and `.debug_types` (DWARF5 7.5.1) and the entries in them (2.1): two ends of one thing.
 *
 * Constructing a unit reads the header alone. An entry is a position, not a copy: its values are decoded when asked
 * for, and references lead to entries of the same or of another unit.
 */
import type { ByteReader } from '../byte-reader';
import { joinPath } from '../source-path';
import { SymbolError } from '../symbol-error';
import { type Abbreviation, type AbbreviationTable, skipForm } from './abbreviations';
import { type AttributeValue, decode, type FormSource } from './attribute-values';
import { At, UnitType } from './constants';
import type { DebugSections } from './sections';

/** What a unit asks of the program around it. */
export interface UnitProgram {
  readonly sections: DebugSections;
  abbreviations(offset: number): AbbreviationTable;
  /** The entry at an offset of `.debug_info`, in whatever unit. */
  entry(offset: number): Entry | undefined;
  typeBySignature(signature: bigint): Entry | undefined;
  /** The unit in another file that a skeleton unit stands for. */
  split(skeleton: Unit): Unit | undefined;
}

export class Unit implements FormSource {
  readonly offset: number;
  /** Offset just past the unit. */
  readonly end: number;
  readonly version: number;
  readonly addressSize: number;
  readonly offsetSize: 4 | 8;
  readonly unitType: UnitType;
  readonly typeSignature: bigint | undefined;
  private readonly headerId: bigint | undefined;
  private readonly typeOffset: number = 0;
  private readonly abbreviationOffset: number;
  private readonly firstEntry: number;
  private readonly reader: ByteReader;
  private abbreviations: AbbreviationTable | undefined;
  private rootEntry: Entry | undefined;

  /** `reader` stands at the unit's header. */
  constructor(
    readonly program: UnitProgram,
    readonly section: 'info' | 'types',
    reader: ByteReader,
    /** The unit of the program that this one, in a file of its own, completes. */
    readonly skeleton?: Unit,
  ) {
    this.offset = reader.offset;
    let length = reader.u32();
    this.offsetSize = 4;
    if (length === 0xffffffff) {
      this.offsetSize = 8;
      length = reader.size(8);
    }
    this.end = reader.offset + length;
    if (this.end > reader.end) {
      throw new SymbolError(`.debug_${section} is truncated inside a unit. Copy or build the file again.`);
    }
    this.version = reader.u16();
    if (this.version < 2 || this.version > 5) {
      throw new SymbolError(
        `The debug information is DWARF ${this.version}; versions 2 to 5 are read. Rebuild with -gdwarf-5 or -gdwarf-4.`,
      );
    }
    if (this.version >= 5) {
      this.unitType = reader.u8();
      this.addressSize = reader.u8();
      this.abbreviationOffset = reader.size(this.offsetSize);
      if (this.unitType === UnitType.skeleton || this.unitType === UnitType.splitCompile)
        this.headerId = reader.u64();
    } else {
      this.unitType = section === 'types' ? UnitType.type : UnitType.compile;
      this.abbreviationOffset = reader.size(this.offsetSize);
      this.addressSize = reader.u8();
    }
    if (this.unitType === UnitType.type || this.unitType === UnitType.splitType) {
      this.typeSignature = reader.u64();
      this.typeOffset = reader.size(this.offsetSize);
    }
    if (this.addressSize !== 4 && this.addressSize !== 8) {
      throw new SymbolError(
        `The debug information has ${this.addressSize}-byte addresses, which x86 does not. Build for x86 and rebuild.`,
      );
    }
    this.firstEntry = reader.offset;
    this.reader = reader.at(this.offset, this.end);
  }

  /** The unit's own cursor, moved to `offset`. Shared: read at once, do not keep it. */
  seek(offset: number): ByteReader {
    if (!(offset >= this.offset && offset <= this.end)) {
      throw new SymbolError(
        'The debug information refers past the end of a unit. It is damaged; rebuild it.',
      );
    }
    this.reader.offset = offset;
    return this.reader;
  }

  get root(): Entry {
    return (this.rootEntry ??= this.entry(this.firstEntry));
  }

  /** The entry of the type that a type unit exists for. */
  get typeEntry(): Entry {
    return this.entry(this.offset + this.typeOffset);
  }

  /** The entry at a section offset. Throws `SymbolError` when there is none. */
  entry(offset: number): Entry {
    const entry = offset >= this.firstEntry && offset < this.end ? this.entryOrEnd(offset) : undefined;
    if (!entry) {
      throw new SymbolError(
        'The debug information refers to an entry that is not there. It is damaged; rebuild it.',
      );
    }
    return entry;
  }

  /** The entry at a section offset, or undefined for the mark that ends a list of children. */
  entryOrEnd(offset: number): Entry | undefined {
    if (offset >= this.end) return undefined;
    const reader = this.seek(offset);
    const code = reader.uleb();
    if (code === 0) return undefined;
    const at = reader.offset;
    this.abbreviations ??= this.program.abbreviations(this.abbreviationOffset);
    return new Entry(this, offset, at, this.abbreviations.get(code));
  }

  /** Offset after the end mark at `offset`; also ends a walk that ran off a damaged unit. */
  afterEnd(offset: number): number {
    return Math.min(offset + 1, this.end);
  }

  /** Tells this unit's entries from those of all other units and files of the program. */
  get key(): string {
    return this.skeleton ? `${this.section}@${this.skeleton.offset}` : this.section;
  }

  /** The unit of the program itself that has this one's code and lines. */
  get owner(): Unit {
    return this.skeleton ?? this;
  }

  /** The unit that has this one's entries: itself, but for a skeleton whose file was found. */
  get contents(): Unit {
    return this.program.split(this) ?? this;
  }

  /** What a skeleton unit and the unit it stands for have in common. */
  get splitId(): bigint | undefined {
    const value = this.headerId === undefined ? this.root.value(At.gnuDwoId) : undefined;
    return this.headerId ?? (value?.kind === 'constant' ? (value.big ?? BigInt(value.value)) : undefined);
  }

  /** DW_AT_name as written. */
  get name(): string {
    return this.root.string(At.name) ?? this.contents.root.string(At.name) ?? '';
  }

  get compilationDirectory(): string {
    return this.owner.root.string(At.compDir) ?? '';
  }

  get producer(): string {
    return this.contents.root.string(At.producer) ?? '';
  }

  /** The primary source file, joined with the compilation directory. */
  get path(): string {
    return joinPath(this.compilationDirectory, this.name);
  }

  /** Offset of the line program in `.debug_line`, or undefined. */
  get lineOffset(): number | undefined {
    return this.owner.root.number(At.stmtList);
  }

  /** Base for range and location lists: the unit's low_pc. */
  get baseAddress(): number {
    return this.owner.root.address(At.lowPc) ?? 0;
  }

  /** A base attribute of the root, or what DWARF5 7.26 to 7.29 put right after the table's header. */
  base(at: At): number {
    const given = this.root.number(at);
    if (given !== undefined || this.version < 5) return given ?? 0;
    const lists = at === At.rnglistsBase || at === At.loclistsBase ? 4 : 0;
    return (this.offsetSize === 8 ? 16 : 8) + lists;
  }

  /** What offsets of `.debug_ranges` count from: GNU's split units before DWARF 5 have it in the skeleton. */
  get oldRangesBase(): number {
    return this.skeleton?.root.number(At.gnuRangesBase) ?? 0;
  }

  text(section: 'str' | 'line_str', offset: number): string {
    return this.program.sections.text(section, offset);
  }

  indexedString(index: number): string {
    const at = this.base(At.strOffsetsBase) + index * this.offsetSize;
    return this.text('str', this.program.sections.reader('str_offsets', at).size(this.offsetSize));
  }

  indexedAddress(index: number): number {
    if (this.skeleton) return this.skeleton.indexedAddress(index);
    const at = (this.root.number(At.gnuAddrBase) ?? this.base(At.addrBase)) + index * this.addressSize;
    return this.program.sections.reader('addr', at).address(this.addressSize);
  }
}

/** Longest chain of abstract_origin and specification that is followed; real ones have three links. */
const MAXIMUM_CHAIN = 8;

export class Entry {
  /** Offset of the entry after this one's attributes: its first child, or its sibling. */
  readonly next: number;

  constructor(
    readonly unit: Unit,
    readonly offset: number,
    private readonly attributes: number,
    readonly abbreviation: Abbreviation,
  ) {
    const size = abbreviation.fixedSize(unit);
    if (size >= 0) {
      this.next = attributes + size;
    } else {
      const reader = unit.seek(attributes);
      for (const form of abbreviation.forms) skipForm(reader, form, unit);
      this.next = reader.offset;
    }
  }

  get tag(): number {
    return this.abbreviation.tag;
  }

  has(at: At): boolean {
    return this.abbreviation.names.includes(at);
  }

  value(at: At): AttributeValue | undefined {
    const { names, forms, implicit } = this.abbreviation;
    const position = names.indexOf(at);
    if (position < 0) return undefined;
    const reader = this.unit.seek(this.attributes);
    for (let i = 0; i < position; i++) skipForm(reader, forms[i]!, this.unit);
    return decode(reader, forms[position]!, this.unit, implicit.get(position));
  }

  string(at: At): string | undefined {
    const value = this.value(at);
    return value?.kind === 'string' ? value.value : undefined;
  }

  /** A constant that fits a number. */
  number(at: At): number | undefined {
    const value = this.value(at);
    return value?.kind === 'constant' || value?.kind === 'offset' ? value.value : undefined;
  }

  flag(at: At): boolean {
    const value = this.value(at);
    return value?.kind === 'flag' && value.value;
  }

  /** An address as inside number. */
  address(at: At): number | undefined {
    const value = this.value(at);
    return value?.kind === 'address' ? value.value : undefined;
  }

  /** The entry an attribute refers to, or undefined when there is none or it cannot be reached. */
  reference(at: At): Entry | undefined {
    const value = this.value(at);
    if (value?.kind === 'reference') {
      return value.local ? this.unit.entry(value.offset) : this.unit.program.entry(value.offset);
    }
    return value?.kind === 'signature' ? this.unit.program.typeBySignature(value.value) : undefined;
  }

  /**
   * This entry and those it completes: a concrete instance, its abstract origin, its declaration. An
   * attribute that is missing here is looked up along this chain.
   */
  origins(): Entry[] {
    const chain: Entry[] = [this];
    while (chain.length < MAXIMUM_CHAIN) {
      const last = chain[chain.length - 1]!;
      const next = last.reference(At.abstractOrigin) ?? last.reference(At.specification);
      if (!next || chain.some((e) => e.unit === next.unit && e.offset === next.offset)) break;
      chain.push(next);
    }
    return chain;
  }

  /** The last of `origins`: what all instances of one function have in common. */
  origin(): Entry {
    const chain = this.origins();
    return chain[chain.length - 1]!;
  }

  /** Name, here or along the origins. */
  name(): string | undefined {
    return this.has(At.name) ? this.string(At.name) : this.inherited(At.name)?.string(At.name);
  }

  /** The first entry along the origins that has the attribute. */
  inherited(at: At): Entry | undefined {
    return this.has(at) ? this : this.origins().find((e) => e.has(at));
  }

  /** Direct children in order. */
  *children(): Generator<Entry> {
    if (!this.abbreviation.hasChildren) return;
    let offset = this.next;
    for (;;) {
      const child = this.unit.entryOrEnd(offset);
      if (!child) return;
      yield child;
      offset = child.after();
    }
  }

  /** Offset just past this entry and everything below it. */
  after(): number {
    if (!this.abbreviation.hasChildren) return this.next;
    const sibling = this.value(At.sibling);
    // A sibling that leads backwards would never end.
    if (sibling?.kind === 'reference' && sibling.local && sibling.offset >= this.next) return sibling.offset;
    let offset = this.next;
    for (let depth = 1; depth > 0;) {
      const entry = this.unit.entryOrEnd(offset);
      if (!entry) {
        depth--;
        offset = this.unit.afterEnd(offset);
      } else {
        if (entry.abbreviation.hasChildren) depth++;
        offset = entry.next;
      }
    }
    return offset;
  }
}
