/**
 * Runs the machine towards a motion's end, in slices, so that whoever talks to the session is answered in between; decides at
 * every stop whether the user wants to see it. The order matters: the user's breakpoints and filters come before the motion.
 */
import { host } from '../host/host';
import type { L0Frame } from '../machine/l0-runner';
import type { StrandName } from '../machine/strand';
import type { Machine } from '../machine/machine';
import type { MachineRecord } from '../machine/machine-record';
import { compareMoments, isBefore, type Moment } from '../machine/moment';
import { isFinal, type MachineStop } from '../machine/machine-stop';
import type { WatchEvent } from '../machine/watch-request';
import type { Breakpoint } from './breakpoints/breakpoint';
import type { DataBreakpoints } from './breakpoints/data-store';
import type { BreakpointStore } from './breakpoints/store';
import type { ActiveFilters, FilterId } from './exception-filters';
import type { ExpressionScope } from './expression/scope';
import type { Kernels } from './kernel/kernels';
import type { Programs } from './programs';
import { stopText } from './decode/exit-text';
import { repetitionText } from './decode/repetition-text';
import { endText } from './stop-text';
import type { Ground } from './stepping/ground';
import type { Leg, Motion } from './stepping/motion';

export type StopReason =
  | 'entry'
  | 'step'
  | 'breakpoint'
  | 'function breakpoint'
  | 'instruction breakpoint'
  | 'data breakpoint'
  | 'exception'
  | 'pause'
  | 'goto'
  | 'restart';

/** The machine stands, and the user is told. */
export interface StoppedEvent {
  readonly reason: StopReason;
  /** Strand the stop is about: the one that goes on next. */
  readonly level: StrandName;
  /** One line. */
  readonly description: string;
  readonly breakpointIds: readonly number[];
  /** What happened, when the stop is about an event between levels. */
  readonly record?: MachineRecord;
  /** Number of the record in the log: a record of the chip is another object whenever it is looked at. */
  readonly index?: number;
  readonly filter?: FilterId;
  /** Of a data breakpoint. */
  readonly accesses?: readonly WatchEvent[];
}

/** A stop at a moment of the past. */
export interface Visit {
  readonly moment: Moment;
  readonly stopped: StoppedEvent;
}

/** From where the machine stands to a moment. */
export interface Stretch {
  readonly until: Moment;
  /** A stop at that very moment is one of it. */
  readonly inclusive: boolean;
  /** Stops after which the rest is not looked at. */
  readonly most: number;
}

export interface LastStop {
  readonly found: Visit | undefined;
  /** The stretch was looked at to its end. */
  readonly reached: boolean;
}

/** The machine can go on no more. */
export interface EndedEvent {
  readonly status: number | undefined;
  readonly text: string;
}

export type RunResult = { readonly stopped: StoppedEvent } | { readonly ended: EndedEvent };

/** What run control needs of its session. */
export interface RunSurroundings {
  readonly machine: Machine;
  /** As `Machine.run`; in the past of the run, what was changed from outside is changed again. */
  run(instructions: bigint, until?: Moment, vcpu?: number): MachineStop;
  /** Once, when a recorded run has been repeated to its end: the news in words. */
  recordsEnd(): string | undefined;
  /** The machine stands in the past of its run. */
  repeated(): boolean;
  readonly programs: Programs;
  readonly kernels: Kernels;
  readonly ground: Ground;
  readonly breakpoints: BreakpointStore;
  readonly data: DataBreakpoints;
  readonly filters: ActiveFilters;
  /** Names for conditions at the present stop. */
  scope(
    level: StrandName,
    record?: MachineRecord,
    names?: ReadonlyMap<string, bigint | string>,
  ): ExpressionScope;
  /** Where an instruction stands, in words. */
  placeText(level: StrandName, address: bigint): string;
  log(text: string): void;
  /** An end that went wrong is shown as a stop first. */
  readonly showsEnd: boolean;
  /** Called some times a second while the machine runs, and when it begins to wait for input (`rests`). */
  turn(rests: boolean): void;
  /** A search through the past has come so far, from 0 to 1. */
  progress(done: number): void;
  /** Instructions after which a run pauses by itself, once. */
  readonly maxInstructions: bigint | undefined;
}

