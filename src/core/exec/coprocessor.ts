// What a processor may lack: an instruction of a feature that its profile does not claim, and a coprocessor to initialize. And
// two odd ones: CLFLUSH without a cache, instructions that are too long.
import { Gap, Stop } from '../../abi/stop-codes';
import { State } from '../../abi/state-block';
import { faulted, raise, raisePlain } from '../fault';
import { Cr0, Vector } from '../gen/constants';
import { MapState } from '../gen/decode-map';
import { stop } from '../leave';
import { readOperand } from '../operands';
import { get32, get64 } from '../state';
import { Next, Uop, UopFlag } from '../uop';
import { checkWait } from './vector-access';

/** Without x87 its instructions are there to be emulated: CR0.EM and TS make them #NM (SDM Vol. 3, 13.1). */
function emulated(u: usize): bool {
  if (!(load<u8>(u + Uop.FLAGS) & UopFlag.VECTOR_FIELDS)) return false;
  const state = <u32>load<u8>(u + Uop.STATE);
  const x87 = state == MapState.X87 || state == MapState.X87_CONTROL;
  return x87 && (get64(State.CR0) & (Cr0.EM | Cr0.TS)) != 0;
}

/** #UD, or a stop that names the feature where the user asked for one and software does not probe by executing. */
export function execUnclaimed(u: usize): i32 {
  if (emulated(u)) {
    raisePlain(Vector.NM);
    return Next.FAULT;
  }
  if (get32(State.STOP_UNCLAIMED) && !load<u8>(u + Uop.REG))
    return stop(Stop.UNIMPLEMENTED, Gap.UNCLAIMED_FEATURE, load<u64>(u + Uop.IMMEDIATE));
  raisePlain(Vector.UD);
  return Next.FAULT;
}

export function execFwait(): i32 {
  return checkWait() ? Next.DONE : Next.FAULT;
}

export function execNothing(): i32 {
  return Next.DONE;
}

/** Checks its operand like a load; there is nothing to flush. */
export function execClflush(u: usize): i32 {
  readOperand(u, 1);
  return faulted() ? Next.FAULT : Next.DONE;
}

export function execTooLong(): i32 {
  raise(Vector.GP, 0);
  return Next.FAULT;
}
