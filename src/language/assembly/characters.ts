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

/** The length of the longest operator of the list that stands at a place; a character alone is always one. */
export function operatorLength(text: string, at: number, operators: readonly string[]): number {
  for (const operator of operators) if (text.startsWith(operator, at)) return operator.length;
  return 1;
}
