/** Places of a run as they cross the session: where the machine stands, where the present is, and what somebody wants to find again. Types only. */

export interface PlaceOfRun {
  /** Retired by all CPUs. */
  readonly instructions: number;
  /** Timeline records made before. */
  readonly records: number;
}

export interface Bookmark extends PlaceOfRun {
  readonly id: number;
  readonly name: string;
}

export interface Past {
  /** One can go to other moments: a history is kept. */
  readonly kept: boolean;
  readonly now: PlaceOfRun;
  readonly present: PlaceOfRun;
  readonly inPast: boolean;
  /** In the order of the run. */
  readonly bookmarks: readonly Bookmark[];
}
