// What a processor may lack: an instruction of a feature that its profile does not claim, and a coprocessor to initialize. And
// two odd ones: CLFLUSH without a cache, instructions that are too long.
import { Gap, Stop } from '../../abi/stop-codes';
import { State } from '../../abi/state-block';
import { faulted } from '../fault';
import { Reason } from '../gen/constants';
import { stop } from '../leave';
import { readOperand } from '../operands';
import { get32 } from '../state';
import { Next, Uop } from '../uop';
import { refuse, refuseUndefined } from './refusal';
import { checkWait } from './vector-access';

/** #UD, or a stop that names the feature where the user asked for one and software does not probe by executing. */
export function execUnclaimed(u: usize): i32 {
  if (get32(State.STOP_UNCLAIMED) && !load<u8>(u + Uop.REG))
    return stop(Stop.UNIMPLEMENTED, Gap.UNCLAIMED_FEATURE, load<u64>(u + Uop.IMMEDIATE));
  return refuseUndefined(Reason.FEATURE_NOT_CLAIMED, load<u64>(u + Uop.IMMEDIATE));
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
  return refuse(Reason.INSTRUCTION_LENGTH);
}
