// What every VMX instruction checks first: undefined opcode by mode, VM exit in non-root operation, privilege (SDM 30.3).
import { Mode, State } from '../../abi/state-block';
import { raiseBecause, raisePlainBecause } from '../fault';
import { rflags } from '../flags';
import { Cr0, Rflags, Vector } from '../gen/constants';
import { requestInstructionExit } from '../pending';
import { get32, get64 } from '../state';
import { Next, Uop } from '../uop';

/** Outside VMX operation, and in real, virtual-8086 and compatibility mode, VMX instructions do not exist. */
export function vmxUndefined(): bool {
  if (get32(State.VMX_ON) == 0) return true;
  const mode = get32(State.MODE);
  return mode <= <u32>Mode.VIRTUAL_8086 || mode == Mode.COMPATIBILITY_16 || mode == Mode.COMPATIBILITY_32;
}

/**
 * Rows of isa/fault-reasons that every VMX instruction has, one behind the other; callers name the first, X_OUTSIDE_VMX (of
 * VMXON: VMXON_CR4_VMXE).
 */
const enum Shared {
  MODE = 1,
  COMPATIBILITY = 2,
  CPL = 3,
}

/** #UD for an instruction that does not exist here; `first` is its row for "outside VMX operation". */
export function raiseVmxUndefined(first: u32): i32 {
  const mode = get32(State.MODE);
  if (get32(State.VMX_ON) == 0) raisePlainBecause(first, Vector.UD);
  else if (mode <= <u32>Mode.VIRTUAL_8086)
    raisePlainBecause(
      first + Shared.MODE,
      Vector.UD,
      (get64(State.CR0) & Cr0.PE) != 0 ? 1 : 0,
      (rflags() & Rflags.VM) != 0 ? 1 : 0,
    );
  else raisePlainBecause(first + Shared.COMPATIBILITY, Vector.UD);
  return Next.FAULT;
}

/** False with #GP(0) pending above CPL 0. */
export function privileged(first: u32): bool {
  const cpl = get32(State.CPL);
  if (cpl == 0) return true;
  raiseBecause(first + Shared.CPL, Vector.GP, 0, cpl);
  return false;
}

/** Next.DONE when the instruction may go on. Exits carry no operand. `first`: its first row of those all share. */
export function begin(u: usize, reason: u32, first: u32): i32 {
  if (vmxUndefined()) return raiseVmxUndefined(first);
  if (get32(State.VMX_NON_ROOT)) {
    requestInstructionExit(reason, 0, load<u8>(u + Uop.LENGTH));
    return Next.EXITED;
  }
  return privileged(first) ? Next.DONE : Next.FAULT;
}
