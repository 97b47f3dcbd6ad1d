// AVX and AVX2 across lanes: halves in and out, VPERM2F128, VPERMD, VPERMQ. SDM Vol. 2.
import { faulted } from '../fault';
import { Next, Uop } from '../uop';
import { storeVector } from '../vector-memory';
import {
  XMM,
  YMM,
  firstVector,
  isRegister,
  regVector,
  rmBytes,
  rmVector,
  setVector,
  setWideVector,
  vectorLinear,
} from './vector-operands';

const scratch = memory.data(32, 16);

function control(u: usize): u32 {
  return load<u8>(u + Uop.IMMEDIATE);
}

/** VEXTRACTF128, VEXTRACTI128: rm = half imm8[0] of reg. */
export function execExtractHalf(u: usize): i32 {
  const half = v128.load(regVector(u) + ((control(u) & 1) << 4));
  if (isRegister(u)) {
    setVector(u, rmVector(u), half);
    return Next.DONE;
  }
  const linear = vectorLinear(u, XMM, true, false);
  if (faulted()) return Next.FAULT;
  storeVector(linear, half);
  return faulted() ? Next.FAULT : Next.DONE;
}

/** VINSERTF128, VINSERTI128: reg = first with rm as half imm8[0]. */
export function execInsertHalf(u: usize): i32 {
  const from = rmBytes(u, XMM);
  if (faulted()) return Next.FAULT;
  const half = v128.load(from);
  const a = firstVector(u);
  if (control(u) & 1) setWideVector(regVector(u), v128.load(a), half);
  else setWideVector(regVector(u), half, v128.load(a, 16));
  return Next.DONE;
}

/** One of four halves, or zero. */
function chosenHalf(a: usize, b: usize, field: u32): v128 {
  if (field & 8) return i64x2.splat(0);
  return v128.load((field & 2 ? b : a) + ((field & 1) << 4));
}

/** VPERM2F128, VPERM2I128. */
export function execPermuteHalves(u: usize): i32 {
  const b = rmBytes(u, YMM);
  if (faulted()) return Next.FAULT;
  const a = firstVector(u);
  const low = chosenHalf(a, b, control(u));
  setWideVector(regVector(u), low, chosenHalf(a, b, control(u) >> 4));
  return Next.DONE;
}

/** VPERMD, VPERMPS: elements of rm with the numbers in first. */
export function execPermuteDwords(u: usize): i32 {
  const b = rmBytes(u, YMM);
  if (faulted()) return Next.FAULT;
  const numbers = firstVector(u);
  for (let i: usize = 0; i < YMM; i += 4)
    store<u32>(scratch + i, load<u32>(b + (((<usize>load<u32>(numbers + i)) & 7) << 2)));
  setWideVector(regVector(u), v128.load(scratch), v128.load(scratch, 16));
  return Next.DONE;
}

/** VPERMQ, VPERMPD: two bits of the control byte an element. */
export function execPermuteQwords(u: usize): i32 {
  const b = rmBytes(u, YMM);
  if (faulted()) return Next.FAULT;
  for (let i: u32 = 0; i < 4; i++)
    store<u64>(scratch + (i << 3), load<u64>(b + (((control(u) >> (i << 1)) & 3) << 3)));
  setWideVector(regVector(u), v128.load(scratch), v128.load(scratch, 16));
  return Next.DONE;
}
