/**
 * The Linux kernels of a session. They change what programs there are while the machine runs: run control asks here where to stop
 * for that, and looks whether a kernel has moved.
 */
import type { Machine } from '../../machine/machine';
import type { StrandName } from '../../machine/strand';
import { levelOf } from '../../machine/strand';
import type { Programs } from '../programs';
import { Kernel, isKernel } from './kernel';

export class Kernels {
  private readonly kernels: readonly Kernel[];

  /** @param changed told when there are other programs, or the same elsewhere */
  constructor(
    private readonly machine: Machine,
    private readonly programs: Programs,
    log: (text: string) => void,
    private readonly changed: () => void,
  ) {
    this.kernels = programs.given
      .filter(isKernel)
      .map((program) => new Kernel(machine, program, program.modules, log));
  }

  /** Addresses at which a run must pause for a look at the modules. */
  get places(): bigint[] {
    return this.kernels.flatMap(({ places }) => places);
  }

  /** Asked between two slices of a run. */
  look(): void {
    if (this.kernels.length === 0) return;
    const strand = this.machine.driver.currentStrand();
    if (this.machine.driver.registerHome(strand)?.kind !== 'chip') return;
    const here = this.kernels.filter(({ level }) => level === levelOf(strand));
    if (here.map((kernel) => kernel.locate(strand)).includes(true)) this.tell();
  }

  /** The run has paused at an address. True: it is one of `places`. */
  reached(strand: StrandName, address: bigint): boolean {
    const here = this.kernels.filter(
      (kernel) => kernel.level === levelOf(strand) && kernel.places.includes(address),
    );
    if (here.map((kernel) => kernel.readModules(strand)).includes(true)) this.tell();
    return here.length > 0;
  }

  private tell(): void {
    const { given } = this.programs;
    this.programs.replace(
      given.flatMap((program) => this.kernels.find((kernel) => kernel.is(program))?.programs ?? [program]),
    );
    this.changed();
  }
}
