/**
 * Exits that are events: exceptions and NMIs, external interrupts of the host, the windows L0 asked for,
 * triple faults. SDM 25.2; KVM: handle_exception_nmi, handle_external_interrupt, handle_interrupt_window,
 * handle_nmi_window, handle_triple_fault.
 */
import { State } from '../../abi/state-block';
import { primary } from '../control-masks';
import { kvm_queue_exception } from '../event-queues';
import { INTR_INFO_ERROR_CODE, INTR_INFO_TYPE, INTR_INFO_VECTOR, INTR_TYPE } from '../interruption-words';
import { vectors } from '../register-bits';
import type { Vcpu } from '../vcpu';

/**
 * KVM: handle_exception_nmi. L0 intercepts no exception of its own, so this is an NMI, or one L1 did not
 * want after all.
 */
export function handle_exception_nmi(vcpu: Vcpu): undefined {
  const intr_info = vcpu.cpu.vmread('VM_EXIT_INTR_INFO');
  if ((intr_info & INTR_INFO_TYPE) === INTR_TYPE.NMI) {
    vcpu.vmx.handled = 'NMI of the host';
    return undefined;
  }
  const vector = intr_info & INTR_INFO_VECTOR;
  const error_code =
    intr_info & INTR_INFO_ERROR_CODE ? vcpu.cpu.vmread('VM_EXIT_INTR_ERROR_CODE') : undefined;
  const has_payload = vector === vectors.PF || vector === vectors.DB;
  const payload = has_payload ? vcpu.cpu.vmread('EXIT_QUALIFICATION') : undefined;
  vcpu.vmx.handled = `exception ${vector} goes to the guest`;
  kvm_queue_exception(vcpu, vector, error_code, payload);
  return undefined;
}

/** KVM: handle_external_interrupt. The host's timer, or the wish to look for events. */
export function handle_external_interrupt(vcpu: Vcpu): undefined {
  vcpu.cpu.set32(State.INTR, 0);
  vcpu.vmx.handled = 'interrupt of the host';
  return undefined;
}

function clear_primary_control(vcpu: Vcpu, mask: number): void {
  const controls = vcpu.cpu.vmread('CPU_BASED_VM_EXEC_CONTROL');
  vcpu.cpu.vmwrite('CPU_BASED_VM_EXEC_CONTROL', controls & ~mask);
}

/** KVM: handle_interrupt_window. */
export function handle_interrupt_window(vcpu: Vcpu): undefined {
  clear_primary_control(vcpu, primary.INTERRUPT_WINDOW_EXITING);
  vcpu.vmx.handled = 'the guest can take interrupts';
  return undefined;
}

/** KVM: handle_nmi_window. */
export function handle_nmi_window(vcpu: Vcpu): undefined {
  clear_primary_control(vcpu, primary.NMI_WINDOW_EXITING);
  vcpu.vmx.handled = 'the guest can take NMIs';
  return undefined;
}

/** KVM: handle_triple_fault. L1 shuts down; a triple fault of L2 has gone to L1. */
export function handle_triple_fault(vcpu: Vcpu): undefined {
  vcpu.arch.triple_fault_requested = 'triple fault';
  return undefined;
}
