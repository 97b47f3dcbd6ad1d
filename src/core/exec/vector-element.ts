// One element in or out of a vector, and masks of sign bits in a general register. SDM Vol. 2, PEXTRB/W/D/Q, EXTRACTPS,
// PINSRB/W/D/Q, INSERTPS, PMOVMSKB, MOVMSKPS, MOVMSKPD.
import { faulted } from '../fault';
import { readOperand, writeOperand } from '../operands';
import { setGpr } from '../state';
import { Next, Uop } from '../uop';
import { firstVector, isRegister, isWide, regVector, rmBytes, rmVector, setVector } from './vector-operands';

const scratch = memory.data(16, 16);

/** Byte offset of the element that the control byte selects; what does not fit is ignored. */
function selected(u: usize, bytes: u32): usize {
  return (<usize>load<u8>(u + Uop.IMMEDIATE) * bytes) & 15;
}

function elementAt(at: usize, bytes: u32): u64 {
  if (bytes == 8) return load<u64>(at);
  if (bytes == 4) return <u64>load<u32>(at);
  return bytes == 2 ? <u64>load<u16>(at) : <u64>load<u8>(at);
}

/** PEXTR, EXTRACTPS: into memory as many bytes as the element has, into a register zero-extended. */
export function execExtract(u: usize, bytes: u32): i32 {
  const value = elementAt(regVector(u) + selected(u, bytes), bytes);
  if (isRegister(u)) {
    setGpr(load<u8>(u + Uop.RM), value);
    return Next.DONE;
  }
  writeOperand(u, bytes, value);
  return faulted() ? Next.FAULT : Next.DONE;
}

/** PEXTRW in its first encoding: the vector is rm, the register reg. */
export function execExtractWord(u: usize): i32 {
  setGpr(load<u8>(u + Uop.REG), <u64>load<u16>(rmVector(u) + selected(u, 2)));
  return Next.DONE;
}

/** PINSR: the element comes from memory or from the low bits of a register. */
export function execInsert(u: usize, bytes: u32): i32 {
  const value = readOperand(u, isRegister(u) && bytes < 4 ? 4 : bytes);
  if (faulted()) return Next.FAULT;
  v128.store(scratch, v128.load(firstVector(u)));
  const to = scratch + selected(u, bytes);
  if (bytes == 8) store<u64>(to, value);
  else if (bytes == 4) store<u32>(to, <u32>value);
  else if (bytes == 2) store<u16>(to, <u16>value);
  else store<u8>(to, <u8>value);
  setVector(u, regVector(u), v128.load(scratch));
  return Next.DONE;
}

/** INSERTPS: imm8[7:6] element of a register source, [5:4] place, [3:0] elements that become zero. */
export function execInsertps(u: usize): i32 {
  const control = <u32>load<u8>(u + Uop.IMMEDIATE);
  const from = isRegister(u) ? rmVector(u) + ((control >> 6) << 2) : rmBytes(u, 4);
  if (faulted()) return Next.FAULT;
  const value = load<u32>(from);
  v128.store(scratch, v128.load(firstVector(u)));
  store<u32>(scratch + (((control >> 4) & 3) << 2), value);
  for (let i: u32 = 0; i < 4; i++) if ((control >> i) & 1) store<u32>(scratch + (i << 2), 0);
  setVector(u, regVector(u), v128.load(scratch));
  return Next.DONE;
}

function signs(v: v128, bytes: u32): u32 {
  if (bytes == 1) return i8x16.bitmask(v);
  return bytes == 4 ? i32x4.bitmask(v) : i64x2.bitmask(v);
}

/** PMOVMSKB (1), MOVMSKPS (4), MOVMSKPD (8): sign bits of the elements of rm. */
export function execMoveMask(u: usize, bytes: u32): i32 {
  const from = rmVector(u);
  let mask = signs(v128.load(from), bytes);
  if (isWide(u)) mask |= signs(v128.load(from, 16), bytes) << (16 / bytes);
  setGpr(load<u8>(u + Uop.REG), <u64>mask);
  return Next.DONE;
}
