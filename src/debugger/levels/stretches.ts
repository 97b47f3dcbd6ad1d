/** From events to stretches of time: how long each CPU was in a level. */
import type { LevelSpan } from '../../protocol/levels';
import type { Axis } from './axis';
import type { LaneEvents } from './lane-events';

/** A part of the run: its span, and the events that lie in it, from the first to before the end. */
export interface Part {
  readonly span: LevelSpan;
  readonly first: number;
  readonly end: number;
}

/** Tells of each stretch between two events of a CPU, in the order in which stretches end. `level` is its number. */
export function eachStretch(
  events: LaneEvents,
  axis: Axis,
  { span, first, end }: Part,
  cpus: number,
  tell: (cpu: number, level: number, from: number, to: number) => void,
): void {
  const begun = Array.from({ length: cpus }, () => span.from);
  const level = begun.map((_, cpu) => events.runner(first - 1, cpu));
  for (let event = first; event < end; event++) {
    const cpu = events.cpu(event);
    const at = axis.position(event);
    tell(cpu, level[cpu]!, begun[cpu]!, at);
    begun[cpu] = at;
    level[cpu] = events.runner(event, cpu);
  }
  for (let cpu = 0; cpu < cpus; cpu++) tell(cpu, level[cpu]!, begun[cpu]!, span.to);
}
