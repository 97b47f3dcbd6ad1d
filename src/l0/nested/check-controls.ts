/**
 * The checks of vmcs12's control fields that L0 makes itself, in KVM's order (nested_vmx_check_controls).
 * Those it leaves to the chip on vmcs02 are marked so in isa/entry-checks. SDM 26.2.1.
 */
import { exit_controls, pin, primary, secondary } from '../control-masks';
import { x86_exception_has_error_code } from '../event-queues';
import {
  INTR_INFO_ERROR_CODE,
  INTR_INFO_RESERVED,
  INTR_INFO_TYPE,
  INTR_INFO_VALID,
  INTR_INFO_VECTOR,
  INTR_TYPE,
} from '../interruption-words';
import { cr0 as CR0, eptp_bits, field_of, vectors, WRITE_BACK } from '../register-bits';
import type { Vcpu } from '../vcpu';
import { EPT_CAP, MISC, VM_FUNCTION } from './capability-msrs';
import { EPTP_AD_ENABLE } from './ept12-walk';
import {
  failed,
  is_legal_aligned_gpa,
  is_legal_gpa,
  only_allowed_bits,
  page_address_valid,
  required_bits_set,
  type FailedCheck,
} from './failed-check';
import type { Vmcs12 } from './vmcs12';
import {
  nested_cpu_has,
  nested_cpu_has2,
  nested_cpu_has_ept,
  nested_cpu_has_pin,
  nested_cpu_has_posted_intr,
  nested_cpu_has_preemption_timer,
  nested_cpu_has_vpid,
  nested_exit_has,
  nested_exit_intr_ack_set,
} from './vmcs12-controls';

/** KVM: nested_vmx_check_eptp. The id of the check that fails, or undefined. */
export function nested_vmx_check_eptp(vcpu: Vcpu, eptp: bigint): 'B36' | 'B37' | 'B38' | 'B40' | undefined {
  const caps = vcpu.nested.msrs.ept_caps;
  const memory_type = eptp & eptp_bits.MEMORY_TYPE;
  const uncacheable = memory_type === 0n && (caps & EPT_CAP.UNCACHEABLE) !== 0;
  const write_back = memory_type === WRITE_BACK && (caps & EPT_CAP.WRITE_BACK) !== 0;
  if (!uncacheable && !write_back) return 'B36';
  const walk_length = field_of(eptp, eptp_bits.WALK_LENGTH) + 1;
  if (walk_length !== 4 || (caps & EPT_CAP.PAGE_WALK_4) === 0) return 'B37';
  if (!is_legal_gpa(vcpu, eptp) || ((eptp >> 7n) & 0x1fn) !== 0n) return 'B40';
  if ((eptp & EPTP_AD_ENABLE) !== 0n && (caps & EPT_CAP.ACCESSED_DIRTY) === 0) return 'B38';
  return undefined;
}

/** Reserved and required bits of the execution control words. */
function check_execution_words(vcpu: Vcpu, vmcs12: Vmcs12): FailedCheck | undefined {
  const msrs = vcpu.nested.msrs;
  const pin_word = vmcs12.PIN_BASED_VM_EXEC_CONTROL;
  if (!required_bits_set(pin_word, msrs.pinbased)) return failed(vmcs12, 'B01', 'PIN_BASED_VM_EXEC_CONTROL');
  if (!only_allowed_bits(pin_word, msrs.pinbased)) return failed(vmcs12, 'B02', 'PIN_BASED_VM_EXEC_CONTROL');
  const primary_word = vmcs12.CPU_BASED_VM_EXEC_CONTROL;
  if (!required_bits_set(primary_word, msrs.procbased))
    return failed(vmcs12, 'B03', 'CPU_BASED_VM_EXEC_CONTROL');
  if (!only_allowed_bits(primary_word, msrs.procbased))
    return failed(vmcs12, 'B04', 'CPU_BASED_VM_EXEC_CONTROL');
  if (!nested_cpu_has(vmcs12, primary.ACTIVATE_SECONDARY_CONTROLS)) return undefined;
  const secondary_word = vmcs12.SECONDARY_VM_EXEC_CONTROL;
  if (!required_bits_set(secondary_word, msrs.secondary))
    return failed(vmcs12, 'B05', 'SECONDARY_VM_EXEC_CONTROL');
  if (!only_allowed_bits(secondary_word, msrs.secondary))
    return failed(vmcs12, 'B06', 'SECONDARY_VM_EXEC_CONTROL');
  return undefined;
}

