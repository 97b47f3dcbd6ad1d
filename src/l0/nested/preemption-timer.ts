/**
 * The VMX-preemption timer L1 gives L2, emulated on the machine's clock: it counts once every 2^5 ticks of
 * L1's TSC. The deadline survives exits that L0 handles; only a new entry by L1 sets a new one. SDM 25.5.1.
 */
import { host_tsc } from '../time';
import type { Vcpu } from '../vcpu';
import { EMULATED_PREEMPTION_TIMER_RATE } from './capability-msrs';
import { get_vmcs12 } from './current-vmcs12';

/** KVM: vmx_calc_preemption_timer_value. Timer units left, counted from the entry by L1. */
export function vmx_calc_preemption_timer_value(vcpu: Vcpu): bigint {
  const rate = BigInt(EMULATED_PREEMPTION_TIMER_RATE);
  const l1_scaled_tsc = BigInt.asUintN(64, host_tsc(vcpu) + vcpu.arch.l1_tsc_offset) >> rate;
  if (!vcpu.nested.has_preemption_timer_deadline) {
    vcpu.nested.preemption_timer_deadline =
      BigInt(get_vmcs12(vcpu).VMX_PREEMPTION_TIMER_VALUE) + l1_scaled_tsc;
    vcpu.nested.has_preemption_timer_deadline = true;
  }
  return vcpu.nested.preemption_timer_deadline - l1_scaled_tsc;
}

/** KVM: vmx_start_preemption_timer. A value of 0 expires before the first instruction of L2. */
export function vmx_start_preemption_timer(vcpu: Vcpu, timer_value: bigint): void {
  if (timer_value <= 0n) {
    vcpu.nested.preemption_timer_expired = true;
    return;
  }
  const ticks = timer_value << BigInt(EMULATED_PREEMPTION_TIMER_RATE);
  vcpu.nested.preemption_timer_fires_at = Number(host_tsc(vcpu) + ticks);
}

/** KVM: vmx_preemption_timer_fn, when the host's timer has reached its deadline. */
export function vmx_check_preemption_timer(vcpu: Vcpu): void {
  const fires_at = vcpu.nested.preemption_timer_fires_at;
  if (fires_at < 0 || Number(host_tsc(vcpu)) < fires_at) return;
  vcpu.nested.preemption_timer_fires_at = -1;
  vcpu.nested.preemption_timer_expired = true;
}

/** KVM: hrtimer_cancel. */
export function vmx_cancel_preemption_timer(vcpu: Vcpu): void {
  vcpu.nested.preemption_timer_fires_at = -1;
}

/** KVM: vmx_get_preemption_timer_value: what L1 finds in vmcs12 when it saves the timer. */
export function vmx_get_preemption_timer_value(vcpu: Vcpu): number {
  const fires_at = vcpu.nested.preemption_timer_fires_at;
  if (fires_at < 0) return 0;
  const remaining = fires_at - Number(host_tsc(vcpu));
  return remaining <= 0 ? 0 : Math.floor(remaining / 2 ** EMULATED_PREEMPTION_TIMER_RATE);
}
