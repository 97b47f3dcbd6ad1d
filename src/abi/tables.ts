// Tables the embedder fills before the first instruction: what CPUID answers and what the VMX capability MSRs say. They
// come from the CPU profile (`isa/cpuid`), so what the chip claims is data. const enum only.

/** At Region.CPUID: u32 count, u32 pad, then rows. A leaf without a row answers with the highest basic leaf's row (SDM CPUID). */
export const enum CpuidTable {
  COUNT = 0,
  ROWS = 8,
  ROW_SIZE = 24,
  MAX_ROWS = 256,
  // A row: leaf, subleaf (ANY_SUBLEAF when it does not matter), then EAX EBX ECX EDX; all u32.
  LEAF = 0,
  SUBLEAF = 4,
  EAX = 8,
  EBX = 12,
  ECX = 16,
  EDX = 20,
  ANY_SUBLEAF = 0xffffffff,
}

/** At Region.CAPABILITIES: the MSRs IA32_VMX_BASIC (index 0) to IA32_VMX_EXIT_CTLS2 (index 0x13), u64 each, in MSR order. */
export const enum CapabilityTable {
  ENTRY_SIZE = 8,
  ENTRIES = 20,
}
