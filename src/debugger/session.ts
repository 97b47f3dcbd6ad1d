/**
 * A debug session: one machine, the programs in it, what the user wants to stop at. Knows no protocol; whoever drives it calls
 * methods while the machine stands and listens to `events`. Requests that make no sense now are answered with a
 * `SessionError` that says why.
 */
import { vmcsFields } from '../isa/vmcs-fields';
import { createMachine, MachineError, type MachineRequest } from '../machine/create';
import { History, HistoryError } from '../machine/history';
import { inputLogHeading, inputLogLine, type InputEvent, type InputSource } from '../machine/input-log';
import { recordedHistory } from '../machine/recording/from-history';
import type { Recording } from '../machine/recording/recording';
import { Replay } from '../machine/recording/replay';
import { depthOf, userStrands, type StrandName } from '../machine/strand';
import type { Machine } from '../machine/machine';
import type { MachineRecord } from '../machine/machine-record';
import { momentAt, type Moment } from '../machine/moment';
import type { WatchTarget } from '../machine/watch-request';
import type { OriginRow } from '../protocol/custom-requests';
import type { Screen } from '../protocol/people';
import { Bookmarks } from './bookmarks';
import type { Surroundings } from './breakpoints/resolve';
import { DataBreakpoints } from './breakpoints/data-store';
import type { Breakpoint } from './breakpoints/breakpoint';
import { lastWriteOf } from './breakpoints/last-write';
import { BreakpointStore } from './breakpoints/store';
import { ActiveFilters } from './exception-filters';
import type { ExpressionScope } from './expression/scope';
import { guestStack, l0Stack, type StackFrame } from './frames';
import { Kernels } from './kernel/kernels';
import { inspectMachine } from './inspect-machine';
import type { Inspection, VmcsView } from './inspection';
import { changeRegister } from './level-registers';
import { Explanation } from './origin/explain';
import { OriginTree } from './origin/tree';
import { Programs, type LoadedProgram } from './programs';
import {
  RunControl,
  type EndedEvent,
  type RunResult,
  type RunSurroundings,
  type StoppedEvent,
} from './run-control';
import { expressionScope } from './session-scope';
import { ScreenWatch } from './screen-watch';
import { SourcePaths } from './source-paths';
import { Backward } from './stepping/back';
import { Ground } from './stepping/ground';
import { FrameEntry } from './stepping/frame-entry';
import { GuestStep } from './stepping/guest-step';
import { IntoL0, L0Step, type L0StepKind } from './stepping/l0-step';
import { CONTINUE, type Motion } from './stepping/motion';
import { stepOut } from './stepping/step-out';
import { l0Doing, placeText, threads, type LevelThread } from './threads';

/** A request that cannot be met as the session stands. */
export class SessionError extends Error {
  override readonly name = 'SessionError';
}

/** What is asked for would make the run another one than it was, and nobody has agreed to that. */
export class FutureAtStake extends SessionError {
  constructor() {
    super(
      'This would change the past, and what came after it would be dropped: say "fork" on the console to begin another future here, then ask again.',
    );
  }
}

export interface SessionRequest {
  /** The run to repeat. */
  readonly recording?: Recording | undefined;
  readonly machine: Omit<MachineRequest, 'serial'>;
  readonly programs: readonly LoadedProgram[];
  readonly sourceMap: Readonly<Record<string, string>>;
  /** Path of the booted image: relative source paths are looked for around it. */
  readonly imagePath: string;
  /** Instructions after which the session pauses by itself. */
  readonly maxInstructions?: bigint | undefined;
  /** Somebody can type on COM1: a guest that waits for input is not at its end. */
  readonly awaitsInput?: boolean | undefined;
  /** MiB for the past of the run; 0: none is kept. */
  readonly historyMiB?: number | undefined;
  /** Run without any stop of the user's. */
  readonly noDebug?: boolean | undefined;
}

