/**
 * Between queues and entry fields: writes queued events into the VM-entry interruption fields, takes them
 * back after an exit that cut a delivery short, and asks for interrupt and NMI windows. SDM 24.8.3, 26.5,
 * 27.2.3; KVM: vmx.c.
 */
import { primary } from './control-masks';
import {
  kvm_clear_exception_queue,
  kvm_clear_interrupt_queue,
  kvm_exception_is_soft,
  kvm_queue_interrupt,
  kvm_requeue_exception,
} from './event-queues';
import {
  ACTIVITY,
  BLOCKED_BY_MOV_SS,
  BLOCKED_BY_NMI,
  BLOCKED_BY_STI,
  INTR_INFO_ERROR_CODE,
  INTR_INFO_TYPE,
  INTR_INFO_UNBLOCK_NMI,
  INTR_INFO_VALID,
  INTR_INFO_VECTOR,
  INTR_TYPE,
} from './interruption-words';
import { get_vmcs12 } from './nested/current-vmcs12';
import { nested_exit_on_intr, nested_exit_on_nmi } from './nested/vmcs12-controls';
import type { InjectionRecord, RequeuedRecord } from './records';
import { rflags, vectors } from './register-bits';
import { is_protmode } from './registers';
import type { Vcpu } from './vcpu';

/** Writes the entry fields and says so. */
function write_entry_event(
  vcpu: Vcpu,
  info: number,
  error_code: number,
  instruction_length: number,
  source: InjectionRecord['source'],
): void {
  vcpu.cpu.vmwrite('VM_ENTRY_INTR_INFO_FIELD', info);
  if (info & INTR_INFO_ERROR_CODE) vcpu.cpu.vmwrite('VM_ENTRY_EXCEPTION_ERROR_CODE', error_code);
  if (instruction_length > 0) vcpu.cpu.vmwrite('VM_ENTRY_INSTRUCTION_LEN', instruction_length);
  // KVM: vmx_clear_hlt: a delivered event wakes a halted guest.
  if (vcpu.cpu.vmread('GUEST_ACTIVITY_STATE') === ACTIVITY.HLT)
    vcpu.cpu.vmwrite('GUEST_ACTIVITY_STATE', ACTIVITY.ACTIVE);
  vcpu.record({
    kind: 'injection',
    count: Number(vcpu.cpu.retired),
    level: vcpu.arch.guest_mode ? 'L2' : 'L1',
    interruption: info >>> 0,
    interruptionError: error_code,
    instructionLength: instruction_length,
    source,
  });
}

/** KVM: vmx_inject_exception. */
export function vmx_inject_exception(vcpu: Vcpu, source: 'exception' | 'reinjection'): void {
  const exception = vcpu.arch.exception;
  let info = (exception.vector | INTR_INFO_VALID) >>> 0;
  let error_code = 0;
  let instruction_length = 0;
  // Outside protected mode no exception pushes an error code.
  if (exception.has_error_code && is_protmode(vcpu)) {
    error_code = exception.error_code & 0xffff;
    info |= INTR_INFO_ERROR_CODE;
  }
  if (kvm_exception_is_soft(exception.vector)) {
    instruction_length = vcpu.arch.event_exit_inst_len;
    info |= INTR_TYPE.SOFT_EXCEPTION;
  } else info |= INTR_TYPE.HARD_EXCEPTION;
  write_entry_event(vcpu, info >>> 0, error_code, instruction_length, source);
}

/** KVM: vmx_inject_irq. */
export function vmx_inject_irq(vcpu: Vcpu, reinjected: boolean): void {
  const interrupt = vcpu.arch.interrupt;
  const type = interrupt.soft ? INTR_TYPE.SOFT_INTERRUPT : INTR_TYPE.EXTERNAL;
  const instruction_length = interrupt.soft ? vcpu.arch.event_exit_inst_len : 0;
  const info = (interrupt.nr | type | INTR_INFO_VALID) >>> 0;
  write_entry_event(vcpu, info, 0, instruction_length, reinjected ? 'reinjection' : 'apic');
}

