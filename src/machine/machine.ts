/**
 * The whole machine: CPUs, board and, in the nested topology, L0. Runs in slices, deterministic to the last bit: time is the
 * instructions all CPUs have retired (plus the ticks skipped while all halt, iterations of long string instructions, and what VM entries
 * and exits take), and
 * everything that comes from outside comes between slices.
 */
import { State } from '../abi/state-block';
import { Stop } from '../abi/stop-codes';
import { Cpu, NONE_64 } from '../cpu/cpu';
import { readFaultChain } from '../cpu/fault-chain';
import { createBoard } from '../platform/board';
import type { Board, InputEvent, InputSource, LocalApicUnit } from '../platform/device';
import { applyBootImage } from './boot';
import { bareBus, nestedBus, type BusOwner } from './host-bus';
import { BareTopology } from './bare-topology';
import type { L0Runner } from './l0-runner';
import { isFailedEntry } from './failed-entry';
import type { MachineRecord } from './machine-record';
import { RecordLog } from './record-log';
import { decodeTraceRecord, isTraceEntry, isTraceEntryFailure, traceExitReason } from './trace-ring';
import { ExitCounts } from './exit-counts';
import { applyFirmwareMsrs } from './firmware-msrs';
import type { MachineConfig } from './machine-config';
import { HaltWatch, describeHalt, interruptFlag } from './halt';
import { compareMoments, type Moment } from './moment';
import { isFinal, type MachineStop } from './machine-stop';
import { NestedTopology } from './nested-topology';
import { depthOf, type StrandName } from './strand';
import type { TopologyDriver } from './topology-driver';
import { Turns } from './turns';
import {
  restoreCodeMarks,
  restoreMachine,
  saveMachine,
  type MachineParts,
  type Progress,
  type SavedMoment,
} from './snapshot';
import { nameGap } from './gap';
import { chipAbort } from './vmx-abort';
import { Watchpoints } from './watchpoints';
import type { WatchRequest } from './watch-request';
import { beTheProcessor, resetMachine } from './reset';

/** Instructions the core runs between two looks at the world: CORE.md measured what V8 needs to tier up. */
const SLICE = 100_000n;
/**
 * Instructions of an epoch, at whose end a run can be taken up again. To forget what is cached, to find it again and to keep a snapshot
 * cost about 3 ms; to repeat an epoch, some 50.
 */
const EPOCH = 1n << 24n;
/** Calls to L0 after which an epoch ends before its time, at the next exit: they take as long as thousands of instructions each. */
const CALLS_OF_EPOCH = 4096;

/** Asked for each record as it is made: true stops the machine after the action that made it. */
export type RecordFilter = (record: MachineRecord) => boolean;

export class Machine implements BusOwner {
  /** By number. All share one chip, and take turns. */
  readonly cpus: readonly [Cpu, ...Cpu[]];
  readonly board: Board;
  private readonly turns: Turns;
  readonly log = new RecordLog();
  readonly counts = new ExitCounts();
  private readonly haltWatch = new HaltWatch();
  readonly driver: TopologyDriver;
  private readonly watchpoints: Watchpoints;
  private ended: MachineStop | undefined;
  private wanted: MachineRecord | undefined;
  private filter: RecordFilter | undefined;
  private entryFailed: (() => void) | undefined;
  private observer: ((record: MachineRecord) => void) | undefined;
  /** The chip gave up a slice in which nothing retired: a fault whose handler faults, and so on. */
  private storm = false;
  /** Told of everything that comes from outside, for the log that repeats the run. */
  onInput: ((event: InputEvent) => void) | undefined;
  /** What came from outside in the whole run, and how much of it has come at the present moment. */
  private readonly inputs: InputEvent[];
  private arrived = 0;
  /** Somebody may type: a halt that input can end is no end. */
  awaitsInput: () => boolean = () => false;
  private progress: Progress = { iterations: 0n, resets: 0, sent: 0 };
  /** Bytes of COM1 that have been shown, in whatever past or present. */
  private shown = 0;
  private resetWanted = false;
  /** RETIRED at which the next epoch begins. */
  private epochEnds = 0n;
  private callsAtEnd = 0;
  /** Called where an epoch begins: the machine stands between two turns, and nothing is cached. */
  onEpoch: (() => void) | undefined;
  /** Somebody outside changed state while the machine stood. */
  edited = false;
  /** Asked before somebody outside changes state; throws when nothing may change now. */
  mayChange: () => void = () => {};
  private goal: Moment | undefined;
  /** Instructions each CPU has retired, for whoever watches one of them. */
  private retiredBy: bigint[];
  /** RETIRED at which the current slice ends, as a device may have moved it. */
  private sliceEnd = 0n;

