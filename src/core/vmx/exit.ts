// VM exits: exit information, saving guest state, loading host state (SDM chapter 27). The one door out of non-root
// operation. Callers pass what is specific to their reason; who decided to exit does not matter here.
import { State } from '../../abi/state-block';
import { Stop, StopOn } from '../../abi/stop-codes';
import {
  clearDelivery,
  deliveredError,
  deliveredInfo,
  deliveredInstructionLength,
  eventBeingDelivered,
} from '../events';
import { EntryInterruption, EventType, Exit, ExitFlag, ExitInterruption, V } from '../gen/constants';
import { get32, get64, set32, set64 } from '../state';
import { abort } from './abort';
import { saveGuest } from './exit-guest';
import { loadHost } from './exit-host';
import { storeMsrs } from './msr-lists';
import { requestEventStop, requestStop } from './stop';
import { traceEntryFailure, traceExit } from './trace';
import { Vmx, markWritten, setVm32, setVm64, vm32 } from './vmcs';

/** True when the instruction that exits now is an IRET that ended blocking by NMI (SDM 27.2.2). */
export function nmiUnblockedByThisIret(): bool {
  return get64(Vmx.IRET_UNBLOCKED_AT) == get64(State.RETIRED) + 1;
}

/** Exit of an instruction: its length is reported, no addresses. */
export function exitInstruction(reason: u32, qualification: u64, length: u32): void {
  setVm32(V.VM_EXIT_INSTRUCTION_LEN, length);
  vmExit(reason, qualification);
}

/** A VM exit without interruption information. Fields the reason needs beyond the qualification are already written. */
export function vmExit(reason: u32, qualification: u64): void {
  vmExitEvent(reason, qualification, 0, 0);
}

/**
 * A completed VM exit: afterwards the state is the host's. `info` and `error` go to the exit interruption fields.
 * What was being delivered goes to the IDT-vectoring fields, except where the exit counts as the event's own
 * (SDM 27.2.3).
 */
export function vmExitEvent(reason: u32, qualification: u64, info: u32, error: u32): void {
  setVm32(V.VM_EXIT_REASON, reason);
  setVm64(V.EXIT_QUALIFICATION, qualification);
  setVm32(V.VM_EXIT_INTR_INFO, info);
  if (info & ExitInterruption.ERROR_CODE_VALID) setVm32(V.VM_EXIT_INTR_ERROR_CODE, error);
  recordVectoring(reason, info);
  setVm32(V.VM_ENTRY_INTR_INFO_FIELD, vm32(V.VM_ENTRY_INTR_INFO_FIELD) & ~EntryInterruption.VALID);
  saveGuest(reason);
  markWritten(<usize>get32(Vmx.PAGE));
  traceExit(reason);
  clearDelivery();
  // The list holds the processor's own time stamp: the offset of the guest ends with the guest.
  set64(State.TSC_OFFSET, 0);
  const stored = storeMsrs();
  const controls = vm32(V.VM_EXIT_CONTROLS);
  leaveNonRoot();
  if (!stored) return abort(1);
  loadHost(controls, reason == Exit.EXCEPTION_NMI && ((info >> 8) & 7) == EventType.NMI);
  requestStops(reason, StopOn.VM_EXIT);
}

/**
 * A failed VM entry after the control and host checks (SDM 26.7): host state is loaded, only the reason and the
 * qualification are written, the guest area keeps what it had. `check` is the row that refused it.
 */
export function failedEntryExit(reason: u32, qualification: u64, check: u32): void {
  setVm32(V.VM_EXIT_REASON, reason | ExitFlag.ENTRY_FAILURE);
  setVm64(V.EXIT_QUALIFICATION, qualification);
  traceEntryFailure(reason | ExitFlag.ENTRY_FAILURE, check);
  const controls = vm32(V.VM_EXIT_CONTROLS);
  leaveNonRoot();
  loadHost(controls, false);
  requestStops(reason | ExitFlag.ENTRY_FAILURE, StopOn.ENTRY_FAILURE | StopOn.VM_EXIT);
}

function requestStops(reason: u32, kinds: u32): void {
  if (get32(State.EMBEDDED_HOST)) requestStop(Stop.VM_EXIT, reason, 0);
  else requestEventStop(kinds);
}

/** Controls stop acting before host state is loaded. */
function leaveNonRoot(): void {
  set32(State.VMX_NON_ROOT, 0);
  set32(Vmx.PIN, 0);
  set32(Vmx.PROC, 0);
  set32(Vmx.PROC2, 0);
  set32(Vmx.MTF_NOW, 0);
}

function recordVectoring(reason: u32, info: u32): void {
  let vectoring: u32 = 0;
  if (eventBeingDelivered() && !endsDelivery(reason, info)) {
    vectoring = deliveredInfo();
    if (vectoring & ExitInterruption.ERROR_CODE_VALID) setVm32(V.IDT_VECTORING_ERROR_CODE, deliveredError());
    const type = (vectoring >> 8) & 7;
    if (type >= <u32>EventType.SOFTWARE_INTERRUPT)
      setVm32(V.VM_EXIT_INSTRUCTION_LEN, deliveredInstructionLength());
  }
  setVm32(V.IDT_VECTORING_INFO_FIELD, vectoring);
}

/** Exits that are not "during delivery" though an event was in flight: double fault and triple fault. */
function endsDelivery(reason: u32, info: u32): bool {
  if (reason == Exit.TRIPLE_FAULT) return true;
  return reason == Exit.EXCEPTION_NMI && (info & 0x7ff) == ((EventType.HARDWARE_EXCEPTION << 8) | 8);
}
