// The general handlers' door: what an instruction's state can raise, then the instruction. State is precise here: RIP is this
// instruction's, RETIRED exact, RFLAGS through flags.ts.
import { MapState } from '../gen/decode-map';
import { dispatch } from '../gen/dispatch';
import { Next, SLOW_BASE, Uop, UopFlag } from '../uop';
import { checkVector } from './vector-access';

/** Executes the general form of the instruction at `u`; the answer is a Next. */
export function execSlow(u: usize): i32 {
  const operation = <u32>load<u16>(u + Uop.GENERIC) - SLOW_BASE;
  if (load<u8>(u + Uop.FLAGS) & UopFlag.VECTOR_FIELDS) {
    const state = <u32>load<u8>(u + Uop.STATE);
    if (state != MapState.NONE && !checkVector(state - 1)) return Next.FAULT;
  }
  return dispatch(operation, u);
}
