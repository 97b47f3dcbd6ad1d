// Ways for a handler to leave the run loop: a stop code with its detail, or one of our gaps.
import { Gap, Stop } from '../abi/stop-codes';
import { State } from '../abi/state-block';
import { S } from './state';
import { Next } from './uop';

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
