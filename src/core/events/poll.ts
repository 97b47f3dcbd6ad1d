// Instruction boundaries: which of the waiting events is taken, in the order of SDM 3A Table 6-2 with the VM exits of 3C 25.2,
// 25.5 and 26.7 in their places. Called by the run loop when attention is asked for; asks again while a state needs
// every boundary.
import { State } from '../../abi/state-block';
import { Stop } from '../../abi/stop-codes';
import { raiseDebug } from '../fault';
import { rflags, setRflags } from '../flags';
import { Activity, EventType, Interruptibility, Rflags, Vector } from '../gen/constants';
import { interruptAcknowledge } from '../imports';
import { setAttention } from '../attention';
import { stop, unimplementedMechanism } from '../leave';
import { get32, get64, set32, set64 } from '../state';
import { Next } from '../uop';
import {
  acknowledgeVirtualInterrupt,
  apicWriteDue,
  completeApicWrite,
  externalInterruptExits,
  inNonRoot,
  interceptExternalInterrupt,
  interceptNmi,
  interruptWindowExit,
  mtfExit,
  mtfPending,
  nmiExits,
  nmiWindowExit,
  preemptionTimerExit,
  virtualInterruptDue,
  vmExitInit,
  vmExitSipi,
} from '../vmx/hooks';
import {
  armSingleStep,
  collectTraps,
  instructionBreakpoints,
  resumeFlagStands,
  stepGap,
  takePendingDebug,
  watchesExecution,
} from './debug-traps';
import { deliverEvent } from './event-delivery';
import { Private, betweenIterationsHere, boundaryMark } from './event-state';
import { takeInit, takeSipi } from './init-signal';

const SHADOW: u32 = Interruptibility.STI | Interruptibility.MOV_SS;

/** Delivers an event accepted at a boundary; what it meets on the way is pending then. */
function deliverInterrupt(vector: u32, type: u32): i32 {
  deliverEvent(vector, type, false, 0, 0);
  return Next.EXITED;
}

/**
 * Takes at most one event at this boundary. Next.DONE: none, execute the instruction at RIP; Next.EXITED: an event was
 * delivered, or a fault or VM exit is pending now: settle it and poll again; Next.STOP: leave the loop.
 */
export function pollEvents(): i32 {
  collectTraps();
  if (apicWriteDue() && completeApicWrite()) return Next.EXITED;
  if (get32(State.INIT) != 0 && initAccepted()) return Next.EXITED;
  if (get32(State.ACTIVITY) == Activity.WAIT_FOR_SIPI) return waitForSipi();
  set32(State.SIPI, 0);
  const between = betweenIterationsHere();
  // Instruction breakpoints were asked for before the first iteration.
  const resume = resumeFlagStands() || between;
  if (monitorTrap()) return Next.EXITED;
  const blocking = get32(State.INTERRUPTIBILITY);
  if ((blocking & Interruptibility.MOV_SS) == 0) {
    const traps = takePendingDebug();
    if (traps != 0) {
      if (between) setRflags(rflags() | Rflags.RF);
      raiseDebug(traps);
      return Next.EXITED;
    }
  }
  if (inNonRoot() && (preemptionTimerExit() || nmiWindowExit())) return Next.EXITED;
  if (get32(State.NMI) != 0 && (blocking & SHADOW) == 0) {
    const next = takeNmi(blocking, between);
    if (next != Next.DONE) return next;
  }
  if (inNonRoot()) {
    if (interruptWindowExit()) return Next.EXITED;
    if (virtualInterruptDue()) return takeVirtualInterrupt(between);
  }
  if (get32(State.INTR) != 0 && (blocking & SHADOW) == 0) {
    const next = takeInterrupt(between);
    if (next != Next.DONE) return next;
  }
  const activity = get32(State.ACTIVITY);
  if (activity != 0) {
    setAttention();
    // A guest that was entered in shutdown waits there for an NMI, INIT or the preemption timer (SDM 24.4.2).
    const down = activity == Activity.SHUTDOWN && !inNonRoot();
    return down ? stop(Stop.SHUTDOWN, 0, 0) : stop(Stop.HALT, 0, 0);
  }
  return beforeInstruction(resume, blocking);
}

/** Nothing interrupts: instruction breakpoints, then what the next boundary has to know. */
function beforeInstruction(resume: bool, blocking: u32): i32 {
  const gap = stepGap();
  if (gap >= 0) return unimplementedMechanism(gap);
  const watching = watchesExecution();
  if (watching && !resume && (blocking & Interruptibility.MOV_SS) == 0) {
    const bits = instructionBreakpoints();
    if (bits != 0) {
      raiseDebug(bits);
      return Next.EXITED;
    }
  }
  armSingleStep();
  const monitor = inNonRoot() && mtfPending();
  set64(Private.MONITOR_TRAP_DUE, monitor ? boundaryMark(1) : 0);
  if (watching || resume || monitor || (blocking & SHADOW) != 0 || get64(Private.TRAP_DUE) != 0)
    setAttention();
  return Next.DONE;
}

/** The exit after an instruction that ran with the monitor trap flag; true when requested. */
function monitorTrap(): bool {
  const due = get64(Private.MONITOR_TRAP_DUE);
  set64(Private.MONITOR_TRAP_DUE, 0);
  return due != 0 && due == boundaryMark(0) && mtfExit();
}

/** INIT is blocked in VMX root operation and exits in non-root (SDM 25.2). */
function initAccepted(): bool {
  if (inNonRoot()) {
    set32(State.INIT, 0);
    vmExitInit();
    return true;
  }
  if (get32(State.VMX_ON) != 0) return false;
  set32(State.INIT, 0);
  takeInit();
  setAttention();
  return true;
}

function waitForSipi(): i32 {
  setAttention();
  const sipi = get32(State.SIPI);
  if (sipi == 0) return stop(Stop.WAIT_FOR_SIPI, 0, 0);
  set32(State.SIPI, 0);
  if (!inNonRoot() || !vmExitSipi(sipi & 0xff)) takeSipi(sipi & 0xff);
  return Next.EXITED;
}

/** RF is set in the image that an event between two iterations pushes or saves (SDM 17.3.1.1). */
function markIterations(between: bool): void {
  if (between) setRflags(rflags() | Rflags.RF);
}

function takeNmi(blocking: u32, between: bool): i32 {
  if (inNonRoot() && nmiExits()) {
    if (!interceptNmi()) return Next.DONE;
    set32(State.NMI, 0);
    markIterations(between);
    return Next.EXITED;
  }
  if ((blocking & Interruptibility.NMI) != 0) return Next.DONE;
  set32(State.NMI, 0);
  markIterations(between);
  return deliverInterrupt(Vector.NMI, EventType.NMI);
}

function takeVirtualInterrupt(between: bool): i32 {
  markIterations(between);
  return deliverInterrupt(acknowledgeVirtualInterrupt(), EventType.EXTERNAL_INTERRUPT);
}

function takeInterrupt(between: bool): i32 {
  if (inNonRoot() && externalInterruptExits()) {
    if (interceptExternalInterrupt()) markIterations(between);
    return Next.EXITED;
  }
  if ((rflags() & Rflags.IF) == 0 || get32(State.ACTIVITY) > <u32>Activity.HLT) return Next.DONE;
  markIterations(between);
  return deliverInterrupt(interruptAcknowledge(), EventType.EXTERNAL_INTERRUPT);
}
