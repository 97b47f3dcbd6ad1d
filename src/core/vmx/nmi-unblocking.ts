// IRET and blocking by NMI in non-root operation (SDM 25.3), and what exits of that very IRET report about it (27.2.2).
import { State } from '../../abi/state-block';
import { Interruptibility, Pin } from '../gen/constants';
import { get32, get64, set64 } from '../state';
import { inNonRoot } from './state-of-operation';
import { Vmx, pin } from './vmcs';

/**
 * Called by IRET: true when it ends blocking by NMI. With "NMI exiting" and without virtual NMIs it does not
 * (SDM 25.3). Remembers the instruction for the exit fields.
 */
export function iretUnblocksNmi(): bool {
  if (!inNonRoot()) return true;
  if ((pin() & Pin.NMI_EXITING) != 0 && (pin() & Pin.VIRTUAL_NMIS) == 0) return false;
  if (get32(State.INTERRUPTIBILITY) & Interruptibility.NMI)
    set64(Vmx.IRET_UNBLOCKED_AT, get64(State.RETIRED) + 1);
  return true;
}

/** True when the instruction that exits now is an IRET that ended blocking by NMI (SDM 27.2.2). */
export function nmiUnblockedByThisIret(): bool {
  return get64(Vmx.IRET_UNBLOCKED_AT) == get64(State.RETIRED) + 1;
}