  constructor(readonly config: MachineConfig) {
    const nested = config.topology === 'nested';
    this.board = createBoard({
      ramBytes: config.ramBytes,
      cpus: config.cpus,
      memory: {
        read: (address, length) =>
          this.driver.readImage(BigInt(address), length) ?? new Uint8Array(length).fill(0xff),
        write: (address, bytes) => void this.driver.writeImage(BigInt(address), bytes),
      },
      disk: config.disk,
      serial: (byte) => this.send(byte),
      debugExit: (status) => this.end({ kind: 'exited', status }),
      shutdown: () => this.end({ kind: 'power', action: 'off' }),
      reset: () => this.resetRequested(),
      onNmi: (cpu) => this.driver.signal(cpu, { kind: 'nmi' }),
      onInit: (cpu) => {
        this.board.localApics[cpu]!.init();
        this.driver.signal(cpu, { kind: 'init' });
      },
      onStartup: (cpu, vector) => this.driver.signal(cpu, { kind: 'startup', vector }),
    });
    const host = nested ? nestedBus(() => this.cpu.set32(State.INTR, 0)) : bareBus(this);
    this.turns = new Turns(config.cpus);
    this.retiredBy = Array.from({ length: config.cpus }, () => 0n);
    this.cpus = Cpu.several(config.cpus, NestedTopology.hostRamBytes(config), host);
    for (const cpu of this.cpus) beTheProcessor(cpu, config);
    this.driver = nested
      ? new NestedTopology(this.cpus, this.board, this.turns, config, (made) => this.record(made))
      : new BareTopology(
          this.cpus,
          this.board,
          this.turns,
          (words, at) => this.trace(words, at),
          (made) => this.record(made),
        );
    this.watchpoints = new Watchpoints(this.cpus[0], this.driver);
    for (const cpu of this.cpus) applyFirmwareMsrs(cpu, this.board, config.featureControl);
    applyBootImage(this.driver, config.image);
    this.inputs = [...(config.input ?? [])];
  }

  /** The CPU whose turn it is. */
  get cpu(): Cpu {
    return this.cpus[this.turns.current]!;
  }

  get apic(): LocalApicUnit {
    return this.board.localApics[this.turns.current]!;
  }

  /** What the guest has done: retired instructions, and iterations of string instructions that run long. */
  get executed(): bigint {
    return this.cpu.retired + this.progress.iterations;
  }

  /** How often the guest has reset the machine. */
  get resets(): number {
    return this.progress.resets;
  }

  private send(byte: number): void {
    if (++this.progress.sent <= this.shown) return;
    this.shown = this.progress.sent;
    this.config.serial(byte);
  }

  /** Instructions one CPU has retired. */
  retiredOn(vcpu: number): bigint {
    return this.retiredBy[vcpu]!;
  }

  /** Machine time: retired instructions and the ticks that passed without one. */
  ticks(): number {
    return Number(this.cpu.retired + this.cpu.get64(State.TIME_SKEW));
  }

  /** Somebody types: it reaches the guest at the next tick, the same one whenever the run is repeated with the log. */
  input(source: InputSource, bytes: Uint8Array): void {
    const event = { at: this.ticks() + 1, source, bytes };
    this.onInput?.(event);
    this.inputs.push(event);
    this.arrived++;
    this.board.input(event);
  }

  /** What came from outside, up to the moment at which the machine stands. */
  get received(): readonly InputEvent[] {
    return this.inputs.slice(0, this.arrived);
  }

