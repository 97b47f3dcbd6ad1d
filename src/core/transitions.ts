// Counts what takes the processor from one instruction to another without retiring one: deliveries, VM entries, VM exits. With
// RETIRED the count tells any two instruction boundaries of a run apart, however the run is cut into slices.
import { State } from '../abi/state-block';
import { Stop } from '../abi/stop-codes';
import { get64, set64 } from './state';
import { requestStop } from './vmx/stop';

/** One more, complete: the next instruction is that of a handler, a guest or a host. Stops at the one the embedder waits for. */
export function countTransition(): void {
  const count = get64(State.TRANSITIONS) + 1;
  set64(State.TRANSITIONS, count);
  if (count == get64(State.STOP_AT_TRANSITION)) requestStop(Stop.EVENT, 0, count);
}
