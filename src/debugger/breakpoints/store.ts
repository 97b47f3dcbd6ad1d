/**
 * All breakpoints of a session. Lists are replaced as a whole, as the client sends them; a breakpoint that is in the old and
 * the new list stays the same one, with its number and its hits.
 */
import type { L0Frame } from '../../machine/l0-runner';
import { levelOf, type StrandName } from '../../machine/strand';
import type { Machine } from '../../machine/machine';
import type { Programs } from '../programs';
import { makeBreakpoint, type Breakpoint, type BreakpointKind, type Resolution } from './breakpoint';
import type { ConditionTexts } from './condition';

/** One entry of a list: how it is recognised, where it leads, when it stops. */
export interface BreakpointRequest {
  readonly key: string;
  readonly texts: ConditionTexts;
  readonly resolve: () => Resolution;
}

export class BreakpointStore {
  /** By list: source file path, `function` or `instruction`. */
  private readonly lists = new Map<string, Breakpoint[]>();
  /** How each breakpoint was asked for. */
  private readonly requests = new WeakMap<Breakpoint, BreakpointRequest>();
  private nextId = 1;
  /** Frames of L0 whose first statement has been seen: function breakpoints stop there only. */
  private seenFrames = new WeakSet<L0Frame>();

  /** Replaces one list. `list` is a path for source breakpoints, else the kind. */
  replace(kind: BreakpointKind, list: string, requests: readonly BreakpointRequest[]): Breakpoint[] {
    const old = this.lists.get(list) ?? [];
    const made = requests.map(({ key, texts, resolve }) => {
      const whole = `${key} ${JSON.stringify(texts)}`;
      const same = old.find((breakpoint) => breakpoint.key === whole && breakpoint.verified);
      const breakpoint = same ?? makeBreakpoint(this.nextId++, kind, whole, resolve(), texts);
      this.requests.set(breakpoint, { key, texts, resolve });
      return breakpoint;
    });
    this.lists.set(list, made);
    return made;
  }

  /** A number no other breakpoint of the session has. */
  takeId(): number {
    return this.nextId++;
  }

  /** The machine begins anew: so does the counting of hits. */
  forgetHits(): void {
    for (const { condition } of this.all) condition?.forgetHits();
  }

  /** The programs are others now: every breakpoint is looked for anew and keeps its number and its hits. */
  resolveAgain(): Breakpoint[] {
    for (const [list, breakpoints] of this.lists)
      this.lists.set(
        list,
        breakpoints.map((old) => {
          const request = this.requests.get(old)!;
          const fresh = makeBreakpoint(old.id, old.kind, old.key, request.resolve(), request.texts);
          const made = { ...fresh, condition: old.condition };
          this.requests.set(made, request);
          return made;
        }),
      );
    return [...this.all];
  }

  /** Linear addresses of all breakpoints, of whatever level. */
  addresses(): bigint[] {
    return this.verified().flatMap((breakpoint) => breakpoint.guest.map((place) => place.address));
  }

  /** Breakpoints at a linear address that mean this level. */
  at(machine: Machine, programs: Programs, level: StrandName, address: bigint): Breakpoint[] {
    return this.verified().filter((breakpoint) =>
      breakpoint.guest.some(
        (place) =>
          place.address === address &&
          (place.level === undefined || place.level === level || place.level === levelOf(level)) &&
          (place.program === undefined || programs.at(machine, level, address) === place.program),
      ),
    );
  }

  /** True when L0 must run traced for the sake of a breakpoint. */
  get hasL0Places(): boolean {
    return this.verified().some((breakpoint) => breakpoint.l0.length > 0);
  }

  /** Breakpoints at the statement L0 is about to run. Must be asked before each one. */
  atStatement(frames: readonly L0Frame[]): Breakpoint[] {
    const frame = frames.at(-1);
    if (!frame) return [];
    const first = !this.seenFrames.has(frame);
    this.seenFrames.add(frame);
    return this.verified().filter((breakpoint) =>
      breakpoint.l0.some((place) =>
        'functionName' in place
          ? first && place.functionName === frame.name
          : place.file === frame.file && place.line === frame.line,
      ),
    );
  }

  get all(): readonly Breakpoint[] {
    return [...this.lists.values()].flat();
  }

  private verified(): Breakpoint[] {
    return this.all.filter((breakpoint) => breakpoint.verified);
  }
}