  /** In a part of the run that is repeated, what came from outside comes again, at the tick at which it came. */
  private inputAgain(): void {
    for (
      let next = this.inputs[this.arrived];
      next && next.at <= this.ticks() + 1;
      next = this.inputs[this.arrived]
    ) {
      this.arrived++;
      this.board.input(next);
    }
  }

  /** L0 as a thing one can step; undefined in the bare topology. */
  get l0(): L0Runner | undefined {
    return this.driver.runner;
  }

  /** The stop the machine ended with; undefined while it can go on. */
  get finalStop(): MachineStop | undefined {
    return this.ended;
  }

  /** Asked for every record from now on; `undefined` stops at none. */
  stopAt(filter: RecordFilter | undefined): void {
    this.filter = filter;
    this.tellDriver();
  }

  /** Watches these from now on; none when the list is empty. */
  watch(requests: readonly WatchRequest[]): void {
    this.watchpoints.set(requests);
    this.tellDriver();
  }

  private tellDriver(): void {
    this.driver.recordsWanted(this.filter !== undefined || this.watchpoints.needsCrossings);
  }

  /** Called with every record, without a stop and in order, but perhaps some instructions late. */
  observe(observer: ((record: MachineRecord) => void) | undefined): void {
    this.observer = observer;
  }

  /** Called when a VM entry of the user's program has failed, while its VMCS still stands as it was. Must not run the machine. */
  onFailedEntry(hook: () => void): void {
    this.entryFailed = hook;
  }

  /**
   * Runs at most `instructions` more (default: one slice), or to an earlier stop. Returns `budget` when it used them up;
   * whoever wants to run on calls again, and is free to look at the world in between.
   * @param vcpu the CPU that must not run on: when it is another one's turn, that one ends its turn first
   */
  run(instructions: bigint = SLICE, vcpu?: number): MachineStop {
    if (this.ended) return this.ended;
    this.wanted = undefined;
    this.watchpoints.begin();
    const stop = this.runUntil(this.cpu.retired + instructions, vcpu);
    this.watchpoints.end();
    return stop;
  }

  /** Something comes from outside now, in a part of the run that is repeated or not. */
  get hasInputNow(): boolean {
    return this.inputs.some(({ at }) => at === this.ticks() + 1);
  }

  /** The moment at which the machine stands. */
  now(): Moment {
    const { cpu } = this;
    const runner = this.driver.runner;
    return {
      retired: cpu.retired,
      skew: cpu.get64(State.TIME_SKEW),
      transitions: cpu.get64(State.TRANSITIONS),
      calls: runner?.completed ?? 0,
      statement: runner?.statement ?? 0,
    };
  }

  /**
   * As `run`, but not beyond a moment of this run: `moment` when the machine stands there, or at the first moment after it at which
   * it can stand. Filters and breakpoints stop it as ever.
   */
  runTo(goal: Moment, instructions: bigint = SLICE, vcpu?: number): MachineStop {
    const { retired } = this.cpu;
    if (compareMoments(this.now(), goal) >= 0) return { kind: 'moment' };
    this.goal = goal;
    const near = goal.retired - retired;
    // At its count of instructions there may be several moments.
    const left = near > 0n ? near : 1n;
    this.cpu.set64(State.STOP_AT_TRANSITION, goal.transitions);
    if (this.l0) this.l0.goal = goal.statement > 0 ? goal : undefined;
    const stop = this.run(left < instructions ? left : instructions, vcpu);
    this.cpu.set64(State.STOP_AT_TRANSITION, 0n);
    if (this.l0) this.l0.goal = undefined;
    this.goal = undefined;
    return stop;
  }

  /** The next epoch begins as soon as the machine stands between two turns. */
  endEpoch(): void {
    this.epochEnds = 0n;
  }

  /** What is cached is forgotten: from here the run depends on the state alone. */
  beginEpoch(): void {
    this.cpu.beginEpoch();
    this.measureEpoch();
    this.onEpoch?.();
  }

