/**
 * An exit of L2: does L0 keep it, does L1 get it? Asks in KVM's order (nested_vmx_reflect_vmexit): a late
 * VMfail, L0's wish, L1's wish, by the decision table. Every verdict is recorded with the rule that made
 * it.
 */
import { exitReasonByNumber, type ExitReasonName } from '../../isa/exit-reasons';
import { control as control_rows } from '../../isa/vmx-controls';
import { pin, primary, secondary } from '../control-masks';
import { INTR_INFO_ERROR_CODE, INTR_INFO_VALID } from '../interruption-words';
import type { RuleCited, VerdictRecord } from '../records';
import type { Vcpu } from '../vcpu';
import { decision_table, type DecisionRow, type L1Answer, type SpecialRule } from './decision-table';
import {
  l0_wants_exception,
  l1_wants_exception,
  nested_vmx_exit_handled_cr,
  nested_vmx_exit_handled_invpcid,
  nested_vmx_exit_handled_io,
  nested_vmx_exit_handled_msr,
  nested_vmx_exit_handled_mtf,
  nested_vmx_exit_handled_pause,
  nested_vmx_exit_handled_vmcs_access,
  type RuleAnswer,
} from './exit-rules';
import { nested_vmx_vmexit } from './leave';
import { get_vmcs12 } from './current-vmcs12';
import { nested_cpu_has2 } from './vmcs12-controls';

/** KVM: nested_vmx_l0_wants_exit. */
export function nested_vmx_l0_wants_exit(vcpu: Vcpu, reason: ExitReasonName): RuleAnswer {
  const row: DecisionRow = decision_table[reason];
  if (row.l0 === undefined)
    return { wanted: false, rule: { id: `l0.${reason}`, text: 'L0 has no wish of its own' } };
  if (typeof row.l0 === 'string') return { wanted: true, rule: { id: `l0.${reason}`, text: row.l0 } };
  return l0_wants_exception(vcpu.cpu.vmread('VM_EXIT_INTR_INFO'));
}

/** A control bit of vmcs12 as an answer. */
function answer_by_control(
  vcpu: Vcpu,
  answer: Extract<L1Answer, { kind: 'primary' | 'secondary' | 'pin' }>,
): RuleAnswer {
  const vmcs12 = get_vmcs12(vcpu);
  const row = control_rows[answer.control];
  let wanted = false;
  let word = 0;
  let field: RuleCited['field'] = 'CPU_BASED_VM_EXEC_CONTROL';
  if (answer.kind === 'primary') {
    word = vmcs12.CPU_BASED_VM_EXEC_CONTROL;
    wanted = (word & primary[answer.control]) !== 0;
  } else if (answer.kind === 'secondary') {
    word = vmcs12.SECONDARY_VM_EXEC_CONTROL;
    field = 'SECONDARY_VM_EXEC_CONTROL';
    wanted = nested_cpu_has2(vmcs12, secondary[answer.control]);
  } else {
    word = vmcs12.PIN_BASED_VM_EXEC_CONTROL;
    field = 'PIN_BASED_VM_EXEC_CONTROL';
    wanted = (word & pin[answer.control]) !== 0;
  }
  const text = `vmcs12 ${field} bit ${row.bit} ${answer.control} = ${wanted ? 1 : 0}`;
  return {
    wanted,
    rule: {
      id: `l1.control.${answer.control}`,
      text,
      field,
      control: answer.control,
      bit: row.bit,
      value: BigInt(word),
    },
  };
}

