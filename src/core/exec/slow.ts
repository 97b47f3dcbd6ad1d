// Dispatch of the operations outside the hot switch. State is precise here: RIP is this instruction's, RETIRED exact,
// RFLAGS through flags.ts. Must hold no behaviour of its own.
import { unimplemented } from '../run';
import { Uop } from '../uop';
import { SLOW_BASE } from '../slow-ops';

/** Executes the slow operation at `u`; the answer is a Next. */
export function execSlow(u: usize): i32 {
  switch (<u32>load<u16>(u + Uop.OP) - SLOW_BASE) {
    default:
      return unimplemented();
  }
}