/** Milliseconds the machine runs before other requests get their turn. */
const TURN = 10;
/** "No address". */
const NONE = 0xffffffffffffffffn;

export class RunControl {
  private pausing = false;
  private cancelled = false;
  /** Address whose breakpoints have been dealt with: execution passes them once. */
  private passed = NONE;
  /** Records before this index have been offered to the filters. */
  private seen = 0;
  /** Records there were at the last stop: one may have been told while others waited. */
  private atStop = -1;
  private armed = '';
  /** Where the motion itself waits. */
  private awaited: readonly bigint[] = [];
  private atStatement: Breakpoint[] = [];
  /** The statement L0 stopped before is one the motion waits for, not only a place of a breakpoint. */
  private atMotionsStatement = false;
  /** The end was shown as a stop; going on ends the session. */
  private endShown = false;
  /** Goes on from where the machine waits for input; undefined while it does not. */
  private wake: (() => void) | undefined;
  private limit: bigint | undefined;
  /** When others get their turn, on the way back. */
  private turnEnds = 0;

  constructor(private readonly around: RunSurroundings) {
    this.limit = around.maxInstructions;
    this.endShown = !around.showsEnd;
  }

  /** Makes the run under way stop at the next opportunity. */
  pause(): void {
    this.pausing = true;
    this.wake?.();
  }

  /** Something came from outside: a machine that waits for it goes on. */
  inputCame(): void {
    this.wake?.();
  }

  /** Ends the run under way without a stop: its promise never tells. */
  cancel(): void {
    this.cancelled = true;
    this.wake?.();
  }

  /** Runs until something is worth telling; undefined when the run was cancelled. */
  async run(motion: Motion): Promise<RunResult | undefined> {
    const { machine, ground } = this.around;
    this.pausing = false;
    // What was made together with the record of the last stop is told before the machine goes on.
    if (machine.log.total !== this.atStop) this.seen = machine.log.total;
    const waiting = this.userFilter();
    if (waiting) return { stopped: waiting };
    this.passed = ground.place(ground.guest)?.rip ?? NONE;
    this.armed = '';
    machine.watch(this.around.data.requests());
    let turnEnds = Date.now() + TURN;
    for (;;) {
      const leg = motion.plan();
      this.arm(leg, motion);
      const stop = this.around.run(this.withinLimit(leg.budget), undefined, leg.vcpu);
      const idle = stop.kind === 'idle';
      const result =
        this.judge(idle ? { kind: 'budget' } : stop, motion) ?? this.atLimit() ?? this.atRecordsEnd();
      if (result) return this.disarm(result);
      if (!idle && Date.now() < turnEnds) continue;
      await (idle ? this.input() : host().rest());
      if (this.cancelled) return undefined;
      this.around.turn(false);
      if (this.pausing) return this.disarm({ stopped: this.paused('paused') });
      turnEnds = Date.now() + TURN;
    }
  }

  /** The machine waits for input; so does the run, and the user sees what there is. */
  private async input(): Promise<void> {
    this.around.turn(true);
    if (!this.pausing) await new Promise<void>((resolve) => (this.wake = resolve));
    this.wake = undefined;
  }

  /**
   * The last of the stops a run with this motion makes in a stretch; undefined when there is none. Afterwards the machine stands
   * wherever the search ended, with nothing armed.
   */
  async lastStop(motion: Motion, { until, inclusive, most }: Stretch): Promise<LastStop> {
    const { machine } = this.around;
    let stops = 0;
    this.passed = NONE;
    this.seen = machine.log.total;
    this.armed = '';
    machine.watch(this.around.data.requests());
    let found: Visit | undefined;
    while (isBefore(machine.now(), until) && stops < most) {
      const leg = motion.plan();
      this.arm(leg, motion);
      const stop = this.around.run(leg.budget, until, leg.vcpu);
      const distance = compareMoments(machine.now(), until);
      if (isFinal(stop) || distance > 0 || (distance === 0 && !inclusive)) break;
      const result = this.judge(stop, motion);
      if (result && 'stopped' in result) {
        stops++;
        if (motion.improves?.() !== false) found = { moment: machine.now(), stopped: result.stopped };
      }
      if (!(await this.takesTurns())) break;
    }
    this.disarmAll();
    return { found, reached: stops < most };
  }

