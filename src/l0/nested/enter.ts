/**
 * From L1 into L2: VMLAUNCH and VMRESUME of L1. L0 checks what it must, prepares vmcs02 and makes L2 the
 * guest; everything it does not check itself the chip checks when vmcs02 is entered. SDM chapter 26; KVM:
 * nested_vmx_run.
 */
import { entryCheck } from '../../isa/entry-checks';
import { entry_controls, primary } from '../control-masks';
import { kvm_queue_exception } from '../event-queues';
import { ACTIVITY, BLOCKED_BY_MOV_SS, INTR_INFO_VALID } from '../interruption-words';
import { exit_reasons, FAILED_VMENTRY, rflags, vectors, vmx_errors } from '../register-bits';
import type { RuleCited } from '../records';
import { vmx_get_cpl } from '../registers';
import { INVALID_GPA, type Vcpu } from '../vcpu';
import { vmx_switch_vmcs } from '../vmcs-switch';
import {
  nested_vmx_fail,
  nested_vmx_failInvalid,
  record_vmx_instruction,
  refused_because,
  vmx_instruction_name,
} from '../vmx-outcome';
import { nested_vmx_check_controls } from './check-controls';
import {
  nested_vmx_check_address_space_size,
  nested_vmx_check_guest_state,
  nested_vmx_check_host_state,
} from './check-state';
import { cite_check, type FailedCheck } from './failed-check';
import { load_vmcs12_host_state } from './host-state';
import { nested_vmx_load_msr } from './msr-lists';
import { vmx_calc_preemption_timer_value, vmx_start_preemption_timer } from './preemption-timer';
import { nested_get_vmcs12_pages, prepare_vmcs02, prepare_vmcs02_early } from './prepare-vmcs02';
import { get_vmcs12 } from './current-vmcs12';
import { nested_cache_shadow_vmcs12 } from './shadow-vmcs12';
import type { Vmcs12 } from './vmcs12';
import { nested_cpu_has, nested_cpu_has_preemption_timer, nested_entry_has } from './vmcs12-controls';

/** How an attempt to make L2 the guest ended (KVM: enum nvmx_vmentry_status). */
export type VmentryStatus =
  | { kind: 'success' }
  /** L1 has an exit 33 or 34. */
  | { kind: 'vmexit' }
  /** A page vmcs12 names is no memory of L1; KVM gives up here. */
  | { kind: 'internal-error'; what: string };

/** KVM: nested_vmx_check_permission. False: the fault is queued. */
export function nested_vmx_check_permission(vcpu: Vcpu): boolean {
  const instruction = vmx_instruction_name(vcpu);
  if (!vcpu.nested.vmxon) {
    if (instruction !== 'VMXON') refused_because(vcpu, `${instruction}_OUTSIDE_VMX`);
    record_vmx_instruction(vcpu, 'fault', vectors.UD);
    kvm_queue_exception(vcpu, vectors.UD);
    return false;
  }
  if (vmx_get_cpl(vcpu) !== 0) {
    refused_because(vcpu, `${instruction}_CPL`, BigInt(vmx_get_cpl(vcpu)));
    record_vmx_instruction(vcpu, 'fault', vectors.GP);
    kvm_queue_exception(vcpu, vectors.GP, 0);
    return false;
  }
  return true;
}

function record_entry_failure(
  vcpu: Vcpu,
  failure: { error: number; reason: number; qualification: bigint; rule: RuleCited },
): void {
  vcpu.record({
    kind: 'entry-failure',
    count: Number(vcpu.cpu.retired),
    level: 'L1',
    vmcs12: vcpu.nested.current_vmptr,
    error: failure.error,
    reasonWord: failure.reason,
    qualification: failure.qualification,
    foundBy: 'software',
    rule: failure.rule,
  });
}

/** A failed check that makes VMLAUNCH or VMRESUME fail. */
function fail_entry(vcpu: Vcpu, failure: FailedCheck, error: number): void {
  record_entry_failure(vcpu, { error, reason: 0, qualification: 0n, rule: cite_check(failure) });
  nested_vmx_fail(vcpu, error);
}

