// Operands of SSE and AVX instructions: registers, memory with its alignment rule, and what happens to the upper half of the
// destination: a legacy encoding keeps it, VEX clears it (SDM Vol. 1, 14.1.2). Reads answer addresses in linear memory.
import { State } from '../../abi/state-block';
import { faulted, raiseBecause } from '../fault';
import { Vector } from '../gen/exceptions';
import { Reason } from '../gen/reasons';
import { checkedOperandLinear } from '../operands';
import { S } from '../state';
import { Uop, UopFlag } from '../uop';
import { storeVector, storeWideVector, vectorAt } from '../vector-memory';

/** Bytes of an XMM and of a YMM register. */
export const XMM: u32 = 16;
export const YMM: u32 = 32;

/** Address of a YMM register; its low half is the XMM register. */
// @ts-ignore: decorator
@inline
export function ymm(index: u32): usize {
  return S + State.YMM + ((<usize>index) << 5);
}

// @ts-ignore: decorator
@inline
export function isRegister(u: usize): bool {
  return (load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM) != 0;
}

// @ts-ignore: decorator
@inline
export function isVex(u: usize): bool {
  return load<u8>(u + Uop.VECTOR_LENGTH) != 0;
}

/** 256-bit operands. */
// @ts-ignore: decorator
@inline
export function isWide(u: usize): bool {
  return load<u8>(u + Uop.VECTOR_LENGTH) == YMM;
}

/** Of the operands. */
// @ts-ignore: decorator
@inline
export function vectorBytes(u: usize): u32 {
  return isWide(u) ? YMM : XMM;
}

/** Address of the register that ModRM.reg names. */
// @ts-ignore: decorator
@inline
export function regVector(u: usize): usize {
  return ymm(load<u8>(u + Uop.REG));
}

/** Address of the register that ModRM.rm names; register form only. */
// @ts-ignore: decorator
@inline
export function rmVector(u: usize): usize {
  return ymm(load<u8>(u + Uop.RM));
}

/** Address of the first source: VEX.vvvv, or the destination of a legacy encoding. */
// @ts-ignore: decorator
@inline
export function firstVector(u: usize): usize {
  return ymm(load<u8>(u + Uop.VVVV));
}

/** An operand that must lie on a multiple of its size is #GP(0) elsewhere, whatever its segment. */
export function aligned(linear: u64, bytes: u32): bool {
  if (((<u32>linear) & (bytes - 1)) == 0) return true;
  raiseBecause(Reason.OPERAND_ALIGNMENT, Vector.GP, 0, linear, bytes);
  return false;
}

/** Linear address of the memory operand, checked; `strict` where it must be aligned. */
export function vectorLinear(u: usize, bytes: u32, write: bool, strict: bool): u64 {
  const linear = checkedOperandLinear(u, bytes, write);
  if (!faulted() && strict) aligned(linear, bytes);
  return linear;
}

/** Where `bytes` bytes of the rm operand are: no alignment is asked for. Check `faulted()`. */
export function rmBytes(u: usize, bytes: u32): usize {
  if (isRegister(u)) return rmVector(u);
  const linear = vectorLinear(u, bytes, false, false);
  return faulted() ? 0 : vectorAt(linear, bytes);
}

/** The whole vector of the rm operand: legacy encodings want it aligned. Check `faulted()`. */
export function rmOperand(u: usize, bytes: u32): usize {
  if (isRegister(u)) return rmVector(u);
  const linear = vectorLinear(u, bytes, false, !isVex(u));
  return faulted() ? 0 : vectorAt(linear, bytes);
}

/** Result of a 128-bit operation into a register. */
// @ts-ignore: decorator
@inline
export function setVector(u: usize, to: usize, value: v128): void {
  v128.store(to, value);
  if (isVex(u)) v128.store(to, i64x2.splat(0), 16);
}

// @ts-ignore: decorator
@inline
export function setWideVector(to: usize, low: v128, high: v128): void {
  v128.store(to, low);
  v128.store(to, high, 16);
}

/** Stores the low `bytes` of a register at the memory operand's address; check `faulted()`. */
export function storeRegister(linear: u64, from: usize, wide: bool): void {
  if (wide) storeWideVector(linear, v128.load(from), v128.load(from, 16));
  else storeVector(linear, v128.load(from));
}
