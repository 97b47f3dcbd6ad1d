/**
 * One unit of `.debug_info` or `.debug_types` (DWARF5 7.5.1): its header, its bases, its entries.
 *
 * Constructing a unit reads the header alone. The root entry and everything else is read on demand.
 */
import { joinPath } from '../source-path';
import { SymbolError } from '../symbol-error';
import type { ByteReader } from '../byte-reader';
import type { CodeRange } from '../address';
import { AbbreviationTable, type FormLayout } from './abbreviations';
import { At, UnitType } from './constants';
import { Entry } from './entry';
import type { DwarfProgram } from './program';
import { entryRanges } from './ranges';

export class Unit implements FormLayout {
  readonly offset: number;
  /** Offset just past the unit. */
  readonly end: number;
  readonly version: number;
  readonly addressSize: number;
  readonly offsetSize: 4 | 8;
  readonly unitType: UnitType;
  readonly typeSignature: bigint | undefined;
  private readonly typeOffset: number = 0;
  private readonly abbreviationOffset: number;
  private readonly firstEntry: number;
  private readonly reader: ByteReader;
  private abbreviations: AbbreviationTable | undefined;
  private rootEntry: Entry | undefined;

  /** `reader` stands at the unit's header. */
  constructor(
    readonly program: DwarfProgram,
    readonly section: 'info' | 'types',
    reader: ByteReader,
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
      if (this.unitType === UnitType.skeleton || this.unitType === UnitType.splitCompile) reader.skip(8);
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

  /** DW_AT_name as written. */
  get name(): string {
    return this.root.string(At.name) ?? '';
  }

  get compilationDirectory(): string {
    return this.root.string(At.compDir) ?? '';
  }

  get producer(): string {
    return this.root.string(At.producer) ?? '';
  }

  /** The primary source file, joined with the compilation directory. */
  get path(): string {
    return joinPath(this.compilationDirectory, this.name);
  }

  /** Offset of the line program in `.debug_line`, or undefined. */
  get lineOffset(): number | undefined {
    return this.root.number(At.stmtList);
  }

  /** Base for range and location lists: the unit's low_pc. */
  get baseAddress(): number {
    return this.root.address(At.lowPc) ?? 0;
  }

  /** Code of this unit by its root entry; may be empty. */
  ranges(): CodeRange[] {
    return entryRanges(this.root);
  }

  /** A base attribute of the root, or what DWARF5 7.26 puts right after the table's header. */
  base(at: At): number {
    return this.root.number(at) ?? (this.version >= 5 ? (this.offsetSize === 8 ? 16 : 8) : 0);
  }

  text(section: 'str' | 'line_str', offset: number): string {
    return this.program.sections.reader(section, offset).string();
  }

  indexedString(index: number): string {
    const at = this.base(At.strOffsetsBase) + index * this.offsetSize;
    return this.text('str', this.program.sections.reader('str_offsets', at).size(this.offsetSize));
  }

  indexedAddress(index: number): number {
    const at = this.base(At.addrBase) + index * this.addressSize;
    return this.program.sections.reader('addr', at).address(this.addressSize);
  }
}
