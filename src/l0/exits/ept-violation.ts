/**
 * EPT violations. Of L1: a hole of ept01, so a device or nothing, and the instruction is emulated. Of L2:
 * ept02 lacks the page; the walk of ept12 decides between repairing, reflecting and emulating. SDM 27.2.1,
 * 28.2.3; KVM: handle_ept_violation.
 */
import { vmx_set_nmi_mask } from '../event-injection';
import { gpa_to_hpa } from '../host-memory';
import { INTR_INFO_VALID } from '../interruption-words';
import { nested_ept_page_fault } from '../nested/shadow-ept';
import { get_vmcs12 } from '../nested/current-vmcs12';
import { nested_cpu_has_ept } from '../nested/vmcs12-controls';
import { ept_qualification } from '../qualification-bits';
import type { Vcpu } from '../vcpu';
import { x86_emulate_instruction } from './emulate';

/** IRET had unblocked NMIs when it faulted. */
const NMI_UNBLOCKING = ept_qualification.NMI_UNBLOCKING;
/** The access was an instruction fetch. */
const FETCH = ept_qualification.FETCH;

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

/** KVM: handle_ept_violation. */
export function handle_ept_violation(vcpu: Vcpu): string | undefined {
  const exit_qualification = vcpu.cpu.vmread('EXIT_QUALIFICATION');
  const idt_vectoring_valid = (vcpu.vmx.idt_vectoring_info & INTR_INFO_VALID) !== 0;
  if (!idt_vectoring_valid && (exit_qualification & NMI_UNBLOCKING) !== 0n) vmx_set_nmi_mask(vcpu, true);
  const gpa = vcpu.cpu.vmread('GUEST_PHYSICAL_ADDRESS');
  if (vcpu.arch.guest_mode && nested_cpu_has_ept(get_vmcs12(vcpu))) {
    const fault = nested_ept_page_fault(vcpu, gpa, exit_qualification);
    switch (fault.kind) {
      case 'mapped':
        vcpu.vmx.handled = `ept02: L2 gpa ${hex(gpa)} -> L1 gpa ${hex(fault.l1_gpa)}`;
        return undefined;
      case 'reflected':
        return undefined;
      case 'mmio':
        if (exit_qualification & FETCH) return `instruction fetch outside RAM, at L2 gpa ${hex(gpa)}`;
        vcpu.vmx.handled = `device of L1 at L2 gpa ${hex(gpa)}`;
        return x86_emulate_instruction(vcpu);
      case 'out-of-memory':
        return 'ept02 larger than the host memory of L0';
    }
  }
  if (exit_qualification & FETCH) return `instruction fetch outside RAM, at gpa ${hex(gpa)}`;
  if (gpa_to_hpa(vcpu, gpa) !== undefined) return `EPT violation on RAM of L1 at gpa ${hex(gpa)}`;
  vcpu.vmx.handled = `device at gpa ${hex(gpa)}`;
  return x86_emulate_instruction(vcpu);
}

/** KVM: handle_ept_misconfig. L0's own tables are never misconfigured. */
export function handle_ept_misconfig(vcpu: Vcpu): string {
  const gpa = vcpu.cpu.vmread('GUEST_PHYSICAL_ADDRESS');
  return `EPT misconfiguration in a table of L0 at gpa ${hex(gpa)}`;
}
