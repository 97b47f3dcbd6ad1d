// Between two iterations of a repeated string instruction: who may come in, and what the boundary there looks like. The
// registers are advanced and RIP stands at the instruction, which goes on when it is executed again. SDM Vol. 1, 7.3.9;
// Vol. 3, 17.3.1.1 (RF), 17.3.1.4 (single steps), 25.5.2 (monitor trap flag).
import { Stop } from '../../abi/stop-codes';
import { Private, boundaryMark } from '../events/event-state';
import { stop } from '../leave';
import { get64, set64 } from '../state';
import { Next } from '../uop';

/** Iterations after which the slice ends, so that time passes and the embedder gets a look at the world. */
const ITERATIONS: u64 = 100000;

/** TF, or the monitor trap flag, was set before this instruction: each iteration is one step. */
function stepsByIteration(): bool {
  const next = boundaryMark(1);
  return get64(Private.TRAP_DUE) == next || get64(Private.MONITOR_TRAP_DUE) == next;
}

/** How many iterations may go before `betweenIterations` must be asked. */
export function iterationsLeft(): u64 {
  return stepsByIteration() ? 1 : ITERATIONS - get64(Private.ITERATIONS);
}

/** Counts iterations after which others are to come. */
export function countIterations(done: u64): void {
  set64(Private.ITERATIONS, get64(Private.ITERATIONS) + done);
}

/** The last iteration is done: the instruction retires, and the iterations are no time of their own. */
export function endIterations(): void {
  set64(Private.ITERATIONS, 0);
}

/**
 * Leaves the instruction between two iterations. Steps are taken here and not at its end. After ITERATIONS the slice ends;
 * STOP_VALUE says how many iterations made time pass without a retired instruction.
 */
export function betweenIterations(): i32 {
  const here = boundaryMark(0);
  const next = boundaryMark(1);
  set64(Private.BETWEEN_ITERATIONS, here);
  if (get64(Private.TRAP_DUE) == next) set64(Private.TRAP_DUE, here);
  if (get64(Private.DATA_DUE) == next) set64(Private.DATA_DUE, here);
  if (get64(Private.MONITOR_TRAP_DUE) == next) set64(Private.MONITOR_TRAP_DUE, here);
  const done = get64(Private.ITERATIONS);
  if (done < ITERATIONS) return Next.EXITED;
  endIterations();
  return stop(Stop.BUDGET, 0, done);
}
