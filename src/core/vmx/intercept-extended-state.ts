// Exits of RDRAND, RDSEED, XSAVES and XRSTORS, and the controls without which instructions do not exist in non-root operation
// (SDM 25.1.3, 25.3). Callers have made every check that comes before the exit; theirs is #UD.
import { Gpr, State } from '../../abi/state-block';
import { Exit, Proc2, RandomInformation, V } from '../gen/constants';
import { giveInstructionInformation, requestInstructionExit } from '../pending';
import { get64, gpr } from '../state';
import { Uop } from '../uop';
import { displacement, memoryOperandInformation } from './instruction-info';
import { inNonRoot } from './state-of-operation';
import { proc2, vm64 } from './vmcs';

/** RDRAND by its control, RDSEED by its own. */
export function interceptRandom(u: usize, seed: bool): bool {
  if ((proc2() & (seed ? Proc2.RDSEED_EXITING : Proc2.RDRAND_EXITING)) == 0) return false;
  requestInstructionExit(seed ? Exit.RDSEED : Exit.RDRAND, 0, load<u8>(u + Uop.LENGTH));
  // Operand sizes of 2, 4 and 8 bytes are 0, 1 and 2.
  const size = ((<u32>load<u8>(u + Uop.WIDTH)) >> 2) << RandomInformation.OPERAND_SIZE_SHIFT;
  giveInstructionInformation(size | ((<u32>load<u8>(u + Uop.RM)) << RandomInformation.REG1_SHIFT));
  return true;
}

/** RDPID is there with "enable RDTSCP" alone. */
export function rdpidEnabled(): bool {
  return !inNonRoot() || (proc2() & Proc2.ENABLE_RDTSCP) != 0;
}

/** XSAVES and XRSTORS are there with "enable XSAVES/XRSTORS" alone. */
export function xsavesEnabled(): bool {
  return !inNonRoot() || (proc2() & Proc2.ENABLE_XSAVES_XRSTORS) != 0;
}

/** Supervisor components that are enabled, asked for and in the XSS-exiting bitmap make the exit. */
export function interceptXsaves(u: usize, restore: bool): bool {
  if (!inNonRoot()) return false;
  const wanted = (gpr(Gpr.RAX) & 0xffffffff) | (gpr(Gpr.RDX) << 32);
  if ((wanted & get64(State.MSR_XSS) & vm64(V.XSS_EXIT_BITMAP)) == 0) return false;
  const length = <u32>load<u8>(u + Uop.LENGTH);
  requestInstructionExit(restore ? Exit.XRSTORS : Exit.XSAVES, displacement(u), length);
  giveInstructionInformation(memoryOperandInformation(u));
  return true;
}
