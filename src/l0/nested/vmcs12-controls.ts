/**
 * Questions about the controls L1 has set in vmcs12, with KVM's names (nested.h). Each one a line, no effects.
 */
import { entry_controls, exit_controls, pin, primary, secondary } from '../control-masks';
import type { Vmcs12 } from './vmcs12';

/** KVM: nested_cpu_has: a primary processor-based control. */
export function nested_cpu_has(vmcs12: Vmcs12, mask: number): boolean {
  return (vmcs12.CPU_BASED_VM_EXEC_CONTROL & mask) !== 0;
}

/** KVM: nested_cpu_has2: a secondary control, only when the secondary controls are activated. */
export function nested_cpu_has2(vmcs12: Vmcs12, mask: number): boolean {
  const activated = (vmcs12.CPU_BASED_VM_EXEC_CONTROL & primary.ACTIVATE_SECONDARY_CONTROLS) !== 0;
  return activated && (vmcs12.SECONDARY_VM_EXEC_CONTROL & mask) !== 0;
}

export function nested_cpu_has_pin(vmcs12: Vmcs12, mask: number): boolean {
  return (vmcs12.PIN_BASED_VM_EXEC_CONTROL & mask) !== 0;
}

export function nested_cpu_has_ept(vmcs12: Vmcs12): boolean {
  return nested_cpu_has2(vmcs12, secondary.ENABLE_EPT);
}

export function nested_cpu_has_vpid(vmcs12: Vmcs12): boolean {
  return nested_cpu_has2(vmcs12, secondary.ENABLE_VPID);
}

export function nested_cpu_has_preemption_timer(vmcs12: Vmcs12): boolean {
  return nested_cpu_has_pin(vmcs12, pin.ACTIVATE_VMX_PREEMPTION_TIMER);
}

export function nested_cpu_has_posted_intr(vmcs12: Vmcs12): boolean {
  return nested_cpu_has_pin(vmcs12, pin.PROCESS_POSTED_INTERRUPTS);
}

/** KVM: nested_exit_on_intr. */
export function nested_exit_on_intr(vmcs12: Vmcs12): boolean {
  return nested_cpu_has_pin(vmcs12, pin.EXTERNAL_INTERRUPT_EXITING);
}

/** KVM: nested_exit_on_nmi. */
export function nested_exit_on_nmi(vmcs12: Vmcs12): boolean {
  return nested_cpu_has_pin(vmcs12, pin.NMI_EXITING);
}

export function nested_exit_has(vmcs12: Vmcs12, mask: number): boolean {
  return (vmcs12.VM_EXIT_CONTROLS & mask) !== 0;
}

export function nested_entry_has(vmcs12: Vmcs12, mask: number): boolean {
  return (vmcs12.VM_ENTRY_CONTROLS & mask) !== 0;
}

/** KVM: nested_exit_intr_ack_set. */
export function nested_exit_intr_ack_set(vmcs12: Vmcs12): boolean {
  return nested_exit_has(vmcs12, exit_controls.VM_EXIT_ACKNOWLEDGE_INTERRUPT_ON_EXIT);
}

/** L2 is to run in IA-32e mode. */
export function nested_ia32e_guest(vmcs12: Vmcs12): boolean {
  return nested_entry_has(vmcs12, entry_controls.VM_ENTRY_IA32E_MODE_GUEST);
}