  private measureEpoch(): void {
    const { epoch = EPOCH } = this.config;
    this.epochEnds = epoch === 0n ? NONE_64 : (this.cpu.retired / epoch + 1n) * epoch;
    this.callsAtEnd = epoch === 0n ? Infinity : (this.l0?.completed ?? 0) + CALLS_OF_EPOCH;
  }

  /** Asked between two turns, and true at the same moments of a run however it is cut into slices. */
  private epochIsOver(): boolean {
    const { l0 } = this;
    if (l0?.stopped) return false;
    if (this.cpu.retired >= this.epochEnds) return true;
    return l0 !== undefined && l0.completed >= this.callsAtEnd && this.driver.atExit();
  }

  private get parts(): MachineParts {
    const { cpus, board, turns, driver, haltWatch, counts, progress, log } = this;
    return { cpus, board, turns, driver, haltWatch, counts, progress, log };
  }

  /** Everything but RAM. Not while L0 is stopped inside. */
  save(): SavedMoment {
    // What is due has come: else the devices' time would tell where the last slice began.
    this.board.runEventsUntil(this.ticks());
    return {
      ...saveMachine(this.parts),
      arrived: this.arrived,
      retiredBy: [...this.retiredBy],
      epochEnds: [this.epochEnds, this.callsAtEnd],
    };
  }

  /**
   * Goes to the moment of a saved state; RAM must be that moment's already. Filters, watches and breakpoints stay.
   * @param translations what the chip had cached there, when the moment is no epoch's first
   */
  restore(saved: SavedMoment, translations?: Uint8Array): void {
    restoreMachine(this.parts, saved);
    this.progress = { ...saved.progress };
    this.arrived = saved.arrived;
    this.retiredBy = [...saved.retiredBy];
    this.ended = undefined;
    this.wanted = undefined;
    this.resetWanted = false;
    this.storm = false;
    this.tellDriver();
    if (translations) this.cpu.restoreTranslations(translations);
    else this.cpu.forgetDecoded();
    restoreCodeMarks(this.cpu, saved);
    [this.epochEnds, this.callsAtEnd] = saved.epochEnds;
  }

  /** Another future begins here: what was recorded and shown of the old one counts no more. */
  fork(): void {
    this.log.forgetLater();
    this.inputs.length = this.arrived;
    this.shown = this.progress.sent;
  }

  private runUntil(deadline: bigint, vcpu: number | undefined): MachineStop {
    for (;;) {
      const before = this.cpu.retired;
      this.storm = false;
      const stop = this.rebooted(this.turn(deadline, vcpu));
      this.driver.drain();
      if (this.ended) return this.ended;
      // An access of something watched may be what led there.
      if (this.goal && stop?.kind !== 'watch' && compareMoments(this.now(), this.goal) >= 0)
        return { kind: 'moment' };
      if (stop && !(this.wanted && stop.kind === 'idle')) return isFinal(stop) ? this.end(stop) : stop;
      if (this.wanted) return { kind: 'record', record: this.wanted };
      if (this.cpu.retired >= deadline) return { kind: 'budget' };
      // Faults upon faults: the caller must get a look at the world although no instruction retires.
      if (this.storm && this.cpu.retired === before) return { kind: 'budget' };
    }
  }

  /** The guest asked for a reset; it comes when its instruction is complete. */
  private resetRequested(): void {
    if (this.config.onReset === 'stop') this.end({ kind: 'power', action: 'reset' });
    else this.resetWanted = true;
  }

  /** Does the reset that is due after a turn, if one is; else returns how the turn ended. */
  private rebooted(stop: MachineStop | undefined): MachineStop | undefined {
    const fault = stop?.kind === 'shutdown' && this.config.onTripleFault === 'reboot';
    if (this.ended || !(fault || this.resetWanted)) return stop;
    this.driver.drain();
    this.resetWanted = false;
    this.progress.resets++;
    this.turns.reset();
    resetMachine(this.cpus, this.board, this.driver, this.config);
    return undefined;
  }

