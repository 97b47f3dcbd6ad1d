/** Which entry checks the chip can raise, asked from the chip itself. */
import { Cpu } from '../cpu/cpu';
import type { Bus } from '../cpu/bus';
import { nestedBus } from './host-bus';

/** Rows (indexes into isa/entry-checks) of the checks the core implements. */
export function implementedChecks(): number[] {
  const bus: Bus = nestedBus(() => undefined);
  return new Cpu(PAGE, bus).implementedChecks();
}

/** As little RAM as a chip can have. */
const PAGE = 4096;
