/** Work that waits until keys and events have settled: what is asked for again meanwhile is done once. */
import type { Answering } from './answering';

/** Keys come faster than this; a person reads slower. */
const SETTLE_MS = 200;

export class Settling {
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor(private readonly answering: Answering) {}

  later(key: string, work: () => Promise<unknown>): void {
    clearTimeout(this.timers.get(key));
    const run = (): void => {
      this.timers.delete(key);
      this.answering.background(work());
    };
    this.timers.set(key, setTimeout(run, SETTLE_MS));
  }
}
