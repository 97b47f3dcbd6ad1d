// Masks of named bit ranges: `NAME` is the mask in place; a range wider than one bit also gets `NAME_SHIFT`, the number
// of its lowest bit, so that `(word & X.NAME) >> X.NAME_SHIFT` is its value. `DEFINED` is every bit that has a name.

import type { BitRange } from '../isa/bit-ranges';
import { constants } from './assembly-script';

type Member = readonly [string, bigint];

/** A word with all bits of a range on. */
export function maskOf({ high, low }: Pick<BitRange, 'high' | 'low'>): bigint {
  return ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low);
}

function members(ranges: readonly BitRange[]): Member[] {
  const named = ranges.flatMap((range): Member[] => {
    const { name, high, low } = range;
    const mask = maskOf(range);
    return high === low
      ? [[name, mask]]
      : [
          [name, mask],
          [`${name}_SHIFT`, BigInt(low)],
        ];
  });
  return [...named, ['DEFINED', ranges.reduce((all, range) => all | maskOf(range), 0n)]];
}

/** One namespace of masks; the words of `type` u32 must have no range above bit 31. */
export function bitMasks(name: string, type: 'u32' | 'u64', ranges: readonly BitRange[]): string {
  return constants(name, type, members(ranges));
}
