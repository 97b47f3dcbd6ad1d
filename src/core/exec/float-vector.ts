// How an SSE or AVX floating-point instruction begins and ends: environment from MXCSR, exceptions into it, #XM, and the result
// into its register (SDM Vol. 1, 10.2.3, 11.5). Results are put together aside: an unmasked exception leaves the register.
import { State } from '../../abi/state-block';
import { Exception, beginVector, raised, setRaised, unmasked } from '../float/environment';
import { Mxcsr } from '../gen/constants';
import { get32, set32 } from '../state';
import { Next } from '../uop';
import { raiseSimd } from './vector-access';
import { isVex } from './vector-operands';

/** MXCSR under which Wasm's arithmetic will do: rounds to nearest, all masked, PE set already. */
const QUICK_BITS: u32 = Mxcsr.RC | Mxcsr.MASKS | Mxcsr.PE;
const QUICK: u32 = Mxcsr.MASKS | Mxcsr.PE;

/** Where results are put together: 32 bytes. */
export const outcome = memory.data(32, 16);

export function beginSimd(): void {
  const mxcsr = get32(State.MXCSR);
  beginVector(
    (mxcsr & Mxcsr.RC) >> Mxcsr.RC_SHIFT,
    ~(mxcsr >> Mxcsr.MASKS_SHIFT) & (Mxcsr.MASKS >> Mxcsr.MASKS_SHIFT),
    (mxcsr & Mxcsr.DAZ) != 0,
    (mxcsr & Mxcsr.FZ) != 0,
    (mxcsr & QUICK_BITS) == QUICK,
  );
}

/**
 * Reports what was raised; false with #XM pending. Exceptions before the operation in any lane keep those after it in all
 * lanes from being reported, when they are unmasked.
 */
export function endSimd(): bool {
  if (!raised) return true;
  if (raised & unmasked & Exception.BEFORE) setRaised(raised & Exception.BEFORE);
  set32(State.MXCSR, get32(State.MXCSR) | raised);
  return raised & unmasked ? raiseSimd() : true;
}

/** Ends with `bytes` (16 or 32) of the outcome in the register at `to`. */
export function deliver(u: usize, to: usize, bytes: u32): i32 {
  if (!endSimd()) return Next.FAULT;
  v128.store(to, v128.load(outcome));
  if (bytes == 32) v128.store(to, v128.load(outcome, 16), 16);
  else if (isVex(u)) v128.store(to, i64x2.splat(0), 16);
  return Next.DONE;
}
