/**
 * The general registers a guest had when it last exited to its hypervisor. Hardware does not keep them, the hypervisor's
 * software does, somewhere; remembered here, the guest's stack can still be shown while its hypervisor runs.
 */
import type { Cpu } from '../cpu/cpu';

export class ExitRegisters {
  private values: readonly bigint[] | undefined;

  /** Called with RETIRED of each exit. An exit told of later than it happened leaves nothing to remember. */
  exited(count: number, cpu: Cpu): void {
    const now = BigInt(count) === cpu.retired;
    this.values = now ? Array.from({ length: 16 }, (_, index) => cpu.gpr(index)) : undefined;
  }

  save(): unknown {
    return this.values;
  }

  restore(saved: unknown): void {
    this.values = saved as readonly bigint[] | undefined;
  }

  /** In encoding order; RSP among them is the hypervisor's. Undefined when they are not known. */
  get general(): readonly bigint[] | undefined {
    return this.values;
  }
}
