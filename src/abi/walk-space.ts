// A walk through page tables that the running vCPU does not have in force: the embedder describes whose memory it is at
// Region.WALK, the core walks it by the rules of the chip and leaves what it found there. const enum only.

/**
 * Byte offsets from Region.WALK. The paging registers stand at the offsets of a state block (State.CR0, CR3, CR4, EFER,
 * RFLAGS, PDPTE); these lie behind them.
 */
export const enum WalkSpace {
  /** 1: State.PDPTE is filled; 0: PAE paging reads the entry through CR3. u32 */
  HAS_PDPTES = 0x800,
  /** Bits of physical addresses; 0: the chip's. u32 */
  PHYSICAL_BITS = 0x804,
  /** EPT pointer that the space's physical addresses go through, 0: none. u64 */
  EPTP = 0x808,
  /** IA32_VMX_EPT_VPID_CAP of the processor that walks; all ones: the chip's. u64 */
  EPT_CAPABILITIES = 0x810,
  /** Host-physical address of physical address 0 (behind the EPT, if there is one), and the bytes of memory there. u64 */
  BASE = 0x818,
  SIZE = 0x820,

  // What the walk found.
  /** Physical address of the space before its EPT; host-physical address. Valid as the outcome says. u64 */
  PHYSICAL = 0x828,
  HOST = 0x830,
  /** Error code of the page fault; for an EPT outcome that of a page which is not present. u32 */
  ERROR = 0x838,
  /** EPT: R, W and X of all entries used; level of the leaf (1: 4 KiB, 2: 2 MiB, 3: 1 GiB) or of the entry that refused. u32 */
  EPT_RIGHTS = 0x83c,
  EPT_LEVEL = 0x840,
  /** The leaf as it was read. u64 */
  EPT_LEAF = 0x848,
  /** Why the EPT refused: a row of isa/fault-reasons, u32; the entry and its address (behind the EPT), u64. */
  REASON = 0xa60,
  ENTRY_AT = 0xa68,
  ENTRY = 0xa70,
  /** Page-modification log that the walk's EPT dirty flags are written to: its address behind the EPT, all ones: none. u64 */
  LOG = 0xa78,
  /** Its index, counted down as entries are written. u32 */
  LOG_INDEX = 0xa80,
  /** What was met on the way: how many words, u32, and the words, u64 each: an address whose low bits say what it is (WalkVisit). */
  VISITED = 0x850,
  VISITS = 0x858,
  /** The longest walk: four entries and an address behind an EPT of four levels, twice for accessed flags. */
  MAX_VISITS = 64,
  /** Rights that the access to a refused paging structure needed of the EPT. u32 */
  NEED = 0xa84,
}

/** What a word at WalkSpace.VISITS is, in its low bits: entries lie at multiples of 4. */
export const enum WalkVisit {
  /** Host-physical address of an entry of the page tables, read. */
  ENTRY = 0,
  /** The same of an EPT entry. */
  EPT_ENTRY = 1,
  /** Where an entry of the page tables stands for their owner, before its EPT; told before it is read. */
  STRUCTURE = 2,
  MASK = 3,
}

/** Beside the rights that `walkEptForeign` asks for: set no accessed or dirty flag. */
export const enum EptNeed {
  UNMARKED = 0x80,
}

/** How a walk ended. */
export const enum WalkOutcome {
  MAPPED = 0,
  PAGE_FAULT = 1,
  /** The EPT refused a paging structure or the translation: WalkSpace.PHYSICAL is the address it refused. */
  EPT_VIOLATION = 2,
  EPT_MISCONFIGURATION = 3,
  /** An EPT dirty flag was to be set and the page-modification log is full: nothing was set. */
  LOG_FULL = 4,
}

/** Kinds of access, as bits. */
export const enum Access {
  READ = 1,
  WRITE = 2,
  FETCH = 4,
  /** Made with user rights (CPL 3). */
  USER = 8,
  /** Implicit supervisor access (descriptor tables, TSS): supervisor rights whatever the CPL, SMAP ignores EFLAGS.AC. */
  SYSTEM = 16,
  /** Asked by a debugger: checks no rights, sets no accessed or dirty bit, raises nothing, exits nothing. */
  PROBE = 32,
  /** A read that needs write rights too (read-modify-write): qualification bits of both. */
  MODIFY = 64,
  /** With PROBE: rights are checked all the same. */
  CHECK = 128,
}
