/** Integer literals of C, C++ and Rust with their separators and suffixes. Anything else (1.5, 0xfg) is no integer. */
import { integerOf, type Integer } from './integer';

const C_LITERAL =
  /^(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|(0[0-7]*)|([1-9][0-9]*))([uU]?[lL]{0,2}|[lL]{1,2}[uU]|[uU]?[zZ]|[uU]?[iI](?:8|16|32|64))$/;
const RUST_LITERAL = /^(?:0x([0-9a-fA-F]+)|0b([01]+)|0o([0-7]+)|([0-9]+))([ui](?:8|16|32|64|128|size))?$/;

/** More digits are no number that anybody writes, and BigInt needs long for them. */
const MAXIMUM_LENGTH = 200;

export function integerLiteral(text: string, rust: boolean): Integer | undefined {
  if (text.length > MAXIMUM_LENGTH) return undefined;
  return rust ? rustInteger(text.replaceAll('_', '')) : cInteger(text.replaceAll("'", ''));
}

function cInteger(text: string): Integer | undefined {
  const match = C_LITERAL.exec(text);
  if (!match) return undefined;
  const [, hexadecimal, binary, octal, decimal, suffix = ''] = match;
  const value = digits(hexadecimal, binary, octal, decimal);
  const sized = /8|16|32|64/.exec(suffix)?.[0];
  const unsigned = /u/i.test(suffix);
  if (sized !== undefined) return integerOf(value, Number(sized), unsigned);
  // The first type that holds it; decimal numbers without `u` never become unsigned.
  const mayBeUnsigned = unsigned || decimal === undefined;
  const long = /[lz]/i.test(suffix);
  if (!long && !unsigned && value <= 0x7fffffffn) return { value, bits: 32, unsigned: false };
  if (!long && mayBeUnsigned && value <= 0xffffffffn) return { value, bits: 32, unsigned: true };
  if (!unsigned && value <= 0x7fffffffffffffffn) return { value, bits: 64, unsigned: false };
  return value <= 0xffffffffffffffffn ? { value, bits: 64, unsigned: true } : { value, unsigned: true };
}

function rustInteger(text: string): Integer | undefined {
  const match = RUST_LITERAL.exec(text);
  if (!match) return undefined;
  const [, hexadecimal, binary, octal, decimal, suffix] = match;
  const value = digits(hexadecimal, binary, octal, decimal);
  if (suffix === undefined) return { value, unsigned: false };
  const size = suffix.slice(1);
  return integerOf(value, size === 'size' ? 64 : Number(size), suffix.startsWith('u'));
}

function digits(
  hexadecimal: string | undefined,
  binary: string | undefined,
  octal: string | undefined,
  decimal: string | undefined,
): bigint {
  if (hexadecimal !== undefined) return BigInt(`0x${hexadecimal}`);
  if (binary !== undefined) return BigInt(`0b${binary}`);
  if (octal !== undefined) return BigInt(`0o${octal}`);
  return BigInt(decimal ?? '0');
}