/** A rule of its own as an answer. */
function answer_by_rule(vcpu: Vcpu, rule: SpecialRule, reason: ExitReasonName): RuleAnswer {
  const qualification = vcpu.cpu.vmread('EXIT_QUALIFICATION');
  switch (rule) {
    case 'exception-bitmap':
      return l1_wants_exception(vcpu, vcpu.cpu.vmread('VM_EXIT_INTR_INFO'));
    case 'cr-access':
      return nested_vmx_exit_handled_cr(vcpu, qualification);
    case 'io-bitmap':
      return nested_vmx_exit_handled_io(vcpu, qualification);
    case 'msr-bitmap':
      return nested_vmx_exit_handled_msr(vcpu, reason === 'MSR_WRITE');
    case 'mtf':
      return nested_vmx_exit_handled_mtf(vcpu);
    case 'pause':
      return nested_vmx_exit_handled_pause(vcpu);
    case 'invpcid':
      return nested_vmx_exit_handled_invpcid(vcpu);
    case 'encls':
      return { wanted: false, rule: { id: 'l1.encls', text: 'SGX is not offered to L1' } };
    case 'vmcs-shadowing':
      return nested_vmx_exit_handled_vmcs_access(
        vcpu,
        reason === 'VMWRITE' ? 'VMWRITE_BITMAP' : 'VMREAD_BITMAP',
      );
  }
}

/** KVM: nested_vmx_l1_wants_exit. */
export function nested_vmx_l1_wants_exit(vcpu: Vcpu, reason: ExitReasonName): RuleAnswer {
  const answer: L1Answer = decision_table[reason].l1;
  switch (answer.kind) {
    case 'always':
      return { wanted: true, rule: { id: `l1.${reason}`, text: answer.why } };
    case 'never':
      return { wanted: false, rule: { id: `l1.${reason}`, text: answer.why } };
    case 'special':
      return answer_by_rule(vcpu, answer.rule, reason);
    default:
      return answer_by_control(vcpu, answer);
  }
}

/** Writes the verdict down. */
function record_verdict(
  vcpu: Vcpu,
  reason: ExitReasonName,
  verdict: 'L0' | 'L1',
  phase: VerdictRecord['phase'],
  rule: RuleCited,
): void {
  vcpu.record({
    kind: 'verdict',
    count: Number(vcpu.cpu.retired),
    level: 'L2',
    reason,
    reasonWord: vcpu.vmx.exit_reason,
    qualification: vcpu.cpu.vmread('EXIT_QUALIFICATION'),
    rip: vcpu.cpu.vmread('GUEST_RIP'),
    verdict,
    phase,
    rule,
  });
}

/** KVM: nested_vmx_reflect_vmexit. True when L1 got the exit and is the guest now. */
export function nested_vmx_reflect_vmexit(vcpu: Vcpu): boolean {
  if (vcpu.vmx.fail) {
    // The chip refused vmcs02 for a control L0 had left to it: L1 sees its own entry fail.
    nested_vmx_vmexit(vcpu, 0, 0, 0n);
    return true;
  }
  const exit_reason = vcpu.vmx.exit_reason;
  const reason = exitReasonByNumber.get(exit_reason & 0xffff)?.name;
  if (reason === undefined) return false;
  const l0 = nested_vmx_l0_wants_exit(vcpu, reason);
  if (l0.wanted) {
    record_verdict(vcpu, reason, 'L0', 'nested_vmx_l0_wants_exit', l0.rule);
    return false;
  }
  const l1 = nested_vmx_l1_wants_exit(vcpu, reason);
  record_verdict(vcpu, reason, l1.wanted ? 'L1' : 'L0', 'nested_vmx_l1_wants_exit', l1.rule);
  if (!l1.wanted) return false;

  const vmcs12 = get_vmcs12(vcpu);
  const exit_intr_info = vcpu.cpu.vmread('VM_EXIT_INTR_INFO');
  const with_error_code = INTR_INFO_VALID | INTR_INFO_ERROR_CODE;
  if ((exit_intr_info & with_error_code) >>> 0 === with_error_code >>> 0)
    vmcs12.VM_EXIT_INTR_ERROR_CODE = vcpu.cpu.vmread('VM_EXIT_INTR_ERROR_CODE');
  vcpu.nested.exit_rule = l1.rule;
  nested_vmx_vmexit(vcpu, exit_reason, exit_intr_info, vcpu.cpu.vmread('EXIT_QUALIFICATION'));
  return true;
}
