// The VMX-preemption timer (SDM 25.5.1): counts down whenever bit X of the TSC changes, X from IA32_VMX_MISC[4:0]. Kept
// as a deadline in ticks of the unscaled clock (retired instructions plus halted time), so that nothing has to count.
import { State } from '../../abi/state-block';
import { Activity, Exit, Ia32VmxMisc, Pin, V } from '../gen/constants';
import { requestExit } from '../pending';
import { get32, get64, set64 } from '../state';
import { CAP_MISC, capability } from './capabilities';
import { NONE, pin, setVm32, vm32 } from './vmcs';

/** Ticks since reset, before any TSC offset. */
export function clockTicks(): u64 {
  return get64(State.RETIRED) + get64(State.TIME_SKEW);
}

function rateShift(): u64 {
  return capability(CAP_MISC) & Ia32VmxMisc.TIMER_RATE;
}

/** Arms the timer from the VMCS at VM entry, or switches it off. */
export function startTimer(): void {
  if (!(pin() & Pin.ACTIVATE_VMX_PREEMPTION_TIMER)) return set64(State.PREEMPTION_DEADLINE, NONE);
  const shift = rateShift();
  const value = <u64>vm32(V.VMX_PREEMPTION_TIMER_VALUE);
  set64(State.PREEMPTION_DEADLINE, ((clockTicks() >> shift) + value) << shift);
}

/** Writes what is left into the VMCS, 0 when the timer ran out. */
export function saveTimer(): void {
  const shift = rateShift();
  const deadline = get64(State.PREEMPTION_DEADLINE) >> shift;
  const now = clockTicks() >> shift;
  setVm32(V.VMX_PREEMPTION_TIMER_VALUE, deadline > now ? <u32>(deadline - now) : 0);
}

/** Exit 52 when the timer has run out; polled at instruction boundaries, in HLT too. */
export function preemptionTimerExit(): bool {
  if (clockTicks() < get64(State.PREEMPTION_DEADLINE)) return false;
  // Shutdown lets it count; wait-for-SIPI holds the exit back (SDM 25.5.1).
  if (get32(State.ACTIVITY) == Activity.WAIT_FOR_SIPI) return false;
  requestExit(Exit.PREEMPTION_TIMER, 0);
  return true;
}

/** RETIRED value at which the run loop has to poll for the timer; all ones when it is off. */
export function timerPollAt(): u64 {
  const deadline = get64(State.PREEMPTION_DEADLINE);
  if (deadline == NONE) return NONE;
  const skew = get64(State.TIME_SKEW);
  return deadline > skew ? deadline - skew : 0;
}
