// Time that VM entries and exits take. What they do retires no instruction, so without it a guest that polls would exit for ever
// while no time passes. How many ticks each takes is the CPU profile's: the manual has no numbers.
import { State } from '../../abi/state-block';
import { get32, get64, set64 } from '../state';

/** Time goes on by so many ticks; the slice ends where it would have ended, counted in ticks. */
function pass(ticks: u64): void {
  set64(State.TIME_SKEW, get64(State.TIME_SKEW) + ticks);
  set64(State.TRANSITION_TICKS, get64(State.TRANSITION_TICKS) + ticks);
  const deadline = get64(State.DEADLINE);
  set64(State.DEADLINE, deadline > ticks ? deadline - ticks : 0);
}

/** The guest's state is about to be loaded: what it reads of the clock, and its preemption timer, begin afterwards. */
export function passEntry(): void {
  pass(get32(State.ENTRY_TICKS));
}

/** The guest's state is saved: its preemption timer stands still. */
export function passExit(): void {
  pass(get32(State.EXIT_TICKS));
}
