/**
 * From L2 back to L1: nested_vmx_vmexit. vmcs12 takes the guest state from vmcs02 and the exit information;
 * the event that was on its way into L2 goes into IDT-vectoring; then vmcs01 is loaded and L1 stands at its
 * HOST_RIP. SDM chapter 27.
 */
import { exitReasonByNumber } from '../../isa/exit-reasons';
import { entry_controls, exit_controls, primary, secondary } from '../control-masks';
import { kvm_clear_exception_queue, kvm_clear_interrupt_queue, kvm_exception_is_soft } from '../event-queues';
import {
  ACTIVITY,
  INTR_INFO_ERROR_CODE,
  INTR_INFO_TYPE,
  INTR_INFO_VALID,
  INTR_INFO_VECTOR,
  INTR_TYPE,
} from '../interruption-words';
import { exit_reasons, FAILED_VMENTRY, vectors, vmx_aborts, vmx_errors } from '../register-bits';
import { is_pae_paging } from '../registers';
import type { Vcpu } from '../vcpu';
import { vmx_switch_vmcs } from '../vmcs-switch';
import { nested_vmx_fail } from '../vmx-outcome';
import { vmcs12_guest_cr0, vmcs12_guest_cr4 } from './control-registers';
import { load_vmcs12_host_state, nested_vmx_abort, nested_vmx_restore_host_state } from './host-state';
import { rarely_read } from './merge-rules';
import { nested_vmx_store_msr } from './msr-lists';
import { vmx_cancel_preemption_timer, vmx_get_preemption_timer_value } from './preemption-timer';
import { get_vmcs12 } from './current-vmcs12';
import { nested_flush_cached_shadow_vmcs12 } from './shadow-vmcs12';
import type { Vmcs12 } from './vmcs12';
import {
  nested_cpu_has,
  nested_cpu_has2,
  nested_cpu_has_ept,
  nested_cpu_has_preemption_timer,
  nested_exit_has,
} from './vmcs12-controls';

/** VMX-abort indicator (SDM 27.7). */
const VMX_ABORT_SAVE_GUEST_MSR_FAIL = vmx_aborts.SAVE_GUEST_MSRS;

/** KVM: vmcs12_save_pending_event. What was queued for L2 becomes IDT-vectoring information for L1. */
function vmcs12_save_pending_event(
  vcpu: Vcpu,
  vmcs12: Vmcs12,
  exit_reason: number,
  exit_intr_info: number,
): void {
  const basic_reason = exit_reason & 0xffff;
  const is_double_fault =
    basic_reason === exit_reasons.EXCEPTION_NMI &&
    (exit_intr_info & (INTR_INFO_TYPE | INTR_INFO_VECTOR)) === (INTR_TYPE.HARD_EXCEPTION | vectors.DF);
  vmcs12.IDT_VECTORING_INFO_FIELD = 0;
  // Exits by double and triple faults never count as exits during event delivery.
  if (basic_reason === exit_reasons.TRIPLE_FAULT || is_double_fault) return;
  if (vcpu.arch.exception.injected) {
    const exception = vcpu.arch.exception;
    let idt_vectoring = exception.vector | INTR_INFO_VALID;
    if (kvm_exception_is_soft(exception.vector)) {
      vmcs12.VM_EXIT_INSTRUCTION_LEN = vcpu.arch.event_exit_inst_len;
      idt_vectoring |= INTR_TYPE.SOFT_EXCEPTION;
    } else idt_vectoring |= INTR_TYPE.HARD_EXCEPTION;
    if (exception.has_error_code) {
      idt_vectoring |= INTR_INFO_ERROR_CODE;
      vmcs12.IDT_VECTORING_ERROR_CODE = exception.error_code;
    }
    vmcs12.IDT_VECTORING_INFO_FIELD = idt_vectoring >>> 0;
  } else if (vcpu.arch.nmi_injected) {
    vmcs12.IDT_VECTORING_INFO_FIELD = (INTR_TYPE.NMI | INTR_INFO_VALID | vectors.NMI) >>> 0;
  } else if (vcpu.arch.interrupt.injected) {
    let idt_vectoring = vcpu.arch.interrupt.nr | INTR_INFO_VALID;
    if (vcpu.arch.interrupt.soft) {
      idt_vectoring |= INTR_TYPE.SOFT_INTERRUPT;
      // KVM writes the entry length here, not the exit length (K612-01); prepare_vmcs12 sets the latter anyway.
      vmcs12.VM_ENTRY_INSTRUCTION_LEN = vcpu.arch.event_exit_inst_len;
    } else idt_vectoring |= INTR_TYPE.EXTERNAL;
    vmcs12.IDT_VECTORING_INFO_FIELD = idt_vectoring >>> 0;
  }
}

