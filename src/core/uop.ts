// A decoded instruction: one fixed-size record, written once by the decoder and read by every handler. Handlers get its
// address and read it through the accessors below.

/** First value of Uop.OP that is no hot operation: OP = SLOW_BASE + Operation. */
export const SLOW_BASE: u32 = 1024;

/** Byte offsets inside a micro-op. */
export const enum Uop {
  SIZE = 40,
  OP = 0, // u16, Op
  LENGTH = 2, // u8, bytes of the instruction, prefixes included
  FLAGS = 3, // u8, UopFlag
  /** Operand size in bytes: 1, 2, 4, 8. u8 */
  WIDTH = 4,
  /** ModRM.reg (with REX.R), or the register in the opcode. u8 */
  REG = 5,
  /** ModRM.rm register (with REX.B) when FLAGS has REGISTER_FORM. u8 */
  RM = 6,
  /** Base register of the memory operand; NO_REGISTER when absent. RIP-relative is folded into DISPLACEMENT. u8 */
  BASE = 7,
  INDEX = 8, // u8, NO_REGISTER when absent
  SCALE = 9, // u8, shift 0..3
  SEGMENT = 10, // u8, Seg index, after override and default rules
  /** Address size in bytes: 2, 4, 8. u8 */
  ADDRESS_WIDTH = 11,
  /** The operation in its general form, SLOW_BASE + Operation: what `execSlow` executes. u16 */
  GENERIC = 12,
  /** Byte offset from Region.STATE of the segment base that a hot operation adds. u16 */
  SEGMENT_AT = 14,
  /** Immediate (sign- or zero-extended as the instruction says), or far pointer: offset; selector in DISPLACEMENT. u64 */
  IMMEDIATE = 16,
  /** Displacement, sign-extended; for RIP-relative operands the absolute linear offset. i64 */
  DISPLACEMENT = 24,
  /** Byte offsets from Region.STATE of the REG and RM registers (high byte registers included). u8 */
  REG_AT = 32,
  RM_AT = 33,
  /** The same of BASE and INDEX; Private.ZERO when absent. u16 */
  BASE_AT = 34,
  INDEX_AT = 36,
  // With UopFlag.VECTOR_FIELDS the same bytes hold these; the hot form of such an operation is Op.VECTOR.
  /** Register in VEX.vvvv; without a VEX prefix the register of REG, which is the first source there. u8 */
  VVVV = 32,
  /** Bytes of the vectors by VEX.L, 16 or 32; 0 without a VEX prefix: 16 bytes, and the upper half of YMM stays. u8 */
  VECTOR_LENGTH = 33,
  /** State it uses: MapState. u8 */
  STATE = 34,
  /** Register in the high half of the immediate. u8 */
  IS4 = 35,
  /** What Op.VECTOR does: HotVector. u16 */
  HOT_VECTOR = 36,
  /** Bytes from the start of the block to this instruction. u16 */
  IP_OFFSET = 38,
  NO_REGISTER = 16,
}

export const enum UopFlag {
  /** ModRM.mod = 3: the rm operand is a register. */
  REGISTER_FORM = 1,
  LOCK = 2,
  /** F3 prefix (REP, REPE) */
  REP = 4,
  /** F2 prefix (REPNE) */
  REPNE = 8,
  /** A REX prefix was present (byte registers 4..7 are SPL, BPL, SIL, DIL). */
  REX = 16,
  /** The memory operand is RIP-relative (for exit qualifications). */
  RIP_RELATIVE = 32,
  /** VVVV, VECTOR_LENGTH, STATE, IS4 and HOT_VECTOR are valid; REG_AT, RM_AT, BASE_AT and INDEX_AT are not. */
  VECTOR_FIELDS = 64,
}

/** What a handler of the slow path returns. */
export const enum Next {
  /** Completed: the loop adds LENGTH to RIP, counts one retired instruction and goes on inside the block. */
  DONE = 0,
  /** Completed and wrote RIP itself, or changed mode, translation or interrupt state: counted, the block ends, events are polled. */
  JUMPED = 1,
  /** A fault, VM exit or stop is pending in its place (see pending.ts): not counted; the loop takes it. RIP is still the instruction's. */
  FAULT = 2,
  /** Requested a VM exit, or the vCPU state was replaced (a VM entry): not counted here, RIP stands as it is; the block ends. */
  EXITED = 3,
  /** Leave the run loop; State.STOP says why. Not counted unless the handler counted it. */
  STOP = 4,
  /** Like JUMPED, but RIP advances by LENGTH first (CLI/STI, MOV to CR, WRMSR ...): counted, block ends, events polled. */
  BOUNDARY = 5,
}
