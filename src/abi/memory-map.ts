// The core's one linear memory, region by region. Both sides of the Wasm border read these constants: asc compiles
// them into the core, TypeScript makes its views from them. Every address is a byte offset in linear memory (u32).
// Must not import anything and must stay a file of `const enum` only (see ARCHITECTURE.md, "abi").

/** Start addresses of the fixed regions, ascending; each region ends where the next one starts, or at its END. */
export const enum Region {
  /** State block of the running CPU and, behind it, what all CPUs share: see `state-block.ts`. */
  STATE = 0x1000,
  /** A walk through page tables that are not in force, see `walk-space.ts`. */
  WALK = 0x3000,
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
  /** What the debugger wants to be told about, and what the core has to tell: see `WatchTable`. */
  WATCHES = 0x1c0000,
  /** One attribute byte for each 4 KiB page of host-physical space below 4 GiB, see `PageAttribute`. */
  PAGE_ATTRIBUTES = 0x200000,
  /** Software TLB. */
  TLB = 0x300000,
  TLB_END = 0x350000,
  /** State blocks of the CPUs that do not run, State.END bytes each, by number. */
  PARKED = 0x3f0000,
  /** Decoded blocks: index, then micro-op arena. */
  BLOCK_INDEX = 0x400000,
  /** Bytes of a code page decoded so far: one bit for 64 bytes, u64 a host-physical page below 4 GiB. */
  CODE_LINES = 0x800000,
  BLOCK_ARENA = 0x1000000,
  BLOCK_ARENA_END = 0x7000000,
  /** Host-physical address 0. */
  RAM = 0x8000000,
}

/** CPUs a machine can have: as many state blocks are parked, and the software TLB has contexts for as many. */
export const enum CpuCount {
  MOST = 8,
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
  /** Bytes of it are watched: it never enters the software TLB, so every data access takes the slow path, which compares. */
  WATCHED = 16,
}

/** Layout of the breakpoint set: u32 mask (entries - 1), u32 used, then u64 entries; 0xffffffffffffffff is a free entry. */
export const enum BreakpointTable {
  MASK = 0,
  USED = 4,
  ENTRIES = 8,
  MAX_ENTRIES = 0x10000,
}

/**
 * At Region.WATCHES: bytes and words the debugger watches, then the accesses found. The embedder writes ranges and words and
 * clears HITS; the core writes hits, and stops at the next instruction boundary while HITS is not 0.
 */
export const enum WatchTable {
  /** Ranges of host-physical bytes, u32 count. */
  RANGES = 0,
  /** Words of linear memory (registers), u32 count: the core compares them after every instruction. */
  WORDS = 4,
  /** u32 count; hits beyond MAX_HITS are counted by nobody. */
  HITS = 8,
  /** u32, embedder: addresses were translated, so a change of the translation is to be told. */
  TRANSLATED = 12,
  /** RIP at the last boundary where words were compared, u64. */
  LAST_RIP = 16,
  /** u32, core: the translation in force may be another one; the core stops as for a hit. */
  RETRANSLATE = 24,

  RANGE_ROWS = 0x100,
  RANGE_SIZE = 24,
  MAX_RANGES = 512,
  // A range: u64 first and last byte, u32 bits of WatchAccess.
  FIRST = 0,
  LAST = 8,
  ACCESS = 16,

  WORD_ROWS = 0x4000,
  WORD_SIZE = 24,
  MAX_WORDS = 64,
  // A word: u32 address in linear memory (8 bytes are read there), u64 mask, u64 value it had.
  PLACE = 0,
  MASK = 8,
  VALUE = 16,

  HIT_ROWS = 0x5000,
  HIT_SIZE = 32,
  MAX_HITS = 64,
  // A hit: u32 WatchAccess, u32 bytes (of a word: its row), u64 host-physical address, u64 RIP, u32 1 in VMX non-root operation.
  KIND = 0,
  BYTES = 4,
  ADDRESS = 8,
  RIP = 16,
  NON_ROOT = 24,
}

/** Kinds of access, bits. */
export const enum WatchAccess {
  READ = 1,
  WRITE = 2,
  /** Of a hit: a watched word has another value. */
  WORD = 4,
}
