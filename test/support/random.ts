/** A linear congruential generator: the same numbers, from 0 to below 1, in every run of a test. */
export function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
}