/** Pages whose use a control switches on. */
function check_page_addresses(vcpu: Vcpu, vmcs12: Vmcs12): FailedCheck | undefined {
  if (nested_cpu_has(vmcs12, primary.USE_IO_BITMAPS)) {
    if (!page_address_valid(vcpu, vmcs12.IO_BITMAP_A)) return failed(vmcs12, 'B09', 'IO_BITMAP_A');
    if (!page_address_valid(vcpu, vmcs12.IO_BITMAP_B)) return failed(vmcs12, 'B10', 'IO_BITMAP_B');
  }
  if (nested_cpu_has(vmcs12, primary.USE_MSR_BITMAPS) && !page_address_valid(vcpu, vmcs12.MSR_BITMAP))
    return failed(vmcs12, 'B11', 'MSR_BITMAP');
  if (
    nested_cpu_has(vmcs12, primary.USE_TPR_SHADOW) &&
    !page_address_valid(vcpu, vmcs12.VIRTUAL_APIC_PAGE_ADDR)
  )
    return failed(vmcs12, 'B12', 'VIRTUAL_APIC_PAGE_ADDR');
  const apic_accesses = nested_cpu_has2(vmcs12, secondary.VIRTUALIZE_APIC_ACCESSES);
  if (apic_accesses && !page_address_valid(vcpu, vmcs12.APIC_ACCESS_ADDR))
    return failed(vmcs12, 'B13', 'APIC_ACCESS_ADDR');
  return undefined;
}

/** Posted interrupts, in nested_vmx_check_apicv_controls. */
function check_posted_interrupts(
  vcpu: Vcpu,
  vmcs12: Vmcs12,
  interrupt_delivery: boolean,
): FailedCheck | undefined {
  if (!interrupt_delivery) return failed(vmcs12, 'B30', 'PIN_BASED_VM_EXEC_CONTROL');
  if (!nested_exit_intr_ack_set(vmcs12)) return failed(vmcs12, 'B31', 'VM_EXIT_CONTROLS');
  if (vmcs12.POSTED_INTR_NV > 0xff) return failed(vmcs12, 'B32', 'POSTED_INTR_NV');
  if (vmcs12.POSTED_INTR_DESC_ADDR & 0x3fn) return failed(vmcs12, 'B33', 'POSTED_INTR_DESC_ADDR');
  if (!is_legal_gpa(vcpu, vmcs12.POSTED_INTR_DESC_ADDR))
    return failed(vmcs12, 'B34', 'POSTED_INTR_DESC_ADDR');
  return undefined;
}

/** KVM: nested_vmx_check_apicv_controls. */
function nested_vmx_check_apicv_controls(vcpu: Vcpu, vmcs12: Vmcs12): FailedCheck | undefined {
  const x2apic_mode = nested_cpu_has2(vmcs12, secondary.VIRTUALIZE_X2APIC_MODE);
  const register_virtualization = nested_cpu_has2(vmcs12, secondary.APIC_REGISTER_VIRTUALIZATION);
  const interrupt_delivery = nested_cpu_has2(vmcs12, secondary.VIRTUAL_INTERRUPT_DELIVERY);
  const posted = nested_cpu_has_posted_intr(vmcs12);
  if (!x2apic_mode && !register_virtualization && !interrupt_delivery && !posted) return undefined;
  if (x2apic_mode && nested_cpu_has2(vmcs12, secondary.VIRTUALIZE_APIC_ACCESSES))
    return failed(vmcs12, 'B28', 'SECONDARY_VM_EXEC_CONTROL');
  if (interrupt_delivery && !nested_cpu_has_pin(vmcs12, pin.EXTERNAL_INTERRUPT_EXITING))
    return failed(vmcs12, 'B29', 'PIN_BASED_VM_EXEC_CONTROL');
  const bad_posting = posted ? check_posted_interrupts(vcpu, vmcs12, interrupt_delivery) : undefined;
  if (bad_posting) return bad_posting;
  if (!nested_cpu_has(vmcs12, primary.USE_TPR_SHADOW))
    return failed(vmcs12, 'B26', 'CPU_BASED_VM_EXEC_CONTROL');
  return undefined;
}

