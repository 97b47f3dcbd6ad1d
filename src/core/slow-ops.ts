// The operations that leave the hot switch of run.ts for a handler function, one per mnemonic form. Numbers are dense and
// private to one build. Operand conventions are the fields of uop.ts; what differs is said beside the member.
// Must hold no behaviour: exec/slow.ts dispatches.

/** First value of Uop.OP that is a slow operation: OP = SLOW_BASE + SlowOp. */
export const SLOW_BASE: u32 = 1024;

export const enum SlowOp {
  /** An existing instruction the core lacks: Stop.UNIMPLEMENTED (after #UD/#NM rules of CR0.EM/TS for x87 and SSE). */
  UNIMPLEMENTED = 0,
  /** Undefined encoding: #UD. */
  UD,

  // Owner B: control transfer between segments, events.
  /** IMMEDIATE = offset, DISPLACEMENT = selector. */
  FAR_JMP_IMM,
  FAR_JMP_MEM,
  FAR_CALL_IMM,
  FAR_CALL_MEM,
  /** IMMEDIATE = bytes to release (0 for the plain form). */
  RETF,
  IRET,
  /** IMMEDIATE = vector. */
  INT_N,
  INT3,
  INTO,
  INT1,
  SYSCALL,
  SYSRET,
  SYSENTER,
  SYSEXIT,
  BOUND,

  // Owner B: segments and descriptor tables.
  /** REG = segment register, rm operand 16 bits. */
  MOV_TO_SEG,
  MOV_FROM_SEG,
  /** REG = segment register, WIDTH = operand size. */
  PUSH_SEG,
  POP_SEG,
  /** IMMEDIATE = segment register, REG = general register, rm = far pointer in memory. */
  LOAD_FAR_POINTER,
  LAR,
  LSL,
  VERR,
  VERW,
  ARPL,
  SLDT,
  STR,
  LLDT,
  LTR,
  SGDT,
  SIDT,
  LGDT,
  LIDT,
  SMSW,
  LMSW,
  CLTS,
  SWAPGS,
  RDFSBASE,
  RDGSBASE,
  WRFSBASE,
  WRGSBASE,

  // Owner B: control registers, MSRs, ports, the rest of the system instructions.
  /** REG = control register number, RM = general register. */
  MOV_TO_CR,
  MOV_FROM_CR,
  MOV_TO_DR,
  MOV_FROM_DR,
  INVLPG,
  /** REG = type register, rm = 128-bit descriptor in memory. */
  INVPCID,
  INVD,
  WBINVD,
  HLT,
  CPUID,
  RDMSR,
  WRMSR,
  RDTSC,
  RDTSCP,
  RDPMC,
  /** WIDTH = 1, 2, 4; port in IMMEDIATE, or in DX when FLAGS has REGISTER_FORM. */
  IN,
  OUT,
  /** WIDTH = 1, 2, 4; ADDRESS_WIDTH, REP flags; OUTS reads SEGMENT:rSI, INS writes ES:rDI. */
  INS,
  OUTS,
  CLI,
  STI,
  PUSHF,
  POPF,
  PAUSE,
  MONITOR,
  MWAIT,
  XGETBV,
  XSETBV,
  CLAC,
  STAC,

  // Owner C: VMX.
  VMXON,
  VMXOFF,
  VMCLEAR,
  VMPTRLD,
  VMPTRST,
  /** REG = register with the field encoding, rm = destination (VMREAD) or source (VMWRITE). */
  VMREAD,
  VMWRITE,
  VMLAUNCH,
  VMRESUME,
  VMCALL,
  /** REG = type register, rm = 128-bit descriptor in memory. */
  INVEPT,
  INVVPID,
  VMFUNC,

  /** An instruction of a feature the profile does not claim: IMMEDIATE = Feature, REG = 1 when software probes for it. */
  UNCLAIMED,

  /** From here on: the integer ISA in general form, see exec/generic-ops.ts. */
  GENERIC = 120,
  /** From here on: operations of the decode map, see gen/dispatch.ts. */
  ROWS = 512,
}
