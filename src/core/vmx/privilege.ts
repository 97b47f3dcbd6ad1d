// What every VMX instruction checks first: undefined opcode by mode, VM exit in non-root operation, privilege (SDM 30.3).
import { Mode, State } from '../../abi/state-block';
import { raise, raisePlain } from '../fault';
import { Vector } from '../gen/constants';
import { requestInstructionExit } from '../pending';
import { get32 } from '../state';
import { Next, Uop } from '../uop';

/** Outside VMX operation, and in real, virtual-8086 and compatibility mode, VMX instructions do not exist. */
export function vmxUndefined(): bool {
  if (get32(State.VMX_ON) == 0) return true;
  const mode = get32(State.MODE);
  return mode <= <u32>Mode.VIRTUAL_8086 || mode == Mode.COMPATIBILITY_16 || mode == Mode.COMPATIBILITY_32;
}

/** Next.DONE when the instruction may go on. Exits carry no operand. */
export function begin(u: usize, reason: u32): i32 {
  if (vmxUndefined()) {
    raisePlain(Vector.UD);
    return Next.FAULT;
  }
  if (get32(State.VMX_NON_ROOT)) {
    requestInstructionExit(reason, 0, load<u8>(u + Uop.LENGTH));
    return Next.EXITED;
  }
  if (get32(State.CPL) != 0) {
    raise(Vector.GP, 0);
    return Next.FAULT;
  }
  return Next.DONE;
}
