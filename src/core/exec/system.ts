// HLT, PAUSE, MONITOR, MWAIT, INVLPG, INVPCID, INVD, WBINVD (SDM 2A, 2B; order of faults and exits SDM 3C 25.1.1).
import { Gpr, State } from '../../abi/state-block';
import { claimsFeature } from '../claims';
import { singleStepDue } from '../events/event-state';
import { faulted } from '../fault';
import { Activity, Cr4, Proc2, Reason } from '../gen/constants';
import { Feature } from '../gen/features';
import { readLinear64 } from '../memory';
import { flushTlb } from '../mmu/tlb';
import { in64BitMode, isCanonical } from '../mode';
import { checkedOperandLinear, effectiveAddress, linearOf } from '../operands';
import { setAttention } from '../attention';
import { get32, get64, gpr, set32, set64 } from '../state';
import { Next, Uop } from '../uop';
import {
  inNonRoot,
  interceptHlt,
  interceptInvd,
  interceptInvlpg,
  interceptInvpcid,
  interceptMonitor,
  interceptMwait,
  interceptPause,
  interceptWbinvd,
} from '../vmx/hooks';
import { proc2 } from '../vmx/vmcs';
import { privileged, refuse, refuseUndefined } from './refusal';

/** The poller stops the loop or takes the event that wakes the processor. A single-step trap is there before it sleeps. */
export function execHlt(u: usize): i32 {
  if (!privileged()) return Next.FAULT;
  if (inNonRoot() && interceptHlt(u)) return Next.EXITED;
  if (!singleStepDue()) set32(State.ACTIVITY, Activity.HLT);
  setAttention();
  return Next.BOUNDARY;
}

/** A spinning CPU lets others have their turn. */
export function execPause(u: usize): i32 {
  if (inNonRoot() && interceptPause(u)) return Next.EXITED;
  const from = get64(State.YIELD_AT);
  if (from == 0 || get64(State.RETIRED) < from) return Next.DONE;
  set32(State.YIELDED, 1);
  set64(State.DEADLINE, get64(State.RETIRED) + 1);
  return Next.BOUNDARY;
}

/** Address-range monitoring: claimed and in ring 0; else #UD is pending. */
function monitorOff(): bool {
  const cpl = get32(State.CPL);
  if (!claimsFeature(Feature.MONITOR)) refuseUndefined(Reason.NOT_CLAIMED);
  else if (cpl != 0) refuseUndefined(Reason.MONITOR_PRIVILEGE, cpl);
  else return false;
  return true;
}

export function execMonitor(u: usize): i32 {
  if (monitorOff()) return Next.FAULT;
  if (inNonRoot() && interceptMonitor(u)) return Next.EXITED;
  const extensions = <u32>gpr(Gpr.RCX);
  return extensions != 0 ? refuse(Reason.MONITOR_EXTENSIONS, extensions) : Next.DONE;
}

/** No store arms or ends a monitor here: MWAIT goes on at once, which SDM 8.10.4 allows at any time. */
export function execMwait(u: usize): i32 {
  if (monitorOff()) return Next.FAULT;
  if (inNonRoot() && interceptMwait(u)) return Next.EXITED;
  const extensions = <u32>gpr(Gpr.RCX);
  return extensions > 1 ? refuse(Reason.MWAIT_EXTENSIONS, extensions) : Next.DONE;
}

/** The operand is an address, not memory: no segment check, and a non-canonical one does nothing. */
export function execInvlpg(u: usize): i32 {
  if (!privileged()) return Next.FAULT;
  const index: u32 = load<u8>(u + Uop.SEGMENT);
  const linear = linearOf(index, effectiveAddress(u));
  if (inNonRoot() && interceptInvlpg(u, linear)) return Next.EXITED;
  if (isCanonical(linear)) flushTlb();
  return Next.BOUNDARY;
}

export function execInvpcid(u: usize): i32 {
  const off = inNonRoot() && (proc2() & Proc2.ENABLE_INVPCID) == 0;
  if (!claimsFeature(Feature.INVPCID) || off) return refuseUndefined(Reason.NOT_CLAIMED);
  if (!privileged()) return Next.FAULT;
  if (inNonRoot() && interceptInvpcid(u)) return Next.EXITED;
  const type = in64BitMode() ? gpr(load<u8>(u + Uop.REG)) : gpr(load<u8>(u + Uop.REG)) & 0xffffffff;
  const descriptor = checkedOperandLinear(u, 16, false);
  if (faulted()) return Next.FAULT;
  const pcid = readLinear64(descriptor);
  if (faulted()) return Next.FAULT;
  const linear = readLinear64(descriptor + 8);
  if (faulted()) return Next.FAULT;
  if (type > 3) return refuse(Reason.INVPCID_TYPE, type);
  const identifiers: u64 = (get64(State.CR4) & Cr4.PCIDE) != 0 ? 0xfff : 0;
  if (type < 2 && (pcid & ~identifiers) != 0) return refuse(Reason.INVPCID_DESCRIPTOR, pcid);
  if (type == 0 && !isCanonical(linear)) return refuse(Reason.INVPCID_NOT_CANONICAL, linear);
  // Translations are not tagged with a PCID, so every type drops those of the context.
  flushTlb();
  return Next.BOUNDARY;
}

export function execInvd(u: usize): i32 {
  if (!privileged()) return Next.FAULT;
  return inNonRoot() && interceptInvd(u) ? Next.EXITED : Next.DONE;
}

export function execWbinvd(u: usize): i32 {
  if (!privileged()) return Next.FAULT;
  return inNonRoot() && interceptWbinvd(u) ? Next.EXITED : Next.DONE;
}
