// Blends that a register decides, and tests into flags: BLENDVPS, BLENDVPD, PBLENDVB, PTEST, VTESTPS, VTESTPD. SDM Vol. 2.
import { faulted } from '../fault';
import { Flag, setArithmeticFlags } from '../flags';
import { Next, Uop } from '../uop';
import {
  firstVector,
  isVex,
  isWide,
  regVector,
  rmOperand,
  setVector,
  setWideVector,
  vectorBytes,
  ymm,
} from './vector-operands';

/** Elements of b where the sign bit of the mask's element is set. */
function blended(a: v128, b: v128, mask: v128, bytes: u32): v128 {
  const wide = bytes == 1 ? i8x16.shr_s(mask, 7) : bytes == 4 ? i32x4.shr_s(mask, 31) : i64x2.shr_s(mask, 63);
  return v128.bitselect(b, a, wide);
}

/** The mask is XMM0, with VEX the register in imm8[7:4]. `bytes` of an element. */
export function execBlendVariable(u: usize, bytes: u32): i32 {
  const b = rmOperand(u, vectorBytes(u));
  if (faulted()) return Next.FAULT;
  const mask = ymm(isVex(u) ? load<u8>(u + Uop.IS4) : 0);
  const a = firstVector(u);
  const low = blended(v128.load(a), v128.load(b), v128.load(mask), bytes);
  if (isWide(u)) {
    const high = blended(v128.load(a, 16), v128.load(b, 16), v128.load(mask, 16), bytes);
    setWideVector(regVector(u), low, high);
  } else setVector(u, regVector(u), low);
  return Next.DONE;
}

/** ZF: no bit of b is in a. CF: no bit of b is outside a. The others become 0. */
function setTestFlags(inside: bool, outside: bool): i32 {
  setArithmeticFlags((inside ? 0 : Flag.ZF) | (outside ? 0 : Flag.CF));
  return Next.DONE;
}

/** Bits that decide: all of them (PTEST), or the sign bits of elements of 4 or 8 bytes. */
function deciding(bytes: u32): v128 {
  if (bytes == 4) return i32x4.splat(i32.MIN_VALUE);
  return bytes == 8 ? i64x2.splat(i64.MIN_VALUE) : i64x2.splat(-1);
}

/** PTEST (`bytes` 1), VTESTPS (4), VTESTPD (8): rm against reg. */
export function execTest(u: usize, bytes: u32): i32 {
  const b = rmOperand(u, vectorBytes(u));
  if (faulted()) return Next.FAULT;
  const a = regVector(u);
  const bits = deciding(bytes);
  let both = v128.and(v128.load(a), v128.load(b));
  let only = v128.andnot(v128.load(b), v128.load(a));
  if (isWide(u)) {
    both = v128.or(both, v128.and(v128.load(a, 16), v128.load(b, 16)));
    only = v128.or(only, v128.andnot(v128.load(b, 16), v128.load(a, 16)));
  }
  return setTestFlags(v128.any_true(v128.and(both, bits)), v128.any_true(v128.and(only, bits)));
}
