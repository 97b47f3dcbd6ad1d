/**
 * L0's run loop, in the two halves the machine calls: everything before an entry (KVM: vcpu_enter_guest up
 * to vcpu_run), everything after an exit (the end of vmx_vcpu_run, vmx_handle_exit). Between them the chip
 * runs L1 or L2.
 */
import { State } from '../abi/state-block';
import { exitReasonByNumber, type ExitReasonName } from '../isa/exit-reasons';
import { primary } from './control-masks';
import {
  vmx_cancel_injection,
  vmx_complete_interrupts,
  vmx_interrupt_blocked,
  vmx_nmi_blocked,
  vmx_recover_nmi_blocking,
} from './event-injection';
import { kvm_check_and_inject_events } from './event-check';
import { kvm_vmx_exit_handlers, type ExitHandler } from './exits/exit-handlers';
import { INTR_INFO_VALID } from './interruption-words';
import { vmx_check_nested_events } from './nested/events';
import { nested_vmx_triple_fault } from './nested/leave';
import { nested_virtual_interrupt_waits } from './nested/posted-interrupts';
import { vmx_check_preemption_timer } from './nested/preemption-timer';
import { nested_vmx_reflect_vmexit } from './nested/reflect';
import { get_vmcs12 } from './nested/current-vmcs12';
import { nested_cpu_has_preemption_timer, nested_exit_on_intr } from './nested/vmcs12-controls';
import { FAILED_VMENTRY, vmx_errors } from './register-bits';
import type { EntryResult, HandleResult } from './run-results';
import { host_tsc } from './time';
import type { Vcpu } from './vcpu';
import { init_signal_blocked, kvm_apic_accept_events } from './vcpu-reset';

/**
 * Exit reasons during which an event may have been on its way (KVM: the exceptions to
 * KVM_INTERNAL_ERROR_DELIVERY_EV).
 */
const may_interrupt_delivery: readonly ExitReasonName[] = [
  'EXCEPTION_NMI',
  'EPT_VIOLATION',
  'PML_FULL',
  'APIC_ACCESS',
  'TASK_SWITCH',
  'NOTIFY',
  'EPT_MISCONFIG',
];

function level_of(vcpu: Vcpu): 'L1' | 'L2' {
  return vcpu.arch.guest_mode ? 'L2' : 'L1';
}

/** A gap of ours, at the guest's RIP. */
function unimplemented(vcpu: Vcpu, what: string): Extract<HandleResult, { kind: 'unimplemented' }> {
  return { kind: 'unimplemented', what, rip: vcpu.cpu.vmread('GUEST_RIP'), level: level_of(vcpu) };
}

/** An INIT that is not blocked, or a start-up IPI, waits to be taken. */
function init_or_sipi_due(vcpu: Vcpu): boolean {
  return (vcpu.arch.init_pending && !init_signal_blocked(vcpu)) || vcpu.arch.sipi_pending >= 0;
}

/** KVM: kvm_vcpu_has_events: something that ends a halt. */
function kvm_vcpu_has_events(vcpu: Vcpu): boolean {
  if (init_or_sipi_due(vcpu)) return true;
  if (vcpu.arch.mp_state === 'init-received') return false;
  if (vcpu.arch.exception.pending || vcpu.arch.exception_vmexit.pending) return true;
  if (vcpu.arch.nmi_pending > 0 && !vmx_nmi_blocked(vcpu)) return true;
  if (vcpu.apic.interruptRequested() && !vmx_interrupt_blocked(vcpu)) return true;
  if (!vcpu.arch.guest_mode) return false;
  const timer = nested_cpu_has_preemption_timer(get_vmcs12(vcpu)) && vcpu.nested.preemption_timer_expired;
  return timer || vcpu.nested.mtf_pending || nested_virtual_interrupt_waits(vcpu);
}

