/**
 * Address ranges of an entry: low_pc/high_pc, `.debug_ranges` (DWARF 2-4) and `.debug_rnglists` (DWARF 5).
 *
 * Source: DWARF5 2.17 and 7.25, DWARF4 7.23.
 */
import type { CodeRange } from '../address';
import { At } from './constants';
import type { Entry, Unit } from './unit';

/** More ranges than any function has: a damaged list must not fill the memory. */
const MAXIMUM_RANGES = 1 << 16;

const enum Rle {
  endOfList = 0,
  baseAddressx = 1,
  startxEndx = 2,
  startxLength = 3,
  offsetPair = 4,
  baseAddress = 5,
  startEnd = 6,
  startLength = 7,
}

/** Ranges of the entry itself (not of its origins), empty ones left out. */
export function entryRanges(entry: Entry): CodeRange[] {
  const low = entry.address(At.lowPc);
  if (low !== undefined) {
    const high = entry.value(At.highPc);
    if (high?.kind === 'address') return high.value > low ? [{ start: low, end: high.value }] : [];
    if (high?.kind === 'constant') return high.value > 0 ? [{ start: low, end: low + high.value }] : [];
  }
  const ranges = entry.value(At.ranges);
  if (!ranges) return [];
  const unit = entry.unit;
  if (ranges.kind === 'listIndex') {
    const base = unit.base(At.rnglistsBase);
    const at = base + ranges.value * unit.offsetSize;
    return rangeList(unit, base + unit.program.sections.reader('rnglists', at).size(unit.offsetSize));
  }
  // Before DWARF 4 a section offset was written as a constant.
  if (ranges.kind !== 'offset' && ranges.kind !== 'constant') return [];
  return unit.version >= 5 ? rangeList(unit, ranges.value) : oldRangeList(unit, ranges.value);
}

function oldRangeList(unit: Unit, offset: number): CodeRange[] {
  const reader = unit.program.sections.reader('ranges', unit.oldRangesBase + offset);
  // The mark that selects a new base is the largest address: -1 inside for eight bytes.
  const baseMark = unit.addressSize === 8 ? -1 : 0xffffffff;
  const found: CodeRange[] = [];
  let base = unit.baseAddress;
  while (found.length < MAXIMUM_RANGES) {
    const start = reader.address(unit.addressSize);
    const end = reader.address(unit.addressSize);
    if (start === 0 && end === 0) break;
    if (start === baseMark) base = end;
    else if (end > start) found.push({ start: base + start, end: base + end });
  }
  return found;
}

function rangeList(unit: Unit, offset: number): CodeRange[] {
  const reader = unit.program.sections.reader('rnglists', offset);
  const found: CodeRange[] = [];
  const size = unit.addressSize;
  let base = unit.baseAddress;
  while (found.length < MAXIMUM_RANGES) {
    let start: number;
    let end: number;
    switch (reader.u8() as Rle) {
      case Rle.endOfList:
        return found;
      case Rle.baseAddressx:
        base = unit.indexedAddress(reader.uleb());
        continue;
      case Rle.baseAddress:
        base = reader.address(size);
        continue;
      case Rle.startxEndx:
        start = unit.indexedAddress(reader.uleb());
        end = unit.indexedAddress(reader.uleb());
        break;
      case Rle.startxLength:
        start = unit.indexedAddress(reader.uleb());
        end = start + reader.uleb();
        break;
      case Rle.offsetPair:
        start = base + reader.uleb();
        end = base + reader.uleb();
        break;
      case Rle.startEnd:
        start = reader.address(size);
        end = reader.address(size);
        break;
      case Rle.startLength:
        start = reader.address(size);
        end = start + reader.uleb();
        break;
      default:
        return found;
    }
    if (end > start) found.push({ start, end });
  }
  return found;
}
