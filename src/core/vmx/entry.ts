// VM entry: VMLAUNCH and VMRESUME after their privilege checks, and the same for an embedded host (SDM chapter 26). The
// rules on fields stand in checks-*.ts; what is loaded in entry-guest.ts.
import { Region } from '../../abi/memory-map';
import { State } from '../../abi/state-block';
import { Stop, StopOn } from '../../abi/stop-codes';
import { LaunchState, VmcsPage } from '../../abi/vmcs-page';
import { deliverEvent } from '../events';
import { Private, boundaryMark, clearDelivery, forgetStream } from '../events/event-state';
import {
  Check,
  EntryInterruption,
  EventType,
  Exit,
  Interruptibility,
  Proc,
  Reason,
  V,
  VmError,
} from '../gen/constants';
import { setAttention } from '../attention';
import { settlePending } from '../settle';
import { get32, get64, set32, set64 } from '../state';
import { countTransition } from '../transitions';
import { Next } from '../uop';
import { beginChecks, firstFailure } from './check-context';
import { brokenListRule, controlsFail, guestStateFails, hostStateFails } from './checks';
import { loadGuest } from './entry-guest';
import { failedEntryExit } from './exit';
import { loadMsrs } from './msr-lists';
import { flagInvalid, flagValid, refusedBecause, traceRefusedEntry } from './outcome';
import { requestEventStop, requestStop, takeStopRequest } from './stop';
import { traceEntry, traceInjection } from './trace';
import { Vmx, currentPage, markWritten, proc, setLaunchState, vm32, vm64 } from './vmcs';
import { passEntry } from './transition-time';
import { tprThresholdExit } from './tpr-shadow';
import { startVirtualInterrupts } from './virtual-interrupts';

/**
 * The entry proper. `length`: bytes of the instruction, 0 for an embedded host. Next.BOUNDARY after a VMfail (the
 * instruction completes), Next.EXITED when the guest or, after a failed entry, the host goes on at a new RIP, unless something
 * is pending there; Next.FAULT when the delivery of the injected event met something.
 */
export function enter(launch: bool, length: u32): i32 {
  const page = currentPage();
  if (page == 0) {
    refusedBecause(launch ? Reason.VMLAUNCH_NO_CURRENT_VMCS : Reason.VMRESUME_NO_CURRENT_VMCS, 0);
    return refuse(Check.A04, 0);
  }
  if (load<u32>(page + VmcsPage.REVISION) >> 31 != 0) return refuse(Check.A05, 0);
  const movSs = (get32(State.INTERRUPTIBILITY) & Interruptibility.MOV_SS) != 0;
  if (movSs) {
    refusedBecause(launch ? Reason.VMLAUNCH_MOV_SS : Reason.VMRESUME_MOV_SS, 0);
    return refuse(Check.A06, VmError.ENTRY_EVENTS_BLOCKED_BY_MOV_SS);
  }
  const launched = load<u32>(page + VmcsPage.LAUNCH_STATE) == LaunchState.LAUNCHED;
  if (launch && launched) {
    refusedBecause(Reason.VMLAUNCH_NOT_CLEAR, 0, get64(State.VMCS_POINTER));
    return refuse(Check.A07, VmError.VMLAUNCH_NONCLEAR_VMCS);
  }
  if (!launch && !launched) {
    refusedBecause(Reason.VMRESUME_NOT_LAUNCHED, 0, get64(State.VMCS_POINTER));
    return refuse(Check.A08, VmError.VMRESUME_NONLAUNCHED_VMCS);
  }
  beginChecks(page, Region.CAPABILITIES, false, 0, get64(State.VMCS_POINTER));
  if (controlsFail()) return refuse(firstFailure(), VmError.ENTRY_INVALID_CONTROL_FIELD);
  if (hostStateFails()) return refuse(firstFailure(), VmError.ENTRY_INVALID_HOST_STATE_FIELD);
  // From here on the instruction does not come back: it counts as retired, and RIP is the guest's or the host's.
  if (length != 0) set64(State.RETIRED, get64(State.RETIRED) + 1);
  set32(Vmx.PAGE, <u32>page);
  markWritten(page);
  setAttention();
  passEntry();
  if (guestStateFails()) {
    failedEntryExit(Exit.INVALID_STATE, invalidStateQualification(firstFailure()), firstFailure());
    return Next.EXITED;
  }
  loadGuest();
  const refused = loadMsrs(vm64(V.VM_ENTRY_MSR_LOAD_ADDR), vm32(V.VM_ENTRY_MSR_LOAD_COUNT));
  if (refused != 0) {
    failedEntryExit(Exit.MSR_LOAD_FAIL, refused, brokenListRule(refused));
    return Next.EXITED;
  }
  if (launch) setLaunchState(page, LaunchState.LAUNCHED);
  forgetStream();
  clearDelivery();
  startVirtualInterrupts();
  traceEntry(!launch);
  requestEventStop(StopOn.VM_ENTRY);
  countTransition();
  return inject();
}