/**
 * Tick at which L0's own timer will be due; undefined when it is not armed, or due already (then the
 * interrupt line is up). The machine must not run the chip past it.
 */
export function host_timer_deadline(vcpu: Vcpu): number | undefined {
  const fires_at = vcpu.nested.preemption_timer_fires_at;
  const is_ahead = fires_at >= 0 && fires_at > Number(host_tsc(vcpu));
  return is_ahead ? fires_at : undefined;
}

/**
 * Should the host's interrupt line be up now, so that the running guest exits to L0 (or a halted one
 * wakes)? True while something waits that L0 can act on and for which it has asked for no window. KVM:
 * kvm_vcpu_kick.
 */
export function wants_host_interrupt(vcpu: Vcpu): boolean {
  const fires_at = vcpu.nested.preemption_timer_fires_at;
  if (fires_at >= 0 && Number(host_tsc(vcpu)) >= fires_at) return true;
  if (vcpu.arch.mp_state !== 'runnable') return kvm_vcpu_has_events(vcpu);
  if (vcpu.vmx.req_immediate_exit || init_or_sipi_due(vcpu)) return true;
  const controls = vcpu.cpu.vmread('CPU_BASED_VM_EXEC_CONTROL');
  const windows = primary.INTERRUPT_WINDOW_EXITING | primary.NMI_WINDOW_EXITING;
  if (vcpu.arch.nmi_pending > 0 && (controls & windows) === 0) return true;
  if (!vcpu.apic.interruptRequested()) return false;
  if (vcpu.arch.guest_mode && nested_exit_on_intr(get_vmcs12(vcpu))) return true;
  return (controls & primary.INTERRUPT_WINDOW_EXITING) === 0;
}

/**
 * An NMI arrived for L1. At most two wait, one for now and one latched behind it; only one while another is being injected or
 * handled. KVM: process_nmi.
 */
export function request_nmi(vcpu: Vcpu): void {
  const limit = vmx_nmi_blocked(vcpu) || vcpu.arch.nmi_injected ? 1 : 2;
  vcpu.arch.nmi_pending = Math.min(vcpu.arch.nmi_pending + 1, limit);
}

export function request_init(vcpu: Vcpu): void {
  vcpu.arch.init_pending = true;
}

/** A start-up IPI arrived with this vector. One that nothing waits for, now or after the INIT before it, is taken and lost. */
export function request_sipi(vcpu: Vcpu, vector: number): void {
  vcpu.arch.sipi_pending = vector & 0xff;
}

/** Says what is about to be entered. */
function record_entry(vcpu: Vcpu): void {
  const cpu = vcpu.cpu;
  vcpu.record({
    kind: 'entry',
    count: Number(cpu.retired),
    level: level_of(vcpu),
    vmcs: vcpu.vmx.loaded_vmcs.name,
    rip: cpu.vmread('GUEST_RIP'),
    interruption: cpu.vmread('VM_ENTRY_INTR_INFO_FIELD'),
    interruptionError: cpu.vmread('VM_ENTRY_EXCEPTION_ERROR_CODE'),
    instructionLength: cpu.vmread('VM_ENTRY_INSTRUCTION_LEN'),
  });
}

/** The guest can go no further: L1 ends the machine, L2 ends in an exit to L1. */
function service_triple_fault(vcpu: Vcpu): EntryResult {
  const reason = vcpu.arch.triple_fault_requested;
  if (vcpu.arch.guest_mode) {
    nested_vmx_triple_fault(vcpu);
    return { kind: 'again' };
  }
  vcpu.record({
    kind: 'shutdown',
    count: Number(vcpu.cpu.retired),
    level: 'L1',
    text: reason,
    abort: vcpu.arch.abort_indicator,
    ...(vcpu.arch.abort_entry && { refused: vcpu.arch.abort_entry }),
  });
  return {
    kind: 'shutdown',
    reason: `L1: ${reason}`,
    abort: vcpu.arch.abort_indicator,
    ...(vcpu.arch.abort_entry && { refused: vcpu.arch.abort_entry }),
  };
}

