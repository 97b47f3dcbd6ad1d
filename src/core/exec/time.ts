// The time-stamp counter: RDTSC, RDTSCP, and what WRMSR of IA32_TIME_STAMP_COUNTER and IA32_TSC_ADJUST mean (SDM 3B 17.17).
// Ticks are retired instructions plus skipped idle time, never the wall clock.
import { Gpr, State } from '../../abi/state-block';
import { claimsFeature } from '../claims';
import { lowWord, multiply } from '../float/significand';
import { Cr4, Proc2, Reason } from '../gen/constants';
import { Feature } from '../gen/features';
import { get32, get64, gpr, set64, setGpr } from '../state';
import { Next } from '../uop';
import { inNonRoot, interceptRdpmc, interceptRdtsc, interceptRdtscp } from '../vmx/hooks';
import { Vmx, proc2 } from '../vmx/vmcs';
import { refuse, refuseUndefined } from './refusal';

/** The processor's own counter, without the offset of non-root operation: what a VM exit stores. */
export function hostTimeStamp(): u64 {
  return get64(State.RETIRED) + get64(State.TIME_SKEW) + get64(State.MSR_TSC_ADJUST);
}

/** The counter times the guest's multiplier, which has 48 bits behind the point (SDM 24.6.5): bits 111:48 of the product. */
function scaled(counter: u64, multiplier: u64): u64 {
  const high = multiply(counter, multiplier);
  return (high << 16) | (lowWord >> 48);
}

/** The counter as software reads it now. */
export function timeStamp(): u64 {
  const multiplier = get64(Vmx.TSC_MULTIPLIER);
  const counter = multiplier == 0 ? hostTimeStamp() : scaled(hostTimeStamp(), multiplier);
  return counter + get64(State.TSC_OFFSET);
}

/** WRMSR of the counter moves IA32_TSC_ADJUST by as much. */
export function writeTimeStamp(value: u64): void {
  set64(State.MSR_TSC_ADJUST, get64(State.MSR_TSC_ADJUST) + value - hostTimeStamp());
}

function answer(value: u64): void {
  setGpr(Gpr.RAX, value & 0xffffffff);
  setGpr(Gpr.RDX, value >> 32);
}

/** CR4.TSD keeps the counter from ring 1 to 3. */
function timeDisabled(): bool {
  const cpl = get32(State.CPL);
  if ((get64(State.CR4) & Cr4.TSD) == 0 || cpl == 0) return false;
  refuse(Reason.TIME_DISABLED, cpl);
  return true;
}

export function execRdtsc(u: usize): i32 {
  if (timeDisabled()) return Next.FAULT;
  if (inNonRoot() && interceptRdtsc(u)) return Next.EXITED;
  answer(timeStamp());
  return Next.DONE;
}

export function execRdtscp(u: usize): i32 {
  if (!claimsFeature(Feature.RDTSCP) || (inNonRoot() && (proc2() & Proc2.ENABLE_RDTSCP) == 0))
    return refuseUndefined(Reason.NOT_CLAIMED);
  if (timeDisabled()) return Next.FAULT;
  if (inNonRoot() && interceptRdtscp(u)) return Next.EXITED;
  answer(timeStamp());
  setGpr(Gpr.RCX, get64(State.MSR_TSC_AUX) & 0xffffffff);
  return Next.DONE;
}

/** No performance counter is claimed, so no index is valid. */
export function execRdpmc(u: usize): i32 {
  const cpl = get32(State.CPL);
  if (cpl != 0 && (get64(State.CR4) & Cr4.PCE) == 0) return refuse(Reason.COUNTERS_DISABLED, cpl);
  if (inNonRoot() && interceptRdpmc(u)) return Next.EXITED;
  return refuse(Reason.COUNTER_UNKNOWN, <u32>gpr(Gpr.RCX));
}
