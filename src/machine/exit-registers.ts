/**
 * The general registers a guest had when it last exited to its hypervisor. Hardware does not keep them, the hypervisor's
 * software does, somewhere; remembered here, the guest's stack can still be shown while its hypervisor runs.
 */
import type { Cpu } from '../cpu/cpu';
import type { MachineRecord } from './machine-record';

export class ExitRegisters {
  private values: readonly bigint[] | undefined;

  /** Called with each record. An exit told of later than it happened leaves nothing to remember. */
  note(record: MachineRecord, cpu: Cpu): void {
    if (record.kind !== 'nested-exit' && record.kind !== 'exit') return;
    const now = BigInt(record.count) === cpu.retired;
    this.values = now ? Array.from({ length: 16 }, (_, index) => cpu.gpr(index)) : undefined;
  }

  /** In encoding order; RSP among them is the hypervisor's. Undefined when they are not known. */
  get general(): readonly bigint[] | undefined {
    return this.values;
  }
}
