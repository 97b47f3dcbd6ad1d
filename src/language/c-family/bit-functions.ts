/** Function-like macros for bits that projects take from headers nobody shows us. Their names leave no doubt. */
import { integerOf, type Integer } from './integer';

type BitFunction = (first: bigint, second: bigint) => Integer | undefined;

const one =
  (bits: 32 | 64): BitFunction =>
  (count) =>
    count >= 0n && count < BigInt(bits) ? integerOf(1n << count, bits, true) : undefined;

const mask =
  (bits: 32 | 64): BitFunction =>
  (high, low) =>
    low >= 0n && high >= low && high < BigInt(bits)
      ? integerOf((1n << (high + 1n)) - (1n << low), bits, true)
      : undefined;

const literal =
  (bits: 32 | 64, unsigned: boolean): BitFunction =>
  (value) =>
    integerOf(value, bits, unsigned);

const functions: Readonly<Record<string, readonly [1 | 2, BitFunction]>> = {
  BIT: [1, one(64)],
  BIT_ULL: [1, one(64)],
  BIT_UL: [1, one(64)],
  BIT64: [1, one(64)],
  BIT32: [1, one(32)],
  _BITUL: [1, one(64)],
  _BITULL: [1, one(64)],
  GENMASK: [2, mask(64)],
  GENMASK_ULL: [2, mask(64)],
  UL: [1, literal(64, true)],
  ULL: [1, literal(64, true)],
  _UL: [1, literal(64, true)],
  _ULL: [1, literal(64, true)],
  UINT32_C: [1, literal(32, true)],
  UINT64_C: [1, literal(64, true)],
  // Its second argument is a suffix, which the reader of expressions gives as a width.
  _AC: [2, (value, width) => integerOf(value, Number(width), true)],
};

export function bitFunction(name: string, given: readonly Integer[]): Integer | undefined {
  if (!Object.hasOwn(functions, name)) return undefined;
  const [count, compute] = functions[name]!;
  const [first, second] = given;
  return first && given.length === count ? compute(first.value, second?.value ?? 0n) : undefined;
}
