/** Finds a place in something sorted. */

/** The first of `count` indexes for which `holds`, which stays true from there on; `count` when it never does. */
export function firstWhere(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
