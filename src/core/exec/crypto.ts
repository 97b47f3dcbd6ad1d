// Operands of AES, SHA and PCLMULQDQ instructions. SDM Vol. 1, 12.13; Vol. 2, SHA1RNDS4.
import { faulted } from '../fault';
import { Next, Uop } from '../uop';
import { aesKeyAssist, aesRound, inverseMixColumns } from './crypto-aes';
import { sha1Rounds, sha256Rounds, shaMessage } from './crypto-sha';
import {
  XMM,
  firstVector,
  isWide,
  regVector,
  rmOperand,
  setVector,
  setWideVector,
  vectorBytes,
  ymm,
} from './vector-operands';

export { AesOp } from './crypto-aes';
export { ShaOp } from './crypto-sha';
export { execPackedControl } from './vector-integer';
export { ControlOp } from './vector-ops';

/** reg = a round on first with the key rm, an AesOp. */
export function execAesRound(u: usize, op: u32): i32 {
  const key = rmOperand(u, vectorBytes(u));
  if (faulted()) return Next.FAULT;
  const a = firstVector(u);
  const low = aesRound(op, v128.load(a), v128.load(key));
  if (isWide(u)) setWideVector(regVector(u), low, aesRound(op, v128.load(a, 16), v128.load(key, 16)));
  else setVector(u, regVector(u), low);
  return Next.DONE;
}

export function execAesimc(u: usize): i32 {
  const a = rmOperand(u, XMM);
  if (faulted()) return Next.FAULT;
  setVector(u, regVector(u), inverseMixColumns(v128.load(a)));
  return Next.DONE;
}

export function execAeskeygenassist(u: usize): i32 {
  const a = rmOperand(u, XMM);
  if (faulted()) return Next.FAULT;
  setVector(u, regVector(u), aesKeyAssist(v128.load(a), load<u8>(u + Uop.IMMEDIATE)));
  return Next.DONE;
}

/** reg = op(reg, rm), a ShaOp. */
export function execShaMessage(u: usize, op: u32): i32 {
  const b = rmOperand(u, XMM);
  if (faulted()) return Next.FAULT;
  v128.store(regVector(u), shaMessage(op, v128.load(regVector(u)), v128.load(b)));
  return Next.DONE;
}

export function execSha1rnds4(u: usize): i32 {
  const b = rmOperand(u, XMM);
  if (faulted()) return Next.FAULT;
  const rounds = (<u32>load<u8>(u + Uop.IMMEDIATE)) & 3;
  v128.store(regVector(u), sha1Rounds(v128.load(regVector(u)), v128.load(b), rounds));
  return Next.DONE;
}

/** Message words with their constants in XMM0. */
export function execSha256rnds2(u: usize): i32 {
  const b = rmOperand(u, XMM);
  if (faulted()) return Next.FAULT;
  v128.store(regVector(u), sha256Rounds(v128.load(regVector(u)), v128.load(b), v128.load(ymm(0))));
  return Next.DONE;
}