/** KVM: vmentry_fail_vmexit. L1 sees an exit; of vmcs12 only reason and qualification change. */
function fail_entry_with_exit(
  vcpu: Vcpu,
  vmcs12: Vmcs12,
  basic_reason: number,
  qualification: bigint,
  rule: RuleCited,
): VmentryStatus {
  const reason = (basic_reason | FAILED_VMENTRY) >>> 0;
  if (vcpu.arch.guest_mode && nested_cpu_has(vmcs12, primary.USE_TSC_OFFSETTING))
    vcpu.arch.tsc_offset = vcpu.arch.l1_tsc_offset;
  vcpu.arch.guest_mode = false;
  vmx_switch_vmcs(vcpu, vcpu.vmx.vmcs01);
  vmcs12.EXIT_QUALIFICATION = qualification;
  record_entry_failure(vcpu, { error: 0, reason, qualification, rule });
  load_vmcs12_host_state(vcpu, vmcs12);
  vmcs12.VM_EXIT_REASON = reason;
  return { kind: 'vmexit' };
}

/** KVM: nested_vmx_enter_non_root_mode. */
export function nested_vmx_enter_non_root_mode(vcpu: Vcpu, vmcs12: Vmcs12): VmentryStatus {
  const loads_debug_controls = nested_entry_has(vmcs12, entry_controls.VM_ENTRY_LOAD_DEBUG_CONTROLS);
  if (!loads_debug_controls) {
    vcpu.nested.pre_vmenter_debugctl = vcpu.cpu.vmread('GUEST_IA32_DEBUGCTL');
    vcpu.arch.dr7 = vcpu.cpu.vmread('GUEST_DR7');
  }
  vmx_switch_vmcs(vcpu, vcpu.vmx.vmcs02);
  prepare_vmcs02_early(vcpu, vmcs12);
  const missing = nested_get_vmcs12_pages(vcpu, vmcs12);
  if (missing) {
    vmx_switch_vmcs(vcpu, vcpu.vmx.vmcs01);
    return { kind: 'internal-error', what: `${missing} of vmcs12 is not memory of L1` };
  }
  const bad_state = nested_vmx_check_guest_state(vcpu, vmcs12);
  if (bad_state) {
    const qualification = entryCheck[bad_state.check].qualification;
    const code = typeof qualification === 'number' ? BigInt(qualification) : 0n;
    return fail_entry_with_exit(vcpu, vmcs12, exit_reasons.INVALID_STATE, code, cite_check(bad_state));
  }

  vcpu.arch.guest_mode = true;
  const bad_guest = prepare_vmcs02(vcpu, vmcs12);
  if (bad_guest) {
    const failure: FailedCheck = { check: bad_guest.check, field: 'GUEST_CR3', value: vmcs12.GUEST_CR3 };
    const rule = cite_check(failure);
    return fail_entry_with_exit(vcpu, vmcs12, exit_reasons.INVALID_STATE, bad_guest.qualification, rule);
  }
  const list_gpa = vmcs12.VM_ENTRY_MSR_LOAD_ADDR;
  const refused = nested_vmx_load_msr(vcpu, 'VM_ENTRY_MSR_LOAD', list_gpa, vmcs12.VM_ENTRY_MSR_LOAD_COUNT);
  if (refused) {
    const { number, index, value } = refused;
    const rule: RuleCited = {
      id: 'check.L06',
      text: `entry ${number} of the VM-entry MSR-load list, MSR 0x${index.toString(16)} = 0x${value.toString(16)}, cannot be loaded`,
      field: 'VM_ENTRY_MSR_LOAD_ADDR',
    };
    return fail_entry_with_exit(vcpu, vmcs12, exit_reasons.MSR_LOAD_FAIL, BigInt(number), rule);
  }

  vcpu.nested.preemption_timer_expired = false;
  if (nested_cpu_has_preemption_timer(vmcs12)) {
    const timer_value = vmx_calc_preemption_timer_value(vcpu);
    vmx_start_preemption_timer(vcpu, timer_value);
  }
  return { kind: 'success' };
}

/** L2 is entered in a state other than active: L0 halts the vCPU itself (SDM 26.7.2). */
function enter_inactive_state(vcpu: Vcpu, vmcs12: Vmcs12): void {
  if (vmcs12.GUEST_ACTIVITY_STATE === ACTIVITY.HLT) {
    const injects = (vmcs12.VM_ENTRY_INTR_INFO_FIELD & INTR_INFO_VALID) !== 0;
    const nmi_window = nested_cpu_has(vmcs12, primary.NMI_WINDOW_EXITING);
    const interrupt_window = nested_cpu_has(vmcs12, primary.INTERRUPT_WINDOW_EXITING);
    const window_opens = interrupt_window && (vmcs12.GUEST_RFLAGS & rflags.IF) !== 0n;
    if (injects || nmi_window || window_opens) return;
    vcpu.nested.nested_run_pending = false;
    vcpu.arch.mp_state = 'halted';
  }
  if (vmcs12.GUEST_ACTIVITY_STATE === ACTIVITY.WAIT_FOR_SIPI) {
    vcpu.nested.nested_run_pending = false;
    vcpu.arch.mp_state = 'init-received';
  }
}

