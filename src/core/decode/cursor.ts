// Where the decoder reads: a run of bytes in linear memory, and what the prefixes said. Module variables, valid inside
// the decoding of one instruction only; nothing here is architectural state.
import { Mode, Seg } from '../../abi/state-block';
import { Operation } from '../gen/operations';
import { SLOW_BASE, Uop, UopFlag } from '../uop';

export const NO_OVERRIDE: u32 = 0xff;

/** Cursor, and the end of the bytes that may be read. */
export let at: usize = 0;
export let limit: usize = 0;
/** A byte behind `limit` was wanted. */
export let overrun: bool = false;

/** What the prefixes and the mode decided. */
export let mode: u32 = Mode.REAL;
export let rex: u32 = 0;
export let prefix66: bool = false;
/** 0xf2, 0xf3 or 0: the last one counts. */
export let repeat: u32 = 0;
export let lock: bool = false;
/** Segment override, or NO_OVERRIDE. */
export let segmentOverride: u32 = NO_OVERRIDE;
export let operandSize: u32 = 4;
export let addressSize: u32 = 4;

/** The ModRM byte's parts, register numbers without REX. */
export let modrmMod: u32 = 0;
export let modrmRm: u32 = 0;

/** True when the block ends behind this instruction. */
export let blockEnds: bool = false;
/** True when the immediate is a distance from the next instruction. */
export let relative: bool = false;
/** True when LOCK may stand before this instruction, if its destination is memory. */
export let lockAllowed: bool = false;

export function begin(start: usize, end: usize, executionMode: u32): void {
  at = start;
  limit = end;
  overrun = false;
  mode = executionMode;
  rex = 0;
  prefix66 = false;
  repeat = 0;
  lock = false;
  segmentOverride = NO_OVERRIDE;
  blockEnds = false;
  lockAllowed = false;
  relative = false;
}

export function endBlock(): void {
  blockEnds = true;
}

export function allowLock(): void {
  lockAllowed = true;
}

export function setRelative(): void {
  relative = true;
}

/** W, R, X and B of a VEX prefix, in the places of REX. */
export function setVexBits(bits: u32): void {
  rex = bits;
  operandSize = bits & 8 ? 8 : 4;
}

export function isLong(): bool {
  return mode == Mode.LONG_64;
}

/** 16-bit code by default: real mode, virtual-8086 mode, 16-bit segments. */
function is16Bit(): bool {
  return mode <= <u32>Mode.PROTECTED_16 || mode == Mode.COMPATIBILITY_16;
}

export function next8(): u32 {
  if (at >= limit) {
    overrun = true;
    return 0;
  }
  return load<u8>(at++);
}

/** The next byte, without going on behind it. */
export function peek8(): u32 {
  if (at < limit) return load<u8>(at);
  overrun = true;
  return 0;
}

export function next16(): u32 {
  const low = next8();
  return low | (next8() << 8);
}

export function next32(): u32 {
  if (at + 4 > limit) {
    overrun = true;
    return 0;
  }
  const value = load<u32>(at);
  at += 4;
  return value;
}

export function next64(): u64 {
  const low: u32 = next32();
  const high: u32 = next32();
  return (<u64>low) | ((<u64>high) << 32);
}

/** Immediate of the operand size, at most 32 bits, sign-extended. */
export function immediate(size: u32): u64 {
  if (size == 1) return <u64>(<i64>(<i8>next8()));
  if (size == 2) return <u64>(<i64>(<i16>next16()));
  return <u64>(<i64>(<i32>next32()));
}

/** Immediate of the operand size, 64 bits included. */
export function fullImmediate(): u64 {
  return operandSize == 8 ? next64() : immediate(operandSize);
}

/** Offset of a memory operand that stands in the code, of the address size. */
export function offset(): u64 {
  if (addressSize == 8) return next64();
  return addressSize == 4 ? <u64>next32() : <u64>next16();
}

/** Reads legacy and REX prefixes and the first opcode byte, which it returns. */
export function prefixes(): u32 {
  let prefix67 = false;
  while (true) {
    const byte = next8();
    if (overrun) return 0;
    if (byte == 0x66) prefix66 = true;
    else if (byte == 0x67) prefix67 = true;
    else if (byte == 0xf0) lock = true;
    else if (byte == 0xf2 || byte == 0xf3) repeat = byte;
    else if (byte == 0x64) segmentOverride = Seg.FS;
    else if (byte == 0x65) segmentOverride = Seg.GS;
    // In 64-bit mode the other overrides are read and ignored; the last of FS and GS stays.
    else if (byte == 0x26) segmentOverride = isLong() ? segmentOverride : Seg.ES;
    else if (byte == 0x2e) segmentOverride = isLong() ? segmentOverride : Seg.CS;
    else if (byte == 0x36) segmentOverride = isLong() ? segmentOverride : Seg.SS;
    else if (byte == 0x3e) segmentOverride = isLong() ? segmentOverride : Seg.DS;
    else if (isLong() && (byte & 0xf0) == 0x40) {
      rex = byte;
      continue;
    } else {
      sizes(prefix67);
      return byte;
    }
    // A REX prefix counts only directly before the opcode.
    rex = 0;
  }
}

function sizes(prefix67: bool): void {
  if (isLong()) {
    operandSize = rex & 8 ? 8 : prefix66 ? 2 : 4;
    addressSize = prefix67 ? 4 : 8;
  } else {
    operandSize = is16Bit() != prefix66 ? 2 : 4;
    addressSize = is16Bit() != prefix67 ? 2 : 4;
  }
}