/** KVM: nested_vmx_check_nmi_controls. */
function nested_vmx_check_nmi_controls(vmcs12: Vmcs12): FailedCheck | undefined {
  const virtual_nmis = nested_cpu_has_pin(vmcs12, pin.VIRTUAL_NMIS);
  if (virtual_nmis && !nested_cpu_has_pin(vmcs12, pin.NMI_EXITING))
    return failed(vmcs12, 'B24', 'PIN_BASED_VM_EXEC_CONTROL');
  if (!virtual_nmis && nested_cpu_has(vmcs12, primary.NMI_WINDOW_EXITING))
    return failed(vmcs12, 'B25', 'CPU_BASED_VM_EXEC_CONTROL');
  return undefined;
}

/** KVM: nested_vmx_check_pml_controls. */
function nested_vmx_check_pml_controls(vcpu: Vcpu, vmcs12: Vmcs12): FailedCheck | undefined {
  if (!nested_cpu_has2(vmcs12, secondary.ENABLE_PML)) return undefined;
  if (!nested_cpu_has_ept(vmcs12)) return failed(vmcs12, 'B41', 'SECONDARY_VM_EXEC_CONTROL');
  if (!page_address_valid(vcpu, vmcs12.PML_ADDRESS)) return failed(vmcs12, 'B14', 'PML_ADDRESS');
  return undefined;
}

/** KVM: nested_vmx_check_shadow_vmcs_controls. */
function nested_vmx_check_shadow_vmcs_controls(vcpu: Vcpu, vmcs12: Vmcs12): FailedCheck | undefined {
  if (!nested_cpu_has2(vmcs12, secondary.VMCS_SHADOWING)) return undefined;
  if (!page_address_valid(vcpu, vmcs12.VMREAD_BITMAP)) return failed(vmcs12, 'B16', 'VMREAD_BITMAP');
  if (!page_address_valid(vcpu, vmcs12.VMWRITE_BITMAP)) return failed(vmcs12, 'B17', 'VMWRITE_BITMAP');
  return undefined;
}

/** VM functions, in nested_check_vm_execution_controls. */
function check_vm_functions(vcpu: Vcpu, vmcs12: Vmcs12): FailedCheck | undefined {
  if (!nested_cpu_has2(vmcs12, secondary.ENABLE_VM_FUNCTIONS)) return undefined;
  const functions = vmcs12.VM_FUNCTION_CONTROL;
  if (functions & ~vcpu.nested.msrs.vmfunc_controls) return failed(vmcs12, 'B45', 'VM_FUNCTION_CONTROL');
  if (!(functions & VM_FUNCTION.EPTP_SWITCHING)) return undefined;
  if (!nested_cpu_has_ept(vmcs12)) return failed(vmcs12, 'B46', 'VM_FUNCTION_CONTROL');
  if (!page_address_valid(vcpu, vmcs12.EPTP_LIST_ADDRESS)) return failed(vmcs12, 'B15', 'EPTP_LIST_ADDRESS');
  return undefined;
}

