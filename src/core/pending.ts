// What is pending instead of the rest of the running instruction: a fault or a VM exit. asc has no
// exceptions and a memory access cannot leave the loop, so whoever finds one records it here and unwinds: every caller checks
// `faulted()` before it commits anything, so the state stays the one the event is to be reported with. The run loop takes what
// is pending (settle.ts). A leaf: must not know who asks or what becomes of it. Faults are raised through fault.ts.
import { S } from './state';

export const enum Pending {
  NOTHING = 0,
  FAULT = 1,
  EXIT = 2,
}

/** Byte offsets from Region.STATE, so that a snapshot holds what is pending. */
export const enum PendingAt {
  KIND = 0x800, // u32, Pending
  // A fault.
  VECTOR = 0x804, // u32
  HAS_ERROR = 0x808, // u32
  ERROR = 0x80c, // u32
  /** #PF: linear address; #DB: DR6 bits. u64 */
  DATA = 0x810,
  // A VM exit.
  REASON = 0x818, // u32
  /** Which of the optional parts below are given, bits of Given. u32 */
  GIVEN = 0x81c,
  QUALIFICATION = 0x820, // u64
  /** VM-exit interruption information and error code; 0 when the exit reports no event. u32 */
  EVENT = 0x828,
  EVENT_ERROR = 0x82c,
  INSTRUCTION_LENGTH = 0x830, // u32
  INSTRUCTION_INFORMATION = 0x834, // u32
  LINEAR = 0x838, // u64
  PHYSICAL = 0x840, // u64
}

/** Why it is pending, for whoever explains it: a row of isa/fault-reasons and what its sentence shows. */
export const enum CauseAt {
  /** 0: no row is named. u32 */
  REASON = 0x850,
  /** Level of the paging-structure entry behind a page fault or an EPT exit, 1 to 5. u32 */
  LEVEL = 0x854,
  /** The two values; for a paging-structure entry its address and itself. u64 */
  A = 0x858,
  B = 0x860,
  /** 1: the operand of a VMX or system instruction met the fault. u32 */
  OF_INSTRUCTION = 0x868,
}

/** Exit information that only some exits have: what is not given leaves its VMCS field as it was. */
export const enum Given {
  INSTRUCTION_LENGTH = 1,
  INSTRUCTION_INFORMATION = 2,
  LINEAR = 4,
  PHYSICAL = 8,
}

export function pendingKind(): u32 {
  return load<u32>(S + PendingAt.KIND);
}

/** Forgets it: it is taken. */
export function clearPending(): void {
  store<u32>(S + PendingAt.KIND, Pending.NOTHING);
}

/** Names the rule behind what is pending, with the values it looked at. */
export function because(reason: u32, a: u64, b: u64, level: u32): void {
  store<u32>(S + CauseAt.REASON, reason);
  store<u64>(S + CauseAt.A, a);
  store<u64>(S + CauseAt.B, b);
  store<u32>(S + CauseAt.LEVEL, level);
}

/** Requests a VM exit with the state as it stands now. `give...` adds what the reason reports beyond its qualification. */
export function requestExit(reason: u32, qualification: u64): void {
  requestEventExit(reason, qualification, 0, 0);
}

/** A VM exit that reports an event: interruption information in the format of the field, and the error code. */
export function requestEventExit(reason: u32, qualification: u64, event: u32, error: u32): void {
  store<u32>(S + PendingAt.KIND, Pending.EXIT);
  store<u32>(S + PendingAt.REASON, reason);
  store<u64>(S + PendingAt.QUALIFICATION, qualification);
  store<u32>(S + PendingAt.EVENT, event);
  store<u32>(S + PendingAt.EVENT_ERROR, error);
  store<u32>(S + PendingAt.GIVEN, 0);
  store<u32>(S + CauseAt.REASON, 0);
}

/** A VM exit in place of an instruction of `length` bytes. */
export function requestInstructionExit(reason: u32, qualification: u64, length: u32): void {
  requestExit(reason, qualification);
  giveInstructionLength(length);
}

function give(part: u32): void {
  store<u32>(S + PendingAt.GIVEN, load<u32>(S + PendingAt.GIVEN) | part);
}

export function giveInstructionLength(length: u32): void {
  store<u32>(S + PendingAt.INSTRUCTION_LENGTH, length);
  give(Given.INSTRUCTION_LENGTH);
}

export function giveInstructionInformation(information: u32): void {
  store<u32>(S + PendingAt.INSTRUCTION_INFORMATION, information);
  give(Given.INSTRUCTION_INFORMATION);
}

export function giveLinearAddress(linear: u64): void {
  store<u64>(S + PendingAt.LINEAR, linear);
  give(Given.LINEAR);
}

export function givePhysicalAddress(physical: u64): void {
  store<u64>(S + PendingAt.PHYSICAL, physical);
  give(Given.PHYSICAL);
}
