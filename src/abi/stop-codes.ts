// Why the core's `run` returned, and which optional events make it return. const enum only.

export const enum Stop {
  /**
   * RETIRED reached DEADLINE, or nothing retires for long. STOP_VALUE = iterations of a repeated string instruction that took so
   * long that time must pass within it; else 0.
   */
  BUDGET = 0,
  /** Before the instruction at the breakpoint's linear address (STOP_VALUE). Nothing of it was executed. */
  BREAKPOINT = 1,
  /** A VM exit was completed (guest state saved, host state loaded) and the host is the embedder. STOP_DETAIL = exit reason word. */
  VM_EXIT = 2,
  /** HLT (or MWAIT) with no deliverable event: activity state HLT. Time may jump. */
  HALT = 3,
  /** Triple fault outside VMX non-root operation. The vCPU is in shutdown. */
  SHUTDOWN = 4,
  /** An instruction or feature the chip does not have: our gap. RIP is at the instruction; STOP_DETAIL = Gap. */
  UNIMPLEMENTED = 5,
  /** VMX abort: STOP_DETAIL = abort indicator (SDM 27.7), STOP_VALUE = the refused entry of the MSR list, from 1, or 0. */
  VMX_ABORT = 6,
  /** The trace ring is full; read it and run again. */
  TRACE_FULL = 7,
  /** An event selected by STOP_ON happened; STOP_DETAIL = the StopOn bit. State is after the event. */
  EVENT = 8,
  /** A device asked to stop (State.DEADLINE was set back by an import, or the machine ended). */
  DEVICE = 9,
  /** Waiting for a Start-up IPI. */
  WAIT_FOR_SIPI = 10,
  /** A VM entry asked for by the embedder failed: STOP_DETAIL = VM-instruction error number (0 = VMfailInvalid). */
  VM_FAIL = 11,
  /** A watched byte was accessed or a watched word changed, see WatchTable; the instruction that did it is complete. */
  WATCHPOINT = 12,
}

/** Bits of State.STOP_ON. */
export const enum StopOn {
  VM_EXIT = 1,
  VM_ENTRY = 2,
  /** VM entry failed: VMfail of VMLAUNCH/VMRESUME, or a failed-entry exit. */
  ENTRY_FAILURE = 4,
  /** Any VMX instruction ended in VMfailValid or VMfailInvalid. */
  VM_FAIL = 8,
  /** An exception or interrupt is about to be delivered through the IDT; STOP_VALUE = vector. */
  EVENT_DELIVERY = 16,
  /** A VMX or system instruction faults. State is before it; run again to go on. STOP_VALUE = vector. */
  FAULT = 32,
}

/** STOP_DETAIL of Stop.UNIMPLEMENTED. */
export const enum Gap {
  /** The instruction's encoding is not implemented (named from its bytes by the embedder). */
  INSTRUCTION = 0,
  /** An architectural mechanism: STOP_VALUE tells which, see Mechanism. */
  MECHANISM = 1,
  /** RDMSR/WRMSR of an MSR the chip should have and does not model: STOP_VALUE = MSR. (Unknown MSRs raise #GP.) */
  MSR = 2,
  /** Code outside RAM. */
  FETCH_FROM_MMIO = 3,
  /** An instruction of a feature that the profile does not claim, with State.STOP_UNCLAIMED: STOP_VALUE = place in isa/cpuid-features. */
  UNCLAIMED_FEATURE = 4,
}

/** Architectural mechanisms that can be a gap. */
export const enum Mechanism {
  SYSTEM_MANAGEMENT_MODE = 1,
  MACHINE_CHECK = 2,
  PAE_PAGING = 3,
  VM_FUNCTION = 4,
  POSTED_INTERRUPT = 5,
  /** The guest single-steps on branches (IA32_DEBUGCTL.BTF). */
  BRANCH_STEP = 7,
}
