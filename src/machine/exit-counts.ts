/**
 * How many VM entries and exits there were, by route and reason. Counted as they happen, because the log forgets old records.
 */
import { exitReasonByNumber } from '../isa/exit-reasons';

/** Who exited, and who got the exit. */
export type ExitRoute = 'L1 -> L0' | 'L2 -> L0' | 'L2 -> L1';

const BASIC_REASON = 0xffff;

export class ExitCounts {
  entries = 0;
  private routes: Record<ExitRoute, Map<number, number>> = {
    'L1 -> L0': new Map(),
    'L2 -> L0': new Map(),
    'L2 -> L1': new Map(),
  };

  exit(route: ExitRoute, reasonWord: number): void {
    const counts = this.routes[route];
    const reason = reasonWord & BASIC_REASON;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }

  save(): unknown {
    return structuredClone({ entries: this.entries, routes: this.routes });
  }

  restore(saved: unknown): void {
    Object.assign(this, structuredClone(saved));
  }

  /** Every route and reason that occurred, most frequent first. */
  list(): { route: ExitRoute; reason: string; count: number }[] {
    return Object.entries(this.routes)
      .flatMap(([route, counts]) =>
        [...counts].map(([reason, count]) => ({
          route: route as ExitRoute,
          reason: exitReasonByNumber.get(reason)?.name ?? `reason ${reason}`,
          count,
        })),
      )
      .sort((a, b) => b.count - a.count);
  }
}
