// Operands of a decoded instruction for the handlers outside the hot switch: registers by width, memory with every check
// of the segment (SDM Vol. 3, 5.3 and 5.4). Check `faulted()` after each memory access.

/** Offset of the memory operand, truncated to the address size; no segment base. */
export function effectiveAddress(u: usize): u64 {
  return 0;
}

/** Linear address of segment:offset without any check (64-bit mode: base only for FS and GS; 32 bits elsewhere). */
export function linearOf(segmentIndex: u32, offset: u64): u64 {
  return 0;
}

/** Linear address of the memory operand after the segment checks for `bytes` bytes; `write` as for a store. */
export function checkedOperandLinear(u: usize, bytes: u32, write: bool): u64 {
  return 0;
}

export function readOperand8(u: usize): u32 {
  return 0;
}
export function readOperand16(u: usize): u32 {
  return 0;
}
export function readOperand32(u: usize): u32 {
  return 0;
}
export function readOperand64(u: usize): u64 {
  return 0;
}
export function writeOperand8(u: usize, value: u32): void {}
export function writeOperand16(u: usize, value: u32): void {}
/** A 32-bit register destination is zero-extended to 64 bits. */
export function writeOperand32(u: usize, value: u32): void {}
export function writeOperand64(u: usize, value: u64): void {}

/** rm operand of `width` bytes (1, 2, 4, 8), zero-extended. */
export function readOperand(u: usize, width: u32): u64 {
  return 0;
}
export function writeOperand(u: usize, width: u32, value: u64): void {}

/** Register of `width` bytes, zero-extended; byte registers 4..7 are AH CH DH BH unless `rex`. */
export function readReg(index: u32, width: u32, rex: bool): u64 {
  return 0;
}
export function writeReg(index: u32, width: u32, rex: bool, value: u64): void {}
