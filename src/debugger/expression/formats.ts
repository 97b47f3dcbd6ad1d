/**
 * The letters that may follow an expression behind a comma, as debuggers of C have them: `,x` hex, `,d` decimal, `,o` octal, `,b`
 * binary, `,c` character, `,s` the string there, `,[n]` n elements.
 */
const FORMATS = ['x', 'd', 'o', 'b', 'c'] as const;

export type NumberFormat = (typeof FORMATS)[number];

export function numberFormat(word: string): NumberFormat | undefined {
  return FORMATS.find((format) => format === word);
}

/** What can stand behind the comma, for a sentence about something else there. */
export const FORMAT_HELP = 'x, d, o, b, c, s or [number of elements]';

const PRINTABLE = /^[\x20-\x7e]$/;

/** The number in a format; negative ones as two's complement of their width where digits stand for bits. */
export function formattedNumber(value: bigint, format: NumberFormat, bits = 64): string {
  if (format === 'd') return value.toString();
  const raw = value < 0n ? BigInt.asUintN(bits, value) : value;
  if (format === 'x') return `0x${raw.toString(16)}`;
  if (format === 'o') return `0${raw.toString(8)}`;
  if (format === 'b') return `0b${grouped(raw.toString(2))}`;
  const character = String.fromCharCode(Number(BigInt.asUintN(8, value)));
  const shown = PRINTABLE.test(character)
    ? character
    : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return `${value} '${shown}'`;
}

/** Binary digits by fours: nobody counts sixty-four of them. */
function grouped(digits: string): string {
  return digits.padStart(Math.ceil(digits.length / 4) * 4, '0').replace(/\B(?=(\d{4})+$)/g, '_');
}