/** KVM: vmx_inject_nmi. */
export function vmx_inject_nmi(vcpu: Vcpu, reinjected: boolean): void {
  const info = (vectors.NMI | INTR_TYPE.NMI | INTR_INFO_VALID) >>> 0;
  write_entry_event(vcpu, info, 0, 0, reinjected ? 'reinjection' : 'nmi');
}

/** KVM: vmx_get_nmi_mask and vmx_set_nmi_mask: blocking by NMI of the guest that is loaded. */
export function vmx_get_nmi_mask(vcpu: Vcpu): boolean {
  return (vcpu.cpu.vmread('GUEST_INTERRUPTIBILITY_INFO') & BLOCKED_BY_NMI) !== 0;
}

export function vmx_set_nmi_mask(vcpu: Vcpu, masked: boolean): void {
  const interruptibility = vcpu.cpu.vmread('GUEST_INTERRUPTIBILITY_INFO');
  const changed = masked ? interruptibility | BLOCKED_BY_NMI : interruptibility & ~BLOCKED_BY_NMI;
  vcpu.cpu.vmwrite('GUEST_INTERRUPTIBILITY_INFO', changed);
}

/** KVM: vmx_nmi_blocked. An NMI that L1 takes as an exit is never blocked by L2's state. */
export function vmx_nmi_blocked(vcpu: Vcpu): boolean {
  if (vcpu.arch.guest_mode && nested_exit_on_nmi(get_vmcs12(vcpu))) return false;
  const blocking = BLOCKED_BY_MOV_SS | BLOCKED_BY_STI | BLOCKED_BY_NMI;
  return (vcpu.cpu.vmread('GUEST_INTERRUPTIBILITY_INFO') & blocking) !== 0;
}

/** KVM: __vmx_interrupt_blocked: by IF or a shadow of the guest whose state is loaded. */
export function __vmx_interrupt_blocked(vcpu: Vcpu): boolean {
  if ((vcpu.cpu.vmread('GUEST_RFLAGS') & rflags.IF) === 0n) return true;
  return (vcpu.cpu.vmread('GUEST_INTERRUPTIBILITY_INFO') & (BLOCKED_BY_STI | BLOCKED_BY_MOV_SS)) !== 0;
}

/** KVM: vmx_interrupt_blocked. */
export function vmx_interrupt_blocked(vcpu: Vcpu): boolean {
  if (vcpu.arch.guest_mode && nested_exit_on_intr(get_vmcs12(vcpu))) return false;
  return __vmx_interrupt_blocked(vcpu);
}

/** KVM: vmx_nmi_allowed for injection. */
export function vmx_nmi_allowed(vcpu: Vcpu): boolean {
  if (vcpu.nested.nested_run_pending) return false;
  if (vcpu.arch.guest_mode && nested_exit_on_nmi(get_vmcs12(vcpu))) return false;
  return !vmx_nmi_blocked(vcpu);
}

/** KVM: vmx_interrupt_allowed for injection. */
export function vmx_interrupt_allowed(vcpu: Vcpu): boolean {
  if (vcpu.nested.nested_run_pending) return false;
  if (vcpu.arch.guest_mode && nested_exit_on_intr(get_vmcs12(vcpu))) return false;
  return !vmx_interrupt_blocked(vcpu);
}

/** KVM: vmx_enable_irq_window: exit as soon as the guest can take an interrupt. */
export function vmx_enable_irq_window(vcpu: Vcpu): void {
  const controls = vcpu.cpu.vmread('CPU_BASED_VM_EXEC_CONTROL');
  vcpu.cpu.vmwrite('CPU_BASED_VM_EXEC_CONTROL', controls | primary.INTERRUPT_WINDOW_EXITING);
}

/** KVM: vmx_enable_nmi_window. */
export function vmx_enable_nmi_window(vcpu: Vcpu): void {
  const controls = vcpu.cpu.vmread('CPU_BASED_VM_EXEC_CONTROL');
  // Blocked by STI only: the NMI window would not open while that lasts, an interrupt window does.
  const window =
    vcpu.cpu.vmread('GUEST_INTERRUPTIBILITY_INFO') & BLOCKED_BY_STI
      ? primary.INTERRUPT_WINDOW_EXITING
      : primary.NMI_WINDOW_EXITING;
  vcpu.cpu.vmwrite('CPU_BASED_VM_EXEC_CONTROL', controls | window);
}

