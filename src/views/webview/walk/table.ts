/**
 * A walk as a table: a column for each stage, a row for each level from the highest down. Pure.
 */
import type { AddressWalk, WalkEntry, WalkStage } from '../../../protocol/address-walk';

export interface WalkTable {
  readonly columns: readonly WalkStage[];
  /** One cell a column; missing where the walk of that table did not come to the level. */
  readonly rows: readonly (readonly (WalkEntry | undefined)[])[];
}

export function walkTable({ stages }: AddressWalk): WalkTable {
  const levels = new Set(stages.flatMap(({ entries }) => entries.map(({ level }) => level)));
  return {
    columns: stages,
    rows: [...levels]
      .sort((a, b) => b - a)
      .map((level) => stages.map(({ entries }) => entries.find((entry) => entry.level === level))),
  };
}
