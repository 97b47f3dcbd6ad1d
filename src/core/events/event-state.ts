// Private variables of event delivery and far transfers (state block 0xA00..0xAFF) and the small state machines kept in
// them: the event being delivered (SDM 3C 27.2.4), what single-stepping and RF cover (SDM 3B 17.3.1). They stand in the state block so that a snapshot holds them. No architectural rule is decided here.
import { State } from '../../abi/state-block';
import { Cr0, EventType, IdtVectoring } from '../gen/constants';
import { get32, get64, set32, set64 } from '../state';

export const enum Private {
  /** Event on its way through the IDT: 1 while valid. u32 */
  DELIVERING = 0xa00,
  DELIVERING_VECTOR = 0xa04, // u32
  DELIVERING_TYPE = 0xa08, // u32, VMX interruption type
  DELIVERING_HAS_ERROR = 0xa0c, // u32
  DELIVERING_ERROR = 0xa10, // u32
  DELIVERING_LENGTH = 0xa14, // u32, instruction length for types 4, 5, 6
  /** Boundary at which a single-step trap is due: `boundaryMark(1)` of when an instruction began with TF set; 0: none. u64 */
  TRAP_DUE = 0xa20,
  /** The same for data and I/O breakpoints, and bits B0..B3 of those that were met. u64, u32 */
  DATA_DUE = 0xab0,
  DATA_MET = 0xab8,
  /** The same for the exit of the monitor trap flag. u64 */
  MONITOR_TRAP_DUE = 0xa28,
  /** `boundaryMark(0)` of before the instruction that RFLAGS.RF covers; 0: not seen yet. u64 */
  RESUME_SEEN = 0xa30,
  /** RETIRED at the last delivered fault, u64, and how many were delivered at that count. u32 */
  STORM_RETIRED = 0xa38,
  STORM_COUNT = 0xa40,

  /** `boundaryMark(0)` when the instruction at RIP is a repeated one with iterations done and to do. u64 */
  BETWEEN_ITERATIONS = 0xa98,
  /** Iterations of it so far that ended no slice. u64 */
  ITERATIONS = 0xaa0,

  // The stack a far transfer reads or writes, see exec/frame.ts.
  FRAME_BASE = 0xa48, // u64
  FRAME_POINTER = 0xa50, // u64
  FRAME_LIMIT = 0xa58, // u32
  FRAME_ACCESS = 0xa5c, // u32
  FRAME_SIZE = 0xa60, // u32, width of the stack pointer in bytes
  FRAME_SYSTEM = 0xa64, // u32
  FRAME_ERROR = 0xa68, // u32

  // A stack segment checked and not yet loaded, see exec/segment-load.ts.
  STACK_SELECTOR = 0xa70, // u32
  STACK_DESCRIPTOR = 0xa78, // u64
  STACK_POINTER = 0xa80, // u64

  // Where a call gate leads, see exec/far-code.ts.
  GATE_OFFSET = 0xa88, // u64
  GATE_SELECTOR = 0xa90, // u32

  /** `boundaryMark(0)` of the instruction whose fault the embedder has been shown, u64. */
  FAULT_SHOWN = 0xaa8,
}

export function beginDelivery(vector: u32, type: u32, hasError: bool, error: u32, length: u32): void {
  set32(Private.DELIVERING, 1);
  set32(Private.DELIVERING_VECTOR, vector);
  set32(Private.DELIVERING_TYPE, type);
  set32(Private.DELIVERING_HAS_ERROR, hasError ? 1 : 0);
  set32(Private.DELIVERING_ERROR, error);
  set32(Private.DELIVERING_LENGTH, length);
}

export function clearDelivery(): void {
  set32(Private.DELIVERING, 0);
}

export function eventBeingDelivered(): bool {
  return get32(Private.DELIVERING) != 0;
}

/** IDT-vectoring information of the event on its way (SDM 24.9.3, without an error code in real mode: 27.2.4); valid while `eventBeingDelivered()`. */
export function deliveredInfo(): u32 {
  return (
    IdtVectoring.VALID |
    (get32(Private.DELIVERING_HAS_ERROR) != 0 && get64(State.CR0) & Cr0.PE
      ? IdtVectoring.ERROR_CODE_VALID
      : 0) |
    (get32(Private.DELIVERING_TYPE) << IdtVectoring.TYPE_SHIFT) |
    get32(Private.DELIVERING_VECTOR)
  );
}

/** Error code of the event on its way. */
export function deliveredError(): u32 {
  return get32(Private.DELIVERING_ERROR);
}

/** Instruction length of the event on its way; 0 unless an instruction caused it. */
export function deliveredInstructionLength(): u32 {
  return get32(Private.DELIVERING_LENGTH);
}

/** The event comes from outside the program, so a fault met while delivering it has EXT in its error code (SDM 6.13). */
export function deliveringExternal(): bool {
  if (get32(Private.DELIVERING) == 0) return false;
  const type = get32(Private.DELIVERING_TYPE);
  return type != EventType.SOFTWARE_INTERRUPT && type != EventType.SOFTWARE_EXCEPTION;
}

/**
 * Names an instruction boundary: the one after `more` instructions from now, in the present kind of operation (root or
 * non-root), so that a VM entry or exit in between makes the mark stale. Never 0.
 */
export function boundaryMark(more: u64): u64 {
  return ((get64(State.RETIRED) + more + 1) << 1) | (<u64>get32(State.VMX_NON_ROOT));
}

/** The running instruction began with TF set: a trap follows it. */
export function singleStepDue(): bool {
  return get64(Private.TRAP_DUE) == boundaryMark(1);
}

/** The boundary is not before the instruction at RIP but between two of its iterations. */
export function betweenIterationsHere(): bool {
  return get64(Private.BETWEEN_ITERATIONS) == boundaryMark(0);
}

/** Forgets what single-stepping and RF cover, and iterations: after a delivery, INIT, a VM entry. */
export function forgetStream(): void {
  set64(Private.TRAP_DUE, 0);
  set64(Private.DATA_DUE, 0);
  set64(Private.MONITOR_TRAP_DUE, 0);
  set64(Private.RESUME_SEEN, 0);
  set64(Private.BETWEEN_ITERATIONS, 0);
}
