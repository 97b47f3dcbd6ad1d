// The exceptions that led to the present one, at State.FAULT_CHAIN: the event or fault it began with, then each fault met
// while delivering the one before it. What a triple fault is told from. const enum only.

/** Byte offsets in the chain. */
export const enum FaultChain {
  /** Records written, u32: a benign event, a contributory exception, a page fault, a double fault and the last. */
  COUNT = 0x00,
  /** CPL when it began. u32 */
  CPL = 0x04,
  /** RIP and RSP when it began, u64: nothing of a delivery that fails changes them. */
  RIP = 0x08,
  RSP = 0x10,
  RECORDS = 0x18,
  MOST = 5,
  SIZE = 0xe0,
}

/** Byte offsets in one record. */
export const enum FaultLink {
  /** Vector in bits 7:0, VMX interruption type in bits 10:8, bit 11 when there is an error code. u32 */
  EVENT = 0x00,
  ERROR = 0x04, // u32
  /** Row of isa/fault-reasons, from 1; 0: none is named. u32 */
  REASON = 0x08,
  /** Page faults: level of the entry, 1 to 5. u32 */
  LEVEL = 0x0c,
  A = 0x10, // u64
  B = 0x18, // u64
  /** Page faults: the linear address. u64 */
  DATA = 0x20,
  SIZE = 0x28,
}
