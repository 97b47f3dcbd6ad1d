// Leaving the run loop because of VMX: an exit under an embedded host, or an event the embedder chose in STOP_ON. The
// run loop asks `takeStopRequest` at every poll with attention set, and where the slice ends. Decides nothing else.
import { State } from '../../abi/state-block';
import { Stop } from '../../abi/stop-codes';
import { setAttention } from '../attention';
import { get32, set32, set64 } from '../state';
import { Vmx } from './vmcs';

/** Makes the run loop return `stop` before the next instruction. The first request wins. */
export function requestStop(stop: u32, detail: u32, value: u64): void {
  if (get32(Vmx.STOP_REQUEST) != 0) return;
  set32(Vmx.STOP_REQUEST, 1);
  set32(State.STOP, stop);
  set32(State.STOP_DETAIL, detail);
  set64(State.STOP_VALUE, value);
  setAttention();
}

/** Stops when the embedder chose one of these kinds of events (StopOn bits); STOP_DETAIL is those chosen. */
export function requestEventStop(kinds: u32): void {
  const chosen = get32(State.STOP_ON) & kinds;
  if (chosen != 0) requestStop(Stop.EVENT, chosen, 0);
}

/** True once for each request: State.STOP and its details are already written. */
export function takeStopRequest(): bool {
  if (get32(Vmx.STOP_REQUEST) == 0) return false;
  set32(Vmx.STOP_REQUEST, 0);
  return true;
}