  /** One turn: events that are due, L0's part if it has one, then the chip up to the next event. */
  private turn(deadline: bigint, vcpu?: number): MachineStop | undefined {
    if (this.epochIsOver()) this.beginEpoch();
    this.inputAgain();
    this.board.runEventsUntil(this.ticks());
    if (!this.nextTurn()) return this.skipToNextEvent();
    const ready = this.driver.prepare();
    const byL0 = this.watchpoints.beforeChip();
    if (byL0.length > 0) return { kind: 'watch', events: byL0 };
    if (ready === 'halted') return this.rest();
    if (ready !== 'run') return ready === 'again' ? undefined : ready;
    const held = vcpu === undefined || vcpu === this.turns.current;
    this.sliceEnd = held ? deadline : this.turnEnd()!;
    this.limitSlice();
    if (this.cpu.retired >= this.sliceEnd) return undefined;
    this.driver.updateInterruptLine();
    const before = this.cpu.retired;
    const stop = this.cpu.run(this.sliceEnd);
    this.retiredBy[this.turns.current]! += this.cpu.retired - before;
    const events = this.watchpoints.afterChip();
    const after = this.afterChip(stop);
    return events.length > 0 && !(after && isFinal(after)) ? { kind: 'watch', events } : after;
  }

  private afterChip(stop: Stop): MachineStop | undefined {
    switch (stop) {
      case Stop.BUDGET:
        this.storm = this.cpu.retired < this.cpu.get64(State.DEADLINE);
        this.pass(this.cpu.stopValue);
        if (this.cpu.get32(State.YIELDED) !== 0) this.turns.giveUp();
        this.cpu.set32(State.YIELDED, 0);
        return undefined;
      case Stop.DEVICE:
      case Stop.TRACE_FULL:
      case Stop.EVENT:
      case Stop.WATCHPOINT:
        return undefined;
      case Stop.BREAKPOINT:
        return { kind: 'breakpoint', linear: this.cpu.stopValue };
      case Stop.VM_EXIT:
        return this.driver.exited();
      case Stop.HALT:
      case Stop.WAIT_FOR_SIPI:
        return this.rest();
      case Stop.SHUTDOWN:
        return {
          kind: 'shutdown',
          text: 'Triple fault: the processor shut down.',
          level: this.driver.currentStrand(),
          faults: readFaultChain(this.cpu.memory),
        };
      case Stop.VMX_ABORT:
        return {
          kind: 'shutdown',
          text: `VMX abort ${this.cpu.stopDetail}`,
          level: this.driver.currentStrand(),
          ...chipAbort(this.cpu),
        };
      case Stop.UNIMPLEMENTED:
        return { kind: 'unimplemented', text: nameGap(this.cpu, this.driver) };
      case Stop.VM_FAIL:
        throw new Error('VM_FAIL is the answer to an entry, never to a run');
    }
  }

  /** What turns are measured by. */
  private busy(): bigint {
    return this.cpu.retired + this.cpu.get64(State.TRANSITION_TICKS);
  }

  /** RETIRED at which the turn is over if nothing exits before. */
  private turnEnd(): bigint | undefined {
    const left = this.turns.left(this.busy());
    return left === undefined ? undefined : this.cpu.retired + left;
  }

  /** Gives the next CPU its turn when this one's is over; false when all rest. L0 finishes what it does for a CPU first. */
  private nextTurn(): boolean {
    if (this.driver.runner?.stopped) return true;
    const goesOn = this.turns.choose(this.cpu.retired, this.busy(), (cpu) => this.driver.canWake(cpu));
    this.cpu.set64(State.YIELD_AT, this.turns.pauseFrom);
    return goesOn;
  }

  /** The CPU halts: others go on. With nobody to go on, time jumps. */
  private rest(): MachineStop | undefined {
    if (this.cpus.length === 1) return this.skipToNextEvent();
    this.turns.rest();
    return this.haltWatch.look(this.cpu.retired, () => this.deaf()) === 'pause'
      ? { kind: 'budget' }
      : undefined;
  }

  /** Time passes within a repeated string instruction that runs long: a tick an iteration. */
  private pass(iterations: bigint): void {
    this.progress.iterations += iterations;
    this.skip(iterations);
  }

  private skip(ticks: bigint): void {
    this.cpu.set64(State.TIME_SKEW, this.cpu.get64(State.TIME_SKEW) + ticks);
  }

