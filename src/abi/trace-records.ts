// The ring of chip events the core writes at Region.TRACE; the machine turns them into timeline records. In the bare
// topology VM entries and exits happen inside the core, so this is the only account of them. const enum only.

export const enum TraceRing {
  RECORDS = 256,
  RECORD_SIZE = 96,
}

/** Byte offsets in one record. */
export const enum TraceRecord {
  KIND = 0, // u32, TraceKind
  /** Exit reason word, VM-instruction error, vector, or opcode, by kind. u32 */
  CODE = 4,
  RETIRED = 8, // u64
  RIP = 16, // u64, of the guest for entries and exits
  /** Exit qualification. u64 */
  QUALIFICATION = 24,
  VMCS = 32, // u64, current-VMCS pointer
  GUEST_PHYSICAL = 40, // u64
  /** ENTRY_FAILURE: row of isa/entry-checks that refused the entry. u32, in the place of GUEST_PHYSICAL */
  CHECK = 40,
  /** Entry interruption information (entries) or exit interruption information (exits). u32 */
  INTERRUPTION = 48,
  /** IDT-vectoring information: of the exit; for an entry by VMRESUME, of the exit before. u32 */
  IDT_VECTORING = 52,
  INTERRUPTION_ERROR = 56, // u32
  INSTRUCTION_LENGTH = 60, // u32
  /** Faults, VMfails, EPT exits: row of isa/fault-reasons from 1, 0 for none, and what its sentence shows. u32 */
  REASON = 64,
  /** Level of the paging-structure entry. u16 */
  LEVEL = 68,
  /** The CPU it happened on. u16 */
  VCPU = 70,
  A = 72, // u64
  B = 80, // u64
  /** Page faults: linear address. u64 */
  DATA = 88,
}

export const enum TraceKind {
  VM_ENTRY = 1,
  VM_EXIT = 2,
  /** A VM entry failed by a check: CODE = 7, 8 (VM-instruction error) or the exit reason word with bit 31. */
  ENTRY_FAILURE = 3,
  /** A VMX instruction failed: CODE = error number, 0 for VMfailInvalid. */
  VM_FAIL = 4,
  /** Event injected by a VM entry. */
  INJECTION = 5,
  /** CODE = CPL, A = RSP when the first exception came. */
  TRIPLE_FAULT = 6,
  /**
   * A VMX or system instruction faults: CODE = vector, INTERRUPTION bit 11 when there is an error code, bit 31 in non-root
   * operation.
   */
  FAULT = 7,
  /** One exception of those that led to the TRIPLE_FAULT that follows: CODE = FaultLink.EVENT. */
  FAULT_LINK = 8,
}