/** KVM: the part of vcpu_run that blocks a vCPU which is not runnable. True: it stays halted. */
function vcpu_block(vcpu: Vcpu): boolean {
  if (vcpu.arch.mp_state === 'runnable') return false;
  if (!kvm_vcpu_has_events(vcpu)) {
    vcpu.record({ kind: 'halt', count: Number(vcpu.cpu.retired), level: level_of(vcpu) });
    return true;
  }
  // Before the halt ends, so that vmcs12 shows that L2 was halted.
  if (vcpu.arch.guest_mode) vmx_check_nested_events(vcpu);
  if (vcpu.arch.mp_state === 'halted') vcpu.arch.mp_state = 'runnable';
  return false;
}

/** KVM: vmx_vcpu_run up to the entry itself. */
function vmx_vcpu_run(vcpu: Vcpu): EntryResult {
  record_entry(vcpu);
  if (vcpu.vmx.req_immediate_exit) vcpu.cpu.set32(State.INTR, 1);
  const outcome = vcpu.cpu.enter(!vcpu.vmx.loaded_vmcs.launched);
  if (outcome.kind === 'entered') return { kind: 'entered', level: level_of(vcpu) };
  // The entry failed: the guest has not run, and L0 handles it like an exit.
  vcpu.vmx.fail = outcome.kind === 'vmfail';
  const what =
    outcome.kind === 'vmfail'
      ? `the chip refuses ${vcpu.vmx.loaded_vmcs.name} with VM-instruction error ${outcome.error}`
      : '';
  if (vcpu.vmx.fail && (!vcpu.arch.guest_mode || outcome.kind !== 'vmfail')) return unimplemented(vcpu, what);
  if (outcome.kind === 'vmfail') {
    record_hardware_failure(vcpu, outcome.error, 0, 0n, what);
    vcpu.nested.nested_run_pending = false;
    if (outcome.error !== vmx_errors.ENTRY_INVALID_CONTROL_FIELD) return unimplemented(vcpu, what);
    vmx_cancel_injection(vcpu);
    nested_vmx_reflect_vmexit(vcpu);
    return { kind: 'again' };
  }
  const handled = vmx_handle_exit(vcpu);
  return handled.kind === 'resume' ? { kind: 'again' } : handled;
}

/** A check that L0 left to the chip failed on vmcs02. */
function record_hardware_failure(
  vcpu: Vcpu,
  error: number,
  reason: number,
  qualification: bigint,
  text: string,
): void {
  vcpu.record({
    kind: 'entry-failure',
    count: Number(vcpu.cpu.retired),
    level: 'L1',
    vmcs12: vcpu.nested.current_vmptr,
    error,
    reasonWord: reason,
    qualification,
    foundBy: 'hardware',
    rule: { id: 'check.hardware', text },
  });
}

/**
 * KVM: vcpu_enter_guest. Requests, nested events, injection, then the entry.
 */
export function vcpu_enter_guest(vcpu: Vcpu): EntryResult {
  if (vcpu.arch.triple_fault_requested !== '') return service_triple_fault(vcpu);
  vmx_check_preemption_timer(vcpu);
  if (vcpu_block(vcpu)) return { kind: 'halted' };
  kvm_apic_accept_events(vcpu);
  if (vcpu.arch.mp_state !== 'runnable') return { kind: 'again' };
  vcpu.vmx.req_immediate_exit = kvm_check_and_inject_events(vcpu);
  if (vcpu.arch.triple_fault_requested !== '') return { kind: 'again' };
  return vmx_vcpu_run(vcpu);
}

