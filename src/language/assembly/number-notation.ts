/**
 * Numbers as the two assemblers write them. A word that starts with a digit and is no number of the dialect has no value,
 * which is silence, not an error.
 */

/** Longer words are no number anybody means, and reading a million decimal digits takes seconds. */
const LONGEST = 80;

/** Most numbers are this short, and small integers are made much faster than long ones. */
const SHORT_DECIMAL = /^[1-9]\d{0,14}$/;
const GAS_HEX = /^0[xX]([0-9a-fA-F]+)[uUlL]*$/;
const GAS_BINARY = /^0[bB]([01]+)[uUlL]*$/;
const GAS_OCTAL = /^0([0-7]*)[uUlL]*$/;
const GAS_DECIMAL = /^([1-9]\d*)[uUlL]*$/;

/** Suffixes of C are taken: constants of headers that C shares have them. */
export function gasNumber(word: string): bigint | undefined {
  if (word.length > LONGEST) return undefined;
  if (word === '0') return 0n;
  if (SHORT_DECIMAL.test(word)) return BigInt(Number(word));
  let match = GAS_DECIMAL.exec(word);
  if (match) return BigInt(match[1]!);
  if ((match = GAS_HEX.exec(word))) return BigInt('0x' + match[1]!);
  if ((match = GAS_OCTAL.exec(word))) return match[1] === '' ? 0n : BigInt('0o' + match[1]!);
  return (match = GAS_BINARY.exec(word)) ? BigInt('0b' + match[1]!) : undefined;
}

const radixOfLetter: Readonly<Record<string, number>> = {
  x: 16,
  h: 16,
  q: 8,
  o: 8,
  b: 2,
  y: 2,
  d: 10,
  t: 10,
};

const digitsOf: Readonly<Record<number, RegExp>> = {
  16: /^[0-9a-f]+$/,
  10: /^[0-9]+$/,
  8: /^[0-7]+$/,
  2: /^[01]+$/,
};

const prefixOf: Readonly<Record<number, string>> = { 16: '0x', 10: '', 8: '0o', 2: '0b' };

/** NASM has the radix in front or behind; where both could be meant (`0b1h`), the larger one is. */
export function nasmNumber(word: string): bigint | undefined {
  if (word.length > LONGEST) return undefined;
  if (SHORT_DECIMAL.test(word)) return BigInt(Number(word));
  const digits = word.toLowerCase();
  if (digits.startsWith('$')) return inRadix(digits.slice(1), 16);
  const front = digits.length > 2 && digits.startsWith('0') ? (radixOfLetter[digits[1]!] ?? 0) : 0;
  const behind = digits.length > 1 ? (radixOfLetter[digits[digits.length - 1]!] ?? 0) : 0;
  if (front > behind) return inRadix(digits.slice(2), front);
  if (behind > front) return inRadix(digits.slice(0, -1), behind);
  return inRadix(digits, 10);
}

function inRadix(written: string, radix: number): bigint | undefined {
  const digits = written.replaceAll('_', '');
  return digitsOf[radix]!.test(digits) ? BigInt(prefixOf[radix]! + digits) : undefined;
}

const escapes: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  b: 8,
  f: 12,
  '\\': 92,
  "'": 39,
  '"': 34,
};

/** A character constant of gas: `'a`, `'a'`, `'\n'`. `body` is what stands behind the first quote, up to one character. */
export function characterValue(body: string): bigint | undefined {
  const code = body.startsWith('\\') ? escapes[body[1] ?? ''] : body.charCodeAt(0);
  return code === undefined || code > 0x7f ? undefined : BigInt(code);
}

/** A string of NASM as a number: its first character is the lowest byte. */
export function stringValue(characters: string): bigint | undefined {
  if (characters.length === 0 || characters.length > 8) return undefined;
  let value = 0n;
  for (let i = characters.length - 1; i >= 0; i--) {
    const code = characters.charCodeAt(i);
    if (code > 0x7f) return undefined;
    value = (value << 8n) | BigInt(code);
  }
  return value;
}
