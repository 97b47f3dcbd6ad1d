// Kinds of memory access, and what the EPT walk has to know for its exit qualification (SDM 27.2.1, Table 27-7).
export { Access } from '../../abi/walk-space';

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
