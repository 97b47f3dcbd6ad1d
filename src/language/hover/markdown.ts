/**
 * The few shapes of Markdown that hovers are made of. What comes out reads as plain text too: editors that render nothing show it
 * as it is. Knows nothing of what is said.
 */
import type { BitRange } from '../../isa/bit-ranges';
import { rangeText } from '../../decode/word';

/** Rows that a table shows before it is cut. */
const MOST_ROWS = 40;
/** Values of a range that a cell shows before it is cut. */
const MOST_VALUES = 8;

/** Blocks with empty lines between; those that are empty or undefined are left out. */
export function page(...blocks: readonly (string | undefined)[]): string {
  return blocks.filter((block) => block !== undefined && block !== '').join('\n\n');
}

/** `**NAME** · what it is · more`. */
export function heading(name: string, ...what: readonly (string | undefined)[]): string {
  return [`**${name}**`, ...what.filter((part) => part !== undefined)].join(' · ');
}

export function bullets(items: readonly (string | undefined)[], most = MOST_ROWS): string {
  const present = items.filter((item) => item !== undefined);
  const shown = present.slice(0, most).map((item) => `- ${item}`);
  if (present.length > most) shown.push(`- and ${present.length - most} more`);
  return shown.join('\n');
}

export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  most = MOST_ROWS,
): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  const shown = rows.slice(0, most).map(line);
  if (rows.length > most)
    shown.push(line(['…', `${rows.length - most} more`, ...header.slice(2).map(() => '')]));
  return [line(header), `|${' --- |'.repeat(header.length)}`, ...shown].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** Where the manual says it. Sections are those of June 2016; most rows mean volume 3. */
export function manual(section: string): string {
  return `*SDM ${/volume/.test(section) ? section : `volume 3, ${section}`}*`;
}

export function bitNumbers(range: { high: number; low: number }): string {
  return range.high === range.low ? `${range.low}` : `${range.high}:${range.low}`;
}

/** `bit 3`, `bits 10:8`. */
export function bitsText(range: { high: number; low: number }): string {
  return `bit${range.high === range.low ? '' : 's'} ${bitNumbers(range)}`;
}

/** Title and summary; a title that only repeats the name is left out. */
export function sentence(name: string, title: string, summary: string): string {
  const letters = (text: string): string => text.replace(/[^A-Za-z0-9]/g, '').toUpperCase();
  return letters(name).endsWith(letters(title)) ? summary : `${title}. ${summary}`;
}

/** The layout of a word: one row for each named range. */
export function layoutTable(ranges: readonly BitRange[]): string {
  return table(
    ['Bits', 'Name', 'Meaning'],
    ranges.map((range) => [bitNumbers(range), range.name, rangeMeaning(range)]),
  );
}

/** Title of a range with its values. Yes and no are not worth saying. */
function rangeMeaning(range: BitRange): string {
  const values = Object.keys(range.values ?? {}).map(Number);
  const single = range.high === range.low;
  if (values.length === 0 || (single && range.values?.[1] === 'yes')) return range.title;
  const texts = values.slice(0, MOST_VALUES).map((value) => `${value} = ${rangeText(range, BigInt(value))}`);
  return `${range.title}: ${texts.join(', ')}${values.length > MOST_VALUES ? ', …' : ''}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[], last = 'and'): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`;
}
