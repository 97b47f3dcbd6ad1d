/**
 * Runs a machine to its end without a debugger, and counts what happened.
 */
import { exitReasonName } from './trace-ring';
import type { Machine } from './machine';
import type { MachineRecord } from './machine-record';
import type { MachineStop } from './machine-stop';

export interface RunCounts {
  /** Hardware exits by level and reason, L2's split by who handled them. */
  readonly exits: Map<string, number>;
  entries: number;
}

export interface HeadlessResult {
  readonly stop: MachineStop;
  readonly instructions: bigint;
  readonly seconds: number;
  readonly counts: RunCounts;
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
  const counts: RunCounts = { exits: new Map(), entries: 0 };
  machine.observe((record) => {
    count(counts, record);
    options.onRecord?.(record);
  });
  const start = process.hrtime.bigint();
  let stop: MachineStop = { kind: 'budget' };
  while (stop.kind === 'budget' && machine.cpu.retired < options.maxInstructions) {
    const left = options.maxInstructions - machine.cpu.retired;
    stop = machine.run(left < STEP ? left : STEP);
  }
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return { stop, instructions: machine.cpu.retired, seconds, counts };
}

function count(counts: RunCounts, record: MachineRecord): void {
  if (record.kind === 'entry') counts.entries++;
  if (record.kind !== 'exit' && record.kind !== 'nested-exit') return;
  const route = record.kind === 'nested-exit' ? 'L2 -> L1' : `${record.level} -> L0`;
  const key = `${route} ${exitReasonName(record.reasonWord) ?? record.reasonWord}`;
  counts.exits.set(key, (counts.exits.get(key) ?? 0) + 1);
}
