// The run loop: one slice from RETIRED to DEADLINE.
import { Gap, Stop } from '../abi/stop-codes';
import { State } from '../abi/state-block';
import { S } from './state';
import { Next } from './uop';

/** Private variables of the loop. */
export const enum Loop {
  /** Non-zero: events may be pending, poll at the next instruction boundary and execute single instructions until it is zero. u32 */
  ATTENTION = 0x920,
}

/** Asks for `pollEvents` at the next instruction boundary. The loop clears it before it polls; the poller sets it again to be asked again. */
export function setAttention(): void {
  store<u32>(S + Loop.ATTENTION, 1);
}

/** Leaves the loop with a stop code. Handlers: `return stop(...)`. */
export function stop(code: u32, detail: u32, value: u64): i32 {
  store<u32>(S + State.STOP, code);
  store<u32>(S + State.STOP_DETAIL, detail);
  store<u64>(S + State.STOP_VALUE, value);
  return Next.STOP;
}

/** Our gap: an instruction (or, with a mechanism, a part of the architecture) the core does not have. */
export function unimplemented(): i32 {
  return stop(Stop.UNIMPLEMENTED, Gap.INSTRUCTION, load<u64>(S + State.RIP));
}

export function unimplementedMechanism(mechanism: u32): i32 {
  return stop(Stop.UNIMPLEMENTED, Gap.MECHANISM, <u64>mechanism);
}

/** Runs until a stop; returns the Stop code. */
export function run(): i32 {
  return Stop.BUDGET;
}
