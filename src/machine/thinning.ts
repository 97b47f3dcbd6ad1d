/**
 * Which snapshots are worth their memory: near the present each one, further back ever fewer, so that their distance doubles with
 * their age.
 */

/** Snapshots kept of each doubling of the age. */
const OF_EACH_AGE = 16;

/**
 * True: the snapshot of this epoch stays. The first one always does: nothing before it could be reached.
 * @param sparseness halvings of the density, for want of memory
 */
export function isSpared(epoch: number, newest: number, sparseness: number): boolean {
  const age = newest - epoch;
  const distance = Math.floor(age / Math.max(1, OF_EACH_AGE >> sparseness));
  if (distance <= 1) return true;
  return epoch % 2 ** Math.floor(Math.log2(distance)) === 0;
}