/** KVM: the part of sync_vmcs02_to_vmcs12 that saves what the exit controls ask for. */
function sync_saved_controls(vcpu: Vcpu, vmcs12: Vmcs12): void {
  const timer_saved = nested_exit_has(vmcs12, exit_controls.VM_EXIT_SAVE_VMX_PREEMPTION_TIMER_VALUE);
  if (nested_cpu_has_preemption_timer(vmcs12) && timer_saved && !vcpu.nested.nested_run_pending)
    vmcs12.VMX_PREEMPTION_TIMER_VALUE = vmx_get_preemption_timer_value(vcpu);
  const ia32e = vcpu.cpu.vmread('VM_ENTRY_CONTROLS') & entry_controls.VM_ENTRY_IA32E_MODE_GUEST;
  vmcs12.VM_ENTRY_CONTROLS =
    ((vmcs12.VM_ENTRY_CONTROLS & ~entry_controls.VM_ENTRY_IA32E_MODE_GUEST) | ia32e) >>> 0;
  if (nested_exit_has(vmcs12, exit_controls.VM_EXIT_SAVE_DEBUG_CONTROLS))
    vmcs12.GUEST_DR7 = vcpu.cpu.vmread('GUEST_DR7');
  if (nested_exit_has(vmcs12, exit_controls.VM_EXIT_SAVE_IA32_EFER)) vmcs12.GUEST_IA32_EFER = vcpu.arch.efer;
  if (nested_exit_has(vmcs12, exit_controls.VM_EXIT_SAVE_IA32_PAT))
    vmcs12.GUEST_IA32_PAT = vcpu.cpu.vmread('GUEST_IA32_PAT');
}

/** KVM: sync_vmcs02_to_vmcs12. Rarely read fields wait until L1 reads one (copy_vmcs02_to_vmcs12_rare). */
function sync_vmcs02_to_vmcs12(vcpu: Vcpu, vmcs12: Vmcs12): void {
  vcpu.nested.need_sync_vmcs02_to_vmcs12_rare = true;
  vmcs12.GUEST_CR0 = vmcs12_guest_cr0(vcpu, vmcs12);
  vmcs12.GUEST_CR4 = vmcs12_guest_cr4(vcpu, vmcs12);
  vmcs12.GUEST_RSP = vcpu.cpu.vmread('GUEST_RSP');
  vmcs12.GUEST_RIP = vcpu.cpu.vmread('GUEST_RIP');
  vmcs12.GUEST_RFLAGS = vcpu.cpu.vmread('GUEST_RFLAGS');
  vmcs12.GUEST_CS_AR_BYTES = vcpu.cpu.vmread('GUEST_CS_AR_BYTES');
  vmcs12.GUEST_SS_AR_BYTES = vcpu.cpu.vmread('GUEST_SS_AR_BYTES');
  vmcs12.GUEST_INTERRUPTIBILITY_INFO = vcpu.cpu.vmread('GUEST_INTERRUPTIBILITY_INFO');
  if (vcpu.arch.mp_state === 'halted') vmcs12.GUEST_ACTIVITY_STATE = ACTIVITY.HLT;
  else if (vcpu.arch.mp_state === 'init-received') vmcs12.GUEST_ACTIVITY_STATE = ACTIVITY.WAIT_FOR_SIPI;
  else vmcs12.GUEST_ACTIVITY_STATE = ACTIVITY.ACTIVE;
  vmcs12.GUEST_CR3 = vcpu.cpu.vmread('GUEST_CR3');
  if (nested_cpu_has_ept(vmcs12) && is_pae_paging(vcpu)) {
    vmcs12.GUEST_PDPTR0 = vcpu.cpu.vmread('GUEST_PDPTR0');
    vmcs12.GUEST_PDPTR1 = vcpu.cpu.vmread('GUEST_PDPTR1');
    vmcs12.GUEST_PDPTR2 = vcpu.cpu.vmread('GUEST_PDPTR2');
    vmcs12.GUEST_PDPTR3 = vcpu.cpu.vmread('GUEST_PDPTR3');
  }
  vmcs12.GUEST_LINEAR_ADDRESS = vcpu.cpu.vmread('GUEST_LINEAR_ADDRESS');
  if (nested_cpu_has2(vmcs12, secondary.VIRTUAL_INTERRUPT_DELIVERY))
    vmcs12.GUEST_INTR_STATUS = vcpu.cpu.vmread('GUEST_INTR_STATUS');
  sync_saved_controls(vcpu, vmcs12);
}

