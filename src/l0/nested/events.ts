/**
 * Events that reach L1 while L2 is the guest: which of them end L2, in the order of the manual's table
 * "Priority Among Concurrent Events", and what holds them back. KVM: vmx_check_nested_events. SDM 6.9,
 * 25.2, 26.7.
 */
import { State } from '../../abi/state-block';
import {
  vmx_get_nmi_mask,
  vmx_interrupt_blocked,
  vmx_nmi_blocked,
  vmx_set_nmi_mask,
} from '../event-injection';
import { kvm_event_needs_reinjection, kvm_exception_is_soft } from '../event-queues';
import {
  INTR_INFO_ERROR_CODE,
  INTR_INFO_UNBLOCK_NMI,
  INTR_INFO_VALID,
  INTR_TYPE,
} from '../interruption-words';
import type { NestedEventRecord } from '../records';
import { dr6, DR6_ACTIVE_LOW, exit_reasons, vectors } from '../register-bits';
import { is_protmode } from '../registers';
import type { QueuedException, Vcpu } from '../vcpu';
import { nested_vmx_vmexit } from './leave';
import { get_vmcs12 } from './current-vmcs12';
import { is_nested_notification, vmx_complete_nested_posted_interrupt } from './posted-interrupts';
import {
  nested_cpu_has_preemption_timer,
  nested_exit_intr_ack_set,
  nested_exit_on_intr,
  nested_exit_on_nmi,
} from './vmcs12-controls';

/**
 * 'blocked': an event waits for the instruction or entry in progress; the caller asks for an immediate
 * exit.
 */
export type NestedEvents = 'none' | 'left-l2' | 'blocked';

/**
 * KVM: vmx_get_pending_dbg_trap: DR6 bits of a single-step or data-breakpoint trap that waits; 0n when none
 * does.
 */
function vmx_get_pending_dbg_trap(exception: QueuedException): bigint {
  if (!exception.pending || exception.vector !== vectors.DB) return 0n;
  return (exception.payload ?? 0n) & ~dr6.BD;
}

/** KVM: vmx_is_low_priority_db_trap: a #DB that ranks below the MTF exit. */
function vmx_is_low_priority_db_trap(exception: QueuedException): boolean {
  return (vmx_get_pending_dbg_trap(exception) & ~dr6.BT) !== 0n;
}

/** KVM: nested_vmx_update_pending_dbg: a trap that has to wait shows in vmcs12. */
function nested_vmx_update_pending_dbg(vcpu: Vcpu): void {
  const pending_dbg = vmx_get_pending_dbg_trap(vcpu.arch.exception);
  if (pending_dbg !== 0n) vcpu.cpu.vmwrite('GUEST_PENDING_DBG_EXCEPTIONS', pending_dbg);
}

function record_event(
  vcpu: Vcpu,
  event: NestedEventRecord['event'],
  decision: NestedEventRecord['decision'],
  text: string,
): void {
  const rule = { id: `event.${event}`, text };
  if (decision === 'exit-to-L1') vcpu.nested.exit_rule = rule;
  vcpu.record({
    kind: 'nested-event',
    count: Number(vcpu.cpu.retired),
    level: 'L2',
    event,
    decision,
    rule,
  });
}

/** Why events wait, in words. */
function blocked_because(vcpu: Vcpu): string {
  if (vcpu.nested.nested_run_pending)
    return "L1's VMLAUNCH or VMRESUME has not reached L2's first instruction";
  return 'an event for L2 must be delivered again first';
}

