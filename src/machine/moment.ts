/**
 * A point of a run at which the machine can stand: between two instructions of a guest, between two of L0's functions, or before
 * one of L0's statements. Every part only ever grows in a run, so the parts in their order order all moments of one run, however it
 * is cut into slices.
 */
export interface Moment {
  /** Instructions that all CPUs have retired. */
  readonly retired: bigint;
  /** Ticks skipped while halted and within long string instructions. */
  readonly skew: bigint;
  /** Deliveries, VM entries and VM exits (State.TRANSITIONS). */
  readonly transitions: bigint;
  /** Calls of the machine to L0 that are complete. */
  readonly calls: number;
  /** Statements that the call under way has begun; 0: none is under way. */
  readonly statement: number;
}

/** No moment is before it. */
export const START: Moment = { retired: 0n, skew: 0n, transitions: 0n, calls: 0, statement: 0 };

/** The first moment with so many instructions retired. */
export function momentAt(retired: bigint): Moment {
  return { ...START, retired };
}

/** Negative: `a` is before `b`. */
export function compareMoments(a: Moment, b: Moment): number {
  if (a.retired !== b.retired) return a.retired < b.retired ? -1 : 1;
  if (a.skew !== b.skew) return a.skew < b.skew ? -1 : 1;
  if (a.transitions !== b.transitions) return a.transitions < b.transitions ? -1 : 1;
  return a.calls - b.calls || a.statement - b.statement;
}

export function isBefore(a: Moment, b: Moment): boolean {
  return compareMoments(a, b) < 0;
}