export interface SessionEvents {
  stopped(event: StoppedEvent): void;
  ended(event: EndedEvent): void;
  /** A byte the guest sent on COM1. */
  serial(byte: number): void;
  /** A log point's message. */
  log(text: string): void;
  /** What the input log has next: its heading first, then each input as it comes. */
  input?(text: string): void;
  /** Something else stands on the VGA text screen. */
  screen?(screen: Screen): void;
  /** Another future has begun where the machine stands. */
  forked?(): void;
  /** Breakpoints have found their place, or lost it. */
  breakpoints?(changed: readonly Breakpoint[]): void;
  /** Work that takes its time: a search through the past. It can be cancelled by `pause`. */
  progress?(progress: SearchProgress): void;
  /** A level came into being, or is gone. */
  thread?(level: StrandName, reason: 'started' | 'exited'): void;
}

/** How far a search through the past has come, from 0 to 1; 1 is its end, whatever it found. */
export interface SearchProgress {
  readonly title: string;
  readonly done: number;
}

/** What the past of a run may take by default. */
const DEFAULT_HISTORY_MIB = 512;

/** Values in the order of `vmcsFields`, by which VMCS and where it lies. */
type VmcsValues = ReadonlyMap<string, readonly bigint[]>;

const fieldPlace = new Map(vmcsFields.map(({ name }, place) => [name, place]));

/** Each CPU has a vmcs12 of its own: the pointer tells them apart. */
function vmcsKey({ name, pointer }: Pick<VmcsView, 'name' | 'pointer'>): string {
  return `${name} ${pointer}`;
}

export type StepKind = L0StepKind;

const NO_HISTORY = 'No history is kept: the launch configuration says "history": 0.';
const STALE_ROW = 'This row is of another run: ask for the origin again.';

/** Step-in target: L0 itself. */
export const INTO_L0 = 1;

export class DebugSession {
  readonly breakpoints: BreakpointStore;
  readonly data: DataBreakpoints;
  readonly filters: ActiveFilters;
  readonly programs: Programs;
  readonly paths: SourcePaths;
  readonly screen: ScreenWatch;
  readonly bookmarks = new Bookmarks();
  machine: Machine;
  /** The past of the run; undefined when none is kept. */
  history: History | undefined;
  /** The recorded run that is repeated. */
  replay: Replay | undefined;
  ground: Ground;
  /** The stop the user looks at. */
  lastStop: StoppedEvent | undefined;
  private control: RunControl;
  private around!: RunSurroundings;
  /** Whoever looks through the past now. */
  private searcher: RunControl | undefined;
  /** Where a value came from, as far as somebody has looked. */
  private origin: OriginTree | undefined;
  private isRunning = false;
  /** Fields of each VMCS of every CPU at the previous stop, and at this one. */
  private before: VmcsValues = new Map();
  private present: VmcsValues = new Map();

  private levels: readonly StrandName[];

  /**
   * @param kept a session this one takes the place of: its breakpoints and filters go on
   * @throws SessionError when the image cannot be booted as asked
   */
  constructor(
    private readonly request: SessionRequest,
    private readonly events: SessionEvents,
    kept?: DebugSession,
  ) {
    this.breakpoints = kept?.breakpoints ?? new BreakpointStore();
    this.data = kept?.data ?? new DataBreakpoints();
    this.filters = kept?.filters ?? new ActiveFilters();
    this.programs = new Programs(request.programs);
    this.paths = new SourcePaths(request.sourceMap, request.imagePath);
    [this.machine, this.ground, this.control] = this.boot();
    this.screen = new ScreenWatch(this.machine.board, kept?.screen.hasText());
    this.levels = this.presentLevels();
  }

