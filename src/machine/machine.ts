/**
 * The whole machine: CPUs, board and, in the nested topology, L0. Runs in slices, deterministic to the last bit: time is the
 * instructions all CPUs have retired (plus the ticks skipped while all halt and iterations of long string instructions), and
 * everything that comes from outside comes between slices.
 */
import { State } from '../abi/state-block';
import { Stop } from '../abi/stop-codes';
import { Cpu } from '../cpu/cpu';
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
import { isFinal, type MachineStop } from './machine-stop';
import { NestedTopology } from './nested-topology';
import { depthOf, type StrandName } from './strand';
import type { TopologyDriver } from './topology-driver';
import { Turns } from './turns';
import { nameGap } from './gap';
import { chipAbort } from './vmx-abort';
import { Watchpoints } from './watchpoints';
import type { WatchRequest } from './watch-request';
import { beTheProcessor, resetMachine } from './reset';

/** Instructions the core runs between two looks at the world: CORE.md measured what V8 needs to tier up. */
const SLICE = 100_000n;

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
  /** Somebody may type: a halt that input can end is no end. */
  awaitsInput: () => boolean = () => false;
  /** How often the guest has reset the machine. */
  resets = 0;
  private resetWanted = false;
  /** Iterations of repeated string instructions that took time of their own: those of instructions that run long. */
  private iterations = 0n;
  /** Instructions each CPU has retired, for whoever watches one of them. */
  private readonly retiredBy: bigint[];
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
      serial: config.serial,
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
    for (const event of config.input ?? []) this.board.input(event);
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
    return this.cpu.retired + this.iterations;
  }

  /** Instructions one CPU has retired. */
  retiredOn(vcpu: number): bigint {
    return this.retiredBy[vcpu]!;
  }

  /** Machine time: retired instructions and the ticks skipped while halted. */
  ticks(): number {
    return Number(this.cpu.retired + this.cpu.get64(State.TIME_SKEW));
  }

  /** Somebody types: it reaches the guest at the next tick, the same one whenever the run is repeated with the log. */
  input(source: InputSource, bytes: Uint8Array): void {
    const event = { at: this.ticks() + 1, source, bytes };
    this.onInput?.(event);
    this.board.input(event);
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

  private runUntil(deadline: bigint, vcpu: number | undefined): MachineStop {
    for (;;) {
      const before = this.cpu.retired;
      this.storm = false;
      const stop = this.rebooted(this.turn(deadline, vcpu));
      this.driver.drain();
      if (this.ended) return this.ended;
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
    this.resets++;
    this.turns.reset();
    resetMachine(this.cpus, this.board, this.driver, this.config);
    return undefined;
  }

  /** One turn: events that are due, L0's part if it has one, then the chip up to the next event. */
  private turn(deadline: bigint, vcpu?: number): MachineStop | undefined {
    this.board.runEventsUntil(this.ticks());
    if (!this.nextTurn()) return this.skipToNextEvent();
    const ready = this.driver.prepare();
    const byL0 = this.watchpoints.beforeChip();
    if (byL0.length > 0) return { kind: 'watch', events: byL0 };
    if (ready === 'halted') return this.rest();
    if (ready !== 'run') return ready === 'again' ? undefined : ready;
    const held = vcpu === undefined || vcpu === this.turns.current;
    this.sliceEnd = held ? deadline : this.turns.end!;
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

  /** Gives the next CPU its turn when this one's is over; false when all rest. L0 finishes what it does for a CPU first. */
  private nextTurn(): boolean {
    if (this.driver.runner?.stopped) return true;
    const goesOn = this.turns.choose(this.cpu.retired, (cpu) => this.driver.canWake(cpu));
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
    this.iterations += iterations;
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
    const times = [this.board.nextEventAt(), this.driver.deadline()].filter((time) => time !== undefined);
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
    const { end: turnEnd } = this.turns;
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
