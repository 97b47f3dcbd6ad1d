/**
 * The board's time: the tick count and the alarms set on it. Knows no device and no wall clock.
 *
 * Order is fixed by (tick, clock, age), never by when an alarm happened to be scheduled, so that a board
 * restored from a snapshot, whose devices schedule their alarms anew, fires them in the same order.
 */
import type { Alarm, Clock } from './device';

interface Entry {
  readonly at: number;
  /** Number of the clock it was set on, in order of their making. */
  readonly rank: number;
  readonly fire: () => void;
}

export class EventQueue {
  private time = 0;
  private clocks = 0;
  /** Sorted, next one first. A board has a handful of alarms, so insertion beats a heap. */
  private entries: Entry[] = [];

  /** A new clock for one device. Make clocks in a fixed order: it decides between alarms of the same tick. */
  clock(): Clock {
    const rank = this.clocks++;
    return {
      now: () => this.time,
      schedule: (at, fire) => this.add({ at: Math.max(at, this.time + 1), rank, fire }),
    };
  }

  now(): number {
    return this.time;
  }

  nextEventAt(): number | undefined {
    return this.entries[0]?.at;
  }

  /** Advances time to `now` and fires what is due. Time never goes back. */
  runUntil(now: number): void {
    // An alarm set by another alarm lies at least one tick later, so this ends.
    for (let next = this.entries[0]; next && next.at <= now; next = this.entries[0]) {
      this.entries.shift();
      this.time = next.at;
      next.fire();
    }
    this.time = Math.max(this.time, now);
  }

  /** Forgets all alarms and sets the time: the first step of restoring a snapshot. */
  restart(now: number): void {
    this.entries = [];
    this.time = now;
  }

  private add(entry: Entry): Alarm {
    const after = this.entries.findIndex(
      ({ at, rank }) => at > entry.at || (at === entry.at && rank > entry.rank),
    );
    this.entries.splice(after < 0 ? this.entries.length : after, 0, entry);
    return {
      cancel: () => {
        const index = this.entries.indexOf(entry);
        if (index >= 0) this.entries.splice(index, 1);
      },
    };
  }
}
