/**
 * Snapshots near the place where the user looks, in the middle of an epoch: whoever went to a moment goes from there to others close
 * by, and back one instruction after another, without running the epoch again each time.
 */
import { momentAt, type Moment } from './moment';

/** Instructions from a snapshot to the moment that was gone to: to repeat them takes as many microseconds as there are hundreds. */
const DISTANCES = [22n, 20n, 17n, 14n, 11n].map((exponent) => 1n << exponent);
/** As many are kept, those that were used last: the places of a few searches. */
export const MOST_NEAR = 24;

/** Where to take them on the way, the first one first. The way must be worth it. */
export function nearStops(from: Moment, to: Moment): Moment[] {
  let { retired } = from;
  const stops: Moment[] = [];
  for (const distance of DISTANCES) {
    if (to.retired - distance < retired + distance) continue;
    retired = to.retired - distance;
    stops.push(momentAt(retired));
  }
  return stops;
}
