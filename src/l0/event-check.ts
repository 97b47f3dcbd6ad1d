/**
 * Before every entry: which event goes into the guest next. Order as KVM's kvm_check_and_inject_events:
 * what ends L2 first, then what must be delivered again, then exceptions, NMI, interrupts, and a window for
 * whatever has to wait.
 */
import { exceptionByVector } from '../isa/exceptions';
import {
  vmx_enable_irq_window,
  vmx_enable_nmi_window,
  vmx_inject_exception,
  vmx_inject_irq,
  vmx_inject_nmi,
  vmx_interrupt_allowed,
  vmx_nmi_allowed,
} from './event-injection';
import { kvm_deliver_exception_payload, kvm_queue_interrupt } from './event-queues';
import { vmx_check_nested_events } from './nested/events';
import { get_vmcs12 } from './nested/current-vmcs12';
import {
  nested_cpu_has_preemption_timer,
  nested_exit_on_intr,
  nested_exit_on_nmi,
} from './nested/vmcs12-controls';
import { rflags, vectors } from './register-bits';
import type { Vcpu } from './vcpu';

/** Writes the event whose delivery must be repeated. True when there was one. */
function reinject(vcpu: Vcpu): boolean {
  if (vcpu.arch.exception.injected) {
    vmx_inject_exception(vcpu, 'reinjection');
    return true;
  }
  if (vcpu.arch.exception.pending) return false;
  if (vcpu.arch.nmi_injected) {
    vmx_inject_nmi(vcpu, true);
    return true;
  }
  if (vcpu.arch.interrupt.injected) {
    vmx_inject_irq(vcpu, true);
    return true;
  }
  return false;
}

/** An exception L0 raised goes into the guest. */
function inject_pending_exception(vcpu: Vcpu): void {
  const exception = vcpu.arch.exception;
  const is_fault = exceptionByVector.get(exception.vector)?.kind === 'fault';
  // A fault comes back to its instruction: code breakpoints there must not fire again.
  if (is_fault && exception.vector !== vectors.DB)
    vcpu.cpu.vmwrite('GUEST_RFLAGS', vcpu.cpu.vmread('GUEST_RFLAGS') | rflags.RF);
  kvm_deliver_exception_payload(vcpu, exception);
  vmx_inject_exception(vcpu, 'exception');
  exception.pending = false;
  exception.injected = true;
}

/** An NMI for the running guest; returns whether something was injected. */
function inject_nmi_if_possible(vcpu: Vcpu, can_inject: boolean): boolean {
  if (vcpu.arch.nmi_pending === 0) return false;
  let injected = false;
  if (can_inject && vmx_nmi_allowed(vcpu)) {
    vcpu.arch.nmi_pending--;
    vcpu.arch.nmi_injected = true;
    vmx_inject_nmi(vcpu, false);
    injected = true;
  }
  if (vcpu.arch.nmi_pending > 0) {
    const exits_to_l1 = vcpu.arch.guest_mode && nested_exit_on_nmi(get_vmcs12(vcpu));
    if (!exits_to_l1) vmx_enable_nmi_window(vcpu);
  }
  return injected;
}

/** An interrupt for the running guest. */
function inject_interrupt_if_possible(vcpu: Vcpu, can_inject: boolean): void {
  const apic = vcpu.apic;
  if (!apic.interruptRequested()) return;
  if (can_inject && vmx_interrupt_allowed(vcpu)) {
    const vector = apic.acknowledge();
    if (vector >= 0) {
      kvm_queue_interrupt(vcpu, vector, false);
      vmx_inject_irq(vcpu, false);
    }
  }
  const exits_to_l1 = vcpu.arch.guest_mode && nested_exit_on_intr(get_vmcs12(vcpu));
  if (apic.interruptRequested() && !exits_to_l1) vmx_enable_irq_window(vcpu);
}

/**
 * KVM: kvm_check_and_inject_events.
 * @returns true when the entry must end at once, because an event for L1 waits behind it
 */
export function kvm_check_and_inject_events(vcpu: Vcpu): boolean {
  const nested = vcpu.arch.guest_mode ? vmx_check_nested_events(vcpu) : 'none';
  const reinjected = reinject(vcpu);
  if (nested === 'blocked') return true;
  let can_inject = !reinjected && !vcpu.arch.exception.injected;
  if (vcpu.arch.exception.pending) {
    inject_pending_exception(vcpu);
    can_inject = false;
  }
  if (inject_nmi_if_possible(vcpu, can_inject)) can_inject = false;
  inject_interrupt_if_possible(vcpu, can_inject);
  if (!vcpu.arch.guest_mode) return false;
  const timer = nested_cpu_has_preemption_timer(get_vmcs12(vcpu)) && vcpu.nested.preemption_timer_expired;
  return timer || vcpu.nested.mtf_pending;
}
