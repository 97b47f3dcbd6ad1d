// One event through the IDT: picks the mode's way and keeps the account that a fault or a VM exit in the middle needs (SDM
// 3A chapter 6, 3C 27.2.4). What a failed delivery leads to is decided in fault-delivery.ts.
import { Mode, State } from '../../abi/state-block';
import { Stop, StopOn } from '../../abi/stop-codes';
import { faulted } from '../fault';
import { EventType, Interruptibility } from '../gen/constants';
import { modeChanged } from '../mode';
import { setAttention } from '../attention';
import { get32, rip, set32, set64 } from '../state';
import { countTransition } from '../transitions';
import { inNonRoot, mtfPending } from '../vmx/hooks';
import { requestStop } from '../vmx/stop';
import { Private, beginDelivery, boundaryMark, clearDelivery, forgetStream } from './event-state';
import { deliverLong } from './long-delivery';
import { deliverProtected } from './protected-delivery';
import { deliverReal } from './real-delivery';

/** True in IA-32e mode (64-bit or compatibility). */
export function longMode(): bool {
  return get32(State.MODE) >= <u32>Mode.COMPATIBILITY_16;
}

/**
 * Delivers an event; State.RIP is the interrupted instruction (or the next one for a trap or interrupt). `type` is the VMX
 * interruption type; types 4, 5, 6 push RIP + `instructionLength`. Returns true when the handler's first instruction is
 * next. False: the state is the one of before (behind a task switch, of the new task), and a fault is pending (`deliverFault` goes
 * on with it, knowing this event) or a VM exit.
 */
export function deliverEvent(
  vector: u32,
  type: u32,
  hasError: bool,
  error: u32,
  instructionLength: u32,
): bool {
  beginDelivery(vector, type, hasError, error, instructionLength);
  if (type == EventType.NMI)
    set32(State.INTERRUPTIBILITY, get32(State.INTERRUPTIBILITY) | Interruptibility.NMI);
  const mode = get32(State.MODE);
  let returnRip = rip();
  if (type >= <u32>EventType.SOFTWARE_INTERRUPT) returnRip += instructionLength;
  if (mode != Mode.LONG_64) returnRip &= 0xffffffff;
  if (mode == Mode.REAL) deliverReal(vector, returnRip);
  else if (longMode()) deliverLong(vector, type, hasError, error, returnRip);
  else deliverProtected(vector, type, hasError, error, returnRip);
  if (faulted()) return false;
  clearDelivery();
  forgetStream();
  // The monitor trap flag's exit comes before the handler's first instruction (SDM 25.5.2); a software interrupt still
  // has to retire.
  if (inNonRoot() && mtfPending())
    set64(Private.MONITOR_TRAP_DUE, boundaryMark(type >= <u32>EventType.SOFTWARE_INTERRUPT ? 1 : 0));
  set32(State.ACTIVITY, 0);
  set32(
    State.INTERRUPTIBILITY,
    get32(State.INTERRUPTIBILITY) & ~(Interruptibility.STI | Interruptibility.MOV_SS),
  );
  // Debug exceptions that a MOV SS shadow held back do not survive an event in that shadow.
  set64(State.PENDING_DEBUG, 0);
  modeChanged();
  setAttention();
  if ((get32(State.STOP_ON) & StopOn.EVENT_DELIVERY) != 0)
    requestStop(Stop.EVENT, StopOn.EVENT_DELIVERY, vector);
  countTransition();
  return true;
}
