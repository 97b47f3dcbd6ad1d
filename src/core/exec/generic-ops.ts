// Owner A's operations outside the hot switch: the whole integer ISA in its general form, for any mode, width and operand.
// The hot operations of ops.ts are specialisations of these. Numbers follow SlowOp.GENERIC. const enum only.

/** Uop.GENERIC and Uop.OP hold SLOW_BASE + one of these (or a SlowOp). Groups of 8 are ordered as the ISA numbers them. */
export const enum Generic {
  /** rm = rm op reg, for ADD OR ADC SBB AND SUB XOR CMP. */
  ALU_STORE = 120,
  /** reg = reg op rm. */
  ALU_LOAD = 128,
  /** rm = rm op IMMEDIATE. */
  ALU_IMMEDIATE = 136,
  /** rm shifted by IMMEDIATE: ROL ROR RCL RCR SHL SHR SHL SAR. */
  SHIFT_IMMEDIATE = 144,
  /** rm shifted by CL. */
  SHIFT_CL = 152,
  TEST_REG = 160,
  TEST_IMMEDIATE,
  /** rm = reg. */
  MOV_STORE,
  /** reg = rm. */
  MOV_LOAD,
  /** rm = IMMEDIATE. */
  MOV_IMMEDIATE,
  LEA,
  XCHG,
  MOVZX8,
  MOVZX16,
  MOVSX8,
  MOVSX16,
  MOVSX32,
  INC,
  DEC,
  NOT,
  NEG,
  MUL,
  IMUL,
  DIV,
  IDIV,
  /** reg = reg * rm. */
  IMUL_REG,
  /** reg = rm * IMMEDIATE. */
  IMUL_IMMEDIATE,
  SHLD_IMMEDIATE,
  SHLD_CL,
  SHRD_IMMEDIATE,
  SHRD_CL,
  BT_REG,
  BTS_REG,
  BTR_REG,
  BTC_REG,
  BT_IMMEDIATE,
  BTS_IMMEDIATE,
  BTR_IMMEDIATE,
  BTC_IMMEDIATE,
  BSF,
  BSR,
  POPCNT,
  BSWAP,
  XADD,
  CMPXCHG,
  CMPXCHG8B,
  CMPXCHG16B,
  MOVBE_LOAD,
  MOVBE_STORE,
  /** Condition in IMMEDIATE. */
  SETCC,
  CMOVCC,
  PUSH,
  PUSH_IMMEDIATE,
  POP,
  PUSHA,
  POPA,
  /** IMMEDIATE = frame size | nesting level << 16. */
  ENTER,
  LEAVE,
  /** IMMEDIATE = target. */
  JMP,
  JMP_INDIRECT,
  CALL,
  CALL_INDIRECT,
  /** IMMEDIATE = bytes to release. */
  RET,
  /** REG = condition, IMMEDIATE = target. */
  JCC,
  LOOPNE,
  LOOPE,
  LOOP,
  JCXZ,
  CBW,
  CWD,
  XLAT,
  DAA,
  DAS,
  AAA,
  AAS,
  AAM,
  AAD,
  SALC,
  SAHF,
  LAHF,
  CMC,
  CLC,
  STC,
  CLD,
  STD,
  NOP,
  MOVS,
  STOS,
  LODS,
  SCAS,
  CMPS,
  CLFLUSH,
  /** Longer than 15 bytes: #GP(0). */
  TOO_LONG,
  /** End of a block without a branch; not an instruction. */
  END,
}