/** KVM: nested_check_vm_execution_controls. */
function nested_check_vm_execution_controls(vcpu: Vcpu, vmcs12: Vmcs12): FailedCheck | undefined {
  const words = check_execution_words(vcpu, vmcs12);
  if (words) return words;
  // IA32_VMX_MISC offers no CR3 targets.
  if (vmcs12.CR3_TARGET_COUNT > field_of(vcpu.nested.msrs.misc, MISC.CR3_TARGETS))
    return failed(vmcs12, 'B08', 'CR3_TARGET_COUNT');
  const pages = check_page_addresses(vcpu, vmcs12);
  if (pages) return pages;
  const apicv = nested_vmx_check_apicv_controls(vcpu, vmcs12);
  if (apicv) return apicv;
  const nmi = nested_vmx_check_nmi_controls(vmcs12);
  if (nmi) return nmi;
  const log = nested_vmx_check_pml_controls(vcpu, vmcs12);
  if (log) return log;
  const shadowing = nested_vmx_check_shadow_vmcs_controls(vcpu, vmcs12);
  if (shadowing) return shadowing;
  const has_ept = nested_cpu_has_ept(vmcs12);
  if (nested_cpu_has2(vmcs12, secondary.UNRESTRICTED_GUEST) && !has_ept)
    return failed(vmcs12, 'B42', 'SECONDARY_VM_EXEC_CONTROL');
  if (nested_cpu_has_vpid(vmcs12) && vmcs12.VIRTUAL_PROCESSOR_ID === 0)
    return failed(vmcs12, 'B35', 'VIRTUAL_PROCESSOR_ID');
  const saves_timer = nested_exit_has(vmcs12, exit_controls.VM_EXIT_SAVE_VMX_PREEMPTION_TIMER_VALUE);
  if (saves_timer && !nested_cpu_has_preemption_timer(vmcs12))
    return failed(vmcs12, 'C04', 'VM_EXIT_CONTROLS');
  const eptp = has_ept ? nested_vmx_check_eptp(vcpu, vmcs12.EPT_POINTER) : undefined;
  if (eptp) return failed(vmcs12, eptp, 'EPT_POINTER');
  const functions = check_vm_functions(vcpu, vmcs12);
  if (functions) return functions;
  if (nested_cpu_has2(vmcs12, secondary.USE_TSC_SCALING) && vmcs12.TSC_MULTIPLIER === 0n)
    return failed(vmcs12, 'B47', 'TSC_MULTIPLIER');
  return undefined;
}

/** KVM: nested_vmx_check_msr_switch: an MSR list lies on 16 bytes and inside the physical-address width. */
function msr_list_valid(vcpu: Vcpu, count: number, address: bigint): 'ok' | 'address' | 'end' {
  if (count === 0) return 'ok';
  if (!is_legal_aligned_gpa(vcpu, address, 16n)) return 'address';
  const last_byte = address + BigInt(count) * 16n - 1n;
  return is_legal_gpa(vcpu, last_byte) ? 'ok' : 'end';
}

/** KVM: nested_check_vm_exit_controls. */
function nested_check_vm_exit_controls(vcpu: Vcpu, vmcs12: Vmcs12): FailedCheck | undefined {
  const word = vmcs12.VM_EXIT_CONTROLS;
  if (!required_bits_set(word, vcpu.nested.msrs.exit)) return failed(vmcs12, 'C01', 'VM_EXIT_CONTROLS');
  if (!only_allowed_bits(word, vcpu.nested.msrs.exit)) return failed(vmcs12, 'C02', 'VM_EXIT_CONTROLS');
  const load = msr_list_valid(vcpu, vmcs12.VM_EXIT_MSR_LOAD_COUNT, vmcs12.VM_EXIT_MSR_LOAD_ADDR);
  if (load !== 'ok') return failed(vmcs12, load === 'address' ? 'C07' : 'C08', 'VM_EXIT_MSR_LOAD_ADDR');
  const store = msr_list_valid(vcpu, vmcs12.VM_EXIT_MSR_STORE_COUNT, vmcs12.VM_EXIT_MSR_STORE_ADDR);
  if (store !== 'ok') return failed(vmcs12, store === 'address' ? 'C05' : 'C06', 'VM_EXIT_MSR_STORE_ADDR');
  return undefined;
}

