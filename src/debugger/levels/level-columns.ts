/**
 * Very many records as columns of pixels. One pass over the span; each stretch between two events of a CPU is shared out among the
 * columns it covers.
 */
import type { LevelColumns, LevelLane } from '../../protocol/levels';
import { failedKinds } from '../../protocol/timeline';
import type { Axis } from './axis';
import { levels, type LaneEvents } from './lane-events';
import { eachStretch, type Part } from './stretches';

/** @param lanes the shares are told in their order */
export function levelColumns(
  events: LaneEvents,
  axis: Axis,
  part: Part,
  lanes: readonly LevelLane[],
  cpus: number,
  width: number,
): LevelColumns {
  const { span, first, end } = part;
  const scale = width / (span.to - span.from);
  const shares = Array.from({ length: cpus }, () => levels.map(() => new Float64Array(width)));
  eachStretch(events, axis, part, cpus, (cpu, level, from, to) =>
    share(shares[cpu]![level]!, (from - span.from) * scale, (to - span.from) * scale),
  );
  const exits = new Uint32Array(width);
  const failures = new Set<number>();
  for (let event = first; event < end; event++) {
    const kind = events.kind(event);
    const column = Math.min(width - 1, Math.floor((axis.position(event) - span.from) * scale));
    if (kind === 'exit') exits[column]! += 1;
    if (failedKinds.includes(kind)) failures.add(column);
  }
  return {
    shares: lanes.map(({ level, cpu = 0 }) =>
      Array.from(shares[cpu]![levels.indexOf(level)]!, (part) => Math.round(part * 100)),
    ),
    exits: [...exits],
    failures: [...failures],
  };
}

/** Adds the stretch from `from` to `to`, in columns, to the columns it covers. */
function share(columns: Float64Array, from: number, to: number): void {
  for (let at = from; at < to;) {
    const column = Math.floor(at);
    const next = Math.min(to, column + 1);
    if (column < columns.length) columns[column]! += next - at;
    at = next;
  }
}
