/**
 * Location lists: which expression describes a variable at an address.
 *
 * Source: DWARF5 2.6.2 and 7.29 (`.debug_loclists`), DWARF4 2.6.2 (`.debug_loc`).
 */
import type { AttributeValue } from './attribute-values';
import { At } from './constants';
import type { Unit } from './unit';

const enum Lle {
  endOfList = 0,
  baseAddressx = 1,
  startxEndx = 2,
  startxLength = 3,
  offsetPair = 4,
  defaultLocation = 5,
  baseAddress = 6,
  startEnd = 7,
  startLength = 8,
  gnuViewPair = 9,
}

/**
 * The expression an attribute of a location class gives for code at an inside address.
 * Undefined: the list says nothing for that address.
 */
export function locationExpression(
  value: AttributeValue,
  unit: Unit,
  address: number,
): Uint8Array | undefined {
  switch (value.kind) {
    case 'block':
      return value.bytes;
    case 'listIndex': {
      const base = unit.base(At.loclistsBase);
      const at = base + value.value * unit.offsetSize;
      return fromList(
        unit,
        base + unit.program.sections.reader('loclists', at).size(unit.offsetSize),
        address,
      );
    }
    case 'offset':
    case 'constant':
      return unit.version >= 5
        ? fromList(unit, value.value, address)
        : unit.skeleton
          ? fromSplitList(unit, value.value, address)
          : fromOldList(unit, value.value, address);
    default:
      return undefined;
  }
}

function fromOldList(unit: Unit, offset: number, address: number): Uint8Array | undefined {
  const reader = unit.program.sections.reader('loc', offset);
  const baseMark = unit.addressSize === 8 ? -1 : 0xffffffff;
  let base = unit.baseAddress;
  for (;;) {
    const start = reader.address(unit.addressSize);
    const end = reader.address(unit.addressSize);
    if (start === 0 && end === 0) return undefined;
    if (start === baseMark) {
      base = end;
      continue;
    }
    const expression = reader.block(reader.u16());
    if (address >= base + start && address < base + end) return expression;
  }
}

/** GNU's lists of split files before DWARF 5: the same kinds of entries with other operands. */
function fromSplitList(unit: Unit, offset: number, address: number): Uint8Array | undefined {
  const reader = unit.program.sections.reader('loc', offset);
  let base = unit.baseAddress;
  for (;;) {
    let start: number;
    let end: number;
    switch (reader.u8() as Lle) {
      case Lle.baseAddressx:
        base = unit.indexedAddress(reader.uleb());
        continue;
      case Lle.startxEndx:
        start = unit.indexedAddress(reader.uleb());
        end = unit.indexedAddress(reader.uleb());
        break;
      case Lle.startxLength:
        start = unit.indexedAddress(reader.uleb());
        end = start + reader.u32();
        break;
      case Lle.offsetPair:
        start = base + reader.u32();
        end = base + reader.u32();
        break;
      default:
        return undefined;
    }
    const expression = reader.block(reader.u16());
    if (address >= start && address < end) return expression;
  }
}

function fromList(unit: Unit, offset: number, address: number): Uint8Array | undefined {
  const reader = unit.program.sections.reader('loclists', offset);
  const size = unit.addressSize;
  let base = unit.baseAddress;
  let fallback: Uint8Array | undefined;
  for (;;) {
    let start: number;
    let end: number;
    switch (reader.u8() as Lle) {
      case Lle.endOfList:
        return fallback;
      case Lle.baseAddressx:
        base = unit.indexedAddress(reader.uleb());
        continue;
      case Lle.baseAddress:
        base = reader.address(size);
        continue;
      case Lle.gnuViewPair:
        reader.skipLeb();
        reader.skipLeb();
        continue;
      case Lle.defaultLocation:
        fallback = reader.block(reader.uleb());
        continue;
      case Lle.startxEndx:
        start = unit.indexedAddress(reader.uleb());
        end = unit.indexedAddress(reader.uleb());
        break;
      case Lle.startxLength:
        start = unit.indexedAddress(reader.uleb());
        end = start + reader.uleb();
        break;
      case Lle.offsetPair:
        start = base + reader.uleb();
        end = base + reader.uleb();
        break;
      case Lle.startEnd:
        start = reader.address(size);
        end = reader.address(size);
        break;
      case Lle.startLength:
        start = reader.address(size);
        end = start + reader.uleb();
        break;
      default:
        return fallback;
    }
    const expression = reader.block(reader.uleb());
    if (address >= start && address < end) return expression;
  }
}
