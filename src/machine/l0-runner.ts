/**
 * Calls L0, in its fast build or in its traced one. A traced call can stop before any statement and be taken up again
 * later; both builds work on the same state, so each call may choose anew.
 */
import { host } from '../host/host';
import * as fast from '../l0';
import type { EntryResult, HandleResult, Vcpu } from '../l0';

/** One active function of L0, innermost last in `L0Runner.frames`. */
export interface L0Frame {
  readonly name: string;
  /** Path of the source file below `src/l0`. */
  readonly file: string;
  /** 1-based position of the statement that runs next (or whose call is active). */
  readonly line: number;
  readonly column: number;
  /** Locals initialised so far, by name, as they are now. */
  readonly locals: () => Record<string, unknown>;
}

/** The public functions of L0 that run for more than a moment. */
type Entry = 'vcpu_enter_guest' | 'vmx_handle_exit';
type Run = Generator<L0Frame, EntryResult | HandleResult, void>;

interface TracedBuild {
  readonly frames: L0Frame[];
  /** Lines with a statement, by file below `src/l0`. */
  readonly lines: Readonly<Record<string, readonly number[]>>;
  readonly vcpu_enter_guest: (l0: Vcpu) => Run;
  readonly vmx_handle_exit: (l0: Vcpu) => Run;
}

/** Asked before each statement of the traced build: true stops there. */
export type StatementFilter = (frames: readonly L0Frame[]) => boolean;

export class L0Runner {
  private traced: TracedBuild | undefined;
  private active: Run | undefined;
  private filter: StatementFilter | undefined;

  /** Calls that are complete. */
  completed = 0;
  /** Statements that the call under way has begun; 0 when none is. */
  statement = 0;

  /** From the next call on (or in the active one) every statement is offered to `filter`; undefined: run fast. */
  trace(filter: StatementFilter | undefined): void {
    this.filter = filter;
  }

  /** Frames of the stopped call, innermost last; empty when L0 is not stopped inside. */
  get frames(): readonly L0Frame[] {
    return this.active && this.traced ? this.traced.frames : [];
  }

  /** Lines of a file below `src/l0` before which a traced call can stop, ascending; empty for a file without any. */
  statementLines(file: string): readonly number[] {
    return [...(this.load().lines[file] ?? [])].sort((a, b) => a - b);
  }

  /** True while a traced call is stopped in its middle. */
  get stopped(): boolean {
    return this.active !== undefined;
  }

  /** A place inside a call at which it stops besides: so many calls complete, so many statements of the next one begun. */
  goal: { readonly calls: number; readonly statement: number } | undefined;

  private get atGoal(): boolean {
    return this.goal?.calls === this.completed && this.statement >= this.goal.statement;
  }

  /** Calls `entry`, or goes on with the stopped call. `undefined`: stopped before a statement. */
  call(entry: Entry, l0: Vcpu): EntryResult | HandleResult | undefined {
    if (!this.active) {
      if (!this.filter && this.goal?.calls !== this.completed) {
        const result = fast[entry](l0);
        this.completed++;
        return result;
      }
      this.active = this.load()[entry](l0);
    }
    for (;;) {
      const step = this.active.next();
      if (step.done) {
        this.active = undefined;
        this.statement = 0;
        this.completed++;
        return step.value;
      }
      this.statement++;
      const wanted = this.filter?.(this.load().frames) === true;
      if (wanted || this.atGoal) return undefined;
    }
  }

  /** Gives a stopped call up for good: its functions are left, so that the next call's frames begin with its own. */
  abandon(): void {
    this.active?.return({} as never);
    this.active = undefined;
    this.statement = 0;
  }

  private load(): TracedBuild {
    return (this.traced ??= host().tracedL0() as TracedBuild);
  }
}