/** Operand size of instructions that default to 64 bits in 64-bit mode (stack operations). */
export function stackOperandSize(): u32 {
  // REX.W outweighs the prefix, and changes nothing else.
  return isLong() ? (prefix66 && !(rex & 8) ? 2 : 8) : operandSize;
}

/** Fields every micro-op starts with. */
export function initialize(u: usize): void {
  let flags: u32 = 0;
  if (lock) flags |= UopFlag.LOCK;
  if (repeat == 0xf3) flags |= UopFlag.REP;
  if (repeat == 0xf2) flags |= UopFlag.REPNE;
  if (rex) flags |= UopFlag.REX;
  store<u8>(u + Uop.FLAGS, flags);
  store<u8>(u + Uop.WIDTH, operandSize);
  store<u8>(u + Uop.REG, 0);
  store<u8>(u + Uop.RM, 0);
  store<u8>(u + Uop.BASE, Uop.NO_REGISTER);
  store<u8>(u + Uop.INDEX, Uop.NO_REGISTER);
  store<u8>(u + Uop.SCALE, 0);
  store<u8>(u + Uop.SEGMENT, segmentOverride == NO_OVERRIDE ? Seg.DS : segmentOverride);
  store<u8>(u + Uop.ADDRESS_WIDTH, addressSize);
  store<u64>(u + Uop.IMMEDIATE, 0);
  store<u64>(u + Uop.DISPLACEMENT, 0);
}

// Writers of single fields.

export function setGeneric(u: usize, op: u32): void {
  store<u16>(u + Uop.GENERIC, SLOW_BASE + op);
}

export function setUndefined(u: usize): void {
  setGeneric(u, Operation.UD);
  endBlock();
}

export function setWidth(u: usize, width: u32): void {
  store<u8>(u + Uop.WIDTH, width);
}

export function setImmediate(u: usize, value: u64): void {
  store<u64>(u + Uop.IMMEDIATE, value);
}

/** The rm operand is a register that stands in the opcode. */
export function setRegister(u: usize, index: u32): void {
  store<u8>(u + Uop.FLAGS, load<u8>(u + Uop.FLAGS) | UopFlag.REGISTER_FORM);
  store<u8>(u + Uop.RM, index);
}

/** Register in the low three bits of the opcode, with REX.B. */
export function opcodeRegister(opcode: u32): u32 {
  return (opcode & 7) | ((rex & 1) << 3);
}

/** Reads ModRM, SIB and displacement; `rip` is needed behind the whole instruction and is folded in by the caller. */
export function modrm(u: usize): void {
  const byte = next8();
  modrmMod = byte >> 6;
  modrmRm = byte & 7;
  store<u8>(u + Uop.REG, ((byte >> 3) & 7) | ((rex & 4) << 1));
  if (modrmMod == 3) {
    setRegister(u, modrmRm | ((rex & 1) << 3));
    return;
  }
  if (addressSize == 2) memory16(u);
  else memory32(u);
}

/** ModRM of an instruction that takes its rm for a register whatever mod says (MOV to and from CR and DR). */
export function modrmRegisters(u: usize): void {
  const byte = next8();
  modrmMod = 3;
  store<u8>(u + Uop.REG, ((byte >> 3) & 7) | ((rex & 4) << 1));
  setRegister(u, (byte & 7) | ((rex & 1) << 3));
}

function defaultSegment(u: usize, base: u32): void {
  if (segmentOverride == NO_OVERRIDE && (base == 4 || base == 5)) store<u8>(u + Uop.SEGMENT, Seg.SS);
}

/** BX+SI BX+DI BP+SI BP+DI SI DI BP BX. */
function memory16(u: usize): void {
  const rm = modrmRm;
  let base: u32 = rm < 2 || rm == 7 ? 3 : rm < 4 || rm == 6 ? 5 : rm == 4 ? 6 : 7;
  if (rm < 4) store<u8>(u + Uop.INDEX, 6 + (rm & 1));
  let displacement: u64 = 0;
  if (modrmMod == 0 && rm == 6) {
    base = Uop.NO_REGISTER;
    displacement = <u64>next16();
  } else if (modrmMod == 1) displacement = immediate(1);
  else if (modrmMod == 2) displacement = immediate(2);
  store<u8>(u + Uop.BASE, base);
  defaultSegment(u, base);
  store<u64>(u + Uop.DISPLACEMENT, displacement);
}

function memory32(u: usize): void {
  let base = modrmRm;
  let extended = base | ((rex & 1) << 3);
  if (base == 4) {
    const sib = next8();
    const index = ((sib >> 3) & 7) | ((rex & 2) << 2);
    if (index != 4) {
      store<u8>(u + Uop.INDEX, index);
      store<u8>(u + Uop.SCALE, sib >> 6);
    }
    base = sib & 7;
    extended = base | ((rex & 1) << 3);
    if (base == 5 && modrmMod == 0) extended = Uop.NO_REGISTER;
  } else if (base == 5 && modrmMod == 0) {
    extended = Uop.NO_REGISTER;
    if (isLong()) store<u8>(u + Uop.FLAGS, load<u8>(u + Uop.FLAGS) | UopFlag.RIP_RELATIVE);
  }
  store<u8>(u + Uop.BASE, extended);
  defaultSegment(u, extended);
  let displacement: u64 = 0;
  if (modrmMod == 1) displacement = immediate(1);
  else if (modrmMod == 2 || extended == Uop.NO_REGISTER) displacement = immediate(4);
  store<u64>(u + Uop.DISPLACEMENT, displacement);
}
