// An entry of a VMX MSR list that a VM entry or exit could not take (SDM volume 3, 26.4, 27.4, 27.6): how it is handed on. Types only.

import type { FaultCause } from './fault-reasons';

export interface RefusedListEntry {
  readonly list: 'VM_EXIT_MSR_STORE' | 'VM_EXIT_MSR_LOAD' | 'VM_ENTRY_MSR_LOAD';
  /** From 1. */
  readonly number: number;
  /** Physical address of its 16 bytes. */
  readonly address: bigint;
  readonly index: number;
  readonly value: bigint;
  /** The rule by which RDMSR or WRMSR would fault; undefined where no list may have this MSR, or bits 63:32 are not 0. */
  readonly cause?: FaultCause;
}