  private boot(): [Machine, Ground, RunControl] {
    const machine = bootMachine(this.request, this.events);
    // Whoever sees text on the screen has a keyboard before it.
    const hears = () => this.request.awaitsInput === true || this.screen.hasText();
    if (!this.request.machine.input) machine.awaitsInput = hears;
    machine.mayChange = () => this.mayChange();
    const ground = new Ground(machine, this.programs);
    const { historyMiB } = this.request;
    // A recorded run is repeated with what is kept of it.
    const budget =
      historyMiB || (historyMiB === undefined || this.request.recording ? DEFAULT_HISTORY_MIB : 0);
    const history = budget > 0 ? new History(machine, budget) : undefined;
    if (history) history.onEdit = (dropped) => this.edited(dropped);
    this.history = history;
    const { recording } = this.request;
    this.replay = recording && history && new Replay(machine, history, recording);
    // Without debugging nothing of the user's stops the machine, but it is all there for a later restart.
    const { noDebug } = this.request;
    const around: RunSurroundings = {
      machine,
      run: (instructions, until, vcpu) =>
        this.replay?.run(instructions, until, vcpu) ??
        history?.run(instructions, until, vcpu) ??
        machine.run(instructions, vcpu),
      recordsEnd: () => this.replay?.ending(),
      repeated: () => history?.inPast === true,
      programs: this.programs,
      kernels: new Kernels(
        machine,
        noDebug ? new Programs([]) : this.programs,
        (text) => this.events.log(text),
        () => this.programsChanged(),
      ),
      ground,
      breakpoints: noDebug ? new BreakpointStore() : this.breakpoints,
      data: noDebug ? new DataBreakpoints() : this.data,
      filters: noDebug ? new ActiveFilters() : this.filters,
      showsEnd: !noDebug,
      turn: (rests) => this.turn(rests),
      progress: (done) => this.tellProgress(done),
      scope: (level, record, names) =>
        expressionScope({ machine, programs: this.programs, level, record, names, vmcsOf: level }),
      placeText: (level, address) => placeText(machine, this.programs, level, address),
      log: (text) => this.events.log(text),
      maxInstructions: noDebug ? undefined : this.request.maxInstructions,
    };
    this.around = around;
    return [machine, ground, new RunControl(around)];
  }

  /** What resolving a breakpoint looks at. */
  get surroundings(): Surroundings {
    return { programs: this.programs, paths: this.paths, l0: this.machine.l0 };
  }

  get running(): boolean {
    return this.isRunning;
  }

  /** The level a step or a frame is about when nobody names one. */
  get currentLevel(): StrandName {
    return this.machine.driver.currentStrand();
  }

  /** The strand is the built-in L0's: it has functions to step through, but no registers. */
  isBuiltIn(strand: StrandName): boolean {
    return depthOf(strand) < this.machine.driver.outermost;
  }

  // --- running -----------------------------------------------------------------------------------------------------

  /** Ends whatever runs; no event follows. */
  dispose(): void {
    this.control.cancel();
    this.searcher?.cancel();
    this.machine.l0?.abandon();
    this.isRunning = false;
  }

  /** This session goes on with the breakpoints of one before it: hits are counted anew, places looked for anew. */
  adopt(): Breakpoint[] {
    this.breakpoints.forgetHits();
    this.data.forgetHits();
    return this.breakpoints.resolveAgain();
  }

  /** A kernel has moved, or has other modules. */
  private programsChanged(): void {
    const before = new Map(this.breakpoints.all.map((breakpoint) => [breakpoint.id, breakpoint]));
    const changed = this.breakpoints.resolveAgain().filter((now) => {
      const old = before.get(now.id)!;
      return old.verified !== now.verified || old.problem !== now.problem;
    });
    if (changed.length > 0) this.events.breakpoints?.(changed);
  }

  /** Goes on somewhere else: the level's next instruction is the one at `address`. Nothing runs; who asked is answered before it is told. */
  jump(level: StrandName, address: bigint): void {
    this.mustStand();
    const base = this.machine.driver.registers(level)?.segments.cs.base ?? 0n;
    const problem = changeRegister(this.machine, level, 'rip', BigInt.asUintN(64, address - base));
    if (problem !== undefined) throw new SessionError(problem);
    const stop = { reason: 'goto', level, description: `${level}: jumped`, breakpointIds: [] } as const;
    void Promise.resolve().then(() => {
      if (!this.isRunning) this.tell(stop);
    });
  }

  private tellProgress(done: number): void {
    this.events.progress?.({ title: 'Searching the past of the run', done });
  }

  private turn(rests: boolean): void {
    this.tellLevels();
    this.tellScreen(rests ? this.screen.look() : this.screen.glance());
  }

  private tellScreen(screen: Screen | undefined): void {
    if (screen) this.events.screen?.(screen);
  }

  /** Levels that came into being or are gone since the last call. */
  private tellLevels(): void {
    const there = this.presentLevels();
    for (const level of userStrands(this.machine.driver)) {
      const now = there.includes(level);
      if (now !== this.levels.includes(level)) this.events.thread?.(level, now ? 'started' : 'exited');
    }
    this.levels = there;
  }

