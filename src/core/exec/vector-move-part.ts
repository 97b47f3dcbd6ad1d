// Moves of 32 or 64 bits of a vector: MOVSS, MOVSD, MOVLPS, MOVHPS with their register forms, MOVQ, MOVD, MOVDDUP.
// SDM Vol. 1, 10.4.1.1, 11.4.1.1.
import { faulted } from '../fault';
import { writeLinear } from '../memory';
import { checkedOperandLinear, readOperand, writeOperand } from '../operands';
import { Next, Uop } from '../uop';
import {
  XMM,
  firstVector,
  isRegister,
  isVex,
  isWide,
  regVector,
  rmBytes,
  rmVector,
  setVector,
  setWideVector,
  vectorBytes,
  ymm,
} from './vector-operands';

const LOW: u32 = 0;
const HIGH: u32 = 8;

function zeroExtended(value: u64): v128 {
  return i64x2.replace_lane(i64x2.splat(0), 0, value);
}

function withLow(v: v128, value: u64, bytes: u32): v128 {
  return bytes == 4 ? i32x4.replace_lane(v, 0, <i32>value) : i64x2.replace_lane(v, 0, value);
}

function lowOf(at: usize, bytes: u32): u64 {
  return bytes == 4 ? <u64>load<u32>(at) : load<u64>(at);
}

/** Stores 4 or 8 bytes of a register into memory. */
function storePart(u: usize, from: usize, bytes: u32): i32 {
  const linear = checkedOperandLinear(u, bytes, true);
  if (faulted()) return Next.FAULT;
  writeLinear(linear, bytes, lowOf(from, bytes));
  return faulted() ? Next.FAULT : Next.DONE;
}

/** MOVSS, MOVSD: from memory the rest becomes zero, from a register the rest is the first source's. */
export function execMoveScalarLoad(u: usize, bytes: u32): i32 {
  if (isRegister(u)) {
    const value = lowOf(rmVector(u), bytes);
    setVector(u, regVector(u), withLow(v128.load(firstVector(u)), value, bytes));
    return Next.DONE;
  }
  const from = rmBytes(u, bytes);
  if (faulted()) return Next.FAULT;
  setVector(u, regVector(u), zeroExtended(lowOf(from, bytes)));
  return Next.DONE;
}

export function execMoveScalarStore(u: usize, bytes: u32): i32 {
  if (!isRegister(u)) return storePart(u, regVector(u), bytes);
  const rest = isVex(u) ? ymm(load<u8>(u + Uop.VVVV)) : rmVector(u);
  setVector(u, rmVector(u), withLow(v128.load(rest), lowOf(regVector(u), bytes), bytes));
  return Next.DONE;
}

/** MOVLPS, MOVLPD, and MOVHLPS in the register form: the low half is new. */
export function execMoveLowLoad(u: usize): i32 {
  const from = isRegister(u) ? rmVector(u) + HIGH : rmBytes(u, 8);
  if (faulted()) return Next.FAULT;
  const value = load<u64>(from);
  setVector(u, regVector(u), i64x2.replace_lane(v128.load(firstVector(u)), 0, value));
  return Next.DONE;
}

/** MOVHPS, MOVHPD, and MOVLHPS in the register form: the high half is new. */
export function execMoveHighLoad(u: usize): i32 {
  const from = rmBytes(u, 8);
  if (faulted()) return Next.FAULT;
  const value = load<u64>(from);
  setVector(u, regVector(u), i64x2.replace_lane(v128.load(firstVector(u)), 1, value));
  return Next.DONE;
}

export function execMoveLowStore(u: usize): i32 {
  return storePart(u, regVector(u) + LOW, 8);
}

export function execMoveHighStore(u: usize): i32 {
  return storePart(u, regVector(u) + HIGH, 8);
}

/** MOVQ of vectors, reg = rm. */
export function execMoveQuadLoad(u: usize): i32 {
  const from = rmBytes(u, 8);
  if (faulted()) return Next.FAULT;
  setVector(u, regVector(u), zeroExtended(load<u64>(from)));
  return Next.DONE;
}

/** rm = reg. */
export function execMoveQuadStore(u: usize): i32 {
  if (!isRegister(u)) return storePart(u, regVector(u), 8);
  setVector(u, rmVector(u), zeroExtended(load<u64>(regVector(u))));
  return Next.DONE;
}

/** MOVD and MOVQ between a vector and a general register or memory; `bytes` 4 or 8. */
export function execMovdLoad(u: usize, bytes: u32): i32 {
  const value = readOperand(u, bytes);
  if (faulted()) return Next.FAULT;
  setVector(u, regVector(u), zeroExtended(value));
  return Next.DONE;
}

export function execMovdStore(u: usize, bytes: u32): i32 {
  writeOperand(u, bytes, lowOf(regVector(u), bytes));
  return faulted() ? Next.FAULT : Next.DONE;
}

/** The even quadwords, twice each; the 128-bit form reads 64 bits of memory. */
export function execMovddup(u: usize): i32 {
  const from = rmBytes(u, isWide(u) ? vectorBytes(u) : 8);
  if (faulted()) return Next.FAULT;
  const low = i64x2.splat(load<u64>(from));
  if (isWide(u)) setWideVector(regVector(u), low, i64x2.splat(load<u64>(from, XMM)));
  else setVector(u, regVector(u), low);
  return Next.DONE;
}
