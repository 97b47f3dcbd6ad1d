/**
 * L0's state: a VM with its vCPUs, plain objects, named as KVM names its own (`vcpu.arch`, `vcpu.vmx`, `vcpu.nested`).
 * No methods, no getters. `cpu`, `board`, `apic`, `config` and `record` are references to the outside and are not
 * part of a snapshot; everything else is data that survives structured cloning.
 */
import type { Cpu } from '../cpu/cpu';
import type { Board, LocalApicUnit } from '../platform/device';
import type { FaultCause } from '../isa/fault-reasons';
import type { RefusedListEntry } from '../isa/msr-lists';
import type { FieldName } from '../isa/vmcs-fields';
import type { L0Config } from './config';
import type { CapabilityMsrs } from './nested/capability-msrs';
import type { Vmcs12 } from './nested/vmcs12';
import type { RecordSink, RuleCited, VmxInstructionRecord } from './records';

/** "No address" in a pointer field, as the VMCS link pointer and VMPTRST spell it. */
export const INVALID_GPA = 0xffffffffffffffffn;

/** An exception that L0 raised, or whose delivery must be repeated. */
export interface QueuedException {
  /** Raised, not yet written to an entry field. */
  pending: boolean;
  /** Written to an entry field at least once; its delivery has not completed. */
  injected: boolean;
  vector: number;
  has_error_code: boolean;
  error_code: number;
  /** CR2 of #PF or DR6 bits of #DB, not yet in the register. */
  payload: bigint | undefined;
}

export interface QueuedInterrupt {
  injected: boolean;
  /** INT n: needs an instruction length. */
  soft: boolean;
  nr: number;
}

/** Architectural state of the guest that runs, L1 or L2, as far as no VMCS holds it, and its event queues. */
export interface VcpuArch {
  /** True while L2 is the guest (KVM: is_guest_mode). */
  guest_mode: boolean;
  /** CR0 and CR4 as the guest sees them; guest-owned bits are stale here, see `kvm_read_cr0`. */
  cr0: bigint;
  cr4: bigint;
  cr0_guest_owned_bits: bigint;
  cr4_guest_owned_bits: bigint;
  efer: bigint;
  pat: bigint;
  dr7: bigint;
  exception: QueuedException;
  /** An exception of L2 that L1 intercepts: becomes an exit, not a delivery. */
  exception_vmexit: QueuedException;
  interrupt: QueuedInterrupt;
  nmi_pending: number;
  nmi_injected: boolean;
  /** Instruction length of a software event whose delivery must be repeated. */
  event_exit_inst_len: number;
  mp_state: 'runnable' | 'halted' | 'init-received';
  init_pending: boolean;
  /** Vector of a start-up IPI that arrived, -1 when none. */
  sipi_pending: number;
  /** Added to the host's TSC while the guest runs: L1's, or L1's and L2's composed. */
  tsc_offset: bigint;
  l1_tsc_offset: bigint;
  tsc_adjust: bigint;
  /** Set where KVM makes KVM_REQ_TRIPLE_FAULT: the guest shuts down before its next entry. */
  triple_fault_requested: string;
  /** VMX-abort indicator that made the request, 0 for a triple fault. */
  abort_indicator: number;
  /** The entry of an MSR list behind the abort, where one is. */
  abort_entry: RefusedListEntry | undefined;
}

/** A VMCS the chip knows. */
export interface LoadedVmcs {
  name: 'vmcs01' | 'vmcs02';
  /** Host-physical. */
  address: bigint;
  launched: boolean;
  /** Host-physical address of the MSR bitmap this VMCS uses. */
  msr_bitmap: bigint;
}

