// Debug exceptions at instruction boundaries: single-step traps, pending debug exceptions, instruction breakpoints of
// DR0..DR3, and the life of RFLAGS.RF (SDM 3B 17.2, 17.3). What data and I/O breakpoints met is data-breakpoints.ts's.
import { Mode, Seg, State } from '../../abi/state-block';
import { Mechanism } from '../../abi/stop-codes';
import { condition, enabled } from '../data-breakpoints';
import { rflags, setRflags } from '../flags';
import { Debugctl, Dr6, PendingDebug, Rflags } from '../gen/constants';
import { get32, get64, rip, segmentBase, set64 } from '../state';
import { Private, boundaryMark } from './event-state';

/** At a boundary: the breakpoints that the instruction met join the pending debug exceptions. */
function collectBreakpoints(): void {
  const due = get64(Private.DATA_DUE);
  if (due == 0) return;
  set64(Private.DATA_DUE, 0);
  if (due != boundaryMark(0)) return;
  const bits = (<u64>get32(Private.DATA_MET)) | PendingDebug.ENABLED;
  set64(State.PENDING_DEBUG, get64(State.PENDING_DEBUG) | bits);
}

/** At a boundary: the trap of an instruction that began with TF set, and breakpoints, join the pending debug exceptions. */
export function collectTraps(): void {
  collectBreakpoints();
  const due = get64(Private.TRAP_DUE);
  if (due == 0) return;
  set64(Private.TRAP_DUE, 0);
  if (due == boundaryMark(0)) set64(State.PENDING_DEBUG, get64(State.PENDING_DEBUG) | PendingDebug.BS);
}

/** The Mechanism that the next instruction would need and the core lacks; -1: none. */
export function stepGap(): i32 {
  if ((rflags() & Rflags.TF) != 0 && (get64(State.MSR_DEBUGCTL) & Debugctl.BTF) != 0)
    return Mechanism.BRANCH_STEP;
  return -1;
}

/** Before an instruction: TF set now means a trap after it. */
export function armSingleStep(): void {
  set64(Private.TRAP_DUE, (rflags() & Rflags.TF) != 0 ? boundaryMark(1) : 0);
}

/** Pending debug exceptions to be delivered at this boundary, as #DB bits; they are taken. 0: none. */
export function takePendingDebug(): u64 {
  const pending = get64(State.PENDING_DEBUG);
  if ((pending & (PendingDebug.ENABLED | PendingDebug.BS)) == 0) return 0;
  set64(State.PENDING_DEBUG, 0);
  return pending & (Dr6.B0 | Dr6.B1 | Dr6.B2 | Dr6.B3 | Dr6.BS);
}

/** RF covers one instruction: cleared at the boundary after it. True while it stands. */
export function resumeFlagStands(): bool {
  const flags = rflags();
  if ((flags & Rflags.RF) == 0) {
    set64(Private.RESUME_SEEN, 0);
    return false;
  }
  const now = boundaryMark(0);
  const seen = get64(Private.RESUME_SEEN);
  if (seen == 0 || seen == now) {
    set64(Private.RESUME_SEEN, now);
    return true;
  }
  set64(Private.RESUME_SEEN, 0);
  setRflags(flags & ~Rflags.RF);
  return false;
}

/** True when an enabled instruction breakpoint makes every boundary interesting. */
export function watchesExecution(): bool {
  const dr7 = get64(State.DR7);
  for (let i: u32 = 0; i < 4; i++) {
    if (enabled(dr7, i) && condition(dr7, i) == 0) return true;
  }
  return false;
}

/** B0..B3 of the enabled instruction breakpoints at the instruction to come. */
export function instructionBreakpoints(): u64 {
  const dr7 = get64(State.DR7);
  let linear = rip();
  if (get32(State.MODE) != Mode.LONG_64) linear = (linear + segmentBase(Seg.CS)) & 0xffffffff;
  let bits: u64 = 0;
  for (let i: u32 = 0; i < 4; i++) {
    if (enabled(dr7, i) && condition(dr7, i) == 0 && get64(<usize>State.DR0 + ((<usize>i) << 3)) == linear)
      bits |= (<u64>1) << i;
  }
  return bits;
}
