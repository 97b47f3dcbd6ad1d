/** Which characters make up the words of each assembler. A lookup for each character, because lexers do little else. */

export const Class = {
  blank: 1,
  digit: 2,
  /** Letters, digits, underscore and dot: what a number may have. */
  number: 4,
  gasStart: 8,
  gasName: 16,
  nasmStart: 32,
  nasmName: 64,
} as const;

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';

function table(): Uint8Array {
  const classes = new Uint8Array(128);
  const add = (characters: string, bits: number): void => {
    for (const character of characters) classes[character.charCodeAt(0)]! |= bits;
  };
  add(' \t\r\f\v', Class.blank);
  add(DIGITS, Class.digit | Class.number | Class.gasName | Class.nasmName);
  add(LETTERS + '_.', Class.number | Class.gasStart | Class.gasName | Class.nasmStart | Class.nasmName);
  add('$', Class.gasName | Class.nasmName);
  add('?@', Class.nasmStart);
  add('#@~?', Class.nasmName);
  return classes;
}

const classes = table();

/** Whatever is not ASCII can be in names. */
const OTHERS = Class.gasStart | Class.gasName | Class.nasmStart | Class.nasmName;

export function isOf(code: number, bits: number): boolean {
  return ((code < 128 ? classes[code]! : OTHERS) & bits) !== 0;
}

/** The first place from `at` on whose character is not of these classes. */
export function endOf(text: string, at: number, end: number, bits: number): number {
  let place = at;
  while (place < end && isOf(text.charCodeAt(place), bits)) place++;
  return place;
}

/** Operators of more than one character by their first one, longer ones first. */
export type Operators = ReadonlyMap<number, readonly string[]>;

export function operatorsOf(listed: string): Operators {
  const byFirst = new Map<number, string[]>();
  for (const operator of listed.split(' ')) {
    const first = operator.charCodeAt(0);
    byFirst.set(
      first,
      [...(byFirst.get(first) ?? []), operator].sort((a, b) => b.length - a.length),
    );
  }
  return byFirst;
}

/** The length of the longest operator that stands at a place; a character alone is always one. */
export function operatorLength(text: string, at: number, operators: Operators): number {
  const listed = operators.get(text.charCodeAt(at));
  return listed?.find((operator) => text.startsWith(operator, at))?.length ?? 1;
}
