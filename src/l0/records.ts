/**
 * What L0 says about everything it decides: one record a decision, in the order in which L0 decides. The
 * timeline, the exception filters and the "why" of every view are made from these. Plain data that survives
 * structured cloning; L0 never reads them back. 64-bit values are bigints, instruction counts are numbers
 * below 2^53.
 */
import type { ExitReasonName } from '../isa/exit-reasons';
import type { FaultCause, FaultChain } from '../isa/fault-reasons';
import type { RefusedListEntry } from '../isa/msr-lists';
import type { FieldName } from '../isa/vmcs-fields';

/** The level that was running, or is about to run, on the vCPU. L0 itself is never a guest. */
export type GuestLevel = 'L1' | 'L2';

/** The hardware VMCS that is current. */
export type HardwareVmcs = 'vmcs01' | 'vmcs02';

/** Why a decision fell as it did. */
export interface RuleCited {
  /** Stable name of the rule: `l0.nmi`, `l1.control.HLT_EXITING`, `l1.io-bitmap`, `check.B37` ... */
  readonly id: string;
  /** One sentence with the deciding values in it: "vmcs12 CPU_BASED_VM_EXEC_CONTROL bit 7 HLT_EXITING = 1". */
  readonly text: string;
  /** The vmcs12 field that decided, when one did. */
  readonly field?: FieldName;
  /** Name of the control bit (isa/vmx-controls), when one did. */
  readonly control?: string;
  /** Bit number in `field`, or in the byte at `address`. */
  readonly bit?: number;
  /** Guest-physical address (L1's) of the bitmap byte that decided. */
  readonly address?: bigint;
  /** That byte, or the control word. */
  readonly value?: bigint;
}

interface RecordBase {
  /** Instructions retired when the record was made. */
  readonly count: number;
  /** The guest the record is about. */
  readonly level: GuestLevel;
  /** The vCPU it is about, where that is not the first. The machine adds it. */
  readonly vcpu?: number;
}

/** A VM entry by L0 (hardware VMLAUNCH/VMRESUME on vmcs01 or vmcs02). */
export interface EntryRecord extends RecordBase {
  readonly kind: 'entry';
  readonly vmcs: HardwareVmcs;
  readonly rip: bigint;
  /** VM_ENTRY_INTR_INFO_FIELD as written for this entry; bit 31 clear when nothing is injected. */
  readonly interruption: number;
  readonly interruptionError: number;
  readonly instructionLength: number;
  /** Bare topology: IDT_VECTORING_INFO_FIELD as the VMCS still has it from its last exit. */
  readonly idtVectoring?: number;
}

/** A hardware VM exit to L0. */
export interface ExitRecord extends RecordBase {
  readonly kind: 'exit';
  readonly vmcs: HardwareVmcs;
  readonly reason: ExitReasonName;
  /** EXIT_REASON, all 32 bits (bit 31: failed entry). */
  readonly reasonWord: number;
  readonly qualification: bigint;
  readonly rip: bigint;
  readonly instructionLength: number;
  readonly interruption: number;
  readonly interruptionError: number;
  readonly idtVectoring: number;
  readonly idtVectoringError: number;
  readonly guestPhysical: bigint;
  readonly guestLinear: bigint;
  /** TRIPLE_FAULT: the exceptions that led there. The machine adds it, who sees into the chip. */
  readonly faults?: FaultChain;
  /** EPT exits: the entry of ept01 or ept02 that ended the walk. The machine adds it. */
  readonly cause?: FaultCause;
}

/** Who gets an exit of L2, and by which rule. */
export interface VerdictRecord extends RecordBase {
  readonly kind: 'verdict';
  readonly level: 'L2';
  readonly reason: ExitReasonName;
  readonly reasonWord: number;
  readonly qualification: bigint;
  readonly rip: bigint;
  readonly verdict: 'L0' | 'L1';
  /** Which of KVM's questions was decisive. */
  readonly phase: 'nested_vmx_l0_wants_exit' | 'nested_vmx_l1_wants_exit';
  readonly rule: RuleCited;
}