/** KVM: nested_vmx_inject_exception_vmexit. */
function nested_vmx_inject_exception_vmexit(vcpu: Vcpu): void {
  const exception = vcpu.arch.exception_vmexit;
  const vmcs12 = get_vmcs12(vcpu);
  let intr_info = exception.vector | INTR_INFO_VALID;
  let exit_qualification = 0n;
  if (exception.payload !== undefined) exit_qualification = exception.payload;
  else if (exception.vector === vectors.PF) exit_qualification = vcpu.cpu.get64(State.CR2);
  else if (exception.vector === vectors.DB)
    exit_qualification = (vcpu.cpu.get64(State.DR6) & ~dr6.BT) ^ DR6_ACTIVE_LOW;
  if (exception.has_error_code && is_protmode(vcpu)) {
    vmcs12.VM_EXIT_INTR_ERROR_CODE = exception.error_code & 0xffff;
    intr_info |= INTR_INFO_ERROR_CODE;
  }
  intr_info |= kvm_exception_is_soft(exception.vector) ? INTR_TYPE.SOFT_EXCEPTION : INTR_TYPE.HARD_EXCEPTION;
  const idt_vectoring_valid = (vmcs12.IDT_VECTORING_INFO_FIELD & INTR_INFO_VALID) !== 0;
  if (!idt_vectoring_valid && vmx_get_nmi_mask(vcpu)) intr_info |= INTR_INFO_UNBLOCK_NMI;
  nested_vmx_vmexit(vcpu, exit_reasons.EXCEPTION_NMI, intr_info >>> 0, exit_qualification);
}

/** INIT and start-up IPI. */
function check_init_and_sipi(vcpu: Vcpu, blocked: boolean): NestedEvents {
  if (vcpu.arch.init_pending) {
    if (blocked) return 'blocked';
    nested_vmx_update_pending_dbg(vcpu);
    vcpu.arch.init_pending = false;
    const waits_for_sipi = vcpu.arch.mp_state === 'init-received';
    vcpu.nested.mtf_pending = false;
    if (waits_for_sipi) return 'none';
    record_event(vcpu, 'INIT', 'exit-to-L1', 'INIT always ends L2');
    nested_vmx_vmexit(vcpu, exit_reasons.INIT_SIGNAL, 0, 0n);
    return 'left-l2';
  }
  if (vcpu.arch.sipi_pending >= 0) {
    if (blocked) return 'blocked';
    const vector = vcpu.arch.sipi_pending;
    vcpu.arch.sipi_pending = -1;
    // Outside wait-for-SIPI it is ignored.
    if (vcpu.arch.mp_state !== 'init-received') return 'none';
    record_event(vcpu, 'SIPI', 'exit-to-L1', 'L2 waits for a start-up IPI');
    nested_vmx_vmexit(vcpu, exit_reasons.SIPI_SIGNAL, 0, BigInt(vector));
    return 'left-l2';
  }
  return 'none';
}

/** NMIs and external interrupts for L1. */
function check_nmi_and_interrupt(vcpu: Vcpu, blocked: boolean): NestedEvents {
  const vmcs12 = get_vmcs12(vcpu);
  if (vcpu.arch.nmi_pending > 0 && !vmx_nmi_blocked(vcpu)) {
    if (blocked) {
      record_event(vcpu, 'NMI', 'blocked', blocked_because(vcpu));
      return 'blocked';
    }
    if (!nested_exit_on_nmi(vmcs12)) return 'none';
    record_event(vcpu, 'NMI', 'exit-to-L1', 'vmcs12 NMI_EXITING = 1');
    const intr_info = (vectors.NMI | INTR_TYPE.NMI | INTR_INFO_VALID) >>> 0;
    nested_vmx_vmexit(vcpu, exit_reasons.EXCEPTION_NMI, intr_info, 0n);
    // The exit is the delivery: L1 runs with NMIs blocked.
    vcpu.arch.nmi_pending = 0;
    vmx_set_nmi_mask(vcpu, true);
    return 'left-l2';
  }
  if (vcpu.apic.interruptRequested() && !vmx_interrupt_blocked(vcpu)) {
    if (is_nested_notification(vcpu, vmcs12)) {
      // Delivered through RVI, so an event that is to be delivered again is no obstacle.
      if (vcpu.nested.nested_run_pending) return 'blocked';
      vcpu.apic.acknowledge();
      vcpu.apic.endOfInterrupt();
      record_event(vcpu, 'interrupt', 'posted', "the notification vector of vmcs12's posted interrupts");
      vmx_complete_nested_posted_interrupt(vcpu, vmcs12);
      return 'none';
    }
    if (blocked) {
      record_event(vcpu, 'interrupt', 'blocked', blocked_because(vcpu));
      return 'blocked';
    }
    if (!nested_exit_on_intr(vmcs12)) return 'none';
    record_event(vcpu, 'interrupt', 'exit-to-L1', 'vmcs12 EXTERNAL_INTERRUPT_EXITING = 1');
    if (!nested_exit_intr_ack_set(vmcs12)) {
      nested_vmx_vmexit(vcpu, exit_reasons.EXTERNAL_INTERRUPT, 0, 0n);
      return 'left-l2';
    }
    const vector = vcpu.apic.acknowledge();
    const intr_info = (vector | INTR_TYPE.EXTERNAL | INTR_INFO_VALID) >>> 0;
    nested_vmx_vmexit(vcpu, exit_reasons.EXTERNAL_INTERRUPT, intr_info, 0n);
    return 'left-l2';
  }
  return 'none';
}

