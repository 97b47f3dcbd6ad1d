/** Bits of a word in words: `bit 12`, `bits 31:15 and 12`. */

/** The numbers of the bits that are set, highest first, runs as `high:low`. */
export function bitNumbers(mask: bigint): string {
  const runs: string[] = [];
  for (let high = mask.toString(2).length - 1; high >= 0; high--) {
    if (!isSet(mask, high)) continue;
    let low = high;
    while (low > 0 && isSet(mask, low - 1)) low--;
    runs.push(high === low ? `${high}` : `${high}:${low}`);
    high = low;
  }
  return inWords(runs, 'and');
}

/** `bit 12`, `bits 31:15 and 12`. */
export function bits(mask: bigint): string {
  const numbers = bitNumbers(mask);
  return /\D/.test(numbers) ? `bits ${numbers}` : `bit ${numbers}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function inWords(items: readonly string[], last: 'and' | 'or'): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`;
}

export function isSet(word: bigint, bit: number): boolean {
  return ((word >> BigInt(bit)) & 1n) === 1n;
}

/** The bits of a range, in place. */
export function maskOf(range: { readonly high: number; readonly low: number }): bigint {
  return ((1n << BigInt(range.high - range.low + 1)) - 1n) << BigInt(range.low);
}
