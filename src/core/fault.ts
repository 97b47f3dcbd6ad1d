// Raising a fault: it becomes what is pending (pending.ts), and the loop delivers it. A helper that can fault returns a dummy
// value; every caller checks `faulted()` before it commits anything. Must not deliver: events/fault-delivery.ts does.
import { Vector } from './gen/exceptions';
import { Pending, PendingAt, pendingKind } from './pending';
import { S } from './state';

/** True when the current instruction must be abandoned: a fault, a VM exit or a stop is pending in its place. */
// @ts-ignore: decorator
@inline
export function faulted(): bool {
  return load<u32>(S + PendingAt.KIND) != Pending.NOTHING;
}

/** A VM exit or a stop that is pending already stands: what is found behind it never happened. */
function record(vector: u32, hasError: u32, error: u32): void {
  if (pendingKind() > <u32>Pending.FAULT) return;
  store<u32>(S + PendingAt.KIND, Pending.FAULT);
  store<u32>(S + PendingAt.VECTOR, vector);
  store<u32>(S + PendingAt.HAS_ERROR, hasError);
  store<u32>(S + PendingAt.ERROR, error);
}

/** Records a fault with an error code. */
export function raise(vector: u32, error: u32): void {
  record(vector, 1, error);
}

/** Records a fault that pushes no error code. */
export function raisePlain(vector: u32): void {
  record(vector, 0, 0);
}

/** Records #PF; CR2 is written at delivery, not here, so that an intercepted #PF leaves it alone (SDM 27.2.1). */
export function raisePageFault(linear: u64, error: u32): void {
  raise(Vector.PF, error);
  store<u64>(S + PendingAt.DATA, linear);
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
