// The x87 register stack: ST(i) by TOP, tags, push and pop (SDM Vol. 1, 8.1.2, 8.1.7). No check: who pushes or reads asks
// `isEmpty` first.
import { State } from '../../abi/state-block';
import { FpuStatus } from '../gen/constants';
import { S, get32, set32 } from '../state';

/** Default NaN: what masked invalid operations and stack faults give. */
export const DEFAULT_NAN: u64 = 0xc000_0000_0000_0000;
export const DEFAULT_NAN_HEAD: u32 = 0xffff;

/** Number of the physical register that is ST(i). */
// @ts-ignore: decorator
@inline
export function physicalRegister(i: u32): u32 {
  return ((get32(State.FPU_STATUS) >> FpuStatus.TOP_SHIFT) + i) & 7;
}

/** Address of ST(i): significand, then sign and exponent. */
// @ts-ignore: decorator
@inline
export function stackRegister(i: u32): usize {
  return S + State.X87 + ((<usize>physicalRegister(i)) << 4);
}

// @ts-ignore: decorator
@inline
export function isEmpty(i: u32): bool {
  return ((get32(State.FPU_TAG) >> physicalRegister(i)) & 1) == 0;
}

export function release(i: u32): void {
  set32(State.FPU_TAG, get32(State.FPU_TAG) & ~(1 << physicalRegister(i)));
}

/** Writes ST(i), which is not empty from now on. */
export function writeStack(i: u32, significand: u64, head: u32): void {
  const at = stackRegister(i);
  store<u64>(at, significand);
  store<u64>(at, <u64>head, 8);
  set32(State.FPU_TAG, get32(State.FPU_TAG) | (1 << physicalRegister(i)));
}

/** Adds to TOP. */
export function rotate(by: u32): void {
  const status = get32(State.FPU_STATUS);
  const top = (status + (by << FpuStatus.TOP_SHIFT)) & FpuStatus.TOP;
  set32(State.FPU_STATUS, (status & ~FpuStatus.TOP) | top);
}

export function pop(): void {
  release(0);
  rotate(1);
}

export function push(significand: u64, head: u32): void {
  rotate(7);
  writeStack(0, significand, head);
}
