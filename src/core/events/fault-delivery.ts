// What becomes of a pending fault: exception bitmap, double and triple fault (SDM 3A Table 6-4, Table 6-5; 3C 25.2), CR2 and
// DR6 updates, delivery. Loops until an event is delivered, an exit is requested, or the processor shuts down.
import { State } from '../../abi/state-block';
import { Stop, StopOn } from '../../abi/stop-codes';
import { faultData, faultError, faultHasError, faultVector, isInstructionFault } from '../fault';
import { rflags, setRflags } from '../flags';
import { Activity, Dr6, Dr7, EventType, Rflags, Vector, VectorSet } from '../gen/constants';
import { stop } from '../leave';
import { Pending, clearPending, pendingKind } from '../pending';
import { get32, get64, set32, set64 } from '../state';
import { Next } from '../uop';
import { inNonRoot, interceptException, vmExitTripleFault } from '../vmx/hooks';
import { traceFault } from '../vmx/trace';
import { deliverEvent } from './event-delivery';
import { Private, boundaryMark, deliveringExternal, clearDelivery } from './event-state';
import { beginChain, chainFault } from './fault-chain';

/** Contributory class of SDM Table 6-4: #DE #TS #NP #SS #GP (and #CP). */
function contributory(vector: u32): bool {
  return ((VectorSet.CONTRIBUTORY >> vector) & 1) != 0;
}

/** The second of two exceptions makes a double fault (SDM Table 6-5). A #VE is never the second: no event turns into one. */
function makesDoubleFault(first: u32, second: u32): bool {
  if (contributory(first)) return contributory(second);
  const page = first == Vector.PF || first == Vector.VE;
  return page && (second == Vector.PF || contributory(second));
}

/** #DB takes effect in the debug registers when it is delivered, not when it exits (SDM 17.2.3, 27.1). */
function updateDebugRegisters(bits: u64): void {
  const conditions = Dr6.B0 | Dr6.B1 | Dr6.B2 | Dr6.B3;
  set64(State.DR6, (get64(State.DR6) & ~conditions) | (bits & (conditions | Dr6.BD | Dr6.BS | Dr6.BT)));
  set64(State.DR7, get64(State.DR7) & ~Dr7.GD);
}

function tripleFault(): i32 {
  clearDelivery();
  if (inNonRoot()) {
    vmExitTripleFault();
    return Next.EXITED;
  }
  set32(State.ACTIVITY, Activity.SHUTDOWN);
  return stop(Stop.SHUTDOWN, 0, 0);
}

/** The exception bitmap decides; true when the exit is requested. */
function exits(vector: u32, hasError: bool, error: u32, data: u64): bool {
  return inNonRoot() && interceptException(vector, EventType.HARDWARE_EXCEPTION, hasError, error, data, 0);
}

/** Faults delivered without one retired instruction between them before the loop gives its caller a turn. */
const STORM: u32 = 100000;

/** A handler that faults at its first instruction retires nothing, so the budget alone would never end the slice. */
function storm(): bool {
  const retired = get64(State.RETIRED);
  if (get64(Private.STORM_RETIRED) != retired) {
    set64(Private.STORM_RETIRED, retired);
    set32(Private.STORM_COUNT, 0);
  }
  const count = get32(Private.STORM_COUNT) + 1;
  set32(Private.STORM_COUNT, count % STORM);
  return count == STORM;
}

/**
 * A fault of a VMX or system instruction goes to the trace; true when the embedder stops at such. The stop comes before the fault
 * is taken: nothing has changed, so the instruction is executed again and faults again, this time for good.
 */
function stopsAtFault(): bool {
  if (get32(Private.DELIVERING) != 0 || !isInstructionFault()) return false;
  const here = boundaryMark(0);
  if (get64(Private.FAULT_SHOWN) == here) return false;
  set64(Private.FAULT_SHOWN, here);
  traceFault();
  return (get32(State.STOP_ON) & StopOn.FAULT) != 0;
}

/**
 * Takes the pending fault to its end. State is the one the fault is to be reported with (RIP of the instruction for faults, of
 * the next one for traps). Returns Next.STOP when the loop must be left; else a handler's first instruction is next, or a VM exit
 * is pending.
 */
export function deliverFault(): i32 {
  if (pendingKind() == Pending.FAULT) {
    if (stopsAtFault()) {
      clearPending();
      return stop(Stop.EVENT, StopOn.FAULT, faultVector());
    }
    beginChain();
  }
  set64(Private.TRAP_DUE, 0);
  set64(Private.DATA_DUE, 0);
  while (pendingKind() == Pending.FAULT) {
    let vector = faultVector();
    let hasError = faultHasError();
    let error = faultError();
    const data = faultData();
    if (vector >= <u32>Vector.TS && vector <= <u32>Vector.GP && deliveringExternal()) error |= 1;
    chainFault(error);
    clearPending();
    // SDM 17.3.1.1: RF is set in the image that every fault but an instruction breakpoint pushes.
    if (vector != Vector.DB || (data & Dr6.BD) != 0) setRflags(rflags() | Rflags.RF);
    if (exits(vector, hasError, error, data)) return Next.EXITED;
    // Before the combination: a page fault that becomes a double fault leaves its address too.
    if (vector == Vector.PF) set64(State.CR2, data);
    if (get32(Private.DELIVERING) != 0 && get32(Private.DELIVERING_TYPE) == EventType.HARDWARE_EXCEPTION) {
      const first = get32(Private.DELIVERING_VECTOR);
      if (first == Vector.DF && (contributory(vector) || vector == Vector.PF)) return tripleFault();
      if (makesDoubleFault(first, vector)) {
        vector = Vector.DF;
        hasError = true;
        error = 0;
        clearDelivery();
        if (exits(vector, true, 0, 0)) return Next.EXITED;
      }
    }
    if (vector == Vector.DB) updateDebugRegisters(data);
    if (deliverEvent(vector, EventType.HARDWARE_EXCEPTION, hasError, error, 0))
      return storm() ? stop(Stop.BUDGET, 0, 0) : Next.EXITED;
  }
  return Next.EXITED;
}

/**
 * An exception or interrupt made by an instruction (INT n, INT3, INTO, INT1) or accepted at a boundary: delivered now.
 * Returns `delivered` on success.
 */
export function deliverOrFault(vector: u32, type: u32, length: u32, delivered: i32): i32 {
  return deliverEvent(vector, type, false, 0, length) ? delivered : Next.FAULT;
}
