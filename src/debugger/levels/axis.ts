/** The horizontal axis of Levels over Time. */
import type { LevelScale, LevelSpan } from '../../protocol/levels';
import type { LaneEvents } from './lane-events';

/** Events on a line: their numbers, or the instructions retired at them. Rises from event to event, or stays. */
export class Axis {
  constructor(
    private readonly events: LaneEvents,
    private readonly scale: LevelScale,
  ) {}

  position(event: number): number {
    return this.scale === 'events' ? this.events.first + event : this.events.count(event);
  }

  get known(): LevelSpan {
    const { length, first } = this.events;
    if (length === 0) return { from: first, to: first };
    // An event of its own width at the end, so that the last one is in the picture.
    return { from: this.position(0), to: this.position(length - 1) + 1 };
  }

  /** The first event at or after a position. */
  firstAt(position: number): number {
    return this.search((event) => this.position(event) >= position);
  }

  firstAfter(position: number): number {
    return this.search((event) => this.position(event) > position);
  }

  private search(reached: (event: number) => boolean): number {
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (reached(middle)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
