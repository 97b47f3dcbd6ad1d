/**
 * A word of hardware state as rows: one for each named bit range of its format in isa. Pure; the formats are data, so nothing
 * about a register or a field is known here.
 */
import type { BitRange } from '../isa/bit-ranges';
import { exceptionByVector } from '../isa/exceptions';
import type { DecodedRow } from '../protocol/decoded-row';

/** `0x` and at least one digit; `bits` pads to the full width. */
export function hex(value: bigint | number, bits = 0): string {
  return (
    '0x' +
    BigInt(value)
      .toString(16)
      .padStart(Math.ceil(bits / 4), '0')
  );
}

/** A word with all bits of a range on. */
export function maskOf(range: { high: number; low: number }): bigint {
  return ((1n << BigInt(range.high - range.low + 1)) - 1n) << BigInt(range.low);
}

/** The bits of a range, moved down. */
export function extract(word: bigint, range: { high: number; low: number }): bigint {
  return (word & maskOf(range)) >> BigInt(range.low);
}

/** Name and number of an interrupt vector: `#PF (14)`, `0x20`. */
export function vectorText(vector: number): string {
  const exception = exceptionByVector.get(vector);
  if (!exception) return hex(vector);
  // NMI is a name; the others are mnemonics, which are written with a number sign.
  return exception.kind === 'interrupt' ? `${exception.name} (${vector})` : `#${exception.name} (${vector})`;
}

/** One value of a range in words. */
export function rangeText(range: BitRange, value: bigint): string {
  const named = range.values?.[Number(value)];
  if (named !== undefined) return named;
  if (range.values !== undefined) return `${value} (reserved)`;
  switch (range.show) {
    case 'decimal':
      return value.toString();
    case 'vector':
      return vectorText(Number(value));
    case 'address':
      // Addresses are shown whole: the bits below the range are zero.
      return hex(value << BigInt(range.low));
    default:
      return range.high === range.low ? (value === 1n ? 'on' : 'off') : hex(value);
  }
}

/** True when the range means something in this word (`when` names the range it depends on). */
function applies(range: BitRange, ranges: readonly BitRange[], word: bigint): boolean {
  if (!range.when) return true;
  const { range: name, is } = range.when;
  const other = ranges.find((candidate) => candidate.name === name);
  return other !== undefined && is.includes(Number(extract(word, other)));
}

/** Rows of all ranges that apply, then one that says which reserved bits are set, if any are. */
export function wordRows(id: string, word: bigint, ranges: readonly BitRange[]): DecodedRow[] {
  const rows: DecodedRow[] = [];
  let known = 0n;
  for (const range of ranges) {
    known |= maskOf(range);
    if (!applies(range, ranges, word)) continue;
    const value = extract(word, range);
    const single = range.high === range.low;
    rows.push({
      id: `${id}/${range.name}`,
      label: range.name,
      value: rangeText(range, value),
      meaning: range.title,
      kind: single ? 'bit' : 'part',
      ...(single && { on: value === 1n, bit: range.low }),
      help: `bit${single ? '' : 's'} ${single ? range.high : `${range.high}:${range.low}`}: ${range.title}`,
    });
  }
  const reserved = word & ~known;
  if (reserved !== 0n && ranges.length > 0)
    rows.push({
      id: `${id}/reserved`,
      label: 'reserved bits set',
      value: hex(reserved),
      meaning: 'bits without a name in this format',
      kind: 'part',
    });
  return rows;
}

/**
 * The ranges that say something, in one line: bits that are on, parts that are not zero. A zero is left out even where it has a
 * name, unless the word is nothing but that range, or `all` is asked for (qualifications, where 0 is an answer).
 */
export function wordSummary(word: bigint, ranges: readonly BitRange[], all = false): string {
  return ranges
    .filter((range) => applies(range, ranges, word))
    .flatMap((range) => {
      const value = extract(word, range);
      const single = range.high === range.low;
      if (value === 0n && (single || (ranges.length > 1 && (!all || !range.values)))) return [];
      return [single ? range.name : `${range.name}=${rangeText(range, value)}`];
    })
    .join(' ');
}
