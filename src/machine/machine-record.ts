/**
 * Records of everything that happened between levels: L0's own (nested topology), or the chip's (bare topology), which
 * has no L0 to explain itself. Types only; `record-log.ts` keeps them.
 */
import type { FaultCause } from '../isa/fault-reasons';
import type { FaultRecord, L0Record } from '../l0/records';

/** A VMX instruction failed, as the chip saw it (bare topology). */
export interface ChipFailRecord {
  readonly kind: 'vm-fail';
  readonly count: number;
  readonly vcpu?: number;
  readonly level: 'L1';
  readonly rip: bigint;
  /** VM-instruction error; 0 for VMfailInvalid. */
  readonly error: number;
  /** The rule behind it. */
  readonly cause?: FaultCause;
}

/** A fault of the user's program in VMX root operation (bare topology). */
export interface RootFaultRecord extends Omit<FaultRecord, 'level'> {
  readonly level: 'L0';
}

export type MachineRecord = L0Record | ChipFailRecord | RootFaultRecord;