/** L0 handled an exit itself and the guest goes on. */
export interface HandledRecord extends RecordBase {
  readonly kind: 'handled';
  readonly reason: ExitReasonName;
  /** What L0 did: "CPUID leaf 0x1", "WRMSR 0x1b = 0xfee00900", "mapped L1 gpa 0x1000 in ept02". */
  readonly text: string;
}

/** L2 has left to L1: vmcs12 is complete and L1 stands at its HOST_RIP (nested_vmx_vmexit). */
export interface NestedExitRecord extends RecordBase {
  readonly kind: 'nested-exit';
  readonly level: 'L2';
  readonly vmcs12: bigint;
  readonly reason: ExitReasonName;
  readonly reasonWord: number;
  readonly qualification: bigint;
  readonly guestPhysical: bigint;
  readonly interruption: number;
  readonly interruptionError: number;
  readonly idtVectoring: number;
  readonly idtVectoringError: number;
  readonly instructionLength: number;
  /** L2's RIP and L1's HOST_RIP. */
  readonly guestRip: bigint;
  readonly hostRip: bigint;
  /**
   * True when no hardware exit of this reason happened: L0 made it up from software checks, ept12, events
   * or timers.
   */
  readonly synthesised: boolean;
  readonly rule: RuleCited;
  /** TRIPLE_FAULT: the exceptions that led there. */
  readonly faults?: FaultChain;
  /** EPT exits: the entry of ept12 that ended the walk. */
  readonly cause?: FaultCause;
}

/** L1's VMLAUNCH or VMRESUME passed all software checks: vmcs02 is prepared, L2 runs next (nested_vmx_run). */
export interface NestedEntryRecord extends RecordBase {
  readonly kind: 'nested-entry';
  readonly level: 'L2';
  readonly instruction: 'VMLAUNCH' | 'VMRESUME';
  readonly vmcs12: bigint;
  readonly rip: bigint;
  /** vmcs12 VM_ENTRY_INTR_INFO_FIELD. */
  readonly interruption: number;
  readonly interruptionError: number;
  /** vmcs12 IDT_VECTORING_INFO_FIELD, as the last exit to L1 left it; 0 at VMLAUNCH. */
  readonly idtVectoring: number;
}

/** L1's VM entry was refused: VMfail with error 7 or 8, or an exit 33 or 34 back to L1. */
export interface EntryFailureRecord extends RecordBase {
  readonly kind: 'entry-failure';
  readonly vmcs12: bigint;
  /** VM-instruction error (7, 8), or 0 when the failure is an exit. */
  readonly error: number;
  /** Exit reason word with bit 31 (33, 34), or 0 when the failure is a VMfail. */
  readonly reasonWord: number;
  readonly qualification: bigint;
  /** Who found it: L0's own checks, or the chip's on vmcs02. */
  readonly foundBy: 'software' | 'hardware';
  /** The failing check (`check.<id>` of isa/entry-checks) in words. */
  readonly rule: RuleCited;
  /** The rule, when the entry failed before its checks: no current VMCS, launch state, MOV SS (bare topology). */
  readonly cause?: FaultCause;
}

/** Outcome of a VMX instruction of L1, or of VMREAD and VMWRITE of an L2 under VMCS shadowing, emulated by L0. */
export interface VmxInstructionRecord extends RecordBase {
  readonly kind: 'vmx-instruction';
  readonly instruction: VmxInstructionName;
  readonly outcome: 'VMsucceed' | 'VMfailInvalid' | 'VMfailValid' | 'fault';
  /** VM-instruction error for VMfailValid (isa/vm-errors), vector for a fault, else 0. */
  readonly error: number;
  readonly rip: bigint;
  /** The operand in words: "pointer 0x5000", "GUEST_RIP = 0x100000". */
  readonly operand: string;
  /** For VMREAD and VMWRITE of a known field: the field and the value read or written. */
  readonly field?: FieldName;
  readonly value?: bigint;
  readonly previous?: bigint;
  /** VMWRITE: bits of the value that the field does not hold and that went without an error. */
  readonly dropped?: bigint;
  /** The rule behind a fault or a VMfail. */
  readonly cause?: FaultCause;
}

