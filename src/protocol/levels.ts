/**
 * Levels over time as it crosses the session: which level ran when, and what took the processor from one to another. Types only.
 */
import type { Level, TimelineKind } from './timeline';

/**
 * What the horizontal axis counts. `events`: every record is one wide, so that the work of L0, in which no guest instruction retires,
 * has room. `instructions`: retired instructions, so that lengths are times.
 */
export type LevelScale = 'events' | 'instructions';

/** A part of the run, in units of the scale. */
export interface LevelSpan {
  readonly from: number;
  readonly to: number;
}

/** A lane: a level, and its CPU where there are several. */
export interface LevelLane {
  readonly level: Level;
  readonly cpu?: number;
}

/** A CPU was in this level here, whether it had its turn or waited for it. */
export interface LevelRun extends LevelSpan, LevelLane {}

/** One record: an arrow between two lanes of a CPU, or a point in one. */
export interface LevelMark extends LevelLane {
  /** Number of the record, as in `turtlescope/timelineItem`. */
  readonly index: number;
  readonly at: number;
  readonly kind: TimelineKind;
  /** Level whose lane the arrow leads to; missing for a point. */
  readonly to?: Level;
  /** The arrow stands for what L0 did in several steps: a reflection, a nested entry. */
  readonly nested?: boolean;
  readonly title: string;
}

/** Many records in the width of a pixel: how much of each column a CPU was in a level, and how often it was left. */
export interface LevelColumns {
  /** For each lane, in their order, percent of each column. */
  readonly shares: readonly (readonly number[])[];
  /** Exits of guests in each column. */
  readonly exits: readonly number[];
  /** Columns with a failed entry, a failed VMX instruction or a shutdown. */
  readonly failures: readonly number[];
}

export interface LevelPicture extends LevelSpan {
  /** From top to bottom. */
  readonly lanes: readonly LevelLane[];
  readonly scale: LevelScale;
  /** The part of the run that is still known; `from` and `to` lie in it. */
  readonly known: LevelSpan;
  /** Records in the span. */
  readonly records: number;
  readonly runs: readonly LevelRun[];
  readonly marks: readonly LevelMark[];
  /** Instead of runs and marks, when they are too many to be told apart. */
  readonly columns?: LevelColumns;
}
