// Root or non-root, the one question every hook begins with; and whether the guest is open to interrupts.
import { State } from '../../abi/state-block';
import { rflags } from '../flags';
import { Activity, Interruptibility, Rflags } from '../gen/constants';
import { get32 } from '../state';

export function inNonRoot(): bool {
  return get32(State.VMX_NON_ROOT) != 0;
}

/** IF = 1, no blocking by STI or MOV SS, and neither shutdown nor wait-for-SIPI (SDM 25.2). */
export function interruptsOpen(): bool {
  if ((rflags() & Rflags.IF) == 0 || get32(State.ACTIVITY) > <u32>Activity.HLT) return false;
  return (get32(State.INTERRUPTIBILITY) & (Interruptibility.STI | Interruptibility.MOV_SS)) == 0;
}
