// What this processor does not have: x87 and vectors, with the fault rules that come before the gap (SDM Vol. 2, 2.5; Vol. 3,
// 13.1), and two odd ones: CLFLUSH without a cache, instructions that are too long.
import { State } from '../../abi/state-block';
import { faulted, raise, raisePlain } from '../fault';
import { Vector } from '../gen/exceptions';
import { Cr0 } from '../gen/registers';
import { readOperand } from '../operands';
import { unimplemented } from '../leave';
import { S } from '../state';
import { Next, Uop } from '../uop';

const enum Kind {
  X87 = 0,
  VECTOR = 1,
  /** Control instructions with which programs look for a coprocessor: without one they change nothing. */
  PROBE = 2,
}

export function execFpuGap(u: usize): i32 {
  const kind = <u32>load<u64>(u + Uop.IMMEDIATE);
  // CPUID claims no vectors, and CR4.OSFXSR and OSXSAVE cannot be set: always undefined.
  if (kind == Kind.VECTOR) {
    raisePlain(Vector.UD);
    return Next.FAULT;
  }
  if (load<u64>(S + State.CR0) & (Cr0.EM | Cr0.TS)) {
    raisePlain(Vector.NM);
    return Next.FAULT;
  }
  return kind == Kind.PROBE ? Next.DONE : unimplemented();
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
