// XGETBV and XSETBV: XCR0 (SDM 1 13.3, 2D). The states themselves are saved and loaded by fxsave.ts, xsave.ts and xrstor.ts.
import { Gpr, State } from '../../abi/state-block';
import { CpuidTable } from '../../abi/tables';
import { claimsFeature } from '../claims';
import { cpuidRegister } from '../cpuid-table';
import { Cr4, Reason, Xcr0 } from '../gen/constants';
import { Feature } from '../gen/features';
import { modeChanged } from '../mode';
import { get64, gpr, set64, setGpr } from '../state';
import { Next } from '../uop';
import { inNonRoot, interceptXsetbv } from '../vmx/hooks';
import { privileged, refuse, refuseUndefined } from './refusal';
import { componentsInUse } from './xsave-layout';

export { execFxrstor, execFxsave, execLdmxcsr, execStmxcsr } from './fxsave';
export { execRdpkru, execWrpkru } from './protection-keys';
export { SaveForm, execXsave } from './xsave';
export { execXrstor, execXrstors } from './xrstor';

const XSAVE_LEAF: u32 = 0xd;

/** Without CR4.OSXSAVE the instructions do not exist. */
function undefinedHere(): bool {
  if ((get64(State.CR4) & Cr4.OSXSAVE) != 0) return false;
  refuseUndefined(Reason.XSETBV_OSXSAVE, get64(State.CR4));
  return true;
}

/** XCR0 bits the profile offers. */
function offered(): u64 {
  const high = <u64>cpuidRegister(XSAVE_LEAF, 0, CpuidTable.EDX);
  const low: u32 = cpuidRegister(XSAVE_LEAF, 0, CpuidTable.EAX);
  return (high << 32) | (<u64>low);
}

export function execXgetbv(_u: usize): i32 {
  if (undefinedHere()) return Next.FAULT;
  const index = <u32>gpr(Gpr.RCX);
  const inUse = claimsFeature(Feature.XGETBV_1);
  if (index > 1 || (index == 1 && !inUse)) return refuse(Reason.XSETBV_INDEX, index);
  const value = index == 0 ? get64(State.XCR0) : get64(State.XCR0) & componentsInUse();
  setGpr(Gpr.RAX, value & 0xffffffff);
  setGpr(Gpr.RDX, value >> 32);
  return Next.DONE;
}

export function execXsetbv(u: usize): i32 {
  if (undefinedHere()) return Next.FAULT;
  if (!privileged()) return Next.FAULT;
  if (inNonRoot() && interceptXsetbv(u)) return Next.EXITED;
  const value = (gpr(Gpr.RAX) & 0xffffffff) | (gpr(Gpr.RDX) << 32);
  const index = <u32>gpr(Gpr.RCX);
  if (index != 0) return refuse(Reason.XSETBV_INDEX, index);
  const withoutSse = (value & Xcr0.AVX) != 0 && (value & Xcr0.SSE) == 0;
  if (withoutSse || (value & Xcr0.X87) == 0 || (value & ~offered()) != 0)
    return refuse(Reason.XSETBV_VALUE, value, offered());
  set64(State.XCR0, value);
  modeChanged();
  return Next.BOUNDARY;
}
