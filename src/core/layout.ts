// Where the core keeps its private tables inside the regions of memory-map.ts, and owner A's private variables of the
// state block. Everything in the tables is a cache: it can be dropped at any time. const enum and constants only.

/** Software TLB: three direct-mapped arrays of 16-byte entries, then the jump cache and the contexts. */
export namespace Tlb {
  export const ENTRIES: usize = 2048;
  /** Byte offset of an entry = (linear >> INDEX_SHIFT) & INDEX_MASK. */
  export const INDEX_SHIFT: usize = 8;
  export const INDEX_MASK: usize = 0x7ff0;
  export const READ: usize = 0x300000;
  export const WRITE: usize = 0x310000;
  export const EXEC: usize = 0x320000;
  export const END: usize = 0x330000;
  /** An entry: u64 tag (linear page | context), u32 addend to the low half of the linear address (READ, WRITE). */
  export const TAG: usize = 0;
  export const ADDEND: usize = 8;
  /** EXEC entries: u64 host-physical page instead of the addend. */
  export const PAGE: usize = 8;

  /** Targets of indirect jumps: 4,096 entries of u64 RIP, u32 block, u32 stamp. */
  export const JUMPS: usize = 0x330000;
  export const JUMPS_MASK: usize = 0xfff0;
  export const JUMPS_END: usize = 0x340000;
  /** Contexts of each CPU, see mmu/tlb.ts, and the counters that number them. */
  export const CONTEXTS: usize = 0x340000;
  export const CONTEXTS_OF_CPU: usize = 0x600;
  export const CONTEXTS_END: usize = 0x343000;
  export const COUNTERS: usize = 0x344000;
  /** Eight bytes nobody reads: stores to ROM end here. */
  export const ROM_HOLE: usize = 0x345000;
}

/** Decoded blocks. */
export namespace Arena {
  /** Hash heads, u32 each. */
  export const INDEX: usize = 0x400000;
  export const INDEX_MASK: usize = 0xffff;
  export const INDEX_END: usize = 0x440000;
  /** Head of the list of blocks on a host-physical page, u32 each. */
  export const PAGE_BLOCKS: usize = 0x1000000;
  export const BLOCKS: usize = 0x1400000;
  export const END: usize = 0x7000000;
}

/** Why the slow path looks at data accesses. */
export const enum Watched {
  /** CPL 3, CR0.AM and EFLAGS.AC. */
  ALIGNMENT = 1,
  /** DR7 enables a data breakpoint. */
  BREAKPOINTS = 2,
}

/** Private variables, byte offsets from Region.STATE. */
export const enum Private {
  ATTENTION = 0x920, // u32
  /** Execution mode, CPL class and flatness, see mode.ts. u32 */
  MODE_KEY = 0x924,
  /** Low 12 bits of a TLB tag for data accesses of the current CPL. u64 */
  CONTEXT = 0x928,
  /** What a chain link must carry to be followed: epoch << 8 | MODE_KEY. u32 */
  STAMP = 0x930,
  /** 1: the shadow was set by the instruction just executed. u32 */
  SHADOW_NEW = 0x934,
  /** All ones, or 0xffffffff outside 64-bit mode. u64 */
  ADDRESS_MASK = 0x938,
  /** Always zero: what an absent base, index or segment base reads. u64 */
  ZERO = 0x940,
  /** Supervisor variant of CONTEXT, for implicit accesses. u64 */
  SYSTEM_CONTEXT = 0x948,
  /** Address of the TLB context in force, 0 before there is one. u32 */
  CURRENT = 0x970,
  /** VPID and EPT pointer that translations belong to now. u32, u64 */
  VPID = 0x950,
  EPTP = 0x958,
  /** Not 0: the slow path must look at every data access; bits of Watched. u32 */
  WATCHED = 0x960,
  /** Ones in the physical-address bits the chip has; 0 until it is first asked for. u64 */
  PHYSICAL_MASK = 0x968,
  /** Bit MapState.SSE or AVX: an instruction that uses this state raises nothing before it starts, see mode.ts. u32 */
  VECTOR_READY = 0x97c,
  /** Host-physical page whose accesses are virtualized, with bit 0 set: the APIC-access page; 0: none. u64 */
  APIC_ACCESS_PAGE = 0x9a0,
}
