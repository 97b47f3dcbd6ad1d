// MMX registers: the significands of the physical x87 registers. Any MMX instruction marks all of them valid and sets TOP to 0;
// a write makes sign and exponent ones (SDM Vol. 1, 9.5.1 and 9.6.2).
import { State } from '../../abi/state-block';
import { faulted } from '../fault';
import { FpuStatus } from '../gen/constants';
import { checkedOperandLinear } from '../operands';
import { S, get32, set32 } from '../state';
import { Uop } from '../uop';
import { vectorAt } from '../vector-memory';
import { isRegister } from './vector-operands';

const ALL_VALID: u32 = 0xff;
const SIGN_AND_EXPONENT: u16 = 0xffff;

// @ts-ignore: decorator
@inline
export function mmx(index: u32): usize {
  return S + State.X87 + (((<usize>index) & 7) << 4);
}

/** Address of the register that ModRM.reg names. */
// @ts-ignore: decorator
@inline
export function regMmx(u: usize): usize {
  return mmx(load<u8>(u + Uop.REG));
}

// @ts-ignore: decorator
@inline
export function rmMmx(u: usize): usize {
  return mmx(load<u8>(u + Uop.RM));
}

/** What an MMX instruction does to the x87 state when it completes. */
export function useMmx(): void {
  set32(State.FPU_STATUS, get32(State.FPU_STATUS) & ~FpuStatus.TOP);
  set32(State.FPU_TAG, ALL_VALID);
}

/** Result in an MMX register. */
export function setMmx(to: usize, value: u64): void {
  store<u64>(to, value);
  store<u16>(to, SIGN_AND_EXPONENT, 8);
  useMmx();
}

/** Where the rm operand of 4 or 8 bytes is. Check `faulted()`. */
export function mmxOperand(u: usize, bytes: u32): usize {
  if (isRegister(u)) return rmMmx(u);
  const linear = checkedOperandLinear(u, bytes, false);
  return faulted() ? 0 : vectorAt(linear, bytes);
}
