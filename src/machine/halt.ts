/**
 * A processor that halts and cannot wake: counts the alarms that pass over a halt without waking it, and says what the halt is.
 */
import { registerMask } from '../cpu/register-bits';
import type { Halt } from './machine-stop';
import { depthOf, type StrandName } from './strand';
import type { TopologyDriver } from './topology-driver';

const IF = registerMask('rflags', 'IF');
/** Alarms in a row that did not wake a processor with RFLAGS.IF = 0: a watchdog NMI would have come by then. */
const DEAF = 1000;
/** Alarms in a row after which whoever drives the machine gets a look, although no instruction retires. */
const PATIENCE = 1000;

export class HaltWatch {
  private at = -1n;
  private alarms = 0;

  /**
   * One more look at a halt at this count of retired instructions: what is to become of it.
   * @param deaf no CPU takes interrupts
   */
  look(retired: bigint, deaf: () => boolean): 'wait' | 'pause' | 'never' {
    this.alarms = retired === this.at ? this.alarms + 1 : 0;
    this.at = retired;
    if (this.alarms >= DEAF && deaf()) return 'never';
    return this.alarms > 0 && this.alarms % PATIENCE === 0 ? 'pause' : 'wait';
  }

  save(): unknown {
    return { at: this.at, alarms: this.alarms };
  }

  restore(saved: unknown): void {
    Object.assign(this, saved);
  }
}

/** RFLAGS.IF of a strand. */
export function interruptFlag(driver: TopologyDriver, strand: StrandName): boolean {
  return ((driver.registers(strand)?.rflags ?? 0n) & IF) !== 0n;
}

/** The halt the machine stands in. */
export function describeHalt(driver: TopologyDriver): Halt {
  const level = driver.currentStrand();
  const registers = driver.registers(level)!;
  const guest = depthOf(level) === driver.innermost;
  const vmcs = guest ? driver.vmcss()[0] : undefined;
  return {
    level,
    rip: registers.rip,
    interruptFlag: interruptFlag(driver, level),
    ...(vmcs && { activity: vmcs.read('GUEST_ACTIVITY_STATE') }),
  };
}
