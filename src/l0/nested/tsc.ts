/**
 * The time-stamp counter of L2: what vmcs12 makes of L1's. L1's own counter is the host's plus an offset, never scaled. SDM 24.6.5,
 * 25.3; KVM: kvm_calc_nested_tsc_offset, kvm_calc_nested_tsc_multiplier.
 */
import { primary, secondary } from '../control-masks';
import { host_tsc } from '../time';
import type { Vcpu } from '../vcpu';
import { get_vmcs12 } from './current-vmcs12';
import type { Vmcs12 } from './vmcs12';
import { nested_cpu_has, nested_cpu_has2 } from './vmcs12-controls';

/** The multiplier that changes nothing: 48 bits are behind the point (KVM: default_tsc_scaling_ratio). */
const DEFAULT_TSC_SCALING_RATIO = 1n << 48n;

/** KVM: vmx_get_l2_tsc_offset. */
function vmx_get_l2_tsc_offset(vmcs12: Vmcs12): bigint {
  return nested_cpu_has(vmcs12, primary.USE_TSC_OFFSETTING) ? vmcs12.TSC_OFFSET : 0n;
}

/** KVM: vmx_get_l2_tsc_multiplier. */
export function vmx_get_l2_tsc_multiplier(vmcs12: Vmcs12): bigint {
  const scales = nested_cpu_has2(vmcs12, secondary.USE_TSC_SCALING);
  return scales && nested_cpu_has(vmcs12, primary.USE_TSC_OFFSETTING)
    ? vmcs12.TSC_MULTIPLIER
    : DEFAULT_TSC_SCALING_RATIO;
}

/** KVM: kvm_calc_nested_tsc_offset: L1's offset, signed, goes through L2's multiplier. */
export function kvm_calc_nested_tsc_offset(vcpu: Vcpu, vmcs12: Vmcs12): bigint {
  const l1_offset = BigInt.asIntN(64, vcpu.arch.l1_tsc_offset);
  const scaled = (l1_offset * vmx_get_l2_tsc_multiplier(vmcs12)) >> 48n;
  return BigInt.asUintN(64, scaled + vmx_get_l2_tsc_offset(vmcs12));
}

/** The counter as the guest that runs reads it (KVM: kvm_scale_tsc and the offset). */
export function guest_tsc(vcpu: Vcpu): bigint {
  const multiplier = vcpu.arch.guest_mode
    ? vmx_get_l2_tsc_multiplier(get_vmcs12(vcpu))
    : DEFAULT_TSC_SCALING_RATIO;
  return BigInt.asUintN(64, ((host_tsc(vcpu) * multiplier) >> 48n) + vcpu.arch.tsc_offset);
}
