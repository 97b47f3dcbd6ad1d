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
}

export interface HeadlessOptions {
  /** Instructions after which the run ends with the stop `budget`. */
  readonly maxInstructions: bigint;
  /** Called with each record in order. */
  readonly onRecord?: (record: MachineRecord) => void;
}

/** Largest step between two looks at the deadline; large, because nobody waits for an answer. */
const STEP = 10_000_000n;

export function runHeadless(machine: Machine, options: HeadlessOptions): HeadlessResult {
  machine.observe(options.onRecord);
  const start = process.hrtime.bigint();
  let stop: MachineStop = { kind: 'budget' };
  while (stop.kind === 'budget' && machine.cpu.retired < options.maxInstructions) {
    const left = options.maxInstructions - machine.cpu.retired;
    stop = machine.run(left < STEP ? left : STEP);
  }
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return { stop, instructions: machine.cpu.retired, seconds, counts: machine.counts };
}
