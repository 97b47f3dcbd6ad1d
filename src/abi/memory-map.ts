// The core's one linear memory, region by region. Both sides of the Wasm border read these constants: asc compiles
// them into the core, TypeScript makes its views from them. Every address is a byte offset in linear memory (u32).
// Must not import anything and must stay a file of `const enum` only (see ARCHITECTURE.md, "abi").

/** Start addresses of the fixed regions, ascending; each region ends where the next one starts. */
export const enum Region {
  /** State block of the running vCPU, see `state-block.ts`. */
  STATE = 0x1000,
  /** CPUID table, see `CpuidTable` in `tables.ts`. */
  CPUID = 0x4000,
  /** VMX capability MSR values the chip offers, see `CapabilityTable`. */
  CAPABILITIES = 0x6000,
  /** A second capability block, used by a dry run of the entry checks with what L0 offers to L1. */
  CAPABILITIES_DRY_RUN = 0x6400,
  /** Ids of the entry checks that failed: a u32 count, then u32 check indexes. */
  FAILED_CHECKS = 0x6800,
  /** Ring of chip events (VM entries, VM exits ...), see `trace-records.ts`. */
  TRACE = 0x8000,
  /** Scratch page for a dry run of the entry checks on a VMCS image. */
  SCRATCH_VMCS = 0xe000,
  /** AssemblyScript's own static data (asconfig `memoryBase`). */
  STATIC = 0x10000,
  /** Open-addressing set of linear addresses with an instruction breakpoint, see `BreakpointTable`. */
  BREAKPOINTS = 0x100000,
  /** One attribute byte for each 4 KiB page of host-physical space below 4 GiB, see `PageAttribute`. */
  PAGE_ATTRIBUTES = 0x200000,
  /** Software TLB. */
  TLB = 0x300000,
  /** Decoded blocks: index, then micro-op arena. */
  BLOCK_INDEX = 0x400000,
  BLOCK_ARENA = 0x800000,
  BLOCK_ARENA_END = 0x7000000,
  /** Host-physical address 0. */
  RAM = 0x8000000,
}

/** Attribute bits of a host-physical page (bytes at Region.PAGE_ATTRIBUTES). */
export const enum PageAttribute {
  /** RAM behind it; without this bit an access is an MMIO access and leaves the core through an import. */
  RAM = 1,
  /** Holds bytes that were decoded: a store must drop those blocks. Maintained by the core. */
  CODE = 2,
  /** Stores are ignored. */
  ROM = 4,
  /** Written since the embedder last cleared the bit: what a snapshot has to copy. Set by the core's store slow path. */
  DIRTY = 8,
}

/** Layout of the breakpoint set: u32 mask (entries - 1), u32 used, then u64 entries; 0xffffffffffffffff is a free entry. */
export const enum BreakpointTable {
  MASK = 0,
  USED = 4,
  ENTRIES = 8,
  MAX_ENTRIES = 0x10000,
}
