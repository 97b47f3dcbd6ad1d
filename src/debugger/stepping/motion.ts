/**
 * What the user asked the machine to do, as something run control can carry out: legs, one after another, until it has
 * arrived. A motion never changes architectural state: no trap flag, no byte of guest memory, only where the machine pauses.
 */
import type { StrandName } from '../../machine/strand';
import type { L0Frame } from '../../machine/l0-runner';
import type { MachineRecord } from '../../machine/machine-record';
import type { MachineStop } from '../../machine/machine-stop';

/** How far to run next, and where to pause besides the user's own breakpoints. */
export interface Leg {
  /** Instructions; 0 lets L0 do its part without the guest running. */
  readonly budget: bigint;
  /** The CPU that the budget holds; others run on by their turns. Without it, all. */
  readonly vcpu?: number;
  /** Linear addresses, of whatever level. */
  readonly breakpoints: readonly bigint[];
}

export interface Motion {
  /** Asked before each run, while the machine stands. */
  plan(): Leg;
  /** Should this record pause the machine, so that `arrived` is asked? */
  wants(record: MachineRecord): boolean;
  /** Should L0 pause before this statement? Without it L0 runs in its fast build. */
  readonly statement?: (frames: readonly L0Frame[]) => boolean;
  /** Asked after each run that no breakpoint of the user's ended: true when the motion is complete. */
  arrived(stop: MachineStop): boolean;
  /** Of a search backwards, after a stop: false when the one before it is what the user wants. */
  improves?(): boolean;
  /** A stretch of such a search begins. */
  begin?(): void;
  /** After a stretch: what the user wants may have begun before it. */
  isOpen?(): boolean;
  /** After a stretch before an open one: it ended as that one began. */
  joins?(): boolean;
}

/** Instructions between two looks at the world. */
export const SLICE = 100_000n;

/** Runs until something else stops it. */
export const CONTINUE: Motion = {
  plan: () => ({ budget: SLICE, breakpoints: [] }),
  wants: () => false,
  arrived: () => false,
};

/** A level's place, to compare before and after. */
export interface Place {
  readonly level: StrandName;
  /** Linear. */
  readonly rip: bigint;
  readonly rsp: bigint;
  /** By its CPU. */
  readonly retired: bigint;
}
