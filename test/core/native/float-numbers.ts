import type { Random } from '../../support/random';
/** Random floating-point numbers of all formats, most of them special: what rounding, exceptions and NaN rules turn on. */

export interface Format {
  bytes: number;
  exponentBits: number;
  /** Without the explicit integer bit of the extended format. */
  fractionBits: number;
  explicit?: true;
}

export const SINGLE: Format = { bytes: 4, exponentBits: 8, fractionBits: 23 };
export const DOUBLE: Format = { bytes: 8, exponentBits: 11, fractionBits: 52 };
export const HALF: Format = { bytes: 2, exponentBits: 5, fractionBits: 10 };
export const EXTENDED: Format = { bytes: 10, exponentBits: 15, fractionBits: 63, explicit: true };

/** Fractions with few ones, at ends and in the middle: exact results, ties and carries. */
function fraction(random: Random, bits: number): bigint {
  const all = (1n << BigInt(bits)) - 1n;
  const kind = random.below(6);
  if (kind === 0) return 0n;
  if (kind === 1) return all ^ (random.below(3) === 0 ? BigInt(random.below(8)) : 0n);
  if (kind === 2) return BigInt(random.below(4));
  // Ones where other formats and precisions cut.
  if (kind === 3) return (1n << BigInt(random.below(bits))) | BigInt(random.below(2));
  if (kind === 4) return (random.bits(8) << BigInt(Math.max(0, bits - 8))) & all;
  return random.bits(bits);
}

/** Exponent fields near each other, so that operands interact, and at the ends of this format and of narrower ones. */
function exponent(random: Random, bits: number): bigint {
  const largest = (1 << bits) - 1;
  const bias = largest >> 1;
  const kind = random.below(8);
  if (kind < 3) return BigInt(bias + random.below(9) - 4);
  if (kind === 3) return BigInt(bias + random.below(Math.min(160, bias)) - Math.min(80, bias >> 1));
  if (kind === 4) return BigInt(1 + random.below(3));
  if (kind === 5) return BigInt(largest - 1 - random.below(3));
  const edge = random.pick([127, 1023, 14].filter((one) => one < bias));
  if (kind === 6 && edge) return BigInt(bias + (random.below(2) ? edge : -edge) + random.below(5) - 2);
  return BigInt(1 + random.below(largest - 1));
}

/** A number as bits. */
export function randomNumber(random: Random, format: Format): bigint {
  const { exponentBits, fractionBits, explicit } = format;
  const ones = (1n << BigInt(exponentBits)) - 1n;
  const kind = random.below(16);
  let field = exponent(random, exponentBits);
  let low = fraction(random, fractionBits);
  let integer = 1n;
  if (kind === 0) [field, low, integer] = [0n, 0n, 0n];
  else if (kind === 1) [field, integer] = [0n, 0n];
  else if (kind === 2) [field, low] = [ones, 0n];
  else if (kind === 3)
    [field, low] = [ones, low | (BigInt(random.below(2)) << BigInt(fractionBits - 1)) | 1n];
  else if (kind === 4 && explicit && random.below(3) === 0) {
    // Unnormals, pseudo-infinities, pseudo-denormals.
    field = random.pick([0n, ones, field]);
    integer = field === 0n ? 1n : 0n;
  }
  const sign = BigInt(random.below(2));
  const body = explicit
    ? (field << BigInt(fractionBits + 1)) | (integer << BigInt(fractionBits)) | low
    : (field << BigInt(fractionBits)) | low;
  return (sign << BigInt(exponentBits + fractionBits + (explicit ? 1 : 0))) | body;
}

/** Integers near powers of two. */
export function randomInteger(random: Random, bytes: number): bigint {
  const bits = bytes * 8;
  const near = (1n << BigInt(random.below(bits))) + BigInt(random.below(5) - 2);
  const value = random.below(3) ? near : random.bits(bits);
  return BigInt.asUintN(bits, random.below(2) ? value : -value);
}

export function put(bytes: Uint8Array, at: number, value: bigint, count: number): void {
  for (let i = 0; i < count; i++) bytes[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
}
