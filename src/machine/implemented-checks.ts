/** Which entry checks, VM exits and VM-instruction errors the chip can raise, asked from the chip itself. */
import { Cpu } from '../cpu/cpu';
import type { Bus } from '../cpu/bus';
import { exitReasons } from '../isa/exit-reasons';
import { vmInstructionErrors } from '../isa/vm-instruction-errors';
import { nestedBus } from './host-bus';

function smallestChip(): Cpu {
  const bus: Bus = nestedBus(() => undefined);
  return new Cpu(PAGE, bus);
}

/** Rows (indexes into isa/entry-checks) of the checks the core implements. */
export function implementedChecks(): number[] {
  return smallestChip().implementedChecks();
}

/** Numbers of the basic exit reasons that the core can report. */
export function implementedExits(): number[] {
  const chip = smallestChip();
  return exitReasons.map(({ number }) => number).filter((number) => chip.raisesExit(number));
}

/** Numbers of the VM-instruction errors that the core can report. */
export function implementedErrors(): number[] {
  const chip = smallestChip();
  return vmInstructionErrors.map(({ number }) => number).filter((number) => chip.raisesVmError(number));
}

/** As little RAM as a chip can have. */
const PAGE = 4096;