/** Says which exit the chip made. */
function record_exit(vcpu: Vcpu, reason: ExitReasonName): void {
  const cpu = vcpu.cpu;
  vcpu.record({
    kind: 'exit',
    count: Number(cpu.retired),
    level: level_of(vcpu),
    vmcs: vcpu.vmx.loaded_vmcs.name,
    reason,
    reasonWord: vcpu.vmx.exit_reason,
    qualification: cpu.vmread('EXIT_QUALIFICATION'),
    rip: cpu.vmread('GUEST_RIP'),
    instructionLength: cpu.vmread('VM_EXIT_INSTRUCTION_LEN'),
    interruption: cpu.vmread('VM_EXIT_INTR_INFO'),
    interruptionError: cpu.vmread('VM_EXIT_INTR_ERROR_CODE'),
    idtVectoring: vcpu.vmx.idt_vectoring_info,
    idtVectoringError: cpu.vmread('IDT_VECTORING_ERROR_CODE'),
    guestPhysical: cpu.vmread('GUEST_PHYSICAL_ADDRESS'),
    guestLinear: cpu.vmread('GUEST_LINEAR_ADDRESS'),
  });
}

/** KVM: the end of vmx_vcpu_run: what the exit means for events in flight. */
function vmx_vcpu_run_end(vcpu: Vcpu): void {
  const failed_entry = (vcpu.vmx.exit_reason & FAILED_VMENTRY) !== 0;
  vcpu.nested.nested_run_pending = false;
  vcpu.vmx.req_immediate_exit = false;
  vcpu.cpu.set32(State.INTR, 0);
  if (failed_entry) {
    vcpu.vmx.idt_vectoring_info = 0;
    return;
  }
  vcpu.vmx.idt_vectoring_info = vcpu.cpu.vmread('IDT_VECTORING_INFO_FIELD');
  vcpu.vmx.loaded_vmcs.launched = true;
  vmx_recover_nmi_blocking(vcpu);
  vmx_complete_interrupts(vcpu);
}

/**
 * KVM: vmx_handle_exit. Call it when the chip has stopped with a VM exit.
 */
export function vmx_handle_exit(vcpu: Vcpu): HandleResult {
  vcpu.vmx.exit_reason = vcpu.cpu.vmread('VM_EXIT_REASON');
  const exit_reason = vcpu.vmx.exit_reason;
  const failed_entry = (exit_reason & FAILED_VMENTRY) !== 0;
  const reason = exitReasonByNumber.get(exit_reason & 0xffff)?.name;
  if (reason === undefined) return unimplemented(vcpu, `exit reason ${exit_reason & 0xffff}`);
  vmx_vcpu_run_end(vcpu);
  record_exit(vcpu, reason);
  if (failed_entry && vcpu.arch.guest_mode) {
    const qualification = vcpu.cpu.vmread('EXIT_QUALIFICATION');
    record_hardware_failure(
      vcpu,
      0,
      exit_reason,
      qualification,
      'a check of the guest state that L0 leaves to the chip',
    );
  }
  if (vcpu.arch.guest_mode && nested_vmx_reflect_vmexit(vcpu)) return { kind: 'resume' };
  if (failed_entry) return unimplemented(vcpu, `the chip refuses the state of ${vcpu.vmx.loaded_vmcs.name}`);
  const delivering = (vcpu.vmx.idt_vectoring_info & INTR_INFO_VALID) !== 0;
  if (delivering && !may_interrupt_delivery.includes(reason))
    return unimplemented(vcpu, `exit ${reason} during the delivery of an event`);

  const handler: ExitHandler | undefined = kvm_vmx_exit_handlers[reason];
  if (!handler) return unimplemented(vcpu, `exit ${reason}`);
  vcpu.vmx.handled = '';
  const level = level_of(vcpu);
  const gap = handler(vcpu);
  if (typeof gap === 'string') return unimplemented(vcpu, gap);
  if (vcpu.vmx.handled !== '')
    vcpu.record({ kind: 'handled', count: Number(vcpu.cpu.retired), level, reason, text: vcpu.vmx.handled });
  return { kind: 'resume' };
}
