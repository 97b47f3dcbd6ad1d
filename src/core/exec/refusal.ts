// How a system instruction refuses: the fault with the row of isa/fault-reasons that asked for it and the values it looked at, so
// that whoever explains the fault can say the sentence. Decides nothing.
import { State } from '../../abi/state-block';
import { raiseBecause, raisePlainBecause } from '../fault';
import { Cr4, Reason, Vector } from '../gen/constants';
import { get32, get64 } from '../state';
import { Next } from '../uop';
import { selectorError } from './descriptors';

/** #GP(0). Returns Next.FAULT. */
export function refuse(reason: u32, a: u64 = 0, b: u64 = 0): i32 {
  raiseBecause(reason, Vector.GP, 0, a, b);
  return Next.FAULT;
}

/** #UD. Returns Next.FAULT. */
export function refuseUndefined(reason: u32, a: u64 = 0, b: u64 = 0): i32 {
  raisePlainBecause(reason, Vector.UD, a, b);
  return Next.FAULT;
}

/** `vector`(selector), by a row that shows the selector and its descriptor. Returns Next.FAULT. */
export function refuseSelector(reason: u32, vector: u32, selector: u32, descriptor: u64): i32 {
  raiseBecause(reason, vector, selectorError(selector), selector, descriptor);
  return Next.FAULT;
}

/** CPL 0; else #GP(0) is pending. */
export function privileged(): bool {
  const cpl = get32(State.CPL);
  if (cpl != 0) refuse(Reason.PRIVILEGE, cpl);
  return cpl == 0;
}

/** CR4.UMIP keeps user code from reading the tables' addresses: #GP(0) is pending then. */
export function userPrevented(): bool {
  const cpl = get32(State.CPL);
  if (cpl == 0 || (get64(State.CR4) & Cr4.UMIP) == 0) return false;
  refuse(Reason.USER_MODE_PREVENTED, cpl);
  return true;
}
