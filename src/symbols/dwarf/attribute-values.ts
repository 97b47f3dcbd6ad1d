/**
 * Attribute values and their decoding by form (DWARF5 7.5.5, 7.5.6).
 *
 * Knows what a unit must provide for the indexed forms, but neither units nor entries.
 */
import type { ByteReader } from '../byte-reader';
import { SymbolError } from '../symbol-error';
import { type FormLayout, skipForm } from './abbreviations';
import { Form } from './constants';

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

/** What decoding asks of the unit an entry is in. */
export interface FormSource extends FormLayout {
  /** Where the unit starts: local references count from there. */
  readonly offset: number;
  indexedAddress(index: number): number;
  indexedString(index: number): string;
  text(section: 'str' | 'line_str', offset: number): string;
}

/** Decodes one attribute value at the reader's position. */
export function decode(
  reader: ByteReader,
  form: number,
  unit: FormSource,
  implicit?: bigint,
): AttributeValue {
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

function localReference(unit: FormSource, value: number): AttributeValue {
  return { kind: 'reference', offset: unit.offset + value, local: true };
}

function bigConstant(big: bigint, signed: boolean): AttributeValue {
  const value = Number(big);
  return Number.isSafeInteger(value)
    ? { kind: 'constant', value, signed }
    : { kind: 'constant', value, big, signed };
}
