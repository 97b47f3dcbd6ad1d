/**
 * The records as Levels over Time needs them: who ran after each, in a few bytes a record, so that a million of them make a
 * picture in a few milliseconds, and stay when the log has dropped the records themselves.
 */
import { timelineKinds, type Level, type TimelineKind } from '../../protocol/timeline';
import { recordKind } from '../decode/timeline';
import type { Inspection, MachineRecord } from '../inspection';

type Log = Inspection['log'];

/** Levels as the numbers in the table; the host is 0. */
export const levels: readonly Level[] = ['L0', 'L1', 'L2'];

/** Events that are kept; when there are more, the older half goes. */
const MOST = 1 << 22;

export class LaneEvents {
  private counts = new Float64Array(1024);
  private kindNumbers = new Uint8Array(1024);
  /** Of each event the lane it begins in, the one it leads to (`NOWHERE` for a point), whether it sums up several steps, its CPU. */
  private routes = new Uint8Array(1024);
  /** Of each event the levels that all CPUs are in from there on. */
  private running = new Uint16Array(1024);
  /** Number of the record that the first event here is. */
  first = 0;
  length = 0;
  private forks = 0;

  /** Takes in the records made since the last call. */
  read(log: Log): void {
    if (log.oldest > this.first + this.length || log.forks !== this.forks) {
      // Records were dropped unseen, and what lay before them would leave a hole; or they never happened after all.
      this.forks = log.forks;
      this.first = log.oldest;
      this.length = 0;
    }
    for (let index = this.first + this.length; index < log.total; index++) this.add(log.at(index)!);
  }

  private add(record: MachineRecord): void {
    if (this.length === MOST) this.forget(MOST / 2);
    if (this.length === this.counts.length) this.grow();
    const before = this.length === 0 ? 0 : this.running[this.length - 1]!;
    this.counts[this.length] = record.count;
    this.kindNumbers[this.length] = timelineKinds.indexOf(recordKind(record));
    this.routes[this.length] = route(record) | ((record.vcpu ?? 0) << CPU);
    this.running[this.length] = runsAfter(record, before);
    this.length++;
  }

  private grow(): void {
    const size = this.counts.length * 2;
    const grown = <T extends Float64Array | Uint8Array | Uint16Array>(old: T, fresh: T): T => (
      fresh.set(old),
      fresh
    );
    this.counts = grown(this.counts, new Float64Array(size));
    this.kindNumbers = grown(this.kindNumbers, new Uint8Array(size));
    this.routes = grown(this.routes, new Uint8Array(size));
    this.running = grown(this.running, new Uint16Array(size));
  }

  private forget(events: number): void {
    for (const column of [this.counts, this.kindNumbers, this.routes, this.running])
      column.copyWithin(0, events);
    this.first += events;
    this.length -= events;
  }

  /** Instructions retired at the event. */
  count(event: number): number {
    return this.counts[event]!;
  }

  kind(event: number): TimelineKind {
    return timelineKinds[this.kindNumbers[event]!]!;
  }

  /** The lane it begins in. */
  from(event: number): Level {
    return levels[this.routes[event]! & LANE]!;
  }

  /** The lane it leads to; undefined for a point. */
  to(event: number): Level | undefined {
    return levels[(this.routes[event]! >>> TO) & LANE];
  }

  /** It sums up several steps of L0: a reflection, a nested entry. */
  isNested(event: number): boolean {
    return (this.routes[event]! & NESTED) !== 0;
  }

  cpu(event: number): number {
    return this.routes[event]! >>> CPU;
  }

  /** Number of the level that a CPU is in from this event on; before the first event it is the host. */
  runner(event: number, cpu: number): number {
    return event < 0 ? 0 : (this.running[event]! >>> (cpu * CPU_BITS)) & LANE;
  }
}

/** A route in a byte: two lanes, a flag and a CPU. */
const LANE = 3;
const TO = 2;
const NESTED = 16;
const CPU = 5;
const NOWHERE = 3;
/** Levels of all CPUs in a word: a lane each. */
const CPU_BITS = 2;

function route(record: MachineRecord): number {
  const lane = (level: Level): number => levels.indexOf(level);
  const arrow = (from: Level, to: Level): number => lane(from) | (lane(to) << TO);
  switch (record.kind) {
    case 'entry':
      return arrow('L0', record.level);
    case 'exit':
      return arrow(record.level, 'L0');
    case 'nested-entry':
      return arrow('L1', 'L2') | NESTED;
    case 'nested-exit':
      return arrow('L2', 'L1') | NESTED;
    // What L0 does while the guest waits.
    case 'verdict':
    case 'handled':
    case 'requeued':
    case 'nested-event':
    case 'vmx-instruction':
      return lane('L0') | (NOWHERE << TO);
    default:
      return lane(record.level) | (NOWHERE << TO);
  }
}

function runsAfter(record: MachineRecord, before: number): number {
  const shift = (record.vcpu ?? 0) * CPU_BITS;
  const others = before & ~(LANE << shift);
  if (record.kind === 'entry') return others | (levels.indexOf(record.level) << shift);
  if (record.kind === 'exit' || record.kind === 'shutdown') return others;
  return before;
}

const tables = new WeakMap<Log, LaneEvents>();

/** The events of a log, up to date. */
export function laneEvents(log: Log): LaneEvents {
  let table = tables.get(log);
  if (!table) tables.set(log, (table = new LaneEvents()));
  table.read(log);
  return table;
}
