/**
 * One debugging information entry (DIE) and the decoding of its attribute values (DWARF5 2.1, 7.5).
 *
 * An entry is a position, not a copy: values are decoded when asked for. References lead to entries of the same
 * or of another unit.
 */
import { SymbolError } from '../symbol-error';
import type { ByteReader } from '../byte-reader';
import { type Abbreviation, skipForm } from './abbreviations';
import { At, Form } from './constants';
import type { Unit } from './unit';

export type AttributeValue =
  | { readonly kind: 'address'; readonly value: number }
  | { readonly kind: 'constant'; readonly value: number; readonly big?: bigint; readonly signed: boolean }
  | { readonly kind: 'string'; readonly value: string }
  /** `expression` tells DW_FORM_exprloc from a plain block; before DWARF 4 both look the same. */
  | { readonly kind: 'block'; readonly bytes: Uint8Array }
  | { readonly kind: 'flag'; readonly value: boolean }
  /** A section offset: of a list, a line program or (before DWARF 4, as a constant) either. */
  | { readonly kind: 'offset'; readonly value: number }
  | { readonly kind: 'listIndex'; readonly value: number }
  | { readonly kind: 'reference'; readonly offset: number; readonly local: boolean }
  | { readonly kind: 'signature'; readonly value: bigint }
  /** A value in a supplementary file that we do not have. */
  | { readonly kind: 'elsewhere' };

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
    for (let last: Entry = this; chain.length < MAXIMUM_CHAIN;) {
      const next = last.reference(At.abstractOrigin) ?? last.reference(At.specification);
      if (!next || chain.some((e) => e.unit === next.unit && e.offset === next.offset)) break;
      chain.push(next);
      last = next;
    }
    return chain;
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

/** Decodes one attribute value at the reader's position. */
export function decode(reader: ByteReader, form: number, unit: Unit, implicit?: bigint): AttributeValue {
  switch (form) {
    case Form.addr:
      return { kind: 'address', value: reader.address(unit.addressSize) };
    case Form.addrx:
    case Form.gnuAddrIndex:
      return { kind: 'address', value: unit.indexedAddress(reader.uleb()) };
    case Form.addrx1:
      return { kind: 'address', value: unit.indexedAddress(reader.u8()) };
    case Form.addrx2:
      return { kind: 'address', value: unit.indexedAddress(reader.u16()) };
    case Form.addrx3:
      return { kind: 'address', value: unit.indexedAddress(reader.u24()) };
    case Form.addrx4:
      return { kind: 'address', value: unit.indexedAddress(reader.u32()) };
    case Form.data1:
      return { kind: 'constant', value: reader.u8(), signed: false };
    case Form.data2:
      return { kind: 'constant', value: reader.u16(), signed: false };
    case Form.data4:
      return { kind: 'constant', value: reader.u32(), signed: false };
    case Form.data8:
      return bigConstant(reader.u64(), false);
    case Form.data16: {
      const low = reader.u64();
      return bigConstant(low | (reader.u64() << 64n), false);
    }
    case Form.udata:
      return bigConstant(reader.uleb64(), false);
    case Form.sdata:
      return bigConstant(reader.sleb64(), true);
    case Form.implicitConst:
      return bigConstant(implicit ?? 0n, true);
    case Form.flag:
      return { kind: 'flag', value: reader.u8() !== 0 };
    case Form.flagPresent:
      return { kind: 'flag', value: true };
    case Form.string:
      return { kind: 'string', value: reader.string() };
    case Form.strp:
      return { kind: 'string', value: unit.text('str', reader.size(unit.offsetSize)) };
    case Form.lineStrp:
      return { kind: 'string', value: unit.text('line_str', reader.size(unit.offsetSize)) };
    case Form.strx:
    case Form.gnuStrIndex:
      return { kind: 'string', value: unit.indexedString(reader.uleb()) };
    case Form.strx1:
      return { kind: 'string', value: unit.indexedString(reader.u8()) };
    case Form.strx2:
      return { kind: 'string', value: unit.indexedString(reader.u16()) };
    case Form.strx3:
      return { kind: 'string', value: unit.indexedString(reader.u24()) };
    case Form.strx4:
      return { kind: 'string', value: unit.indexedString(reader.u32()) };
    case Form.block1:
      return { kind: 'block', bytes: reader.block(reader.u8()) };
    case Form.block2:
      return { kind: 'block', bytes: reader.block(reader.u16()) };
    case Form.block4:
      return { kind: 'block', bytes: reader.block(reader.u32()) };
    case Form.block:
    case Form.exprloc:
      return { kind: 'block', bytes: reader.block(reader.uleb()) };
    case Form.secOffset:
      return { kind: 'offset', value: reader.size(unit.offsetSize) };
    case Form.loclistx:
    case Form.rnglistx:
      return { kind: 'listIndex', value: reader.uleb() };
    case Form.ref1:
      return localReference(unit, reader.u8());
    case Form.ref2:
      return localReference(unit, reader.u16());
    case Form.ref4:
      return localReference(unit, reader.u32());
    case Form.ref8:
      return localReference(unit, reader.size(8));
    case Form.refUdata:
      return localReference(unit, reader.uleb());
    case Form.refAddr: {
      const width = unit.version <= 2 ? unit.addressSize : unit.offsetSize;
      return { kind: 'reference', offset: reader.size(width), local: false };
    }
    case Form.refSig8:
      return { kind: 'signature', value: reader.u64() };
    case Form.indirect: {
      const actual = reader.uleb();
      if (actual !== Form.indirect) return decode(reader, actual, unit, implicit);
      throw new SymbolError(
        'The debug information has a form that refers to itself. It is damaged; rebuild it.',
      );
    }
    default:
      skipForm(reader, form, unit);
      return { kind: 'elsewhere' };
  }
}

function localReference(unit: Unit, value: number): AttributeValue {
  return { kind: 'reference', offset: unit.offset + value, local: true };
}

function bigConstant(big: bigint, signed: boolean): AttributeValue {
  const value = Number(big);
  return Number.isSafeInteger(value)
    ? { kind: 'constant', value, signed }
    : { kind: 'constant', value, big, signed };
}
