// Exceptions, interrupts and the exits at instruction boundaries (SDM 25.2, 25.5, 26.7). The order among them is the
// poller's; each function tests its own conditions.
import { State } from '../../abi/state-block';
import {
  Activity,
  Cr0,
  EventType,
  Exit,
  ExitCtl,
  ExitInterruption,
  Interruptibility,
  Pin,
  Proc,
  V,
  Vector,
} from '../gen/constants';
import { interruptAcknowledge } from '../imports';
import { giveInstructionLength, requestEventExit, requestExit } from '../pending';
import { get32, get64 } from '../state';
import { nmiUnblockedByThisIret } from './nmi-unblocking';
import { isNotification, processPostedInterrupts } from './posted-interrupts';
import { inNonRoot, interruptsOpen } from './state-of-operation';
import { traceTripleFault } from './trace';
import { Vmx, pin, proc, vm32 } from './vmcs';

/** The exception bitmap, with the error-code mask and match for page faults (SDM 25.2). */
function bitmapExits(vector: u32, error: u32): bool {
  const bit = ((vm32(V.EXCEPTION_BITMAP) >> vector) & 1) != 0;
  if (vector != Vector.PF) return bit;
  const matches = (error & vm32(V.PAGE_FAULT_ERROR_CODE_MASK)) == vm32(V.PAGE_FAULT_ERROR_CODE_MATCH);
  return matches ? bit : !bit;
}

/**
 * Before an exception is delivered. `data`: linear address of a #PF, bits of a #DB for the qualification. `length` counts
 * for INT1, INT3 and INTO only (types 5 and 6).
 */
export function interceptException(
  vector: u32,
  type: u32,
  hasError: bool,
  error: u32,
  data: u64,
  length: u32,
): bool {
  if (!inNonRoot() || !bitmapExits(vector, error)) return false;
  let info = ExitInterruption.VALID | (type << ExitInterruption.TYPE_SHIFT) | vector;
  // Real mode delivers no error codes (SDM 27.2.2).
  if (hasError && get64(State.CR0) & Cr0.PE) info |= ExitInterruption.ERROR_CODE_VALID;
  if (nmiUnblockedByThisIret() && vector != Vector.DF) info |= ExitInterruption.NMI_UNBLOCKING;
  const qualified = vector == Vector.PF || vector == Vector.DB;
  requestEventExit(Exit.EXCEPTION_NMI, qualified ? data : 0, info, error);
  if (type >= <u32>EventType.PRIVILEGED_SOFTWARE_EXCEPTION) giveInstructionLength(length);
  return true;
}

/** INTR exits whatever RFLAGS.IF is. */
export function externalInterruptExits(): bool {
  return (pin() & Pin.EXTERNAL_INTERRUPT_EXITING) != 0;
}

/**
 * INTR is asserted and exits: takes the vector when "acknowledge interrupt on exit" says so. False, and nothing exits, when that is
 * the notification of posted interrupts: they are taken over.
 */
export function interceptExternalInterrupt(): bool {
  let info: u32 = 0;
  if (vm32(V.VM_EXIT_CONTROLS) & ExitCtl.VM_EXIT_ACKNOWLEDGE_INTERRUPT_ON_EXIT) {
    const vector = interruptAcknowledge() & 0xff;
    if (isNotification(vector)) {
      processPostedInterrupts();
      return false;
    }
    info = ExitInterruption.VALID | vector;
  }
  requestEventExit(Exit.EXTERNAL_INTERRUPT, 0, info, 0);
  return true;
}

/** NMIs exit; virtual-NMI blocking does not hold them. */
export function nmiExits(): bool {
  return (pin() & Pin.NMI_EXITING) != 0;
}

export function interceptNmi(): bool {
  if (!nmiExits()) return false;
  // Without virtual NMIs the blocking bit is the processor's own, and holds them.
  if ((pin() & Pin.VIRTUAL_NMIS) == 0 && get32(State.INTERRUPTIBILITY) & Interruptibility.NMI) return false;
  const info =
    ExitInterruption.VALID | ((<u32>EventType.NMI) << ExitInterruption.TYPE_SHIFT) | (<u32>Vector.NMI);
  requestEventExit(Exit.EXCEPTION_NMI, 0, info, 0);
  return true;
}

/** "Interrupt-window exiting", IF = 1 and no blocking by STI or MOV SS. Also ends HLT. */
export function interruptWindowExit(): bool {
  if ((proc() & Proc.INTERRUPT_WINDOW_EXITING) == 0 || !interruptsOpen()) return false;
  requestExit(Exit.INTERRUPT_WINDOW, 0);
  return true;
}

/** "NMI-window exiting" and no virtual-NMI blocking; blocking by MOV SS holds it too. */
export function nmiWindowExit(): bool {
  if ((proc() & Proc.NMI_WINDOW_EXITING) == 0) return false;
  const held = Interruptibility.NMI | Interruptibility.MOV_SS | Interruptibility.STI;
  if (get32(State.INTERRUPTIBILITY) & held) return false;
  if (get32(State.ACTIVITY) == Activity.WAIT_FOR_SIPI) return false;
  requestExit(Exit.NMI_WINDOW, 0);
  return true;
}

/** "Monitor trap flag": the loop goes instruction by instruction and asks `mtfExit` after each. */
export function mtfPending(): bool {
  return (proc() & Proc.MONITOR_TRAP_FLAG) != 0;
}

/** The exit at the boundary where it is due; the poller knows which that is. */
export function mtfExit(): bool {
  if (!mtfPending() && get32(Vmx.MTF_NOW) == 0) return false;
  requestExit(Exit.MONITOR_TRAP_FLAG, 0);
  return true;
}

export function vmExitTripleFault(): void {
  traceTripleFault();
  requestExit(Exit.TRIPLE_FAULT, 0);
}

export function vmExitInit(): void {
  requestExit(Exit.INIT_SIGNAL, 0);
}

/** In wait-for-SIPI activity: the vector is the qualification. */
export function vmExitSipi(vector: u32): bool {
  if (!inNonRoot()) return false;
  requestExit(Exit.SIPI_SIGNAL, <u64>(vector & 0xff));
  return true;
}
