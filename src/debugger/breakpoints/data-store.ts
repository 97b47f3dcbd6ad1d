/**
 * The data breakpoints of a session, and what an access of something watched comes to: a stop whose text names who did it, where,
 * and the value before and after.
 */
import type { Accessor, WatchEvent, WatchRequest, WatchTarget } from '../../machine/watch-request';
import type { ExpressionScope } from '../expression/scope';
import {
  makeDataBreakpoint,
  targetName,
  watchRequest,
  type DataBreakpoint,
  type DataRequest,
} from './data-breakpoint';

/** What a decision looks at. */
export interface DataSurroundings {
  /** A part of the run that has been seen before: nothing counts as reached once more. */
  readonly repeated: boolean;
  /** Where an instruction of a level stands: `main.c:31`, a symbol, an address. */
  place(by: Accessor, rip: bigint): string;
  scope(names: ReadonlyMap<string, bigint | string>): ExpressionScope;
  log(text: string): void;
}

export interface DataStop {
  readonly ids: readonly number[];
  readonly description: string;
  /** Those that stop. */
  readonly accesses: readonly WatchEvent[];
}

const WORD_BYTES = 8;

export class DataBreakpoints {
  /** By the client that asked for them. */
  private readonly lists = new Map<string, readonly DataBreakpoint[]>();

  /** Replaces one list. The same request keeps its breakpoint, its number and its hits. */
  replace(
    requests: readonly DataRequest[],
    nextId: () => number,
    list = 'session',
  ): readonly DataBreakpoint[] {
    const before = this.lists.get(list) ?? [];
    const old = new Map(before.map((breakpoint) => [this.keys.get(breakpoint), breakpoint]));
    const made = requests.map((request) => {
      const key = JSON.stringify(request);
      const same = old.get(key);
      if (same) return same;
      const fresh = makeDataBreakpoint(nextId(), request);
      this.keys.set(fresh, key);
      return fresh;
    });
    this.lists.set(list, made);
    return made;
  }

  private get all(): DataBreakpoint[] {
    return [...this.lists.values()].flat();
  }

  private readonly keys = new WeakMap<DataBreakpoint, string>();

  forgetHits(): void {
    for (const { condition } of this.all) condition?.forgetHits();
  }

  /** What the machine is to watch. */
  requests(): WatchRequest[] {
    return this.all.filter(hasTarget).map(watchRequest);
  }

  /** The stop that these accesses are worth; undefined when none of them is. */
  decide(events: readonly WatchEvent[], around: DataSurroundings): DataStop | undefined {
    const texts: string[] = [];
    const accesses: WatchEvent[] = [];
    for (const event of events) {
      const breakpoint = this.all.find(({ id }) => id === event.id);
      if (!breakpoint || !hasTarget(breakpoint) || !this.matters(breakpoint, event)) continue;
      const scope = around.scope(eventNames(event));
      const { condition } = breakpoint;
      const decision = around.repeated ? condition?.holds(scope) : condition?.reached(scope);
      if (decision?.kind === 'log') around.log(decision.text);
      if (decision?.kind !== 'stop') continue;
      accesses.push(event);
      texts.push(
        decision.note ?? eventText(event, breakpoint.shown ?? targetName(breakpoint.target), around),
      );
    }
    const ids = accesses.map(({ id }) => id);
    return ids.length > 0 ? { ids, description: texts.join('; '), accesses } : undefined;
  }

  /** A write counts when it changes something, unless every write or every access was asked for. */
  private matters({ access, everyWrite, newValues }: DataBreakpoint, event: WatchEvent): boolean {
    const saved = newValues === true && event.by === 'processor';
    if (!saved && (event.access === 'read' || everyWrite || access === 'readWrite')) return true;
    const { before, after } = event;
    return !before || !after || before.some((byte, index) => byte !== after[index]);
  }
}

function hasTarget(breakpoint: DataBreakpoint): breakpoint is DataBreakpoint & { target: WatchTarget } {
  return breakpoint.target !== undefined;
}

/** What a condition can ask: `old`, `new`, `writer` and `access`. */
function eventNames(event: WatchEvent): ReadonlyMap<string, bigint | string> {
  const names = new Map<string, bigint | string>([
    ['writer', event.by],
    ['access', event.access],
  ]);
  const old = number(event.before);
  const now = number(event.after);
  if (old !== undefined) names.set('old', old);
  if (now !== undefined) names.set('new', now);
  return names;
}

function eventText(event: WatchEvent, target: string, around: DataSurroundings): string {
  const { by, rip, access, before, after } = event;
  const who = by === 'processor' ? 'The processor' : by === 'device' ? 'A device' : by;
  const where =
    rip === undefined ? '' : by === 'processor' ? ' at a VM exit' : ` at ${around.place(by, rip)}`;
  const what = `${who} ${access === 'read' ? 'read' : 'wrote'} ${target}${where}`;
  if (access === 'read') return `${what}: ${shown(after)}`;
  return `${what}: ${changed(before, after)}`;
}

/** Long ranges show the word that changed first. */
function changed(before: Uint8Array | undefined, after: Uint8Array | undefined): string {
  if (!before || !after || before.length <= WORD_BYTES) return `${shown(before)} -> ${shown(after)}`;
  const first = Math.max(
    0,
    before.findIndex((byte, index) => byte !== after[index]),
  );
  const start = first - (first % WORD_BYTES);
  const part = (bytes: Uint8Array) => shown(bytes.subarray(start, start + WORD_BYTES));
  return `+0x${start.toString(16)}: ${part(before)} -> ${part(after)}`;
}

function shown(bytes: Uint8Array | undefined): string {
  const value = bytes && number(bytes.subarray(0, WORD_BYTES));
  return value === undefined ? 'not mapped' : `0x${value.toString(16)}`;
}

function number(bytes: Uint8Array | undefined): bigint | undefined {
  return bytes?.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
