/**
 * Runs a machine to its end without a debugger, and counts what happened: at once, or with somebody who types meanwhile.
 */
import type { ExitCounts } from './exit-counts';
import type { Machine } from './machine';
import type { MachineRecord } from './machine-record';
import type { MachineStop } from './machine-stop';

export interface HeadlessResult {
  readonly stop: MachineStop;
  readonly instructions: bigint;
  readonly counts: ExitCounts;
  /** How often the guest reset the machine. */
  readonly resets: number;
  /** Somebody ended it before its time. */
  readonly quit: boolean;
}

export interface HeadlessOptions {
  /** Instructions after which the run ends with the stop `budget`. */
  readonly maxInstructions: bigint;
  /** Called with each record in order. */
  readonly onRecord?: (record: MachineRecord) => void;
}

/** Somebody outside the machine, while it runs. */
export interface Company {
  /** Lets the world have its turn; `idle`: nothing but input makes the machine go on, so it may last. */
  turn(idle: boolean): Promise<void>;
  /** No input comes any more. */
  readonly left: boolean;
  /** Wants the run to end. */
  readonly quits: boolean;
}

/** Fruitless steps (each of about 100,000 faults) after which a run without a debugger is given up. */
const STALLED_LIMIT = 20;
/** Largest step between two looks at the deadline; large, because nobody waits for an answer. */
const STEP = 10_000_000n;
/** Instructions between two looks at the clock, and milliseconds between two looks at somebody who types. */
const STEP_IN_COMPANY = 20_000n;
const TURN = 20;

export function runHeadless(machine: Machine, options: HeadlessOptions): HeadlessResult {
  const run = new Run(machine, options);
  while (!run.over) run.step(STEP);
  return run.result(false);
}

/** As `runHeadless`, but the machine waits for input where only input can wake it. */
export async function runInCompany(
  machine: Machine,
  options: HeadlessOptions,
  company: Company,
): Promise<HeadlessResult> {
  const run = new Run(machine, options);
  machine.awaitsInput = () => !company.left;
  while (!run.over && !company.quits) {
    const turnEnds = Date.now() + TURN;
    do run.step(STEP_IN_COMPANY);
    while (!run.over && !run.idle && Date.now() < turnEnds);
    if (!run.over) await company.turn(run.idle);
  }
  return run.result(company.quits);
}

class Run {
  private stop: MachineStop = { kind: 'budget' };
  private stalled = 0;

  constructor(
    private readonly machine: Machine,
    private readonly options: HeadlessOptions,
  ) {
    machine.observe(options.onRecord);
  }

  get over(): boolean {
    if (this.stop.kind !== 'budget') return !this.idle;
    return this.machine.executed >= this.options.maxInstructions;
  }

  get idle(): boolean {
    return this.stop.kind === 'idle';
  }

  step(most: bigint): void {
    const before = this.machine.executed;
    const left = this.options.maxInstructions - before;
    this.stop = this.machine.run(left < most ? left : most);
    this.stalled = this.machine.executed === before ? this.stalled + 1 : 0;
    // The clock is retired instructions, so nothing from outside can end this either.
    if (this.stalled > STALLED_LIMIT && this.stop.kind === 'budget')
      this.stop = {
        kind: 'shutdown',
        text: 'No instruction retires any more: the guest faults or halts without end.',
        level: this.machine.driver.currentStrand(),
      };
  }

  result(quit: boolean): HeadlessResult {
    const { machine, stop } = this;
    return {
      stop,
      instructions: machine.cpu.retired,
      counts: machine.counts,
      resets: machine.resets,
      quit,
    };
  }
}