/** KVM: prepare_vmcs12. The exit-information fields; of a failed entry only reason and qualification. */
function prepare_vmcs12(
  vcpu: Vcpu,
  vmcs12: Vmcs12,
  exit_reason: number,
  exit_intr_info: number,
  exit_qualification: bigint,
): void {
  vmcs12.VM_EXIT_REASON = exit_reason >>> 0;
  vmcs12.EXIT_QUALIFICATION = exit_qualification;
  if (exit_reason & FAILED_VMENTRY) return;
  vmcs12.launch_state = 1;
  vmcs12.VM_ENTRY_INTR_INFO_FIELD = (vmcs12.VM_ENTRY_INTR_INFO_FIELD & ~INTR_INFO_VALID) >>> 0;
  vmcs12_save_pending_event(vcpu, vmcs12, exit_reason, exit_intr_info);
  vmcs12.VM_EXIT_INTR_INFO = exit_intr_info >>> 0;
  vmcs12.VM_EXIT_INSTRUCTION_LEN = vcpu.cpu.vmread('VM_EXIT_INSTRUCTION_LEN');
  vmcs12.VMX_INSTRUCTION_INFO = vcpu.cpu.vmread('VMX_INSTRUCTION_INFO');
  const refused = nested_vmx_store_msr(vcpu, vmcs12.VM_EXIT_MSR_STORE_ADDR, vmcs12.VM_EXIT_MSR_STORE_COUNT);
  if (refused) nested_vmx_abort(vcpu, VMX_ABORT_SAVE_GUEST_MSR_FAIL, refused);
}

/** Writes down that L1 has the exit. */
function record_nested_exit(vcpu: Vcpu, vmcs12: Vmcs12): void {
  const reason = exitReasonByNumber.get(vmcs12.VM_EXIT_REASON & 0xffff)?.name ?? 'INVALID_STATE';
  const hardware_reason = vcpu.vmx.exit_reason;
  const rule = vcpu.nested.exit_rule;
  vcpu.record({
    kind: 'nested-exit',
    count: Number(vcpu.cpu.retired),
    level: 'L2',
    vmcs12: vcpu.nested.current_vmptr,
    reason,
    reasonWord: vmcs12.VM_EXIT_REASON,
    qualification: vmcs12.EXIT_QUALIFICATION,
    guestPhysical: vmcs12.GUEST_PHYSICAL_ADDRESS,
    interruption: vmcs12.VM_EXIT_INTR_INFO,
    interruptionError: vmcs12.VM_EXIT_INTR_ERROR_CODE,
    idtVectoring: vmcs12.IDT_VECTORING_INFO_FIELD,
    idtVectoringError: vmcs12.IDT_VECTORING_ERROR_CODE,
    instructionLength: vmcs12.VM_EXIT_INSTRUCTION_LEN,
    guestRip: vmcs12.GUEST_RIP,
    hostRip: vmcs12.HOST_RIP,
    synthesised:
      hardware_reason !== vmcs12.VM_EXIT_REASON || rule === undefined || !rule.id.startsWith('l1.'),
    rule: rule ?? { id: 'l0.synthesised', text: 'made by L0' },
    ...(vcpu.nested.exit_cause && { cause: vcpu.nested.exit_cause }),
  });
}