  private presentLevels(): StrandName[] {
    const { driver } = this.machine;
    return userStrands(driver).filter((level) => driver.registers(level) !== undefined);
  }

  /** Stops before the first instruction, as a stop the user sees. */
  stopOnEntry(): void {
    const level = this.currentLevel;
    this.tell({ reason: 'entry', level, description: `${level} at its entry point`, breakpointIds: [] });
  }

  continue(): void {
    this.start(CONTINUE);
  }

  pause(): void {
    if (this.isRunning) (this.searcher ?? this.control).pause();
  }

  /** Somebody types; what the machine does with it, it does when it runs. */
  input(source: InputSource, bytes: Uint8Array): void {
    if (this.request.machine.input)
      throw new SessionError('This run repeats the input of a log: what is typed would make it another one.');
    this.mayChange();
    this.machine.input(source, bytes);
    this.control.inputCame();
  }

  /** @param target a step-in target's id */
  step(level: StrandName, kind: StepKind, byInstruction: boolean, target?: number): void {
    this.start(this.motion(level, kind, byInstruction, target));
  }

  private motion(
    level: StrandName,
    kind: StepKind,
    byInstruction: boolean,
    target: number | undefined,
  ): Motion {
    if (this.machine.l0 && this.isBuiltIn(level))
      return this.machine.l0.stopped ? new L0Step(this.ground, kind) : new IntoL0(this.ground, level, false);
    if (this.machine.l0 && target === INTO_L0) return new IntoL0(this.ground, level, true);
    if (!this.machine.driver.registers(level))
      throw new SessionError(`${level} has not run yet: it cannot step.`);
    if (kind === 'out') return stepOut(this.ground, level);
    return new GuestStep(this.ground, level, { into: kind === 'into', byInstruction });
  }

  /** One line or instruction back, whichever level ran there. */
  stepBack(level: StrandName, byInstruction: boolean): void {
    this.travel((back) => back.step(level, byInstruction));
  }

  /** To the previous breakpoint, data breakpoint or event of an exception filter, or to the start. */
  reverseContinue(): void {
    this.travel((back) => back.toPreviousStop());
  }

  /** To where a record between levels was made. */
  goToRecord(index: number): void {
    if (index >= this.machine.log.known) throw new SessionError(`There is no record ${index}.`);
    this.travel((back) => back.toRecord(index));
  }

  /**
   * To the last write of something before here, after the instruction that wrote.
   * @param dataId as of a data breakpoint
   */
  goToLastWrite(dataId: string): void {
    this.mustStand();
    const data = new DataBreakpoints();
    const last = lastWriteOf(this.machine, dataId);
    if ('problem' in last) throw new SessionError(last.problem);
    data.replace([last.watch], () => 0);
    this.travel(async (back) => {
      const stop = await (last.pages ? back.toPreviousWrite(last.pages) : back.toPreviousStop());
      return stop?.reason === 'entry'
        ? { ...stop, description: `${stop.description}: nothing wrote it before` }
        : stop;
    }, this.searching(data));
  }

  /** To where a frame's function was entered. */
  restartFrame(frame: StackFrame): void {
    if (frame.l0) throw new SessionError('L0 goes on where it is: restart a function of the guest.');
    const entry = FrameEntry.of(this.ground, frame);
    if (!entry)
      throw new SessionError(`${frame.name} cannot be restarted: where it was called from is not known.`);
    this.travel((back) => back.toLast(entry, 'restart'), this.searching(new DataBreakpoints()));
  }

  /** A search that stops at nothing of the user's but this. */
  private searching(data: DataBreakpoints): RunControl {
    const alone = { data, breakpoints: new BreakpointStore(), filters: new ActiveFilters() };
    return new RunControl({ ...this.around, ...alone });
  }

  /** To a moment, or the first one after it at which the machine can stand; not beyond the present. */
  goToMoment(moment: Moment, where: string): void {
    this.travel((back) => Promise.resolve(back.toMoment(moment, where)));
  }

  /** To where so many instructions have retired. */
  goToInstruction(count: number): void {
    this.goToMoment(momentAt(BigInt(count)), `instruction ${count}`);
  }

