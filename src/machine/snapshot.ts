/**
 * Everything a run depends on besides RAM, as data: the state blocks of all CPUs, the clock, the board's devices, whose turn it is,
 * what L0 and the topology keep; and, for those who look, how far records, counts and the console are.
 */
import { State } from '../abi/state-block';
import { NONE_64, type Cpu } from '../cpu/cpu';
import { PageMarks, type CodeMarks } from '../cpu/page-marks';
import type { Board } from '../platform/device';
import type { ExitCounts } from './exit-counts';
import type { HaltWatch } from './halt';
import type { RecordLog } from './record-log';
import { sameData } from './same';
import type { SavedDriver, TopologyDriver } from './topology-driver';
import type { Turns } from './turns';

/** What the machine itself counts. */
export interface Progress {
  /** Iterations of repeated string instructions that took time of their own: those of instructions that run long. */
  iterations: bigint;
  resets: number;
  /** Bytes sent on COM1. */
  sent: number;
}

export interface MachineParts {
  readonly cpus: readonly [Cpu, ...Cpu[]];
  readonly board: Board;
  readonly turns: Turns;
  readonly driver: TopologyDriver;
  readonly haltWatch: HaltWatch;
  readonly counts: ExitCounts;
  readonly log: RecordLog;
  readonly progress: Progress;
}

export interface SavedMachine {
  /** State block of each CPU. */
  readonly blocks: readonly Uint8Array[];
  readonly code: CodeMarks;
  /** Words that all CPUs share, by their place. */
  readonly shared: readonly (readonly [State, bigint])[];
  readonly board: unknown;
  readonly turns: unknown;
  readonly driver: SavedDriver;
  readonly haltWatch: unknown;
  readonly counts: unknown;
  /** Records made. */
  readonly records: number;
  readonly progress: Progress;
}

export interface SavedMoment extends SavedMachine {
  /** How much of what came from outside had come. */
  readonly arrived: number;
  /** Instructions each CPU has retired. */
  readonly retiredBy: readonly bigint[];
  /** Instructions and calls to L0 at which the epoch under way ends. */
  readonly epochEnds: readonly [bigint, number];
}

/** The clock and what goes with it. What the embedder wants of the core is no state. */
const SHARED = [State.RETIRED, State.TIME_SKEW, State.TRANSITIONS, State.TRANSITION_TICKS] as const;

export function saveMachine(parts: MachineParts): SavedMachine {
  const [cpu] = parts.cpus;
  return {
    blocks: parts.cpus.map(({ stateBlock }) => withoutRequests(stateBlock.slice())),
    code: new PageMarks(cpu.memory, cpu.ramBytes).code(),
    shared: SHARED.map((place) => [place, cpu.get64(place)] as const),
    board: parts.board.save(),
    turns: parts.turns.save(),
    driver: parts.driver.save(),
    haltWatch: parts.haltWatch.save(),
    counts: parts.counts.save(),
    records: parts.log.total,
    progress: { ...parts.progress },
  };
}

/** RAM must be the moment's already. The caller forgets what the chip has decoded. */
export function restoreMachine(parts: MachineParts, saved: SavedMachine): void {
  const [cpu] = parts.cpus;
  parts.cpus.forEach((each, number) => each.stateBlock.set(saved.blocks[number]!));
  for (const [place, value] of saved.shared) cpu.set64(place, value);
  cpu.set32(State.YIELDED, 0);
  parts.turns.restore(saved.turns);
  parts.board.restore(saved.board);
  parts.driver.restore(saved.driver);
  parts.haltWatch.restore(saved.haltWatch);
  parts.counts.restore(saved.counts);
  parts.log.goTo(saved.records);
}

/** The core is to mark these pages once it has forgotten its own marks. */
export function restoreCodeMarks(cpu: Cpu, { code }: SavedMachine): void {
  new PageMarks(cpu.memory, cpu.ramBytes).setCode(code);
}

/** What a state is compared by, with the words for each part. */
export function comparedParts(saved: SavedMachine): [string, unknown][] {
  return [
    ...saved.blocks.map((block, cpu): [string, unknown] => [`the state of CPU ${cpu}`, architectural(block)]),
    ['the clock', saved.shared],
    ['the devices', saved.board],
    ['whose turn it is', saved.turns],
    ['the state of L0', saved.driver.run],
    ['what the machine counts', saved.progress],
  ];
}

/** What of the run differs between two states that should be one; undefined when nothing does. */
export function differenceOf(a: SavedMachine, b: SavedMachine): string | undefined {
  const others = comparedParts(b);
  return comparedParts(a).find(([, data], index) => !sameData(data, others[index]![1]))?.[0];
}

/** What is architectural: the core's own variables follow from it, and the words about slices say nothing. */
function architectural(block: Uint8Array): Uint8Array[] {
  return [block.subarray(State.GPR, State.STOP), block.subarray(State.MXCSR, State.PRIVATE)];
}

/** How the last slice ended, and what a debugger wants passed over, belongs to no moment; the line is set before each slice. */
function withoutRequests(block: Uint8Array): Uint8Array {
  const view = new DataView(block.buffer);
  view.setUint32(State.INTR, 0, true);
  view.setUint32(State.STOP, 0, true);
  view.setUint32(State.STOP_DETAIL, 0, true);
  view.setBigUint64(State.STOP_VALUE, 0n, true);
  view.setBigUint64(State.SKIP_BREAKPOINT, NONE_64, true);
  return block;
}
