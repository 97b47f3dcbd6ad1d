// Moves of MMX registers: MOVD, MOVQ, MOVNTQ, MASKMOVQ, PMOVMSKB, PEXTRW, PINSRW, and those between MMX and XMM registers.
// SDM Vol. 1, 9.4.1; Vol. 2.
import { faulted } from '../fault';
import { readOperand, writeOperand } from '../operands';
import { setGpr } from '../state';
import { Next, Uop } from '../uop';
import { mmxOperand, regMmx, rmMmx, setMmx, useMmx } from './mmx-operands';
import { storeMaskedMmx } from './vector-mask';
import { isRegister, regVector, rmVector } from './vector-operands';

const scratch = memory.data(8, 8);

/** MOVD and MOVQ from a general register or memory; `bytes` 4 or 8. */
export function execMmxMovdLoad(u: usize, bytes: u32): i32 {
  const value = readOperand(u, bytes);
  if (faulted()) return Next.FAULT;
  setMmx(regMmx(u), value);
  return Next.DONE;
}

export function execMmxMovdStore(u: usize, bytes: u32): i32 {
  const value = load<u64>(regMmx(u));
  writeOperand(u, bytes, bytes == 4 ? value & 0xffffffff : value);
  if (faulted()) return Next.FAULT;
  useMmx();
  return Next.DONE;
}

/** MOVQ reg = rm. */
export function execMmxMoveLoad(u: usize): i32 {
  const from = mmxOperand(u, 8);
  if (faulted()) return Next.FAULT;
  setMmx(regMmx(u), load<u64>(from));
  return Next.DONE;
}

/** MOVQ and MOVNTQ rm = reg. */
export function execMmxMoveStore(u: usize): i32 {
  const value = load<u64>(regMmx(u));
  if (isRegister(u)) {
    setMmx(rmMmx(u), value);
    return Next.DONE;
  }
  writeOperand(u, 8, value);
  if (faulted()) return Next.FAULT;
  useMmx();
  return Next.DONE;
}

export function execMaskmovq(u: usize): i32 {
  if (!storeMaskedMmx(u, regMmx(u), rmMmx(u))) return Next.FAULT;
  useMmx();
  return Next.DONE;
}

/** Sign bits of the eight bytes of rm. */
export function execMmxMoveMask(u: usize): i32 {
  setGpr(load<u8>(u + Uop.REG), <u64>(<u32>i8x16.bitmask(v128.load64_zero(rmMmx(u)))));
  useMmx();
  return Next.DONE;
}

/** Byte offset of the word that the control byte selects. */
function selected(u: usize): usize {
  return ((<usize>load<u8>(u + Uop.IMMEDIATE)) & 3) << 1;
}

export function execMmxExtractWord(u: usize): i32 {
  setGpr(load<u8>(u + Uop.REG), <u64>load<u16>(rmMmx(u) + selected(u)));
  useMmx();
  return Next.DONE;
}

export function execMmxInsertWord(u: usize): i32 {
  const value = readOperand(u, isRegister(u) ? 4 : 2);
  if (faulted()) return Next.FAULT;
  store<u64>(scratch, load<u64>(regMmx(u)));
  store<u16>(scratch + selected(u), <u16>value);
  setMmx(regMmx(u), load<u64>(scratch));
  return Next.DONE;
}

/** MOVQ2DQ: an MMX register, zero-extended. */
export function execMovq2dq(u: usize): i32 {
  v128.store(regVector(u), v128.load64_zero(rmMmx(u)));
  useMmx();
  return Next.DONE;
}

export function execMovdq2q(u: usize): i32 {
  setMmx(regMmx(u), load<u64>(rmVector(u)));
  return Next.DONE;
}
