// Kinds of memory access, as bits, and what the EPT walk has to know for its exit qualification (SDM 27.2.1, Table 27-7).
// const enum only.

export const enum Access {
  READ = 1,
  WRITE = 2,
  FETCH = 4,
  /** Made with user rights (CPL 3). */
  USER = 8,
  /** Implicit supervisor access (descriptor tables, TSS): supervisor rights whatever the CPL, SMAP ignores EFLAGS.AC. */
  SYSTEM = 16,
  /** Asked by the debugger: sets no accessed or dirty bit, raises nothing, exits nothing; the answer is NOT_MAPPED. */
  PROBE = 32,
  /** A read that needs write rights too (read-modify-write): qualification bits of both. */
  MODIFY = 64,
}

/** `info` of `guestPhysical`. */
export const enum WalkInfo {
  /** The address is the final translation of `linear`. */
  TRANSLATION = 1,
  /** The address is that of a guest paging-structure entry, read (or written, with Access.WRITE) on behalf of `linear`. */
  PAGING_STRUCTURE = 2,
  /** `linear` is not valid: the access did not come from a linear address (PDPTE load by MOV to CR3). */
  NO_LINEAR = 4,
}

/** Answer of a translation that has none. */
export const NOT_MAPPED: u64 = 0xffff_ffff_ffff_ffff;
