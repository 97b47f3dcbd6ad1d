/**
 * Scalars between bytes, numbers and text: integers, characters, floating point, enumerations.
 *
 * Both directions stand together so that what is shown can be typed back in.
 */
import { bigintToBytes, bytesToBigint } from './dwarf/expression';
import { Encoding } from './dwarf/constants';
import type { DataType } from './dwarf/data-types';

export type ScalarType = DataType & { kind: 'base' | 'pointer' | 'enum' };

/** The integer a scalar's bytes stand for, with the type's sign. */
export function scalarNumber(type: ScalarType, bytes: Uint8Array, bits = bytes.length * 8): bigint {
  const value = BigInt.asUintN(bits, bytesToBigint(bytes));
  return isSigned(type) ? BigInt.asIntN(bits, value) : value;
}

export function isSigned(type: ScalarType): boolean {
  if (type.kind === 'enum') return type.signed;
  return type.kind === 'base' && (type.encoding === Encoding.signed || type.encoding === Encoding.signedChar);
}

/** A scalar (not a pointer) as text. `number` is what `scalarNumber` gave. */
export function scalarText(type: ScalarType, bytes: Uint8Array, number: bigint): string {
  if (type.kind === 'enum') return enumText(type, number);
  if (type.kind === 'pointer') return `0x${number.toString(16)}`;
  switch (type.encoding) {
    case Encoding.boolean:
      return number === 0n ? 'false' : number === 1n ? 'true' : `true (${number})`;
    case Encoding.float:
      return floatText(bytes);
    case Encoding.signedChar:
    case Encoding.unsignedChar:
      return `${number} ${characterText(Number(BigInt.asUintN(8, number)))}`;
    case Encoding.utf:
      return `${number} ${characterText(Number(number))}`;
    default:
      return integerText(number);
  }
}

/** Decimal, with hexadecimal behind it where the two differ: hypervisor data is bits more often than counts. */
export function integerText(value: bigint): string {
  if (value < 10n) return value.toString();
  return `${value} (0x${value.toString(16)})`;
}

function enumText(type: ScalarType & { kind: 'enum' }, value: bigint): string {
  const same = (e: { value: bigint }) => BigInt.asUintN(64, e.value) === BigInt.asUintN(64, value);
  const exact = type.enumerators.find(same);
  if (exact) return `${exact.name} (${value})`;
  // A set of flags, if the names cover every bit.
  const names: string[] = [];
  let rest = value;
  for (const e of type.enumerators) {
    if (e.value > 0n && (e.value & (e.value - 1n)) === 0n && (rest & e.value) !== 0n) {
      names.push(e.name);
      rest &= ~e.value;
    }
  }
  return names.length > 0 && rest === 0n
    ? `${names.join(' | ')} (0x${value.toString(16)})`
    : integerText(value);
}

function characterText(code: number): string {
  const known: Readonly<Record<number, string>> = {
    0: '\\0',
    9: '\\t',
    10: '\\n',
    13: '\\r',
    39: "\\'",
    92: '\\\\',
  };
  const text = known[code];
  if (text !== undefined) return `'${text}'`;
  if (code < 32 || (code >= 127 && code < 160) || code > 0x10ffff)
    return `'\\x${code.toString(16).padStart(2, '0')}'`;
  return `'${String.fromCodePoint(code)}'`;
}

/** Bytes as a quoted C string up to its zero, or all of them. */
export function stringText(bytes: Uint8Array, limit = 200): string {
  const zero = bytes.indexOf(0);
  const used = bytes.subarray(0, Math.min(zero < 0 ? bytes.length : zero, limit));
  const text = String.fromCharCode(...used);
  const quoted = text.replace(/[^ !#-[\]-~]/g, (c) => {
    const known: Readonly<Record<string, string>> = {
      '\n': '\\n',
      '\t': '\\t',
      '\r': '\\r',
      '"': '\\"',
      '\\': '\\\\',
    };
    return known[c] ?? `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `"${quoted}"${zero > limit || (zero < 0 && bytes.length > limit) ? '…' : ''}`;
}

function floatText(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 4) return String(Math.fround(Number(view.getFloat32(0, true).toPrecision(9))));
  if (bytes.length === 8) return String(view.getFloat64(0, true));
  if (bytes.length < 10) return integerText(bytesToBigint(bytes));
  // x87 extended: 64-bit significand with explicit integer bit, 15-bit exponent (SDM volume 1, 4.2.2).
  const significand = view.getBigUint64(0, true);
  const high = view.getUint16(8, true);
  const exponent = high & 0x7fff;
  const sign = high & 0x8000 ? -1 : 1;
  if (exponent === 0x7fff)
    return (significand << 1n) & 0xffffffffffffffffn ? 'NaN' : sign < 0 ? '-Infinity' : 'Infinity';
  return String(sign * Number(significand) * 2 ** (exponent - 16383 - 63));
}

/** Bytes for a text the user typed, or a sentence about what was expected. */
export function parseScalar(
  type: ScalarType,
  text: string,
  size: number,
): { bytes: Uint8Array } | { error: string } {
  const trimmed = text.trim();
  if (type.kind === 'base' && type.encoding === Encoding.float) {
    const number = Number(trimmed);
    if (trimmed === '' || (Number.isNaN(number) && trimmed !== 'NaN'))
      return { error: `${text} is not a number.` };
    const view = new DataView(new ArrayBuffer(size));
    if (size === 4) view.setFloat32(0, number, true);
    else if (size === 8) view.setFloat64(0, number, true);
    else return { error: 'Values of type long double cannot be changed.' };
    return { bytes: new Uint8Array(view.buffer) };
  }
  const number = parseInteger(type, trimmed);
  if (number === undefined) {
    const names =
      type.kind === 'enum'
        ? ` or one of ${type.enumerators
            .slice(0, 5)
            .map((e) => e.name)
            .join(', ')}`
        : '';
    return {
      error: `${text} is not a value for this type. Write a number (12, -3, 0x1f), a character ('a')${names}.`,
    };
  }
  return { bytes: bigintToBytes(number, size) };
}

/** An integer in C notation, a character, true/false, or enumerator names joined by `|`. */
function parseInteger(type: ScalarType, text: string): bigint | undefined {
  const match = /^(-?)(0x[0-9a-f]+|0b[01]+|\d+)[ul]*$/i.exec(text);
  if (match) {
    const value = BigInt(match[2]!);
    return match[1] ? -value : value;
  }
  if (text === 'true') return 1n;
  if (text === 'false' || text === 'NULL' || text === 'nullptr') return 0n;
  const character = /^'(\\x[0-9a-f]{1,2}|\\[0ntr\\']|[^\\'])'$/iu.exec(text)?.[1];
  if (character !== undefined) {
    if (character.length === 1 || !character.startsWith('\\')) return BigInt(character.codePointAt(0)!);
    if (character[1] === 'x') return BigInt(`0${character.slice(1)}`);
    const codes: Readonly<Record<string, number>> = { '0': 0, n: 10, t: 9, r: 13, '\\': 92, "'": 39 };
    return BigInt(codes[character[1]!] ?? 0);
  }
  if (type.kind !== 'enum') return undefined;
  let value = 0n;
  for (const name of text.split('|')) {
    const found = type.enumerators.find((e) => e.name === name.trim());
    if (!found) return undefined;
    value |= found.value;
  }
  return value;
}
