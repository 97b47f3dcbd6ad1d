/**
 * Runs a machine to its end without a debugger, and counts what happened.
 */
import type { ExitCounts } from './exit-counts';
import type { Machine } from './machine';
import type { MachineRecord } from './machine-record';
import type { MachineStop } from './machine-stop';

export interface HeadlessResult {
  readonly stop: MachineStop;
  readonly instructions: bigint;
  readonly seconds: number;
  readonly counts: ExitCounts;
  /** How often the guest reset the machine. */
  readonly resets: number;
}

export interface HeadlessOptions {
  /** Instructions after which the run ends with the stop `budget`. */
  readonly maxInstructions: bigint;
  /** Called with each record in order. */
  readonly onRecord?: (record: MachineRecord) => void;
}

/** Fruitless steps (each of about 100,000 faults) after which a run without a debugger is given up. */
const STALLED_LIMIT = 20;
/** Largest step between two looks at the deadline; large, because nobody waits for an answer. */
const STEP = 10_000_000n;

export function runHeadless(machine: Machine, options: HeadlessOptions): HeadlessResult {
  machine.observe(options.onRecord);
  const start = process.hrtime.bigint();
  let stop: MachineStop = { kind: 'budget' };
  let stalled = 0;
  while (stop.kind === 'budget' && machine.executed < options.maxInstructions) {
    const before = machine.executed;
    const left = options.maxInstructions - before;
    stop = machine.run(left < STEP ? left : STEP);
    stalled = machine.executed === before ? stalled + 1 : 0;
    // The clock is retired instructions, so nothing from outside can end this either.
    if (stalled > STALLED_LIMIT && stop.kind === 'budget')
      stop = {
        kind: 'shutdown',
        text: 'No instruction retires any more: the guest faults or halts without end.',
        level: machine.driver.currentStrand(),
      };
  }
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return { stop, instructions: machine.cpu.retired, seconds, counts: machine.counts, resets: machine.resets };
}