/** KVM: vmx_check_nested_events. */
export function vmx_check_nested_events(vcpu: Vcpu): NestedEvents {
  // An exception is held back only until L2 has really been entered; all else also while an event is to be delivered
  // again, because that happens in the middle of an instruction.
  const block_nested_exceptions = vcpu.nested.nested_run_pending;
  const block_nested_events = block_nested_exceptions || kvm_event_needs_reinjection(vcpu);

  const init_or_sipi = check_init_and_sipi(vcpu, block_nested_events);
  if (init_or_sipi !== 'none') return init_or_sipi;

  const for_l1 = vcpu.arch.exception_vmexit;
  const for_l2 = vcpu.arch.exception;
  if (for_l1.pending && !vmx_is_low_priority_db_trap(for_l1)) {
    if (block_nested_exceptions) return 'blocked';
    record_event(vcpu, 'exception', 'exit-to-L1', `vmcs12 intercepts vector ${for_l1.vector}`);
    nested_vmx_inject_exception_vmexit(vcpu);
    return 'left-l2';
  }
  if (for_l2.pending && !vmx_is_low_priority_db_trap(for_l2))
    return block_nested_exceptions ? 'blocked' : 'none';

  if (vcpu.nested.mtf_pending) {
    if (block_nested_events) return 'blocked';
    nested_vmx_update_pending_dbg(vcpu);
    record_event(vcpu, 'MTF', 'exit-to-L1', 'L0 emulated an instruction of L2 under the monitor trap flag');
    nested_vmx_vmexit(vcpu, exit_reasons.MONITOR_TRAP_FLAG, 0, 0n);
    return 'left-l2';
  }
  if (for_l1.pending) {
    if (block_nested_exceptions) return 'blocked';
    record_event(vcpu, 'exception', 'exit-to-L1', `vmcs12 intercepts vector ${for_l1.vector}`);
    nested_vmx_inject_exception_vmexit(vcpu);
    return 'left-l2';
  }
  if (for_l2.pending) return block_nested_exceptions ? 'blocked' : 'none';

  const timer = nested_cpu_has_preemption_timer(get_vmcs12(vcpu)) && vcpu.nested.preemption_timer_expired;
  if (timer) {
    if (block_nested_events) return 'blocked';
    record_event(vcpu, 'preemption-timer', 'exit-to-L1', "L1's preemption timer expired");
    nested_vmx_vmexit(vcpu, exit_reasons.PREEMPTION_TIMER, 0, 0n);
    return 'left-l2';
  }
  return check_nmi_and_interrupt(vcpu, block_nested_events);
}
