// SYSCALL, SYSRET, SYSENTER, SYSEXIT (SDM 2B; SDM 3A 5.8.7, 5.8.8). Segments are loaded with fixed attributes, not from
// descriptors.
import { Gpr, Mode, Seg, State } from '../../abi/state-block';
import { armSingleStep } from '../events/debug-traps';
import { rflags, setRflags } from '../flags';
import { AccessRights, Cr0, Efer, Reason, Rflags, SegmentType, Selector } from '../gen/constants';
import { isCanonical, modeChanged } from '../mode';
import { setAttention } from '../attention';
import { get32, get64, gpr, rip, set32, setGpr, setRip } from '../state';
import { Next, Uop } from '../uop';
import { longModeActive } from './far-code';
import { privileged, refuse, refuseUndefined } from './refusal';
import { storeSegment } from './segment-load';

/** Flat segments: type 11 for code, 3 for data. */
const FLAT: u32 = AccessRights.S | AccessRights.P | AccessRights.G;
const WRITABLE: u32 = SegmentType.WRITABLE | SegmentType.ACCESSED;
const CODE_64: u32 = SegmentType.CODE | WRITABLE | FLAT | AccessRights.L;
const CODE_32: u32 = SegmentType.CODE | WRITABLE | FLAT | AccessRights.DB;
const DATA: u32 = WRITABLE | FLAT | AccessRights.DB;
/** A selector without these names no descriptor. */
const NULL_MASK: u32 = Selector.INDEX | Selector.TI;
const RING_3: u32 = AccessRights.DPL;
/** RFLAGS bits SYSRET takes from R11. */
const SYSRET_FLAGS: u64 = 0x3c7fd7;

/** Flat CS and SS of ring `cpl`; ends with everything derived from them. */
function enterFlat(code: u32, stack: u32, access: u32, cpl: u32): void {
  const ring: u32 = cpl == 3 ? RING_3 : 0;
  storeSegment(Seg.CS, (code & 0xfffc) | cpl, 0, 0xffffffff, access | ring);
  storeSegment(Seg.SS, (stack & 0xfffc) | cpl, 0, 0xffffffff, DATA | ring);
  set32(State.CPL, cpl);
  modeChanged();
  setAttention();
}

/** SYSCALL exists in 64-bit mode with EFER.SCE only; else #UD is pending. */
function systemCallsOff(): bool {
  const efer = get64(State.EFER);
  if (get32(State.MODE) == Mode.LONG_64 && (efer & Efer.SCE) != 0) return false;
  refuseUndefined(Reason.SYSCALL_OFF, efer);
  return true;
}

/** SYSENTER and SYSEXIT: the selector they begin with; 0 with #GP(0) pending. */
function fastCallSelector(): u32 {
  const selector = get32(State.MSR_SYSENTER_CS) & NULL_MASK;
  if ((get64(State.CR0) & Cr0.PE) != 0 && selector != 0) return selector;
  refuse(Reason.SYSENTER_CS, get32(State.MSR_SYSENTER_CS));
  return 0;
}

export function execSyscall(u: usize): i32 {
  if (systemCallsOff()) return Next.FAULT;
  const flags = rflags();
  setGpr(Gpr.RCX, rip() + load<u8>(u + Uop.LENGTH));
  setGpr(11, flags & ~Rflags.RF);
  setRip(get64(State.MSR_LSTAR));
  setRflags(flags & ~get64(State.MSR_FMASK) & ~Rflags.RF);
  const selector = (<u32>(get64(State.MSR_STAR) >> 32)) & 0xffff;
  enterFlat(selector, (selector & 0xfffc) + 8, CODE_64, 0);
  // The TF just loaded decides about the trap after this instruction.
  armSingleStep();
  return Next.JUMPED;
}

export function execSysret(u: usize): i32 {
  if (systemCallsOff()) return Next.FAULT;
  if (!privileged()) return Next.FAULT;
  const wide = load<u8>(u + Uop.WIDTH) == 8;
  const target = wide ? gpr(Gpr.RCX) : gpr(Gpr.RCX) & 0xffffffff;
  if (!isCanonical(target)) return refuse(Reason.SYSTEM_CALL_TARGET, target);
  setRip(target);
  setRflags(gpr(11) & SYSRET_FLAGS);
  const selector = <u32>(get64(State.MSR_STAR) >> 48);
  enterFlat(wide ? selector + 16 : selector, selector + 8, wide ? CODE_64 : CODE_32, 3);
  // The TF just loaded decides about the trap after this instruction.
  armSingleStep();
  return Next.JUMPED;
}

export function execSysenter(_u: usize): i32 {
  const selector = fastCallSelector();
  if (selector == 0) return Next.FAULT;
  const long = longModeActive();
  const mask: u64 = long ? 0xffffffffffffffff : 0xffffffff;
  setRflags(rflags() & ~(Rflags.VM | Rflags.IF | Rflags.RF));
  setGpr(Gpr.RSP, get64(State.MSR_SYSENTER_ESP) & mask);
  setRip(get64(State.MSR_SYSENTER_EIP) & mask);
  enterFlat(selector, selector + 8, long ? CODE_64 : CODE_32, 0);
  return Next.JUMPED;
}

export function execSysexit(u: usize): i32 {
  const selector = fastCallSelector();
  if (selector == 0 || !privileged()) return Next.FAULT;
  const wide = load<u8>(u + Uop.WIDTH) == 8;
  const mask: u64 = wide ? 0xffffffffffffffff : 0xffffffff;
  const pointer = gpr(Gpr.RCX) & mask;
  const target = gpr(Gpr.RDX) & mask;
  if (!isCanonical(pointer)) return refuse(Reason.SYSTEM_CALL_TARGET, pointer);
  if (!isCanonical(target)) return refuse(Reason.SYSTEM_CALL_TARGET, target);
  setGpr(Gpr.RSP, pointer);
  setRip(target);
  const code = selector + (wide ? 32 : 16);
  enterFlat(code, code + 8, wide ? CODE_64 : CODE_32, 3);
  return Next.JUMPED;
}