  /** Others get their turn when it is time. False: somebody interrupted. */
  async takesTurns(): Promise<boolean> {
    if (Date.now() < this.turnEnds) return true;
    await host().rest();
    this.turnEnds = Date.now() + TURN;
    return !this.interrupted;
  }

  tellProgress(done: number): void {
    this.around.progress(done);
  }

  /** The user asked for a pause, or the session ends. */
  get interrupted(): boolean {
    return this.pausing || this.cancelled;
  }

  /** Nothing stops the machine: it is taken to another moment. */
  disarmAll(): void {
    const { machine } = this.around;
    machine.stopAt(undefined);
    machine.l0?.trace(undefined);
    machine.cpu.setBreakpoints([]);
    machine.watch([]);
    this.armed = '';
  }

  /** A way back begins: a pause before it is no pause of it. */
  turnBack(): void {
    this.pausing = false;
  }

  private withinLimit(budget: bigint): bigint {
    const left = this.limit === undefined ? budget : this.limit - this.around.machine.executed;
    return left < budget && left > 0n ? left : budget;
  }

  private atLimit(): RunResult | undefined {
    if (this.limit === undefined || this.around.machine.executed < this.limit) return undefined;
    this.limit = undefined;
    return { stopped: this.paused('maxInstructions of the launch configuration are used up') };
  }

  private atRecordsEnd(): RunResult | undefined {
    const news = this.around.recordsEnd();
    return news === undefined ? undefined : { stopped: this.stoppedAt('pause', news) };
  }

  private arm(leg: Leg, motion: Motion): void {
    const { machine, breakpoints, filters, kernels } = this.around;
    kernels.look();
    this.awaited = leg.breakpoints;
    const wanted = [...breakpoints.addresses(), ...leg.breakpoints, ...kernels.places];
    const armed = wanted.join();
    if (armed !== this.armed) machine.cpu.setBreakpoints(wanted);
    this.armed = armed;
    machine.cpu.skipBreakpointOnce(this.passed);
    this.passed = NONE;
    const { topology } = machine.config;
    const { statement } = motion;
    machine.stopAt((record) => filters.concern(record, topology) || motion.wants(record));
    machine.l0?.trace(
      statement || breakpoints.hasL0Places ? (frames) => this.offered(frames, statement) : undefined,
    );
  }

  private offered(frames: readonly L0Frame[], statement: Motion['statement']): boolean {
    this.atStatement = this.around.breakpoints.atStatement(frames);
    this.atMotionsStatement = statement?.(frames) === true;
    return this.atStatement.length > 0 || this.atMotionsStatement;
  }

  /** Nothing of the debugger's stays behind that a stopped machine would not need. */
  private disarm(result: RunResult): RunResult {
    const { machine } = this.around;
    machine.stopAt(undefined);
    if (!machine.l0?.stopped) machine.l0?.trace(undefined);
    return result;
  }

  private judge(stop: MachineStop, motion: Motion): RunResult | undefined {
    if (isFinal(stop)) return this.ended(stop);
    if (stop.kind === 'watch') return this.watched(stop.events);
    const place = this.around.ground.place(this.around.ground.guest);
    const looked =
      stop.kind === 'breakpoint' && this.around.kernels.reached(this.around.ground.guest, stop.linear);
    const byUser = this.userBreakpoint(stop, place?.rip) ?? this.userFilter();
    if (byUser) return { stopped: byUser };
    if (looked && !this.awaited.includes(stop.linear)) return undefined;
    if (stop.kind === 'l0' && !this.atMotionsStatement) return undefined;
    if (!motion.arrived(stop)) return undefined;
    // A step that ends on a breakpoint has hit it: it will not be hit again on the way from here.
    const shown = stop.kind === 'breakpoint' || stop.kind === 'l0';
    const here = place && !shown ? this.hit(place.rip) : undefined;
    return { stopped: here ?? this.stoppedAt('step', 'step') };
  }