  /** Where the value that something has now came from: the first row, whose children `originBelow` finds. */
  originOf(target: WatchTarget): OriginRow {
    const { history } = this;
    if (!history) throw new SessionError(NO_HISTORY);
    this.mustStand();
    this.settle(history);
    const explanation = new Explanation(history, this.ground, this.programs, (watch) => {
      const data = new DataBreakpoints();
      data.replace([watch], () => 0);
      this.searcher = this.searching(data);
      return this.searcher;
    });
    this.origin = new OriginTree(this.machine, explanation);
    return this.origin.root(target);
  }

  /** What is below a row. The machine goes there and comes back; nobody sees it move. */
  async originBelow(row: number): Promise<readonly OriginRow[]> {
    const { history, origin } = this;
    if (!history || !origin?.moment(row)) throw new SessionError(STALE_ROW);
    this.mustStand();
    const from = history.now;
    this.isRunning = true;
    try {
      const found = await origin.children(row);
      if (!found) throw new SessionError('The search was interrupted.');
      return found;
    } finally {
      this.control.disarmAll();
      history.goTo(from);
      this.isRunning = false;
      this.searcher = undefined;
    }
  }

  /** To where a row of the origin happened. */
  goToOrigin(row: number): void {
    const moment = this.origin?.moment(row);
    if (!moment) throw new SessionError(STALE_ROW);
    this.goToMoment(moment, 'origin');
  }

  /** To the end of the run. */
  goToPresent(): void {
    this.travel((back) => Promise.resolve(back.toPresent()));
  }

  private travel(
    way: (back: Backward) => Promise<StoppedEvent | undefined>,
    searcher: RunControl = this.control,
  ): void {
    const { history } = this;
    if (!history) throw new SessionError(NO_HISTORY);
    this.mustStand();
    this.settle(history);
    this.searcher = searcher;
    searcher.turnBack();
    this.tellProgress(0);
    this.runs(async () => {
      const from = history.now;
      const stopped = await way(new Backward(history, this.ground, searcher)).finally(() =>
        this.tellProgress(1),
      );
      this.searcher = undefined;
      if (stopped) return { stopped };
      history.goTo(from);
      return { stopped: { ...this.pausedHere(), description: 'paused on the way back: nothing has moved' } };
    });
  }

  /** A change of state must not be lost when the machine goes elsewhere. */
  private settle(history: History): void {
    if (!history.settleEdits())
      throw new SessionError('State was changed while L0 is at work: let it finish first.');
  }

  private pausedHere(): StoppedEvent {
    return { reason: 'pause', level: this.currentLevel, description: '', breakpointIds: [] };
  }

  /** Somebody changed state: another future begins. */
  private edited(dropped: boolean): void {
    this.bookmarks.forgetLater(this.machine.now());
    this.origin = undefined;
    if (dropped) this.events.log('What came after this moment is dropped: from here the run is another one.');
  }

  /** There is a future, known or recorded, that a change of state would drop. */
  get hasFuture(): boolean {
    return this.history?.inPast === true || this.replay?.over === false;
  }

  /** @throws FutureAtStake when a change of state would drop what came after */
  mayChange(): void {
    if (this.hasFuture) throw new FutureAtStake();
  }

  /** Another future begins here; the user has agreed. */
  fork(): void {
    if (!this.history || !this.hasFuture)
      throw new SessionError('This is the present: there is no future to drop, and state can be changed.');
    this.history.beginFuture();
    if (this.replay?.over === false) {
      this.replay.leave();
      this.events.log('From here the run is another one than the recorded one.');
    }
    this.events.forked?.();
  }

  /**
   * The run up to its present, to be written to a file.
   * @throws SessionError
   */
  recordedRun(): ReturnType<typeof recordedHistory> {
    this.mustStand();
    if (!this.history)
      throw new SessionError(
        'No past is kept, so nothing is recorded: the launch configuration says "history": 0.',
      );
    if (!this.history.settleEdits())
      throw new SessionError(
        'State was changed in the middle of what L0 does: step out of L0 first, then save.',
      );
    this.control.disarmAll();
    return recordedHistory(this.machine, this.history);
  }

  /** Runs until a motion of the caller's own has arrived. */
  start(motion: Motion): void {
    this.mustStand();
    this.history?.noteEdits();
    this.runs((control) => control.run(motion));
  }

