/**
 * Breakpoints and watchpoints of a gdb client. gdb takes all of them away whenever it stops and sets them again before it goes on;
 * it knows one address space, so a breakpoint means whichever level gets there. A watchpoint means the memory of one level: the one
 * that was selected when it was first set.
 */
import type { DataAccess } from '../debugger/breakpoints/data-breakpoint';
import { offer, MOST_BYTES } from '../debugger/breakpoints/data-breakpoint';
import { linear } from '../debugger/level-memory';
import type { DebugSession } from '../debugger/session';
import type { StrandName } from '../machine/strand';

/** As `Z` and `z` packets number them. */
export type BreakpointType = 0 | 1 | 2 | 3 | 4;

/** What a stop reply says about a place that was reached. */
export type Reached =
  | { readonly kind: 'swbreak' | 'hwbreak' }
  | { readonly kind: 'watch' | 'rwatch' | 'awatch'; readonly address: bigint };

interface Wanted {
  readonly type: BreakpointType;
  readonly address: bigint;
  readonly bytes: number;
}

/** Name of this client's lists. */
const LIST = 'gdb';
/** More breakpoints than anybody sets; a client that sets more is answered with an error. */
const MOST = 4096;
const ACCESS: Readonly<Record<2 | 3 | 4, DataAccess>> = { 2: 'write', 3: 'read', 4: 'readWrite' };
const WATCH = { 2: 'watch', 3: 'rwatch', 4: 'awatch' } as const;

export class ClientBreakpoints {
  private readonly wanted = new Map<string, Wanted>();
  /** Level of each watchpoint, kept while gdb takes it away for the length of a stop. */
  private readonly levels = new Map<string, StrandName>();
  private byId = new Map<number, Reached>();

  constructor(private readonly session: () => DebugSession) {}

  /** False when it cannot be set. */
  insert(type: BreakpointType, address: bigint, bytes: number, level: StrandName): boolean {
    const key = keyOf(type, address, bytes);
    if (this.wanted.size >= MOST && !this.wanted.has(key)) return false;
    if (isWatch(type)) {
      if (bytes < 1 || bytes > MOST_BYTES) return false;
      if (!this.levels.has(key)) this.levels.set(key, level);
    }
    this.wanted.set(key, { type, address, bytes });
    this.apply();
    return true;
  }

  remove(type: BreakpointType, address: bigint, bytes: number): void {
    if (this.wanted.delete(keyOf(type, address, bytes))) this.apply();
  }

  /** The machine goes on: a watchpoint that was not set again is gone for good. */
  resuming(): void {
    for (const key of this.levels.keys()) if (!this.wanted.has(key)) this.levels.delete(key);
  }

  clear(): void {
    this.wanted.clear();
    this.levels.clear();
    this.apply();
  }

  /** Which of this client's a stop is about. */
  reached(ids: readonly number[]): Reached | undefined {
    return ids.map((id) => this.byId.get(id)).find((found) => found !== undefined);
  }

  private apply(): void {
    const { breakpoints, data } = this.session();
    const all = [...this.wanted.entries()];
    const places = all.filter(([, { type }]) => !isWatch(type));
    const watched = all.filter(([, { type }]) => isWatch(type));
    const made = breakpoints.replace(
      'instruction',
      LIST,
      places.map(([key, { address }]) => ({
        key,
        texts: {},
        resolve: () => ({ guest: [{ address, level: undefined, program: undefined }], l0: [] }),
      })),
    );
    const watching = data.replace(
      watched.map(([key, { type, address, bytes }]) => ({
        dataId: offer({ kind: 'memory', space: linear(this.levels.get(key)!), address, bytes }, '').dataId,
        access: ACCESS[type as 2 | 3 | 4],
        texts: {},
      })),
      () => breakpoints.takeId(),
      LIST,
    );
    this.byId = new Map<number, Reached>([
      ...made.map(({ id }, index): [number, Reached] => [
        id,
        { kind: places[index]![1].type === 0 ? 'swbreak' : 'hwbreak' },
      ]),
      ...watching.map(({ id }, index): [number, Reached] => {
        const { type, address } = watched[index]![1];
        return [id, { kind: WATCH[type as 2 | 3 | 4], address }];
      }),
    ]);
  }
}

function keyOf(type: BreakpointType, address: bigint, bytes: number): string {
  // The kind of an instruction breakpoint is its length in bytes, and all are alike here.
  return isWatch(type) ? `${type} ${address} ${bytes}` : `${type} ${address}`;
}

function isWatch(type: BreakpointType): boolean {
  return type >= 2;
}