  /** Halted: time jumps to the next alarm. Without one nothing will ever happen again. */
  private skipToNextEvent(): MachineStop | undefined {
    this.board.runEventsUntil(this.ticks());
    this.driver.updateInterruptLine();
    const verdict = this.haltWatch.look(this.cpu.retired, () => this.deaf());
    if (verdict === 'never') return { kind: 'halted', halt: describeHalt(this.driver) };
    if (verdict === 'pause') return { kind: 'budget' };
    if (this.cpus.some(({ number }) => this.driver.canWake(number))) return undefined;
    const next = this.nextEvent();
    if (next === undefined) return this.halted();
    this.skip(BigInt(Math.max(0, next - this.ticks())));
    this.board.runEventsUntil(this.ticks());
    this.driver.updateInterruptLine();
    return undefined;
  }

  private halted(): MachineStop {
    const heard = this.cpus.some(({ number }) => this.hears(this.driver.standsIn(number)));
    return heard && this.awaitsInput()
      ? { kind: 'idle' }
      : { kind: 'halted', halt: describeHalt(this.driver) };
  }

  /** A guest of the guest is woken whatever its IF says: the interrupt may be its hypervisor's. */
  private hears(strand: StrandName): boolean {
    return depthOf(strand) > this.driver.outermost || interruptFlag(this.driver, strand);
  }

  private deaf(): boolean {
    return this.cpus.every(({ number }) => !interruptFlag(this.driver, this.driver.standsIn(number)));
  }

  private nextEvent(): number | undefined {
    const input = this.inputs[this.arrived];
    const again = input && input.at - 1;
    const times = [this.board.nextEventAt(), this.driver.deadline(), again].filter(
      (time) => time !== undefined,
    );
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  // --- BusOwner: around each access of the chip to a device --------------------------------------------------------

  beforeAccess(): void {
    this.board.runEventsUntil(this.ticks());
  }

  afterAccess(): void {
    this.driver.updateInterruptLine();
    this.limitSlice();
    this.cpu.set64(State.DEADLINE, this.sliceEnd);
  }

  /** The slice never passes the next event, nor the instruction that ended the machine. */
  private limitSlice(): void {
    if (this.ended || this.resetWanted) this.sliceEnd = this.cpu.retired;
    if (this.epochEnds < this.sliceEnd) this.sliceEnd = this.epochEnds;
    const turnEnd = this.turnEnd();
    if (turnEnd !== undefined && turnEnd < this.sliceEnd) this.sliceEnd = turnEnd;
    const next = this.nextEvent();
    const now = this.ticks();
    // What is due already does not limit: the chip sees it at its next instruction boundary.
    if (next === undefined || next <= now) return;
    const end = this.cpu.retired + BigInt(next - now);
    if (end < this.sliceEnd) this.sliceEnd = end;
  }

  private end(stop: MachineStop): MachineStop {
    return (this.ended ??= stop);
  }

  private record(made: MachineRecord): void {
    this.log.push(made);
    if (made.kind === 'entry') this.counts.entries++;
    else if (made.kind === 'exit') this.counts.exit(`${made.level} -> L0`, made.reasonWord);
    else if (made.kind === 'nested-exit') this.counts.exit('L2 -> L1', made.reasonWord);
    if (this.entryFailed && isFailedEntry(made)) this.entryFailed();
    this.offer(made);
  }

  /** A record in the chip's own form: decoded now only if somebody looks now. */
  private trace(words: Uint32Array, at: number): void {
    this.log.pushRaw(words, at);
    const reason = traceExitReason(words, at);
    if (reason !== undefined) this.counts.exit('L1 -> L0', reason);
    else if (isTraceEntry(words, at)) this.counts.entries++;
    else if (isTraceEntryFailure(words, at)) this.entryFailed?.();
    if (this.observer || this.filter) this.offer(decodeTraceRecord(new DataView(words.buffer), at * 4));
  }

  private offer(made: MachineRecord): void {
    this.observer?.(made);
    if (this.filter?.(made)) this.wanted ??= made;
  }
}