  private runs(run: (control: RunControl) => Promise<RunResult | undefined>): void {
    this.isRunning = true;
    const { control } = this;
    run(control).then(
      (result) => {
        if (!result || control !== this.control) return;
        this.isRunning = false;
        this.history?.noteStop();
        this.tellScreen(this.screen.look());
        if ('ended' in result) this.events.ended(result.ended);
        else this.tell(result.stopped);
      },
      // Our own failure: the user must learn of it, and the session must end instead of seeming to run.
      (error: unknown) => {
        this.isRunning = false;
        if (error instanceof HistoryError) {
          this.tell({ ...this.pausedHere(), reason: 'exception', description: error.message });
          return;
        }
        const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.events.ended({ status: undefined, text: `Turtlescope failed: ${told}` });
      },
    );
  }

  /** A stop in the past says so. */
  private dated(stop: StoppedEvent): StoppedEvent {
    const { history, machine } = this;
    const left = this.replay?.leftAt;
    if (left !== undefined)
      return {
        ...stop,
        description: `${stop.description} (another run than the recorded one since instruction ${left})`,
      };
    if (!history?.inPast) return stop;
    const distance = history.present.retired - machine.cpu.retired;
    const how =
      distance === 0n
        ? 'within the present instruction'
        : `${distance} instruction${distance === 1n ? '' : 's'} before the present`;
    return { ...stop, description: `${stop.description} (in the past, ${how})` };
  }

  private tell(told: StoppedEvent): void {
    const stop = this.dated(told);
    this.tellLevels();
    this.lastStop = stop;
    this.before = this.present;
    this.present = this.vmcsValues();
    this.events.stopped(stop);
  }

  private vmcsValues(): VmcsValues {
    const { driver } = this.machine;
    // One strand for each CPU: its VMCSs are the same from all of them.
    const strands = driver.strands.filter(({ depth }) => depth === driver.outermost);
    return new Map(
      strands
        .flatMap(({ name }) => driver.vmcss(name))
        .map((vmcs) => [vmcsKey(vmcs), vmcsFields.map(({ name }) => vmcs.read(name))]),
    );
  }

  /** @throws SessionError while the machine runs */
  mustStand(): void {
    if (this.isRunning) throw new SessionError('The machine runs: pause it first.');
  }

  // --- looking -----------------------------------------------------------------------------------------------------

  threads(): LevelThread[] {
    return threads(this.machine, this.programs, this.ground);
  }

  /** Innermost frame first. */
  stack(level: StrandName): StackFrame[] {
    if (this.isBuiltIn(level)) return l0Stack(this.machine, level, l0Doing(this.machine, level));
    return guestStack(this.machine, this.programs, this.paths, level);
  }

  /** Text of the instruction a frame stands at, when the guest leaves to L0 there; undefined for all others. */
  exitingInstruction(frame: StackFrame): string | undefined {
    if (!this.machine.l0 || frame.guest?.depth !== 0 || frame.pc === undefined) return undefined;
    const instruction = this.ground.instruction(frame.level, frame.pc);
    return instruction?.exits ? instruction.text.replace(/\s+/g, ' ') : undefined;
  }

  /** `vmcsOf`: whose VMCS the name `vmcs` means, when it is not the level's own. */
  scope(level: StrandName, frame?: StackFrame, record?: MachineRecord, vmcsOf = level): ExpressionScope {
    return expressionScope({ machine: this.machine, programs: this.programs, level, frame, record, vmcsOf });
  }

  /** Everything `decode/` needs, as seen from a level. */
  inspect(focused: StrandName): Inspection {
    return inspectMachine(
      this,
      focused,
      (vmcs, field) => this.before.get(vmcsKey(vmcs))?.[fieldPlace.get(field)!],
    );
  }
}

function bootMachine({ machine: request, recording }: SessionRequest, events: SessionEvents): Machine {
  try {
    const input = recording?.input ?? request.input;
    const machine = createMachine({ ...request, input, serial: (byte) => events.serial(byte) });
    const write = (event: InputEvent) => events.input?.(inputLogLine(event));
    events.input?.(inputLogHeading());
    input?.forEach(write);
    machine.onInput = write;
    return machine;
  } catch (error) {
    if (error instanceof MachineError) throw new SessionError(error.message);
    throw error;
  }
}
