// Raising a fault: it becomes what is pending (pending.ts), and the loop delivers it. A helper that can fault returns a dummy
// value; every caller checks `faulted()` before it commits anything. Must not deliver: events/fault-delivery.ts does.
import { Vector } from './gen/exceptions';
import { Reason } from './gen/reasons';
import { CauseAt, Pending, PendingAt, because, pendingKind } from './pending';
import { S } from './state';

/** True when the current instruction must be abandoned: a fault or a VM exit is pending in its place. */
// @ts-ignore: decorator
@inline
export function faulted(): bool {
  return load<u32>(S + PendingAt.KIND) != Pending.NOTHING;
}

/** A VM exit that is pending already stands: what is found behind it never happened. */
function record(vector: u32, hasError: u32, error: u32): void {
  if (pendingKind() == Pending.EXIT) return;
  store<u32>(S + PendingAt.KIND, Pending.FAULT);
  store<u32>(S + PendingAt.VECTOR, vector);
  store<u32>(S + PendingAt.HAS_ERROR, hasError);
  store<u32>(S + PendingAt.ERROR, error);
  store<u32>(S + CauseAt.REASON, 0);
  store<u32>(S + CauseAt.OF_INSTRUCTION, 0);
}

/** Records a fault with an error code. */
export function raise(vector: u32, error: u32): void {
  record(vector, 1, error);
}

/** Records a fault that pushes no error code. */
export function raisePlain(vector: u32): void {
  record(vector, 0, 0);
}

/** `raise`, by a rule of isa/fault-reasons with the values it looked at. */
export function raiseBecause(reason: u32, vector: u32, error: u32, a: u64 = 0, b: u64 = 0): void {
  raise(vector, error);
  if (pendingKind() == Pending.FAULT) because(reason, a, b, 0);
}

/** `raisePlain`, by a rule of isa/fault-reasons. */
export function raisePlainBecause(reason: u32, vector: u32, a: u64 = 0, b: u64 = 0): void {
  raisePlain(vector);
  if (pendingKind() == Pending.FAULT) because(reason, a, b, 0);
}

/** A third value for the sentence of the fault just recorded. */
export function faultAbout(value: u64): void {
  if (pendingKind() == Pending.FAULT) store<u64>(S + PendingAt.DATA, value);
}

/** Records #PF; CR2 is written at delivery, not here, so that an intercepted #PF leaves it alone (SDM 27.2.1). */
export function raisePageFault(linear: u64, error: u32): void {
  raise(Vector.PF, error);
  store<u64>(S + PendingAt.DATA, linear);
}

/** Names the paging-structure entry behind the page fault just recorded: its address, itself, its level. */
export function pageFaultBecause(reason: u32, address: u64, entry: u64, level: u32): void {
  if (pendingKind() == Pending.FAULT) because(reason, address, entry, level);
}

/** The pending fault belongs to a VMX or system instruction: its operand met it. */
export function faultOfInstruction(): void {
  store<u32>(S + CauseAt.OF_INSTRUCTION, 1);
}

/** True for a fault of a VMX or system instruction, by a rule of its own or of its operand. */
export function isInstructionFault(): bool {
  if (load<u32>(S + CauseAt.OF_INSTRUCTION) != 0) return true;
  return load<u32>(S + CauseAt.REASON) > <u32>Reason.OPCODE_UNDEFINED;
}

/** Records #DB with the bits that delivery (or the exit qualification) reports; see SDM Table 27-1. */
export function raiseDebug(bits: u64): void {
  raisePlain(Vector.DB);
  store<u64>(S + PendingAt.DATA, bits);
}

export function faultVector(): u32 {
  return load<u32>(S + PendingAt.VECTOR);
}

export function faultHasError(): bool {
  return load<u32>(S + PendingAt.HAS_ERROR) != 0;
}

export function faultError(): u32 {
  return load<u32>(S + PendingAt.ERROR);
}

export function faultData(): u64 {
  return load<u64>(S + PendingAt.DATA);
}
