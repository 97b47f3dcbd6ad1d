// State block of the running vCPU: byte offsets from Region.STATE. The core keeps the truth here (no register lives only
// in a Wasm local across a stop), so the debugger reads precise state at every stop. const enum only.

/** Byte offsets from Region.STATE; the comment gives the width. */
export const enum State {
  /** 16 general registers, u64 each, in encoding order RAX RCX RDX RBX RSP RBP RSI RDI R8..R15. */
  GPR = 0x000,
  RIP = 0x080, // u64
  /** u64; exact at every stop, see flags.ts for what holds it while the core runs. */
  RFLAGS = 0x088,
  /** 8 segment registers, 24 bytes each (see Segment): ES CS SS DS FS GS LDTR TR. */
  SEGMENTS = 0x090,
  GDTR_BASE = 0x150, // u64
  IDTR_BASE = 0x158, // u64
  GDTR_LIMIT = 0x160, // u32
  IDTR_LIMIT = 0x164, // u32
  CR0 = 0x168, // u64
  CR2 = 0x170, // u64
  CR3 = 0x178, // u64
  CR4 = 0x180, // u64
  /** Task priority, bits 3:0, when no local APIC answers (CR8 is an alias of the local APIC's TPR). u64 */
  CR8 = 0x188,
  DR0 = 0x190, // u64; DR1..DR3 follow
  DR6 = 0x1b0, // u64
  DR7 = 0x1b8, // u64
  EFER = 0x1c0, // u64
  XCR0 = 0x1c8, // u64
  /** PAE page-directory-pointer entries as loaded at MOV to CR3 or VM entry, 4 x u64. */
  PDPTE = 0x1d0,

  // Model-specific registers that live in the core, u64 each.
  MSR_STAR = 0x200,
  MSR_LSTAR = 0x208,
  MSR_CSTAR = 0x210,
  MSR_FMASK = 0x218,
  MSR_KERNEL_GS_BASE = 0x220,
  MSR_SYSENTER_CS = 0x228,
  MSR_SYSENTER_ESP = 0x230,
  MSR_SYSENTER_EIP = 0x238,
  MSR_PAT = 0x240,
  MSR_DEBUGCTL = 0x248,
  MSR_TSC_AUX = 0x250,
  MSR_MISC_ENABLE = 0x258,
  MSR_APIC_BASE = 0x260,
  MSR_FEATURE_CONTROL = 0x268,
  MSR_TSC_ADJUST = 0x270,
  MSR_MTRR_DEF_TYPE = 0x278,
  MSR_SPEC_CTRL = 0x280,
  MSR_BIOS_SIGN_ID = 0x288,
  MSR_MTRR_FIXED = 0x290, // 11 x u64: 64K_00000, 16K_80000, 16K_A0000, 4K_C0000..4K_F8000
  MSR_MTRR_VARIABLE = 0x2e8, // 16 x u64: PHYSBASE0, PHYSMASK0, ...

  // Event state, u32 each unless said.
  /** Interruptibility in the format of GUEST_INTERRUPTIBILITY_INFO: STI 0, MOV SS 1, SMI 2, NMI 3. */
  INTERRUPTIBILITY = 0x380,
  /** Activity in the format of GUEST_ACTIVITY_STATE: active 0, HLT 1, shutdown 2, wait-for-SIPI 3. */
  ACTIVITY = 0x384,
  /** Pending debug exceptions in the format of GUEST_PENDING_DBG_EXCEPTIONS, u64. */
  PENDING_DEBUG = 0x388,
  /** Set by the embedder: the INTR pin is asserted. The core asks `interruptAcknowledge` for the vector when it takes it. */
  INTR = 0x390,
  /** Set by the embedder: an NMI is pending; the core clears it when taken. */
  NMI = 0x394,
  /** Set by the embedder: INIT pending; Start-up IPI pending with its vector (0x100 | vector). */
  INIT = 0x398,
  SIPI = 0x39c,
  CPL = 0x3a0,
  /** Execution mode that decides decoding, see Mode. */
  MODE = 0x3a4,
  /** Number of this CPU, its initial APIC ID. Set by the embedder; RESET leaves it alone. u32 */
  CPU = 0x3ac,

  // VMX, as the processor itself knows it.
  /** 1 after VMXON. */
  VMX_ON = 0x3b0,
  /** 1 in VMX non-root operation. */
  VMX_NON_ROOT = 0x3b4,
  /** Operand of VMXON, u64 host-physical. */
  VMXON_POINTER = 0x3b8,
  /** Current-VMCS pointer, u64 host-physical; all ones when there is none. */
  VMCS_POINTER = 0x3c0,
  /** Deadline of the VMX-preemption timer in TSC ticks, u64; all ones when off. Valid in non-root operation. */
  PREEMPTION_DEADLINE = 0x3c8,
  /** TSC offset in force, u64: TSC_OFFSET in non-root operation with "use TSC offsetting", else 0. */
  TSC_OFFSET = 0x3d0,
  /** 1: the VMX root program is the embedder (built-in L0): every VM exit stops the core with Stop.VM_EXIT. */
  EMBEDDED_HOST = 0x3d8,

  // The run loop's contract.
  /** Why `run` returned, see Stop. */
  STOP = 0x3e8,
  /** Detail of the stop (vector, exit reason, VM-instruction error ...), u32, and a 64-bit one. */
  STOP_DETAIL = 0x3ec,
  STOP_VALUE = 0x3f0, // u64
  /** Linear address of the instruction whose breakpoint is to be passed over once, u64; all ones when none. */
  SKIP_BREAKPOINT = 0x3f8,
  /** 64-bit result of an import (MSR reads), written by the embedder before it returns. u64 */
  IMPORT_VALUE = 0x408,

  // x87, MMX and vector state, in the formats of SDM Vol. 1, 8.1, 10.2 and 13.4.
  MXCSR = 0x410, // u32
  /** x87 control word, status word (TOP included), last opcode (11 bits), u32 each. */
  FPU_CONTROL = 0x414,
  FPU_STATUS = 0x418,
  FPU_OPCODE = 0x41c,
  /** Tags as FXSAVE abridges them: bit i is 1 when physical register i is not empty. u32 */
  FPU_TAG = 0x420,
  /** Selectors of the last x87 instruction and of its operand, u32 each. */
  FPU_CS = 0x424,
  FPU_DS = 0x428,
  /** Protection-key rights, u32. */
  PKRU = 0x42c,
  /** Offsets of the last x87 instruction and of its operand, u64 each. */
  FPU_IP = 0x430,
  FPU_DP = 0x438,
  MSR_XSS = 0x440, // u64
  /** Physical x87 registers R0..R7, 16 bytes each: significand u64, sign and exponent u16. MMX registers are the significands. */
  X87 = 0x480,
  /** YMM0..YMM15, 32 bytes each; XMM registers are their low halves. */
  YMM = 0x500,

  /** Exceptions since the last event that was delivered whole, see fault-chain.ts. */
  FAULT_CHAIN = 0x700,

  /** From here the core's own private variables (lazy flags, fault record, caches): no other side may rely on them. */
  PRIVATE = 0x800,
  /** End of what belongs to one CPU. */
  END = 0x1000,

  // What all CPUs of the machine share, whichever of them runs. Neither RESET nor a change of CPUs touches it.
  // TSC = RETIRED + TIME_SKEW (+ offset and MSR_TSC_ADJUST).
  /** Instructions retired by all CPUs, u64: the machine's only clock. */
  RETIRED = 0x1000,
  /**
   * Ticks that passed and retired nothing, u64: while halted and within long string instructions (added by the embedder), in VM entries
   * and exits (added by the core).
   */
  TIME_SKEW = 0x1008,
  /** RETIRED value at which the slice ends, u64: set by the embedder before `run`. The core brings it forward by what it adds to TIME_SKEW. */
  DEADLINE = 0x1010,
  /** RETIRED value from which on PAUSE ends the slice, because other CPUs wait; 0: never. Set by the embedder. u64 */
  YIELD_AT = 0x1018,
  /** Kinds of events that stop the core, bits of StopOn. Set by the embedder. u32 */
  STOP_ON = 0x1020,
  /** 1: an instruction of a feature the profile does not claim stops the core with Gap.UNCLAIMED_FEATURE; else #UD. Set by the embedder. u32 */
  STOP_UNCLAIMED = 0x1024,
  /** Write position in the trace ring, in records since reset, u32 (wraps); see trace-records.ts. */
  TRACE_HEAD = 0x1028,
  /** Read position, moved by the embedder; the core stops with Stop.TRACE_FULL before it overwrites unread records. */
  TRACE_TAIL = 0x102c,
  /** 1: a PAUSE has ended the slice. The embedder clears it. u32 */
  YIELDED = 0x1030,
  /** Deliveries, VM entries and VM exits so far, u64: what moves RIP and is no retired instruction. */
  TRANSITIONS = 0x1038,
  /** Value of TRANSITIONS at which the core stops with Stop.EVENT, u64; 0: at none. Set by the embedder. */
  STOP_AT_TRANSITION = 0x1040,
  /** Ticks that a VM entry and a VM exit take, u32 each: the CPU profile's. Set by the embedder. */
  ENTRY_TICKS = 0x1048,
  EXIT_TICKS = 0x104c,
  /** Ticks of TIME_SKEW that VM entries and exits took, u64. */
  TRANSITION_TICKS = 0x1050,
}

/** Index of a segment register inside State.SEGMENTS. */
export const enum Seg {
  ES = 0,
  CS = 1,
  SS = 2,
  DS = 3,
  FS = 4,
  GS = 5,
  LDTR = 6,
  TR = 7,
  SIZE = 24,
}

/** One segment register. ACCESS is in the VMCS access-rights format (SDM 24.4.1): bit 16 = unusable. */
export const enum Segment {
  BASE = 0, // u64
  LIMIT = 8, // u32, in bytes
  ACCESS = 12, // u32
  SELECTOR = 16, // u32
}

/** Values of State.MODE. */
export const enum Mode {
  REAL = 0,
  VIRTUAL_8086 = 1,
  PROTECTED_16 = 2,
  PROTECTED_32 = 3,
  COMPATIBILITY_16 = 4,
  COMPATIBILITY_32 = 5,
  LONG_64 = 6,
}

/** Index of a general register in State.GPR. */
export const enum Gpr {
  RAX = 0,
  RCX = 1,
  RDX = 2,
  RBX = 3,
  RSP = 4,
  RBP = 5,
  RSI = 6,
  RDI = 7,
}