/** The event L1 wants to inject (SDM 26.2.1.3). */
function check_injected_event(vcpu: Vcpu, vmcs12: Vmcs12): FailedCheck | undefined {
  const intr_info = vmcs12.VM_ENTRY_INTR_INFO_FIELD;
  if ((intr_info & INTR_INFO_VALID) === 0) return undefined;
  const vector = intr_info & INTR_INFO_VECTOR;
  const type = intr_info & INTR_INFO_TYPE;
  const has_error_code = (intr_info & INTR_INFO_ERROR_CODE) !== 0;
  const unrestricted = nested_cpu_has2(vmcs12, secondary.UNRESTRICTED_GUEST);
  const protected_mode = !unrestricted || (vmcs12.GUEST_CR0 & CR0.PE) !== 0n;
  if (type === INTR_TYPE.RESERVED) return failed(vmcs12, 'D03', 'VM_ENTRY_INTR_INFO_FIELD');
  const has_mtf = (vcpu.nested.msrs.procbased.high & primary.MONITOR_TRAP_FLAG) !== 0;
  if (type === INTR_TYPE.OTHER && !has_mtf) return failed(vmcs12, 'D04', 'VM_ENTRY_INTR_INFO_FIELD');
  if (type === INTR_TYPE.NMI && vector !== vectors.NMI)
    return failed(vmcs12, 'D05', 'VM_ENTRY_INTR_INFO_FIELD');
  if (type === INTR_TYPE.HARD_EXCEPTION && vector > 31)
    return failed(vmcs12, 'D06', 'VM_ENTRY_INTR_INFO_FIELD');
  if (type === INTR_TYPE.OTHER && vector !== 0) return failed(vmcs12, 'D07', 'VM_ENTRY_INTR_INFO_FIELD');
  const should_have_error_code =
    type === INTR_TYPE.HARD_EXCEPTION && protected_mode && x86_exception_has_error_code(vector);
  if (has_error_code !== should_have_error_code) return failed(vmcs12, 'D08', 'VM_ENTRY_INTR_INFO_FIELD');
  const error_code = vmcs12.VM_ENTRY_EXCEPTION_ERROR_CODE;
  if (has_error_code && error_code >>> 16 !== 0)
    return failed(vmcs12, 'D10', 'VM_ENTRY_EXCEPTION_ERROR_CODE');
  if (intr_info & INTR_INFO_RESERVED) return failed(vmcs12, 'D09', 'VM_ENTRY_INTR_INFO_FIELD');
  const software =
    type === INTR_TYPE.SOFT_EXCEPTION ||
    type === INTR_TYPE.SOFT_INTERRUPT ||
    type === INTR_TYPE.PRIV_SOFT_EXCEPTION;
  if (!software) return undefined;
  const length = vmcs12.VM_ENTRY_INSTRUCTION_LEN;
  if (length > 15) return failed(vmcs12, 'D11', 'VM_ENTRY_INSTRUCTION_LEN');
  const zero_allowed = (vcpu.nested.msrs.misc & MISC.ZERO_LENGTH_INJECTION) !== 0n;
  if (length === 0 && !zero_allowed) return failed(vmcs12, 'D12', 'VM_ENTRY_INSTRUCTION_LEN');
  return undefined;
}

/** KVM: nested_check_vm_entry_controls. */
function nested_check_vm_entry_controls(vcpu: Vcpu, vmcs12: Vmcs12): FailedCheck | undefined {
  const word = vmcs12.VM_ENTRY_CONTROLS;
  if (!required_bits_set(word, vcpu.nested.msrs.entry)) return failed(vmcs12, 'D01', 'VM_ENTRY_CONTROLS');
  if (!only_allowed_bits(word, vcpu.nested.msrs.entry)) return failed(vmcs12, 'D02', 'VM_ENTRY_CONTROLS');
  const event = check_injected_event(vcpu, vmcs12);
  if (event) return event;
  const load = msr_list_valid(vcpu, vmcs12.VM_ENTRY_MSR_LOAD_COUNT, vmcs12.VM_ENTRY_MSR_LOAD_ADDR);
  if (load !== 'ok') return failed(vmcs12, load === 'address' ? 'D13' : 'D14', 'VM_ENTRY_MSR_LOAD_ADDR');
  return undefined;
}

/** KVM: nested_vmx_check_controls. The first check that fails; VM-instruction error 7. */
export function nested_vmx_check_controls(vcpu: Vcpu, vmcs12: Vmcs12): FailedCheck | undefined {
  return (
    nested_check_vm_execution_controls(vcpu, vmcs12) ??
    nested_check_vm_exit_controls(vcpu, vmcs12) ??
    nested_check_vm_entry_controls(vcpu, vmcs12)
  );
}
