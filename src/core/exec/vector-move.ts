// Moves of whole vectors: MOVAPS and MOVUPS with their kin, the non-temporal ones (a hint without caches), VZEROUPPER and
// VZEROALL. SDM Vol. 2, MOVAPS, MOVUPS, MOVDQA, MOVDQU, MOVNTDQ, MOVNTDQA, LDDQU.
import { faulted } from '../fault';
import { get32 } from '../state';
import { Mode, State } from '../../abi/state-block';
import { Next } from '../uop';
import { vectorAt } from '../vector-memory';
import {
  isRegister,
  isWide,
  regVector,
  rmVector,
  setVector,
  setWideVector,
  storeRegister,
  vectorBytes,
  vectorLinear,
  ymm,
} from './vector-operands';

function copyRegister(u: usize, to: usize, from: usize): i32 {
  if (isWide(u)) setWideVector(to, v128.load(from), v128.load(from, 16));
  else setVector(u, to, v128.load(from));
  return Next.DONE;
}

/** reg = rm. @param strict 1 when memory must be aligned */
export function execMoveVectorLoad(u: usize, strict: u32): i32 {
  if (isRegister(u)) return copyRegister(u, regVector(u), rmVector(u));
  const bytes = vectorBytes(u);
  const linear = vectorLinear(u, bytes, false, strict != 0);
  if (faulted()) return Next.FAULT;
  const from = vectorAt(linear, bytes);
  return faulted() ? Next.FAULT : copyRegister(u, regVector(u), from);
}

/** rm = reg. */
export function execMoveVectorStore(u: usize, strict: u32): i32 {
  if (isRegister(u)) return copyRegister(u, rmVector(u), regVector(u));
  const linear = vectorLinear(u, vectorBytes(u), true, strict != 0);
  if (faulted()) return Next.FAULT;
  storeRegister(linear, regVector(u), isWide(u));
  return faulted() ? Next.FAULT : Next.DONE;
}

/** Registers that the mode can name. */
function reachable(): u32 {
  return get32(State.MODE) == Mode.LONG_64 ? 16 : 8;
}

export function execVzeroupper(_u: usize): i32 {
  for (let i: u32 = 0; i < reachable(); i++) v128.store(ymm(i), i64x2.splat(0), 16);
  return Next.DONE;
}

export function execVzeroall(_u: usize): i32 {
  for (let i: u32 = 0; i < reachable(); i++) setWideVector(ymm(i), i64x2.splat(0), i64x2.splat(0));
  return Next.DONE;
}
