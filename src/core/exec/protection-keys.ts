// RDPKRU and WRPKRU (SDM Vol. 2; Vol. 3, 4.6.2). The rights themselves are looked up in mmu/walk.ts.
import { Gpr, State } from '../../abi/state-block';
import { Cr4, Reason } from '../gen/constants';
import { keyRightsChanged } from '../mmu/tlb';
import { get32, get64, gpr, set32, setGpr } from '../state';
import { Next } from '../uop';
import { refuse, refuseUndefined } from './refusal';

/** Without CR4.PKE the rights wait. */
export function writePkru(value: u32): void {
  if (get32(State.PKRU) == value) return;
  set32(State.PKRU, value);
  keyRightsChanged();
}

/** ECX must be 0, and CR4.PKE set. */
function refused(): bool {
  if ((get64(State.CR4) & Cr4.PKE) == 0) refuseUndefined(Reason.PROTECTION_KEYS_OFF, get64(State.CR4));
  else if (<u32>gpr(Gpr.RCX) != 0) refuseRegisters();
  else return false;
  return true;
}

function refuseRegisters(): i32 {
  return refuse(Reason.PROTECTION_KEYS_REGISTERS, <u32>gpr(Gpr.RCX), <u32>gpr(Gpr.RDX));
}

export function execRdpkru(_u: usize): i32 {
  if (refused()) return Next.FAULT;
  setGpr(Gpr.RAX, <u64>get32(State.PKRU));
  setGpr(Gpr.RDX, 0);
  return Next.DONE;
}

/** EDX must be 0 too. */
export function execWrpkru(_u: usize): i32 {
  if (refused()) return Next.FAULT;
  if (<u32>gpr(Gpr.RDX) != 0) return refuseRegisters();
  writePkru(<u32>gpr(Gpr.RAX));
  return Next.BOUNDARY;
}