/** VMfail of an entry, with the check that refused it; `error` 0 is VMfailInvalid. */
function refuse(check: u32, error: u32): i32 {
  traceRefusedEntry(error, check);
  requestEventStop(StopOn.ENTRY_FAILURE | StopOn.VM_FAIL);
  return error == 0 ? flagInvalid() : flagValid(error);
}

/** Exit qualification of reason 33 (SDM 26.7). */
function invalidStateQualification(check: u32): u64 {
  if (check == Check.K01 || check == Check.K02) return 2;
  if (check == Check.J15) return 3;
  return check >= <u32>Check.J25 && check <= <u32>Check.J30 ? 4 : 0;
}

/** Event injection (SDM 26.5) and the exits that come before the first guest instruction. */
function inject(): i32 {
  const info = vm32(V.VM_ENTRY_INTR_INFO_FIELD);
  const trapFlag = (proc() & Proc.MONITOR_TRAP_FLAG) != 0;
  if ((info & EntryInterruption.VALID) == 0) return afterEntry();
  traceInjection(info);
  const type = (info & EntryInterruption.TYPE) >> EntryInterruption.TYPE_SHIFT;
  if (type == EventType.OTHER_EVENT) {
    set32(Vmx.MTF_NOW, 1);
    set64(Private.MONITOR_TRAP_DUE, boundaryMark(0));
    return afterEntry();
  }
  const hasError = (info & EntryInterruption.DELIVER_ERROR_CODE) != 0;
  const length = vm32(V.VM_ENTRY_INSTRUCTION_LEN);
  const error = vm32(V.VM_ENTRY_EXCEPTION_ERROR_CODE);
  const pushed = type >= <u32>EventType.SOFTWARE_INTERRUPT ? length : 0;
  if (!deliverEvent(info & EntryInterruption.VECTOR, type, hasError, error, pushed)) return Next.FAULT;
  // MTF is pending on the boundary after the injected event (SDM 25.5.2).
  if (trapFlag) set64(Private.MONITOR_TRAP_DUE, boundaryMark(0));
  return afterEntry();
}

function afterEntry(): i32 {
  if (get32(State.VMX_NON_ROOT)) tprThresholdExit();
  return Next.EXITED;
}

/**
 * VM entry with the current VMCS for an embedded host. 0: guest state is loaded. Stop.VM_FAIL: refused, STOP_DETAIL is
 * the error (0: VMfailInvalid). Stop.VM_EXIT: the entry already ended in a VM exit.
 */
export function vmEnterByEmbedder(launch: u32): i32 {
  const next = enter(launch != 0, 0);
  if (next == Next.BOUNDARY) {
    takeStopRequest();
    const page = currentPage();
    const valid = page != 0 && load<u32>(page + VmcsPage.REVISION) >> 31 == 0;
    set32(State.STOP, Stop.VM_FAIL);
    set32(State.STOP_DETAIL, valid ? load<u32>(page + V.VM_INSTRUCTION_ERROR) : 0);
    return Stop.VM_FAIL;
  }
  // A stop in the middle of the entry: the run loop reports it before the first instruction.
  if (settlePending()) requestStop(get32(State.STOP), get32(State.STOP_DETAIL), get64(State.STOP_VALUE));
  if (get32(State.VMX_NON_ROOT)) return 0;
  takeStopRequest();
  return Stop.VM_EXIT;
}
