// Which memory types a word may hold (SDM Vol. 3, tables 11-8 and 11-10, 28.2.6): the sets are those of isa/memory-types.
// A leaf.

/** `type` is in the set (MemoryTypeSet.MTRR, PAT, EPT). */
export function isMemoryType(type: u64, set: u32): bool {
  return type < 8 && ((set >> (<u32>type)) & 1) != 0;
}

/** Every byte of `value` is a type of the set, as in IA32_PAT and in the fixed-range registers. */
export function areMemoryTypes(value: u64, set: u32): bool {
  for (let i: u64 = 0; i < 64; i += 8) {
    if (!isMemoryType((value >> i) & 0xff, set)) return false;
  }
  return true;
}
