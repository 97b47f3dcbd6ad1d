// The one pending fault. asc has no exceptions: a helper that can fault records the fault here and returns a dummy
// value; every caller checks `faulted()` before it commits anything. The loop then delivers it (events.ts).
import { S } from './state';

/** Private variables of the fault record. */
const enum Fault {
  PENDING = 0x800, // u32
  VECTOR = 0x804, // u32
  HAS_ERROR = 0x808, // u32
  ERROR = 0x80c, // u32
  /** #PF: linear address; #DB: DR6 bits. u64 */
  DATA = 0x810,
  /** Set when the access already ended in a completed VM exit (EPT violation ...): nothing is left to deliver. u32 */
  EXITED = 0x818,
}

/** True when the current instruction must be abandoned: a fault is pending or a VM exit replaced it. */
// @ts-ignore: decorator
@inline
export function faulted(): bool {
  return load<u32>(S + Fault.PENDING) != 0;
}

/** Records a fault with an error code. */
export function raise(vector: u32, error: u32): void {
  store<u32>(S + Fault.PENDING, 1);
  store<u32>(S + Fault.VECTOR, vector);
  store<u32>(S + Fault.HAS_ERROR, 1);
  store<u32>(S + Fault.ERROR, error);
}

/** Records a fault that pushes no error code. */
export function raisePlain(vector: u32): void {
  store<u32>(S + Fault.PENDING, 1);
  store<u32>(S + Fault.VECTOR, vector);
  store<u32>(S + Fault.HAS_ERROR, 0);
  store<u32>(S + Fault.ERROR, 0);
}

/** Records #PF; CR2 is written at delivery, not here, so that an intercepted #PF leaves it alone (SDM 27.2.1). */
export function raisePageFault(linear: u64, error: u32): void {
  raise(14, error);
  store<u64>(S + Fault.DATA, linear);
}

/** Records #DB with the bits that delivery (or the exit qualification) reports; see SDM Table 27-1. */
export function raiseDebug(bits: u64): void {
  raisePlain(1);
  store<u64>(S + Fault.DATA, bits);
}

/** The access was replaced by a completed VM exit: callers unwind as for a fault, the loop delivers nothing. */
export function raiseExited(): void {
  store<u32>(S + Fault.PENDING, 1);
  store<u32>(S + Fault.EXITED, 1);
}

export function faultIsExit(): bool {
  return load<u32>(S + Fault.EXITED) != 0;
}

export function faultVector(): u32 {
  return load<u32>(S + Fault.VECTOR);
}

export function faultHasError(): bool {
  return load<u32>(S + Fault.HAS_ERROR) != 0;
}

export function faultError(): u32 {
  return load<u32>(S + Fault.ERROR);
}

export function faultData(): u64 {
  return load<u64>(S + Fault.DATA);
}

/** Forgets the fault, before it is delivered or after an exit replaced it. */
export function clearFault(): void {
  store<u32>(S + Fault.PENDING, 0);
  store<u32>(S + Fault.EXITED, 0);
}
