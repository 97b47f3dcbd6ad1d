// Instructions that exit by themselves or by a bit of the processor-based controls (SDM 25.1.2, 25.1.3, 25.3), except those
// on control registers, ports and MSRs. Callers have made every check that comes before the exit (#UD, privilege).
import { State } from '../../abi/state-block';
import { raisePlain } from '../fault';
import { Exit, Proc, Proc2, TaskSwitchQualification, V, Vector } from '../gen/constants';
import {
  giveInstructionInformation,
  giveInstructionLength,
  requestExit,
  requestInstructionExit,
} from '../pending';
import { get32, get64, set64 } from '../state';
import { Uop } from '../uop';
import {
  displacement,
  systemSegmentInformation,
  tableRegisterInformation,
  typeAndDescriptorInformation,
} from './instruction-info';
import { clockTicks } from './preemption-timer';
import { inNonRoot } from './state-of-operation';
import { NONE, Vmx, proc, proc2, vm32 } from './vmcs';

/** Second argument of `interceptDescriptorTable`. */
export const enum TableInstruction {
  SGDT = 0,
  SIDT = 1,
  LGDT = 2,
  LIDT = 3,
  SLDT = 4,
  STR = 5,
  LLDT = 6,
  LTR = 7,
}

/** Source of a task switch as the exit qualification numbers it. */
export const enum TaskSwitchSource {
  CALL = 0,
  IRET = 1,
  JMP = 2,
  GATE = 3,
}

export function length(u: usize): u32 {
  return load<u8>(u + Uop.LENGTH);
}

/** Unconditional in non-root operation. */
function always(u: usize, reason: u32): bool {
  if (!inNonRoot()) return false;
  requestInstructionExit(reason, 0, length(u));
  return true;
}

/** By a bit of the primary controls; those words are 0 in root operation. */
function byPrimary(u: usize, control: u32, reason: u32): bool {
  if ((proc() & control) == 0) return false;
  requestInstructionExit(reason, 0, length(u));
  return true;
}

export function interceptCpuid(u: usize): bool {
  return always(u, Exit.CPUID);
}

export function interceptInvd(u: usize): bool {
  return always(u, Exit.INVD);
}

export function interceptXsetbv(u: usize): bool {
  return always(u, Exit.XSETBV);
}

export function interceptHlt(u: usize): bool {
  return byPrimary(u, Proc.HLT_EXITING, Exit.HLT);
}

export function interceptRdtsc(u: usize): bool {
  return byPrimary(u, Proc.RDTSC_EXITING, Exit.RDTSC);
}

export function interceptRdpmc(u: usize): bool {
  return byPrimary(u, Proc.RDPMC_EXITING, Exit.RDPMC);
}

/** PAUSE exiting, or at CPL 0 PAUSE-loop exiting: a loop is PAUSEs at most PLE_GAP ticks apart (SDM 25.1.3). */
export function interceptPause(u: usize): bool {
  if (byPrimary(u, Proc.PAUSE_EXITING, Exit.PAUSE_INSTRUCTION)) return true;
  if ((proc2() & Proc2.PAUSE_LOOP_EXITING) == 0 || get32(State.CPL) != 0) return false;
  const now = clockTicks();
  const last = get64(Vmx.LAST_PAUSE);
  set64(Vmx.LAST_PAUSE, now);
  if (last == NONE || now - last > <u64>vm32(V.PLE_GAP)) {
    set64(Vmx.FIRST_PAUSE, now);
    return false;
  }
  if (now - get64(Vmx.FIRST_PAUSE) <= <u64>vm32(V.PLE_WINDOW)) return false;
  set64(Vmx.LAST_PAUSE, NONE);
  requestInstructionExit(Exit.PAUSE_INSTRUCTION, 0, length(u));
  return true;
}

export function interceptMonitor(u: usize): bool {
  return byPrimary(u, Proc.MONITOR_EXITING, Exit.MONITOR_INSTRUCTION);
}

/** The qualification says whether a monitor is armed: the chip never arms one. */
export function interceptMwait(u: usize): bool {
  return byPrimary(u, Proc.MWAIT_EXITING, Exit.MWAIT_INSTRUCTION);
}

export function interceptWbinvd(u: usize): bool {
  if ((proc2() & Proc2.WBINVD_EXITING) == 0) return false;
  requestInstructionExit(Exit.WBINVD, 0, length(u));
  return true;
}

export function interceptInvlpg(u: usize, linear: u64): bool {
  if ((proc() & Proc.INVLPG_EXITING) == 0) return false;
  requestInstructionExit(Exit.INVLPG, linear, length(u));
  return true;
}

/** Exit; or false with #UD raised when "enable RDTSCP" is 0: check `faulted()` when this returns false. */
export function interceptRdtscp(u: usize): bool {
  if (!inNonRoot()) return false;
  if ((proc2() & Proc2.ENABLE_RDTSCP) == 0) {
    raisePlain(Vector.UD);
    return false;
  }
  return byPrimary(u, Proc.RDTSC_EXITING, Exit.RDTSCP);
}

/** Exit; or false with #UD raised when "enable INVPCID" is 0: check `faulted()` when this returns false. */
export function interceptInvpcid(u: usize): bool {
  if (!inNonRoot()) return false;
  if ((proc2() & Proc2.ENABLE_INVPCID) == 0) {
    raisePlain(Vector.UD);
    return false;
  }
  if ((proc() & Proc.INVLPG_EXITING) == 0) return false;
  requestInstructionExit(Exit.INVPCID, displacement(u), length(u));
  giveInstructionInformation(typeAndDescriptorInformation(u));
  return true;
}

/** `kind` is a TableInstruction. */
export function interceptDescriptorTable(u: usize, kind: u32): bool {
  if ((proc2() & Proc2.DESCRIPTOR_TABLE_EXITING) == 0) return false;
  const isTable = kind < <u32>TableInstruction.SLDT;
  requestInstructionExit(isTable ? Exit.GDTR_IDTR : Exit.LDTR_TR, displacement(u), length(u));
  giveInstructionInformation(
    isTable ? tableRegisterInformation(u, kind) : systemSegmentInformation(u, kind - TableInstruction.SLDT),
  );
  return true;
}

/**
 * A task switch always exits (SDM 25.4.2). `u` is the instruction, 0 when a task gate in the IDT is the source: then the
 * event on its way is in the IDT-vectoring fields.
 */
export function interceptTaskSwitch(u: usize, selector: u32, source: u32): bool {
  if (!inNonRoot()) return false;
  requestExit(Exit.TASK_SWITCH, (<u64>selector) | ((<u64>source) << TaskSwitchQualification.SOURCE_SHIFT));
  if (u != 0) giveInstructionLength(length(u));
  return true;
}