  private userBreakpoint(stop: MachineStop, rip: bigint | undefined): StoppedEvent | undefined {
    if (stop.kind === 'l0')
      return this.decide(this.atStatement.splice(0), this.around.machine.driver.currentStrand());
    if (stop.kind !== 'breakpoint') return undefined;
    this.passed = stop.linear;
    return rip === undefined ? undefined : this.hit(rip);
  }

  /** Accesses of what is watched; a breakpoint at the instruction behind has been reached as well. */
  private watched(events: readonly WatchEvent[]): RunResult | undefined {
    const { around } = this;
    const { data, ground } = around;
    const level = ground.guest;
    const found = data.decide(events, {
      repeated: around.repeated(),
      log: (text) => around.log(text),
      scope: (names) => around.scope(level, undefined, names),
      place: (by, rip) => around.placeText(by === 'processor' || by === 'device' ? level : by, rip),
    });
    if (!found) return undefined;
    const rip = ground.place(level)?.rip;
    const here = rip === undefined ? undefined : this.hit(rip);
    const breakpointIds = [...found.ids, ...(here?.breakpointIds ?? [])];
    const { description, accesses } = found;
    return { stopped: { reason: 'data breakpoint', level, description, breakpointIds, accesses } };
  }

  /** Breakpoints of the running level at an address, asked for their conditions. */
  private hit(address: bigint): StoppedEvent | undefined {
    const { breakpoints, machine, programs, ground } = this.around;
    const level = ground.guest;
    return this.decide(breakpoints.at(machine, programs, level, address), level);
  }

  private decide(reached: readonly Breakpoint[], level: StrandName): StoppedEvent | undefined {
    const stopping: Breakpoint[] = [];
    let note: string | undefined;
    for (const breakpoint of reached) {
      const scope = this.around.scope(level);
      const { condition } = breakpoint;
      const decision = this.around.repeated() ? condition?.holds(scope) : condition?.reached(scope);
      if (decision?.kind === 'log') this.around.log(decision.text);
      if (decision?.kind !== 'stop') continue;
      stopping.push(breakpoint);
      note ??= decision.note;
    }
    const [first] = stopping;
    if (!first) return undefined;
    const reason = first.kind === 'source' ? 'breakpoint' : (`${first.kind} breakpoint` as const);
    const description = note ?? `${level} at a breakpoint`;
    return { reason, level, description, breakpointIds: stopping.map(({ id }) => id) };
  }

  /** All records since the last look, not only the one that paused the machine. */
  private userFilter(): StoppedEvent | undefined {
    const { machine, filters } = this.around;
    const { log, config } = machine;
    const first = Math.max(this.seen, log.oldest);
    this.seen = log.total;
    this.atStop = log.total;
    if (!filters.any) return undefined;
    const level = machine.driver.currentStrand();
    for (const [offset, record] of log.slice(first, log.total - first).entries()) {
      const found = filters.stopsAt(record, config.topology, this.around.scope(level, record));
      if (!found) continue;
      const index = first + offset;
      this.seen = index + 1;
      const description = found.note ?? stopText(record, config.topology, machine.cpus.length);
      return {
        reason: 'exception',
        level,
        description,
        breakpointIds: [],
        record,
        index,
        filter: found.filter.id,
      };
    }
    return undefined;
  }

  /** Whoever pauses a machine often asks why it gets nowhere. */
  private paused(why: string): StoppedEvent {
    const circle = repetitionText(this.around.machine);
    return this.stoppedAt('pause', circle === '' ? why : `${why}. ${circle}`);
  }

  private stoppedAt(reason: StopReason, description: string): StoppedEvent {
    const level = this.around.machine.driver.currentStrand();
    return { reason, level, description: `${level}: ${description}`, breakpointIds: [] };
  }

  /** What the guest asked for ends at once; what went wrong is shown first, because its state is worth a look. */
  private ended(stop: MachineStop): RunResult {
    const text = endText(stop) ?? stop.kind;
    const filtered = this.userFilter();
    const wrong = stop.kind === 'unimplemented' || stop.kind === 'halted' || stop.kind === 'shutdown';
    if (!wrong || this.endShown)
      return { ended: { status: stop.kind === 'exited' ? stop.status : undefined, text } };
    this.endShown = true;
    return { stopped: { ...this.stoppedAt('exception', text), description: text, ...filtered } };
  }
}