/** What KVM keeps in struct vcpu_vmx. */
export interface VcpuVmx {
  loaded_vmcs: LoadedVmcs;
  vmcs01: LoadedVmcs;
  vmcs02: LoadedVmcs;
  vpid: number;
  /** The entry failed with a VM-instruction error instead of an exit. */
  fail: boolean;
  /** EXIT_REASON of the last exit, all 32 bits. */
  exit_reason: number;
  idt_vectoring_info: number;
  /** The next entry must end at once, because an event waits that cannot be taken before it. */
  req_immediate_exit: boolean;
  /** What the handler of an exit did, in words, for the record. */
  handled: string;
  /** CR0 bits L1 may change without an exit. */
  l1_guest_owned_cr0_bits: bigint;
  host_efer: bigint;
}

/** One cached ept02: the shadow of the ept12 that a given EPTP of L1 names. */
export interface ShadowRoot {
  eptp12: bigint;
  eptp02: bigint;
  /** Host-physical page of the PML4. */
  root: bigint;
  /** All table pages, the root first. */
  pages: bigint[];
}

/** Operand of a VMX instruction in words; for VMREAD and VMWRITE the field and its value too. */
export type VmxInstructionNote = Pick<
  VmxInstructionRecord,
  'operand' | 'field' | 'value' | 'previous' | 'dropped' | 'cause'
>;

/** What KVM keeps in struct nested_vmx. */
export interface NestedVmx {
  /** Capability MSRs offered to L1. */
  msrs: CapabilityMsrs;
  vmxon: boolean;
  vmxon_ptr: bigint;
  current_vmptr: bigint;
  /** Copy of the VMCS at `current_vmptr`; valid while that is not INVALID_GPA. */
  cached_vmcs12: Vmcs12;
  /** Copy of the VMCS that its link pointer names; valid while L2 is the guest and L1 uses VMCS shadowing. */
  cached_shadow_vmcs12: Vmcs12;
  /** L1's VMLAUNCH or VMRESUME is emulated but L2 has not run since. */
  nested_run_pending: boolean;
  vmcs02_initialized: boolean;
  /** vmcs12 was written since vmcs02 was last prepared: rarely changing fields must be copied too. */
  dirty_vmcs12: boolean;
  /** Rarely read guest fields of vmcs12 are older than vmcs02. */
  need_sync_vmcs02_to_vmcs12_rare: boolean;
  vpid02: number;
  last_vpid: number;
  pre_vmenter_debugctl: bigint;
  mtf_pending: boolean;
  preemption_timer_expired: boolean;
  has_preemption_timer_deadline: boolean;
  /** In units of L1's TSC shifted by the timer rate. */
  preemption_timer_deadline: bigint;
  /** Tick of the machine at which the emulated timer fires; -1 when it is not armed. */
  preemption_timer_fires_at: number;
  /** Shadow EPTs, the most recently used first. */
  shadow_roots: ShadowRoot[];
  /** What the handler of a VMX instruction found out about its operand, for the record. */
  vmx_instruction: VmxInstructionNote;
  /** RIP of the last VMWRITE to each field, by the VMCS's address in hex: for explanations only. */
  field_writers: Record<string, Partial<Record<FieldName, bigint>>>;
  /** Rule that is to be cited by the next nested exit; set by whoever asks for that exit. */
  exit_rule: RuleCited | undefined;
  /** Entry of ept12 behind the next nested exit; set with the rule. */
  exit_cause: FaultCause | undefined;
}

/** Host-physical pages below L1's RAM. */
export interface HostMemory {
  /** First page never handed out yet, and the end of the pool. */
  next: bigint;
  end: bigint;
  free: bigint[];
}

/** L1: what its vCPUs share (KVM: struct kvm). */
export interface Vm {
  readonly vcpus: Vcpu[];
  /** Pages for the tables and VMCSs of all vCPUs. */
  host: HostMemory;
  /** EPTP of ept01. */
  eptp01: bigint;
}

export interface Vcpu {
  readonly vm: Vm;
  /** Its number, the initial ID of its APIC. */
  readonly id: number;
  readonly cpu: Cpu;
  readonly board: Board;
  /** The vCPU's own, on the board. */
  readonly apic: LocalApicUnit;
  readonly config: L0Config;
  readonly record: RecordSink;
  arch: VcpuArch;
  vmx: VcpuVmx;
  nested: NestedVmx;
}