/**
 * KVM: vmx_recover_nmi_blocking. IRET unblocked NMIs and then faulted: it will run again, so block them
 * again.
 */
export function vmx_recover_nmi_blocking(vcpu: Vcpu): void {
  const exit_intr_info = vcpu.cpu.vmread('VM_EXIT_INTR_INFO');
  const idt_vectoring_valid = (vcpu.vmx.idt_vectoring_info & INTR_INFO_VALID) !== 0;
  const valid = (exit_intr_info & INTR_INFO_VALID) !== 0;
  const unblock_nmi = (exit_intr_info & INTR_INFO_UNBLOCK_NMI) !== 0;
  const double_fault = (exit_intr_info & INTR_INFO_VECTOR) === vectors.DF;
  if (valid && unblock_nmi && !double_fault && !idt_vectoring_valid) vmx_set_nmi_mask(vcpu, true);
}

/**
 * KVM: __vmx_complete_interrupts. Empties the queues and puts back the event that `info` describes.
 * @param info IDT-vectoring information, or the entry field of an injection that is cancelled
 */
function complete_interrupts(vcpu: Vcpu, info: number, error_code: number, instruction_length: number): void {
  vcpu.arch.nmi_injected = false;
  kvm_clear_exception_queue(vcpu);
  kvm_clear_interrupt_queue(vcpu);
  if ((info & INTR_INFO_VALID) === 0) return;
  const vector = info & INTR_INFO_VECTOR;
  const type = info & INTR_INFO_TYPE;
  const error = info & INTR_INFO_ERROR_CODE ? error_code : undefined;
  const soft = type === INTR_TYPE.SOFT_EXCEPTION || type === INTR_TYPE.SOFT_INTERRUPT;
  if (soft) vcpu.arch.event_exit_inst_len = instruction_length;
  if (type === INTR_TYPE.NMI) {
    vcpu.arch.nmi_injected = true;
    // Blocking by NMI began with the delivery that did not happen.
    vmx_set_nmi_mask(vcpu, false);
  }
  if (type === INTR_TYPE.HARD_EXCEPTION || type === INTR_TYPE.SOFT_EXCEPTION)
    kvm_requeue_exception(vcpu, vector, error);
  if (type === INTR_TYPE.EXTERNAL || type === INTR_TYPE.SOFT_INTERRUPT)
    kvm_queue_interrupt(vcpu, vector, type === INTR_TYPE.SOFT_INTERRUPT);
}

/** Says which event went back into its queue, if one did. */
function record_requeued(vcpu: Vcpu, info: number, error: number, cause: RequeuedRecord['cause']): void {
  if ((info & INTR_INFO_VALID) === 0) return;
  const level = vcpu.arch.guest_mode ? 'L2' : 'L1';
  vcpu.record({
    kind: 'requeued',
    count: Number(vcpu.cpu.retired),
    level,
    vectoring: info >>> 0,
    error,
    cause,
  });
}

/** KVM: vmx_complete_interrupts, after every exit. */
export function vmx_complete_interrupts(vcpu: Vcpu): void {
  const info = vcpu.vmx.idt_vectoring_info;
  const error_code = vcpu.cpu.vmread('IDT_VECTORING_ERROR_CODE');
  const instruction_length = vcpu.cpu.vmread('VM_EXIT_INSTRUCTION_LEN');
  complete_interrupts(vcpu, info, error_code, instruction_length);
  record_requeued(vcpu, info, error_code, 'idt-vectoring');
}

/** KVM: vmx_cancel_injection: the entry will not happen, its event goes back to the queue. */
export function vmx_cancel_injection(vcpu: Vcpu): void {
  const info = vcpu.cpu.vmread('VM_ENTRY_INTR_INFO_FIELD');
  const error_code = vcpu.cpu.vmread('VM_ENTRY_EXCEPTION_ERROR_CODE');
  const instruction_length = vcpu.cpu.vmread('VM_ENTRY_INSTRUCTION_LEN');
  complete_interrupts(vcpu, info, error_code, instruction_length);
  vcpu.cpu.vmwrite('VM_ENTRY_INTR_INFO_FIELD', 0);
  record_requeued(vcpu, info, error_code, 'cancelled-injection');
}
