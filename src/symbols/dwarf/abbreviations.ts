/**
 * Abbreviation tables (DWARF5 7.5.3): the shapes of debugging entries.
 *
 * A table is parsed only as far as the codes asked for, because most units are only ever looked at by their root.
 */
import type { ByteReader } from '../byte-reader';
import { SymbolError } from '../symbol-error';
import { Form } from './constants';

/** What decides the width of a form besides the form itself. */
export interface FormLayout {
  readonly version: number;
  readonly addressSize: number;
  readonly offsetSize: 4 | 8;
}

export class Abbreviation {
  readonly names: number[] = [];
  readonly forms: number[] = [];
  /** Values of DW_FORM_implicit_const, by attribute position. */
  readonly implicit = new Map<number, bigint>();
  private sizeFor: FormLayout | undefined;
  private size = -1;

  constructor(
    readonly tag: number,
    readonly hasChildren: boolean,
  ) {}

  /** Bytes all attributes take together, or -1 when that varies from entry to entry. */
  fixedSize(layout: FormLayout): number {
    if (this.sizeFor !== layout) {
      this.sizeFor = layout;
      this.size = 0;
      for (const form of this.forms) {
        const size = formSize(form, layout);
        if (size < 0) {
          this.size = -1;
          break;
        }
        this.size += size;
      }
    }
    return this.size;
  }
}

export class AbbreviationTable {
  private readonly entries = new Map<number, Abbreviation>();
  private complete = false;

  /** `reader` stands at the table's start and belongs to this table from now on. */
  constructor(private readonly reader: ByteReader) {}

  get(code: number): Abbreviation {
    let entry = this.entries.get(code);
    while (!entry && !this.complete) {
      this.parseNext();
      entry = this.entries.get(code);
    }
    if (!entry) {
      throw new SymbolError(
        `.debug_abbrev has no code ${code}. The debug information is damaged; rebuild it.`,
      );
    }
    return entry;
  }

  private parseNext(): void {
    const r = this.reader;
    const code = r.done ? 0 : r.uleb();
    if (code === 0) {
      this.complete = true;
      return;
    }
    const entry = new Abbreviation(r.uleb(), r.u8() !== 0);
    for (;;) {
      const name = r.uleb();
      const form = r.uleb();
      if (form === Form.implicitConst) entry.implicit.set(entry.forms.length, r.sleb64());
      if (name === 0 && form === 0) break;
      entry.names.push(name);
      entry.forms.push(form);
    }
    if (!this.entries.has(code)) this.entries.set(code, entry);
  }
}

/** Bytes a form takes in an entry, or -1 when it varies. */
export function formSize(form: number, layout: FormLayout): number {
  switch (form) {
    case Form.flagPresent:
    case Form.implicitConst:
      return 0;
    case Form.data1:
    case Form.ref1:
    case Form.flag:
    case Form.strx1:
    case Form.addrx1:
      return 1;
    case Form.data2:
    case Form.ref2:
    case Form.strx2:
    case Form.addrx2:
      return 2;
    case Form.strx3:
    case Form.addrx3:
      return 3;
    case Form.data4:
    case Form.ref4:
    case Form.strx4:
    case Form.addrx4:
    case Form.refSup4:
      return 4;
    case Form.data8:
    case Form.ref8:
    case Form.refSig8:
    case Form.refSup8:
      return 8;
    case Form.data16:
      return 16;
    case Form.addr:
      return layout.addressSize;
    case Form.strp:
    case Form.lineStrp:
    case Form.secOffset:
    case Form.strpSup:
    case Form.gnuRefAlt:
    case Form.gnuStrpAlt:
      return layout.offsetSize;
    case Form.refAddr:
      // DWARF 2 made this an address, later versions an offset.
      return layout.version <= 2 ? layout.addressSize : layout.offsetSize;
    default:
      return -1;
  }
}

/** Moves `reader` past one attribute value. Throws `SymbolError` for a form that does not exist. */
export function skipForm(reader: ByteReader, form: number, layout: FormLayout): void {
  const size = formSize(form, layout);
  if (size >= 0) {
    reader.skip(size);
    return;
  }
  switch (form) {
    case Form.string:
      return reader.skipString();
    case Form.block1:
      return reader.skip(reader.u8());
    case Form.block2:
      return reader.skip(reader.u16());
    case Form.block4:
      return reader.skip(reader.u32());
    case Form.block:
    case Form.exprloc:
      return reader.skip(reader.uleb());
    case Form.sdata:
    case Form.udata:
    case Form.refUdata:
    case Form.strx:
    case Form.addrx:
    case Form.loclistx:
    case Form.rnglistx:
    case Form.gnuAddrIndex:
    case Form.gnuStrIndex:
      return reader.skipLeb();
    case Form.indirect: {
      const actual = reader.uleb();
      if (actual === Form.indirect) throw unknownForm(actual);
      return skipForm(reader, actual, layout);
    }
    default:
      throw unknownForm(form);
  }
}

function unknownForm(form: number): SymbolError {
  return new SymbolError(
    `The debug information uses form 0x${form.toString(16)}, which is not DWARF 2 to 5. Rebuild with -gdwarf-5 or -gdwarf-4.`,
  );
}