/** A VMX or system instruction of a guest faults: found by the chip, or by L0 while it emulates. */
export interface FaultRecord extends RecordBase {
  readonly kind: 'fault';
  readonly rip: bigint;
  readonly vector: number;
  /** Undefined for an exception that pushes none. */
  readonly error?: number;
  readonly cause?: FaultCause;
}

export type VmxInstructionName =
  | 'VMXON'
  | 'VMXOFF'
  | 'VMCLEAR'
  | 'VMPTRLD'
  | 'VMPTRST'
  | 'VMREAD'
  | 'VMWRITE'
  | 'VMLAUNCH'
  | 'VMRESUME'
  | 'INVEPT'
  | 'INVVPID';

/** An event goes into the entry fields of the VMCS that is entered next. */
export interface InjectionRecord extends RecordBase {
  readonly kind: 'injection';
  /** The word written to VM_ENTRY_INTR_INFO_FIELD. */
  readonly interruption: number;
  readonly interruptionError: number;
  readonly instructionLength: number;
  /** Where the event comes from. */
  readonly source:
    | 'vmcs12' // L1 asked for it in vmcs12 (nested_run_pending)
    | 'reinjection' // its delivery was cut short by an exit that L0 handled
    | 'exception' // raised by L0's emulation
    | 'apic' // L1's virtual local APIC or 8259
    | 'nmi';
}

/** Delivery of an event was cut short by an exit; L0 puts it back in its queue (vmx_complete_interrupts). */
export interface RequeuedRecord extends RecordBase {
  readonly kind: 'requeued';
  /** IDT_VECTORING_INFO_FIELD, or the entry field of a cancelled injection. */
  readonly vectoring: number;
  readonly error: number;
  readonly cause: 'idt-vectoring' | 'cancelled-injection';
}

/** An event for L1 waits: why it cannot be taken now, or that it is taken (vmx_check_nested_events). */
export interface NestedEventRecord extends RecordBase {
  readonly kind: 'nested-event';
  readonly level: 'L2';
  readonly event: 'INIT' | 'SIPI' | 'exception' | 'MTF' | 'preemption-timer' | 'NMI' | 'interrupt';
  readonly decision: 'exit-to-L1' | 'blocked' | 'posted';
  readonly rule: RuleCited;
}

/** The vCPU halted (HLT) or waits for a start-up IPI: time may jump to the next event. */
export interface HaltRecord extends RecordBase {
  readonly kind: 'halt';
}

/** The vCPU cannot go on: triple fault of L1, or a VMX abort. */
export interface ShutdownRecord extends RecordBase {
  readonly kind: 'shutdown';
  readonly text: string;
  /** VMX-abort indicator, 0 for a triple fault. */
  readonly abort: number;
  /** VMX abort: the entry of an MSR list behind it, where one is. */
  readonly refused?: RefusedListEntry;
  /** Triple fault: the exceptions that led there. */
  readonly faults?: FaultChain;
}

export type L0Record =
  | EntryRecord
  | ExitRecord
  | VerdictRecord
  | HandledRecord
  | NestedExitRecord
  | NestedEntryRecord
  | EntryFailureRecord
  | VmxInstructionRecord
  | FaultRecord
  | InjectionRecord
  | RequeuedRecord
  | NestedEventRecord
  | HaltRecord
  | ShutdownRecord;

/** Called with each record as it is made. It must not call back into L0. */
export type RecordSink = (record: L0Record) => void;
