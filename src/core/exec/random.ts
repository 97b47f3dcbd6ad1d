// RDRAND, RDSEED and RDPID. The machine is deterministic: its random numbers are those of the retired-instruction count, so that
// the same run has the same numbers and two instructions never share one (SDM Vol. 2, RDRAND; Vol. 1, 7.3.17).
import { State } from '../../abi/state-block';
import { Flag, setArithmeticFlags } from '../flags';
import { Reason } from '../gen/reasons';
import { writeOperand } from '../operands';
import { get64 } from '../state';
import { Next, Uop } from '../uop';
import { interceptRandom, rdpidEnabled } from '../vmx/hooks';
import { refuseUndefined } from './refusal';

/** Which stream of numbers. */
export const enum RandomSource {
  RDRAND = 0,
  RDSEED = 1,
}

/** SplitMix64 (Steele, Lea, Flood 2014): the n-th number of a stream is a mix of n times an odd constant. */
function mixed(n: u64): u64 {
  let z = n * 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/** There is always a number: CF is 1, the other flags 0. */
export function execRandom(u: usize, source: u32): i32 {
  if (interceptRandom(u, source == RandomSource.RDSEED)) return Next.EXITED;
  const width = <u32>load<u8>(u + Uop.WIDTH);
  const value = mixed(((get64(State.RETIRED) + 1) << 1) | (<u64>source));
  writeOperand(u, width, value);
  setArithmeticFlags(Flag.CF);
  return Next.DONE;
}

/** IA32_TSC_AUX, 64 bits in 64-bit mode, else 32. */
export function execRdpid(u: usize): i32 {
  if (!rdpidEnabled()) return refuseUndefined(Reason.NOT_CLAIMED);
  writeOperand(u, load<u8>(u + Uop.WIDTH), get64(State.MSR_TSC_AUX));
  return Next.DONE;
}
