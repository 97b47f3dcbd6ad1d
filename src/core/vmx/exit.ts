// Making VM exits: exit information, saving guest state, loading host state (SDM chapter 27). The one door out of non-root
// operation. What is specific to the reason stands in the request (pending.ts); who asked does not matter here.
import { State } from '../../abi/state-block';
import { Stop, StopOn } from '../../abi/stop-codes';
import {
  clearDelivery,
  deliveredError,
  deliveredInfo,
  deliveredInstructionLength,
  eventBeingDelivered,
} from '../events/event-state';
import {
  EntryInterruption,
  EventType,
  Exit,
  ExitFlag,
  ExitInterruption,
  V,
  Vector,
  VmxAbort,
} from '../gen/constants';
import { Given, PendingAt, clearPending } from '../pending';
import { get32, get64, set32, set64 } from '../state';
import { abort } from './abort';
import { countTransition } from '../transitions';
import { setApicAccessPage } from './apic-access';
import { saveGuest } from './exit-guest';
import { loadHost } from './exit-host';
import { storeMsrs } from './msr-lists';
import { requestEventStop, requestStop } from './stop';
import { traceEntryFailure, traceExit } from './trace';
import { passExit } from './transition-time';
import { Vmx, markWritten, setVm32, setVm64, vm32 } from './vmcs';

/**
 * Makes the requested VM exit: afterwards the state is the host's and nothing is pending. What was being delivered goes to
 * the IDT-vectoring fields, except where the exit counts as the event's own (SDM 27.2.3).
 */
export function makeExit(): void {
  const reason = get32(PendingAt.REASON);
  const info = get32(PendingAt.EVENT);
  clearPending();
  setVm32(V.VM_EXIT_REASON, reason);
  setVm64(V.EXIT_QUALIFICATION, get64(PendingAt.QUALIFICATION));
  setVm32(V.VM_EXIT_INTR_INFO, info);
  if (info & ExitInterruption.ERROR_CODE_VALID)
    setVm32(V.VM_EXIT_INTR_ERROR_CODE, get32(PendingAt.EVENT_ERROR));
  recordGiven(get32(PendingAt.GIVEN));
  recordVectoring(reason, info);
  setVm32(V.VM_ENTRY_INTR_INFO_FIELD, vm32(V.VM_ENTRY_INTR_INFO_FIELD) & ~EntryInterruption.VALID);
  saveGuest(reason);
  markWritten(<usize>get32(Vmx.PAGE));
  traceExit(reason);
  clearDelivery();
  // The list holds the processor's own time stamp: the offset of the guest ends with the guest.
  set64(State.TSC_OFFSET, 0);
  const refused = storeMsrs();
  const controls = vm32(V.VM_EXIT_CONTROLS);
  leaveNonRoot();
  if (refused != 0) return abort(VmxAbort.SAVE_GUEST_MSRS, refused);
  loadHost(controls, reason == Exit.EXCEPTION_NMI && eventType(info) == EventType.NMI);
  requestStops(reason, StopOn.VM_EXIT);
  countTransition();
}

/**
 * A failed VM entry after the control and host checks (SDM 26.7): host state is loaded, only the reason and the
 * qualification are written, the guest area keeps what it had. `check` is the row that refused it.
 */
export function failedEntryExit(reason: u32, qualification: u64, check: u32): void {
  setVm32(V.VM_EXIT_REASON, reason | ExitFlag.ENTRY_FAILURE);
  setVm64(V.EXIT_QUALIFICATION, qualification);
  traceEntryFailure(reason | ExitFlag.ENTRY_FAILURE, check, 0, 0, 0);
  const controls = vm32(V.VM_EXIT_CONTROLS);
  leaveNonRoot();
  loadHost(controls, false);
  requestStops(reason | ExitFlag.ENTRY_FAILURE, StopOn.ENTRY_FAILURE | StopOn.VM_EXIT);
  countTransition();
}

function requestStops(reason: u32, kinds: u32): void {
  if (get32(State.EMBEDDED_HOST)) requestStop(Stop.VM_EXIT, reason, 0);
  else requestEventStop(kinds);
}

/** Controls stop acting before host state is loaded, and the time of the exit passes. */
function leaveNonRoot(): void {
  passExit();
  set32(State.VMX_NON_ROOT, 0);
  set32(Vmx.PIN, 0);
  set32(Vmx.PROC, 0);
  set32(Vmx.PROC2, 0);
  set32(Vmx.MTF_NOW, 0);
  set32(Vmx.VIRTUAL_INTERRUPT, 0);
  set32(Vmx.APIC_WRITE, 0);
  setApicAccessPage(false, 0);
}

/** Exit information that only some reasons have. */
function recordGiven(given: u32): void {
  if (given & Given.INSTRUCTION_LENGTH)
    setVm32(V.VM_EXIT_INSTRUCTION_LEN, get32(PendingAt.INSTRUCTION_LENGTH));
  if (given & Given.INSTRUCTION_INFORMATION)
    setVm32(V.VMX_INSTRUCTION_INFO, get32(PendingAt.INSTRUCTION_INFORMATION));
  if (given & Given.LINEAR) setVm64(V.GUEST_LINEAR_ADDRESS, get64(PendingAt.LINEAR));
  if (given & Given.PHYSICAL) setVm64(V.GUEST_PHYSICAL_ADDRESS, get64(PendingAt.PHYSICAL));
}

/** Event type of interruption information; the IDT-vectoring word has it in the same place. */
function eventType(info: u32): u32 {
  return (info & ExitInterruption.TYPE) >> ExitInterruption.TYPE_SHIFT;
}

function recordVectoring(reason: u32, info: u32): void {
  let vectoring: u32 = 0;
  if (eventBeingDelivered() && !endsDelivery(reason, info)) {
    vectoring = deliveredInfo();
    if (vectoring & ExitInterruption.ERROR_CODE_VALID) setVm32(V.IDT_VECTORING_ERROR_CODE, deliveredError());
    if (eventType(vectoring) >= <u32>EventType.SOFTWARE_INTERRUPT)
      setVm32(V.VM_EXIT_INSTRUCTION_LEN, deliveredInstructionLength());
  }
  setVm32(V.IDT_VECTORING_INFO_FIELD, vectoring);
}

/** Exits that are not "during delivery" though an event was in flight: double fault and triple fault. */
function endsDelivery(reason: u32, info: u32): bool {
  if (reason == Exit.TRIPLE_FAULT) return true;
  return (
    reason == Exit.EXCEPTION_NMI &&
    eventType(info) == EventType.HARDWARE_EXCEPTION &&
    (info & ExitInterruption.VECTOR) == Vector.DF
  );
}
