// The rules that end an instruction, an access or the delivery of an event in a fault, in VMfail or in an EPT exit, one named row each. The core and L0
// name the row where they refuse; the values they looked at fill its sentence. Rows only.

import { deliveryReasons } from './fault-reasons/delivery';
import { eptReasons } from './fault-reasons/ept';
import { memoryReasons } from './fault-reasons/memory';
import type { FaultReasonRow } from './fault-reasons/row';
import { stateReasons } from './fault-reasons/state';
import { systemReasons } from './fault-reasons/system';
import { taskReasons } from './fault-reasons/tasks';
import { vmxReasons } from './fault-reasons/vmx';

export type { FaultOutcome, FaultReasonRow } from './fault-reasons/row';

const rows = [
  ...deliveryReasons,
  ...memoryReasons,
  ...eptReasons,
  ...stateReasons,
  ...systemReasons,
  ...taskReasons,
  ...vmxReasons,
] as const;

export type FaultReasonId = (typeof rows)[number]['id'];
export type FaultReason = FaultReasonRow<FaultReasonId>;

/** A row's number, as it crosses the Wasm border, is its place in this list plus one: 0 is no reason. */
export const faultReasons: readonly FaultReason[] = rows;

export const faultReasonById: ReadonlyMap<FaultReasonId, FaultReason> = new Map(
  faultReasons.map((row) => [row.id, row]),
);

/** The row with a number that crossed the Wasm border; undefined for 0. */
export const faultReasonByNumber: ReadonlyMap<number, FaultReason> = new Map(
  faultReasons.map((row, index) => [index + 1, row]),
);

/** A rule that refused something, with the values it looked at: how a row is handed on. */
export interface FaultCause {
  readonly reason: FaultReasonId;
  readonly a: bigint;
  readonly b: bigint;
  /** Page faults: the linear address. */
  readonly data?: bigint;
  /** Paging and EPT: level of the entry, 1 (page table) to 5. */
  readonly level?: number;
}

/** One exception of a chain. */
export interface FaultLink {
  readonly vector: number;
  /** VMX interruption type: 3 is a hardware exception. */
  readonly type: number;
  /** Undefined for an event that pushes none. */
  readonly error?: number;
  readonly cause?: FaultCause;
}

/** The event or exception it began with, then each that was met while delivering the one before. */
export interface FaultChain {
  readonly rip: bigint;
  readonly rsp: bigint;
  readonly cpl: number;
  readonly links: readonly FaultLink[];
}
