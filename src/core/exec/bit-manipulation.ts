// BMI1, BMI2, ADX, LZCNT, TZCNT and CRC32: general registers by VEX encodings, and two counts. SDM Vol. 1, 5.1.16; Vol. 2. Flags
// the manual leaves undefined become 0 or stay.
import { Gpr } from '../../abi/state-block';
import { faulted } from '../fault';
import { Flag, rflags, setArithmeticFlags } from '../flags';
import { multiply } from '../float/significand';
import { readOperand, readReg, readRegOperand, writeReg, writeRegOperand } from '../operands';
import { gpr, setGpr } from '../state';
import { Next, Uop } from '../uop';

// @ts-ignore: decorator
@inline
function width(u: usize): u32 {
  return load<u8>(u + Uop.WIDTH);
}

/** Register in VEX.vvvv. */
// @ts-ignore: decorator
@inline
function vvvv(u: usize): u64 {
  return readReg(load<u8>(u + Uop.VVVV), width(u), true);
}

// @ts-ignore: decorator
@inline
function setVvvv(u: usize, value: u64): void {
  writeReg(load<u8>(u + Uop.VVVV), width(u), true, value);
}

// @ts-ignore: decorator
@inline
function bits(u: usize): u64 {
  return (<u64>width(u)) << 3;
}

/** SF and ZF of a result, CF as given, the others 0. */
function setResultFlags(value: u64, size: u64, carry: bool): void {
  let flags: u32 = carry ? Flag.CF : 0;
  if (value == 0) flags |= Flag.ZF;
  if ((value >> (size - 1)) & 1) flags |= Flag.SF;
  setArithmeticFlags(flags);
}

function truncated(value: u64, size: u64): u64 {
  return size == 64 ? value : value & (((<u64>1) << size) - 1);
}

/** reg = not vvvv and rm. */
export function execAndn(u: usize): i32 {
  const b = readOperand(u, width(u));
  if (faulted()) return Next.FAULT;
  const value = truncated(~vvvv(u), bits(u)) & b;
  writeRegOperand(u, width(u), value);
  setResultFlags(value, bits(u), false);
  return Next.DONE;
}

/** The field of rm that starts at bit vvvv[7:0] and has vvvv[15:8] bits. */
export function execBextr(u: usize): i32 {
  const source = readOperand(u, width(u));
  if (faulted()) return Next.FAULT;
  const control = vvvv(u);
  const start = control & 0xff;
  const length = (control >> 8) & 0xff;
  let value: u64 = start < bits(u) ? source >> start : 0;
  if (length < 64) value &= ((<u64>1) << length) - 1;
  writeRegOperand(u, width(u), value);
  setArithmeticFlags(value == 0 ? Flag.ZF : 0);
  return Next.DONE;
}

export const enum LowestBit {
  /** Keeps it alone. */
  BLSI = 0,
  /** A mask up to it. */
  BLSMSK,
  /** Clears it. */
  BLSR,
}

/** vvvv = an operation on the lowest bit of rm that is 1. */
export function execLowestBit(u: usize, op: u32): i32 {
  const source = readOperand(u, width(u));
  if (faulted()) return Next.FAULT;
  let value = source - 1;
  if (op == LowestBit.BLSI) value = source & (0 - source);
  else if (op == LowestBit.BLSMSK) value ^= source;
  else value &= source;
  value = truncated(value, bits(u));
  setVvvv(u, value);
  setResultFlags(value, bits(u), (source == 0) != (op == LowestBit.BLSI));
  return Next.DONE;
}

/** The bits of rm below bit number vvvv[7:0]. */
export function execBzhi(u: usize): i32 {
  const source = readOperand(u, width(u));
  if (faulted()) return Next.FAULT;
  const index = vvvv(u) & 0xff;
  const value = index < bits(u) ? source & (((<u64>1) << index) - 1) : source;
  writeRegOperand(u, width(u), value);
  setResultFlags(value, bits(u), index >= bits(u));
  return Next.DONE;
}

/** TZCNT and LZCNT: of zero it is the operand's size, and CF is 1. */
export function execCountZeros(u: usize, leading: u32): i32 {
  const source = readOperand(u, width(u));
  if (faulted()) return Next.FAULT;
  const size = bits(u);
  let count: u64 = size;
  if (source != 0) count = leading ? clz<u64>(source) - (64 - size) : ctz<u64>(source);
  writeRegOperand(u, width(u), count);
  setArithmeticFlags((source == 0 ? Flag.CF : 0) | (count == 0 ? Flag.ZF : 0));
  return Next.DONE;
}

