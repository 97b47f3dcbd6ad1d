/**
 * Why VMXON raises #GP: IA32_FEATURE_CONTROL and the bits of CR0 and CR4 that VMX operation fixes. No effects. SDM 23.7, 23.8; KVM:
 * the tests of handle_vmxon.
 */
import { State } from '../../../abi/state-block';
import type { FaultCause } from '../../../isa/fault-reasons';
import { feature_control } from '../../register-bits';
import { kvm_read_cr0, kvm_read_cr4 } from '../../registers';
import type { Vcpu } from '../../vcpu';

/** The rule that refuses VMXON; undefined when none does. */
export function vmxon_refusal(vcpu: Vcpu): FaultCause | undefined {
  const features = vcpu.cpu.get64(State.MSR_FEATURE_CONTROL);
  if ((features & feature_control.LOCK) === 0n)
    return { reason: 'VMXON_FEATURE_CONTROL_UNLOCKED', a: features, b: 0n };
  if ((features & feature_control.VMX_OUTSIDE_SMX) === 0n)
    return { reason: 'VMXON_FEATURE_CONTROL_DISABLED', a: features, b: 0n };
  const { msrs } = vcpu.nested;
  const cr0 = kvm_read_cr0(vcpu);
  const cr0_missing = msrs.cr0_fixed0 & ~cr0;
  if (cr0_missing !== 0n) return { reason: 'VMXON_CR0_FIXED0', a: cr0, b: cr0_missing };
  const cr0_excess = cr0 & ~msrs.cr0_fixed1;
  if (cr0_excess !== 0n) return { reason: 'VMXON_CR0_FIXED1', a: cr0, b: cr0_excess };
  const cr4 = kvm_read_cr4(vcpu);
  const cr4_missing = msrs.cr4_fixed0 & ~cr4;
  if (cr4_missing !== 0n) return { reason: 'VMXON_CR4_FIXED0', a: cr4, b: cr4_missing };
  const cr4_excess = cr4 & ~msrs.cr4_fixed1;
  if (cr4_excess !== 0n) return { reason: 'VMXON_CR4_FIXED1', a: cr4, b: cr4_excess };
  return undefined;
}
