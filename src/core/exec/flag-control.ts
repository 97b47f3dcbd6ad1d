// CLI, STI, PUSHF, POPF, CLAC, STAC: the flags that privilege guards (SDM 2A, 2B; VME and PVI are not claimed, so IOPL
// decides alone).
import { Mode, State } from '../../abi/state-block';
import { claimsFeature } from '../claims';
import { faulted } from '../fault';
import { rflags, setRflags } from '../flags';
import { Interruptibility, Reason, Rflags } from '../gen/constants';
import { Feature } from '../gen/features';
import { pushWidth } from '../memory';
import { modeChanged, setInterruptShadow } from '../mode';
import { setAttention } from '../attention';
import { get32 } from '../state';
import { Next, Uop } from '../uop';
import { commitFrame, framePop, openCurrentStack } from './frame';
import { refuse, refuseUndefined } from './refusal';

/** Flags POPF may change at any privilege level, in a 16-bit image and above it. */
const POPF_LOW: u64 =
  Rflags.CF | Rflags.PF | Rflags.AF | Rflags.ZF | Rflags.SF | Rflags.TF | Rflags.DF | Rflags.OF | Rflags.NT;
const POPF_HIGH: u64 = Rflags.AC | Rflags.ID;

function ioPrivilege(): u32 {
  return <u32>((rflags() & Rflags.IOPL) >> Rflags.IOPL_SHIFT);
}

/** CPL (3 in virtual-8086 mode) is within IOPL; real mode has CPL 0. */
function mayChangeInterruptFlag(): bool {
  const cpl = get32(State.CPL);
  if (cpl <= ioPrivilege()) return true;
  refuse(Reason.IO_PRIVILEGE, cpl, ioPrivilege());
  return false;
}

/** PUSHF, POPF, IRET and INT n in virtual-8086 mode need IOPL 3; else #GP(0) is pending. */
export function virtualRefused(): bool {
  if (get32(State.MODE) != Mode.VIRTUAL_8086 || ioPrivilege() == 3) return false;
  refuse(Reason.IO_PRIVILEGE, get32(State.CPL), ioPrivilege());
  return true;
}

export function execCli(_u: usize): i32 {
  if (!mayChangeInterruptFlag()) return Next.FAULT;
  setRflags(rflags() & ~Rflags.IF);
  return Next.BOUNDARY;
}

/** Interrupts stay off for one more instruction when IF was clear. */
export function execSti(_u: usize): i32 {
  if (!mayChangeInterruptFlag()) return Next.FAULT;
  const flags = rflags();
  setRflags(flags | Rflags.IF);
  if ((flags & Rflags.IF) == 0) setInterruptShadow(Interruptibility.STI);
  setAttention();
  return Next.BOUNDARY;
}

export function execPushf(u: usize): i32 {
  if (virtualRefused()) return Next.FAULT;
  pushWidth(load<u8>(u + Uop.WIDTH), rflags() & ~(Rflags.VM | Rflags.RF));
  return faulted() ? Next.FAULT : Next.DONE;
}

export function execPopf(u: usize): i32 {
  if (virtualRefused()) return Next.FAULT;
  const width: u32 = load<u8>(u + Uop.WIDTH);
  openCurrentStack();
  const image = framePop(width);
  if (faulted()) return Next.FAULT;
  commitFrame();
  const cpl = get32(State.CPL);
  let mask = POPF_LOW;
  if (width > 2) mask |= POPF_HIGH;
  if (cpl <= ioPrivilege()) mask |= Rflags.IF;
  if (cpl == 0) mask |= Rflags.IOPL;
  setRflags((rflags() & ~(mask | Rflags.RF)) | (image & mask));
  modeChanged();
  setAttention();
  return Next.BOUNDARY;
}

function setAlignmentCheck(value: u64): i32 {
  if (!claimsFeature(Feature.SMAP)) return refuseUndefined(Reason.NOT_CLAIMED);
  const cpl = get32(State.CPL);
  if (cpl != 0) return refuseUndefined(Reason.STAC_PRIVILEGE, cpl);
  setRflags((rflags() & ~Rflags.AC) | value);
  modeChanged();
  return Next.BOUNDARY;
}

export function execClac(_u: usize): i32 {
  return setAlignmentCheck(0);
}

export function execStac(_u: usize): i32 {
  return setAlignmentCheck(Rflags.AC);
}