/**
 * KVM: nested_vmx_vmexit. Ends L2 and makes L1 the guest, at HOST_RIP, or behind its VMLAUNCH when the chip
 * refused vmcs02 with a VM-instruction error (`vcpu.vmx.fail`).
 */
export function nested_vmx_vmexit(
  vcpu: Vcpu,
  exit_reason: number,
  exit_intr_info: number,
  exit_qualification: bigint,
  guest_physical_address?: bigint,
): void {
  const vmcs12 = get_vmcs12(vcpu);
  vcpu.nested.mtf_pending = false;
  const failed_entry = vcpu.vmx.fail;
  if (nested_cpu_has(vmcs12, primary.USE_TSC_OFFSETTING)) vcpu.arch.tsc_offset = vcpu.arch.l1_tsc_offset;
  if (!failed_entry) {
    sync_vmcs02_to_vmcs12(vcpu, vmcs12);
    prepare_vmcs12(vcpu, vmcs12, exit_reason, exit_intr_info, exit_qualification);
    nested_flush_cached_shadow_vmcs12(vcpu, vmcs12);
    if (guest_physical_address !== undefined) vmcs12.GUEST_PHYSICAL_ADDRESS = guest_physical_address;
  }
  if (nested_cpu_has_preemption_timer(vmcs12)) vmx_cancel_preemption_timer(vcpu);
  vcpu.arch.guest_mode = false;

  // Events that were to be delivered to L2 are in vmcs12 now.
  vcpu.arch.nmi_injected = false;
  kvm_clear_exception_queue(vcpu);
  kvm_clear_interrupt_queue(vcpu);

  vmx_switch_vmcs(vcpu, vcpu.vmx.vmcs01);
  vcpu.cpu.vmwrite('TSC_OFFSET', vcpu.arch.tsc_offset);
  vcpu.arch.mp_state = 'runnable';

  if (!failed_entry) {
    record_nested_exit(vcpu, vmcs12);
    vcpu.nested.exit_rule = undefined;
    vcpu.nested.exit_cause = undefined;
    load_vmcs12_host_state(vcpu, vmcs12);
    return;
  }
  vcpu.vmx.fail = false;
  nested_vmx_fail(vcpu, vmx_errors.ENTRY_INVALID_CONTROL_FIELD);
  nested_vmx_restore_host_state(vcpu, vmcs12);
}

/** KVM: nested_vmx_triple_fault. */
export function nested_vmx_triple_fault(vcpu: Vcpu): void {
  vcpu.arch.triple_fault_requested = '';
  vcpu.nested.exit_rule = { id: 'l0.triple-fault', text: 'L2 shut down while L0 delivered an event' };
  nested_vmx_vmexit(vcpu, exit_reasons.TRIPLE_FAULT, 0, 0n);
}

/** KVM: copy_vmcs02_to_vmcs12_rare, before L1 reads or writes vmcs12. */
export function copy_vmcs02_to_vmcs12_rare(vcpu: Vcpu): void {
  if (!vcpu.nested.need_sync_vmcs02_to_vmcs12_rare) return;
  sync_vmcs02_to_vmcs12_rare(vcpu, get_vmcs12(vcpu));
}

/** KVM: sync_vmcs02_to_vmcs12_rare. */
function sync_vmcs02_to_vmcs12_rare(vcpu: Vcpu, vmcs12: Vmcs12): void {
  const vmcs02 = vcpu.vmx.vmcs02.address;
  for (const field of rarely_read) {
    const value = vcpu.cpu.vmread(field, vmcs02);
    (vmcs12 as Record<string, unknown>)[field] = value;
  }
  vcpu.nested.need_sync_vmcs02_to_vmcs12_rare = false;
}
