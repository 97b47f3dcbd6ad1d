// Operands of a decoded instruction for the handlers outside the hot switch: registers by width, memory with every check
// of the segment (SDM Vol. 3, 5.3 and 5.4). Check `faulted()` after each memory access.
import { Mode, Seg, Segment, State } from '../abi/state-block';
import { faulted } from './fault';
import { readForModify, readLinear, segmentLinear, writeLinear } from './memory';
import { S, gpr, segment } from './state';
import { Uop, UopFlag } from './uop';

/** Truncates an offset or a counter to an address size of 2, 4 or 8 bytes. */
// @ts-ignore: decorator
@inline
export function truncateAddress(value: u64, addressWidth: u32): u64 {
  return addressWidth == 8 ? value : addressWidth == 4 ? value & 0xffffffff : value & 0xffff;
}

/** Offset of the memory operand, truncated to the address size; no segment base. */
export function effectiveAddress(u: usize): u64 {
  let offset = load<u64>(u + Uop.DISPLACEMENT);
  const base = <u32>load<u8>(u + Uop.BASE);
  const index = <u32>load<u8>(u + Uop.INDEX);
  if (base != Uop.NO_REGISTER) offset += gpr(base);
  if (index != Uop.NO_REGISTER) offset += gpr(index) << <u64>load<u8>(u + Uop.SCALE);
  return truncateAddress(offset, load<u8>(u + Uop.ADDRESS_WIDTH));
}

/** Linear address of segment:offset without any check (64-bit mode: base only for FS and GS; 32 bits elsewhere). */
export function linearOf(segmentIndex: u32, offset: u64): u64 {
  if (load<u32>(S + State.MODE) == Mode.LONG_64)
    return segmentIndex == Seg.FS || segmentIndex == Seg.GS
      ? load<u64>(segment(segmentIndex) + Segment.BASE) + offset
      : offset;
  return (load<u64>(segment(segmentIndex) + Segment.BASE) + offset) & 0xffffffff;
}

/** Linear address of the memory operand after the segment checks for `bytes` bytes; `write` as for a store. */
export function checkedOperandLinear(u: usize, bytes: u32, write: bool): u64 {
  return segmentLinear(load<u8>(u + Uop.SEGMENT), effectiveAddress(u), bytes, write);
}

// @ts-ignore: decorator
@inline
function isRegister(u: usize): bool {
  return (load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM) != 0;
}

// @ts-ignore: decorator
@inline
function hasRex(u: usize): bool {
  return (load<u8>(u + Uop.FLAGS) & UopFlag.REX) != 0;
}

/** rm operand of `width` bytes (1, 2, 4, 8), zero-extended. */
export function readOperand(u: usize, width: u32): u64 {
  if (isRegister(u)) return readReg(load<u8>(u + Uop.RM), width, hasRex(u));
  const linear = checkedOperandLinear(u, width, false);
  return faulted() ? 0 : readLinear(linear, width);
}

/** rm operand that will be written back with `writeOperand`: faults as a write. */
export function modifyOperand(u: usize, width: u32): u64 {
  if (isRegister(u)) return readReg(load<u8>(u + Uop.RM), width, hasRex(u));
  const linear = checkedOperandLinear(u, width, true);
  return faulted() ? 0 : readForModify(linear, width);
}

export function writeOperand(u: usize, width: u32, value: u64): void {
  if (isRegister(u)) {
    writeReg(load<u8>(u + Uop.RM), width, hasRex(u), value);
    return;
  }
  const linear = checkedOperandLinear(u, width, true);
  if (!faulted()) writeLinear(linear, width, value);
}

/** Byte offset from Region.STATE of a register operand; byte registers 4..7 without REX are the high bytes of 0..3. */
export function registerOffset(index: u32, width: u32, rex: bool): u32 {
  if (width == 1 && !rex && index >= 4 && index < 8) return State.GPR + ((index & 3) << 3) + 1;
  return State.GPR + (index << 3);
}

/** Register of `width` bytes, zero-extended; byte registers 4..7 are AH CH DH BH unless `rex`. */
export function readReg(index: u32, width: u32, rex: bool): u64 {
  const at = S + <usize>registerOffset(index, width, rex);
  if (width == 8) return load<u64>(at);
  if (width == 4) return <u64>load<u32>(at);
  if (width == 2) return <u64>load<u16>(at);
  return <u64>load<u8>(at);
}

export function writeReg(index: u32, width: u32, rex: bool, value: u64): void {
  const at = S + <usize>registerOffset(index, width, rex);
  if (width == 8) store<u64>(at, value);
  else if (width == 4) store<u64>(at, value & 0xffffffff);
  else if (width == 2) store<u16>(at, <u16>value);
  else store<u8>(at, <u8>value);
}

/** The `reg` operand of ModRM. */
export function readRegOperand(u: usize, width: u32): u64 {
  return readReg(load<u8>(u + Uop.REG), width, hasRex(u));
}

export function writeRegOperand(u: usize, width: u32, value: u64): void {
  writeReg(load<u8>(u + Uop.REG), width, hasRex(u), value);
}
