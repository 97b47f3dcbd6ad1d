// Control and debug registers in non-root operation: guest/host masks, read shadows, CR3 targets, CR8, MOV DR (SDM 25.1.3,
// 25.3, 24.6.6, 24.6.7). Callers have made the checks that come before the exit.
import { State } from '../../abi/state-block';
import { Cr0, CrQualification, DrQualification, Exit, Proc, V } from '../gen/constants';
import { giveLinearAddress, requestInstructionExit } from '../pending';
import { get64 } from '../state';
import { Uop, UopFlag } from '../uop';
import { inNonRoot } from './state-of-operation';
import { proc, vm32, vm64 } from './vmcs';

/** Access type of the qualification. */
const MOV_TO: u64 = 0;
const MOV_FROM: u64 = 1;
const CLTS: u64 = 2;
const LMSW: u64 = 3;

function exitCr(u: usize, register: u32, access: u64, rest: u64): bool {
  const qualification = (<u64>register) | (access << CrQualification.ACCESS_SHIFT) | rest;
  requestInstructionExit(Exit.CR_ACCESS, qualification, load<u8>(u + Uop.LENGTH));
  return true;
}

function generalRegister(index: u32): u64 {
  return (<u64>index) << CrQualification.GPR_SHIFT;
}

/** The mask owns a bit and the new value differs from what the guest reads there. */
function touchesOwned(value: u64, mask: usize, shadow: usize): bool {
  return ((value ^ vm64(shadow)) & vm64(mask)) != 0;
}

/** MOV to CR0, CR3, CR4, CR8 with the raw source value. */
export function interceptMovToCr(u: usize, cr: u32, gprIndex: u32, value: u64): bool {
  if (!inNonRoot()) return false;
  let exits = false;
  if (cr == 0) exits = touchesOwned(value, V.CR0_GUEST_HOST_MASK, V.CR0_READ_SHADOW);
  else if (cr == 4) exits = touchesOwned(value, V.CR4_GUEST_HOST_MASK, V.CR4_READ_SHADOW);
  else if (cr == 3) exits = (proc() & Proc.CR3_LOAD_EXITING) != 0 && !isCr3Target(value);
  else if (cr == 8) exits = (proc() & Proc.CR8_LOAD_EXITING) != 0;
  return exits && exitCr(u, cr, MOV_TO, generalRegister(gprIndex));
}

function isCr3Target(value: u64): bool {
  const count = vm32(V.CR3_TARGET_COUNT);
  for (let i: u32 = 0; i < count && i < 4; i++) {
    if (vm64(V.CR3_TARGET_VALUE0 + <usize>i * 8) == value) return true;
  }
  return false;
}

/** MOV from CR3 and CR8; CR0 and CR4 never exit, see `readCrShadowed`. */
export function interceptMovFromCr(u: usize, cr: u32, gprIndex: u32): bool {
  const control = cr == 3 ? Proc.CR3_STORE_EXITING : cr == 8 ? Proc.CR8_STORE_EXITING : 0;
  return (proc() & control) != 0 && exitCr(u, cr, MOV_FROM, generalRegister(gprIndex));
}

/** What MOV from CR0 or CR4 and SMSW read: bits the host owns come from the read shadow. */
export function readCrShadowed(cr: u32): u64 {
  const real = cr == 0 ? get64(State.CR0) : get64(State.CR4);
  if (!inNonRoot()) return real;
  const mask = cr == 0 ? vm64(V.CR0_GUEST_HOST_MASK) : vm64(V.CR4_GUEST_HOST_MASK);
  const shadow = cr == 0 ? vm64(V.CR0_READ_SHADOW) : vm64(V.CR4_READ_SHADOW);
  return (real & ~mask) | (shadow & mask);
}

/** The value a write to CR0 or CR4 gives when it does not exit: bits the host owns stay as they are. */
export function mergeCrWrite(cr: u32, value: u64): u64 {
  if (!inNonRoot()) return value;
  const real = cr == 0 ? get64(State.CR0) : get64(State.CR4);
  const mask = cr == 0 ? vm64(V.CR0_GUEST_HOST_MASK) : vm64(V.CR4_GUEST_HOST_MASK);
  return (value & ~mask) | (real & mask);
}

/** `value`: 16 bits of source. `linear`: address of a memory operand, ignored for the register form. */
export function interceptLmsw(u: usize, value: u32, linear: u64): bool {
  if (!inNonRoot()) return false;
  const mask = vm64(V.CR0_GUEST_HOST_MASK);
  const differing = ((<u64>value) ^ vm64(V.CR0_READ_SHADOW)) & mask;
  // LMSW cannot clear PE, so a source of 0 does not touch it.
  const setsPe = (differing & Cr0.PE) != 0 && ((<u64>value) & Cr0.PE) != 0;
  if ((differing & (Cr0.MP | Cr0.EM | Cr0.TS)) == 0 && !setsPe) return false;
  const rest = (<u64>(value & 0xffff)) << CrQualification.LMSW_SOURCE_SHIFT;
  if (load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM) return exitCr(u, 0, LMSW, rest);
  exitCr(u, 0, LMSW, rest | CrQualification.LMSW_MEMORY);
  giveLinearAddress(linear);
  return true;
}

/** CLTS exits when the host owns TS and shows it set. */
export function interceptClts(u: usize): bool {
  if (!inNonRoot()) return false;
  if ((vm64(V.CR0_GUEST_HOST_MASK) & vm64(V.CR0_READ_SHADOW) & Cr0.TS) == 0) return false;
  return exitCr(u, 0, CLTS, 0);
}

/** False when the host owns TS and shows it clear: CLTS then does nothing. */
export function cltsClearsTs(): bool {
  return !inNonRoot() || (vm64(V.CR0_GUEST_HOST_MASK) & Cr0.TS) == 0;
}

export function interceptMovDr(u: usize, dr: u32, gprIndex: u32, isFrom: bool): bool {
  if ((proc() & Proc.MOV_DR_EXITING) == 0) return false;
  const direction = isFrom ? DrQualification.DIRECTION : 0;
  const qualification = (<u64>dr) | direction | ((<u64>gprIndex) << DrQualification.GPR_SHIFT);
  requestInstructionExit(Exit.DR_ACCESS, qualification, load<u8>(u + Uop.LENGTH));
  return true;
}
