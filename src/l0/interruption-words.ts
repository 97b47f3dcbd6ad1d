/**
 * The interruption-information words: entry, exit and IDT-vectoring information share one layout (SDM 24.8.3, 24.9.2,
 * 24.9.3). Names as KVM's INTR_INFO_* and INTR_TYPE_* (rows: isa/interruption-formats). Immutable.
 */
export const INTR_INFO_VALID = 0x80000000;
export const INTR_INFO_VECTOR = 0xff;
export const INTR_INFO_TYPE = 0x700;
export const INTR_INFO_ERROR_CODE = 0x800;
export const INTR_INFO_UNBLOCK_NMI = 0x1000;
/** Bits 30:12, reserved in the entry word. */
export const INTR_INFO_RESERVED = 0x7ffff000;

/** Event types, at their place in the word. */
export const INTR_TYPE = {
  EXTERNAL: 0 << 8,
  RESERVED: 1 << 8,
  NMI: 2 << 8,
  HARD_EXCEPTION: 3 << 8,
  SOFT_INTERRUPT: 4 << 8,
  PRIV_SOFT_EXCEPTION: 5 << 8,
  SOFT_EXCEPTION: 6 << 8,
  OTHER: 7 << 8,
} as const;

/** Interruptibility bits (SDM 24.4.2, table 24-3). */
export const BLOCKED_BY_STI = 1;
export const BLOCKED_BY_MOV_SS = 2;
export const BLOCKED_BY_SMI = 4;
export const BLOCKED_BY_NMI = 8;

/** Activity states (SDM 24.4.2). */
export const ACTIVITY = { ACTIVE: 0, HLT: 1, SHUTDOWN: 2, WAIT_FOR_SIPI: 3 } as const;