/** reg:vvvv = RDX * rm, no flags; with equal registers the high half stays. */
export function execMulx(u: usize): i32 {
  const b = readOperand(u, width(u));
  if (faulted()) return Next.FAULT;
  const a = readReg(Gpr.RDX, width(u), true);
  const low = a * b;
  setVvvv(u, low);
  writeRegOperand(u, width(u), width(u) == 8 ? multiply(a, b) : low >> 32);
  return Next.DONE;
}

/** Low bits of vvvv go to the places of the ones of rm. */
export function execPdep(u: usize): i32 {
  let mask = readOperand(u, width(u));
  if (faulted()) return Next.FAULT;
  let source = vvvv(u);
  let value: u64 = 0;
  for (; mask != 0; mask &= mask - 1, source >>= 1) if (source & 1) value |= mask & (0 - mask);
  writeRegOperand(u, width(u), value);
  return Next.DONE;
}

/** Bits of vvvv at the places of the ones of rm, packed. */
export function execPext(u: usize): i32 {
  let mask = readOperand(u, width(u));
  if (faulted()) return Next.FAULT;
  const source = vvvv(u);
  let value: u64 = 0;
  for (let bit: u64 = 1; mask != 0; mask &= mask - 1, bit <<= 1) if (source & mask & (0 - mask)) value |= bit;
  writeRegOperand(u, width(u), value);
  return Next.DONE;
}

export function execRorx(u: usize): i32 {
  const source = readOperand(u, width(u));
  if (faulted()) return Next.FAULT;
  const count = (<u64>load<u8>(u + Uop.IMMEDIATE)) & (bits(u) - 1);
  const value = count == 0 ? source : truncated((source >> count) | (source << (bits(u) - count)), bits(u));
  writeRegOperand(u, width(u), value);
  return Next.DONE;
}

export const enum PlainShift {
  SHLX = 0,
  SHRX,
  SARX,
}

/** reg = rm shifted by vvvv, no flags. */
export function execPlainShift(u: usize, op: u32): i32 {
  const source = readOperand(u, width(u));
  if (faulted()) return Next.FAULT;
  const count = vvvv(u) & (bits(u) - 1);
  let value = source >> count;
  if (op == PlainShift.SHLX) value = truncated(source << count, bits(u));
  else if (op == PlainShift.SARX)
    value =
      width(u) == 8 ? <u64>((<i64>source) >> (<i64>count)) : <u64>(<u32>((<i32>source) >> (<i32>count)));
  writeRegOperand(u, width(u), value);
  return Next.DONE;
}

/** ADCX (CF) and ADOX (OF): reg += rm with carry in and out of one flag. */
export function execAddCarry(u: usize, flag: u32): i32 {
  const b = readOperand(u, width(u));
  if (faulted()) return Next.FAULT;
  const flags = <u32>rflags();
  const carry: u64 = flags & flag ? 1 : 0;
  const a = readRegOperand(u, width(u));
  const sum = a + b + carry;
  // 64 bits: the sum wrapped; 32: it has a bit beyond.
  const out = width(u) == 8 ? sum < a || (carry != 0 && sum == a) : sum >> 32 != 0;
  writeRegOperand(u, width(u), truncated(sum, bits(u)));
  setArithmeticFlags(out ? flags | flag : flags & ~flag);
  return Next.DONE;
}

/** CRC-32C's polynomial, bit-reversed. */
const CASTAGNOLI: u32 = 0x82f63b78;

/** reg = CRC of the rm operand, continued from reg. @param size 1 for a byte; 0: the operand size */
export function execCrc32(u: usize, size: u32): i32 {
  const bytes = size ? size : width(u);
  let data = readOperand(u, bytes);
  if (faulted()) return Next.FAULT;
  let crc = <u32>gpr(load<u8>(u + Uop.REG));
  for (let i: u32 = 0; i < bytes; i++, data >>= 8) {
    crc ^= (<u32>data) & 0xff;
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (CASTAGNOLI & (0 - (crc & 1)));
  }
  setGpr(load<u8>(u + Uop.REG), <u64>crc);
  return Next.DONE;
}

export { Flag } from '../flags';
