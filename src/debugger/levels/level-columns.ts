/**
 * Very many records as columns of pixels. One pass over the span; each stretch between two events is shared out among the columns it
 * covers.
 */
import type { LevelColumns, LevelSpan } from '../../protocol/levels';
import { failedKinds } from '../../protocol/timeline';
import type { Axis } from './axis';
import { levels, type LaneEvents } from './lane-events';

export function levelColumns(
  events: LaneEvents,
  axis: Axis,
  part: { span: LevelSpan; first: number; end: number },
  width: number,
): LevelColumns {
  const { span, first, end } = part;
  const scale = width / (span.to - span.from);
  const column = (position: number): number =>
    Math.min(width - 1, Math.floor((position - span.from) * scale));
  const shares = levels.map(() => new Float64Array(width));
  const exits = new Uint32Array(width);
  const failures = new Set<number>();
  for (let event = first - 1; event < end; event++) {
    const from = event < first ? 0 : (axis.position(event) - span.from) * scale;
    const to = event + 1 < end ? (axis.position(event + 1) - span.from) * scale : width;
    share(shares[events.runner(event)]!, from, to);
    if (event < first) continue;
    const kind = events.kind(event);
    const here = column(axis.position(event));
    if (kind === 'exit') exits[here]! += 1;
    if (failedKinds.includes(kind)) failures.add(here);
  }
  const percent = (columns: Float64Array): number[] => Array.from(columns, (part) => Math.round(part * 100));
  return {
    shares: Object.fromEntries(levels.map((level, i) => [level, percent(shares[i]!)])),
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