/**
 * KVM: nested_vmx_run: emulates VMLAUNCH (`launch`) or VMRESUME.
 * @returns what stopped L0 itself, or undefined
 */
export function nested_vmx_run(vcpu: Vcpu, launch: boolean): string | undefined {
  const interrupt_shadow = vcpu.cpu.vmread('GUEST_INTERRUPTIBILITY_INFO');
  if (!nested_vmx_check_permission(vcpu)) return undefined;
  const instruction = launch ? 'VMLAUNCH' : 'VMRESUME';
  if (vcpu.nested.current_vmptr === INVALID_GPA) {
    refused_because(vcpu, `${instruction}_NO_CURRENT_VMCS`);
    nested_vmx_failInvalid(vcpu);
    return undefined;
  }
  const vmcs12 = get_vmcs12(vcpu);
  vcpu.nested.vmx_instruction = { operand: `vmcs12 0x${vcpu.nested.current_vmptr.toString(16)}` };
  if (vmcs12.shadow_vmcs) {
    record_entry_failure(vcpu, {
      error: 0,
      reason: 0,
      qualification: 0n,
      rule: { id: 'check.A05', text: entryCheck.A05.rule },
    });
    nested_vmx_failInvalid(vcpu);
    return undefined;
  }
  if (interrupt_shadow & BLOCKED_BY_MOV_SS) {
    refused_because(vcpu, `${instruction}_MOV_SS`);
    nested_vmx_fail(vcpu, vmx_errors.ENTRY_EVENTS_BLOCKED_BY_MOV_SS);
    return undefined;
  }
  const launched = vmcs12.launch_state !== 0;
  if (launched === launch) {
    const reason = launch ? 'VMLAUNCH_NOT_CLEAR' : 'VMRESUME_NOT_LAUNCHED';
    refused_because(vcpu, reason, vcpu.nested.current_vmptr);
    nested_vmx_fail(vcpu, launch ? vmx_errors.VMLAUNCH_NONCLEAR_VMCS : vmx_errors.VMRESUME_NONLAUNCHED_VMCS);
    return undefined;
  }
  const bad_control = nested_vmx_check_controls(vcpu, vmcs12);
  if (bad_control) {
    fail_entry(vcpu, bad_control, vmx_errors.ENTRY_INVALID_CONTROL_FIELD);
    return undefined;
  }
  const bad_host =
    nested_vmx_check_address_space_size(vcpu, vmcs12) ?? nested_vmx_check_host_state(vcpu, vmcs12);
  if (bad_host) {
    fail_entry(vcpu, bad_host, vmx_errors.ENTRY_INVALID_HOST_STATE_FIELD);
    return undefined;
  }

  vcpu.nested.nested_run_pending = true;
  vcpu.nested.has_preemption_timer_deadline = false;
  const status = nested_vmx_enter_non_root_mode(vcpu, vmcs12);
  if (status.kind === 'success') {
    vcpu.record({
      kind: 'nested-entry',
      idtVectoring: launch ? 0 : vmcs12.IDT_VECTORING_INFO_FIELD,
      count: Number(vcpu.cpu.retired),
      level: 'L2',
      instruction: launch ? 'VMLAUNCH' : 'VMRESUME',
      vmcs12: vcpu.nested.current_vmptr,
      rip: vmcs12.GUEST_RIP,
      interruption: vmcs12.VM_ENTRY_INTR_INFO_FIELD,
      interruptionError: vmcs12.VM_ENTRY_EXCEPTION_ERROR_CODE,
    });
    nested_cache_shadow_vmcs12(vcpu, vmcs12);
    enter_inactive_state(vcpu, vmcs12);
    return undefined;
  }
  vcpu.nested.nested_run_pending = false;
  vcpu.nested.vmx_instruction = { operand: '' };
  return status.kind === 'internal-error' ? status.what : undefined;
}
