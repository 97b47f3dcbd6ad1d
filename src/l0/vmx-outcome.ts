/**
 * How an emulated VMX instruction of L1 ends: VMsucceed, VMfailInvalid, VMfailValid (SDM 30.2), each moving
 * L1 behind the instruction. Writes the outcome down with what the handler noted in
 * `vcpu.nested.vmx_instruction`.
 */
import { exitReasonByNumber, type ExitReasonName } from '../isa/exit-reasons';
import type { FaultReasonId } from '../isa/fault-reasons';
import type { VmxInstructionName, VmxInstructionRecord } from './records';
import { rflags } from './register-bits';
import { kvm_skip_emulated_instruction } from './registers';
import { INVALID_GPA, type Vcpu } from './vcpu';

/** Where the exit reason's name and the instruction's differ. */
const instruction_names: Partial<Record<ExitReasonName, VmxInstructionName>> = {
  VMON: 'VMXON',
  VMOFF: 'VMXOFF',
};

const STATUS_FLAGS = rflags.CF | rflags.PF | rflags.AF | rflags.ZF | rflags.SF | rflags.OF;

/** The VMX instruction that exited. */
export function vmx_instruction_name(vcpu: Vcpu): VmxInstructionName {
  const reason = exitReasonByNumber.get(vcpu.vmx.exit_reason & 0xffff)?.name ?? 'VMLAUNCH';
  return instruction_names[reason] ?? (reason as VmxInstructionName);
}

/** Names the row of isa/fault-reasons by which the instruction is about to fault or to fail. */
export function refused_because(vcpu: Vcpu, reason: FaultReasonId, a = 0n, b = 0n): void {
  vcpu.nested.vmx_instruction = { ...vcpu.nested.vmx_instruction, cause: { reason, a, b } };
}

/**
 * Records the end of the VMX instruction that exited. `error`: VM-instruction error, or the vector of a
 * fault.
 */
export function record_vmx_instruction(
  vcpu: Vcpu,
  outcome: VmxInstructionRecord['outcome'],
  error: number,
): void {
  const noted = vcpu.nested.vmx_instruction;
  vcpu.nested.vmx_instruction = { operand: '' };
  vcpu.record({
    kind: 'vmx-instruction',
    count: Number(vcpu.cpu.retired),
    level: vcpu.arch.guest_mode ? 'L2' : 'L1',
    instruction: vmx_instruction_name(vcpu),
    outcome,
    error,
    rip: vcpu.cpu.vmread('GUEST_RIP'),
    ...noted,
  });
}

/** KVM: nested_vmx_succeed. */
export function nested_vmx_succeed(vcpu: Vcpu): void {
  record_vmx_instruction(vcpu, 'VMsucceed', 0);
  vcpu.cpu.vmwrite('GUEST_RFLAGS', vcpu.cpu.vmread('GUEST_RFLAGS') & ~STATUS_FLAGS);
  kvm_skip_emulated_instruction(vcpu);
}

/** KVM: nested_vmx_failInvalid. */
export function nested_vmx_failInvalid(vcpu: Vcpu): void {
  record_vmx_instruction(vcpu, 'VMfailInvalid', 0);
  vcpu.cpu.vmwrite('GUEST_RFLAGS', (vcpu.cpu.vmread('GUEST_RFLAGS') & ~STATUS_FLAGS) | rflags.CF);
  kvm_skip_emulated_instruction(vcpu);
}

/** KVM: nested_vmx_failValid. */
function nested_vmx_failValid(vcpu: Vcpu, vm_instruction_error: number): void {
  record_vmx_instruction(vcpu, 'VMfailValid', vm_instruction_error);
  vcpu.cpu.vmwrite('GUEST_RFLAGS', (vcpu.cpu.vmread('GUEST_RFLAGS') & ~STATUS_FLAGS) | rflags.ZF);
  vcpu.nested.cached_vmcs12.VM_INSTRUCTION_ERROR = vm_instruction_error;
  kvm_skip_emulated_instruction(vcpu);
}

/** KVM: nested_vmx_fail. Without a current VMCS there is no place for the error number. */
export function nested_vmx_fail(vcpu: Vcpu, vm_instruction_error: number): void {
  if (vcpu.nested.current_vmptr === INVALID_GPA) nested_vmx_failInvalid(vcpu);
  else nested_vmx_failValid(vcpu, vm_instruction_error);
}
