/**
 * A crystal of another frequency than the tick's, exact: no rounding error grows, whatever the tick count.
 * The crystal starts with the ticks; count n begins at the first tick not before n / hertz seconds.
 */

/** Ticks in a second: one tick is nominally 1 ns. */
export const TICKS_PER_SECOND = 1_000_000_000;

export class Oscillator {
  /** `hertz` is an integer of at most 9,000,000, so that the products below stay under 2^53. */
  constructor(readonly hertz: number) {}

  /** Whole periods that have passed at `tick`. */
  counts(tick: number): number {
    const seconds = Math.floor(tick / TICKS_PER_SECOND);
    const rest = tick - seconds * TICKS_PER_SECOND;
    return seconds * this.hertz + Math.floor((rest * this.hertz) / TICKS_PER_SECOND);
  }

  /** First tick at which `counts(tick)` is at least `count`. */
  tickOf(count: number): number {
    const seconds = Math.floor(count / this.hertz);
    const rest = count - seconds * this.hertz;
    return seconds * TICKS_PER_SECOND + Math.ceil((rest * TICKS_PER_SECOND) / this.hertz);
  }
}
