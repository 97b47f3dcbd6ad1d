// Taking what is pending (pending.ts) to its end: a fault is delivered, a VM exit made. Delivering a fault can
// itself end in an exit or a stop. Called where nothing is half done: at instruction boundaries and by VM entry.
import { deliverFault } from './events';
import { Pending, pendingKind } from './pending';
import { Next } from './uop';
import { makeExit } from './vmx/exit';

/** Does nothing when nothing is pending. True when the loop must be left: State.STOP says why. */
export function settlePending(): bool {
  if (pendingKind() == Pending.FAULT && deliverFault() == Next.STOP) return true;
  if (pendingKind() == Pending.EXIT) makeExit();
  return false;
}
