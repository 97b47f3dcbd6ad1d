/** One run of the core that must come back in time. */
import { Stop } from '../../src/abi/stop-codes';
import type { Cpu } from '../../src/cpu/cpu';
import { drainTraceRing } from '../../src/machine/trace-ring';

const NAMES: Partial<Record<Stop, string>> = {
  [Stop.BUDGET]: 'ran on',
  [Stop.VM_EXIT]: 'VM exit',
  [Stop.HALT]: 'halted',
  [Stop.SHUTDOWN]: 'triple fault',
  [Stop.UNIMPLEMENTED]: 'gap',
  [Stop.VMX_ABORT]: 'VMX abort',
  [Stop.WAIT_FOR_SIPI]: 'waits for SIPI',
};

/** Runs at most `budget` instructions; throws when it ran more. @returns what it ended in */
export function slice(cpu: Cpu, budget: bigint): string {
  drainTraceRing(cpu, () => undefined);
  const before = cpu.retired;
  const stop = cpu.run(before + budget);
  const ran = cpu.retired - before;
  if (ran < 0n || ran > budget) throw new Error(`a slice of ${budget} ran ${ran} instructions`);
  const name = NAMES[stop];
  if (name === undefined) throw new Error(`stopped with ${stop}, detail ${cpu.stopDetail}`);
  return stop === Stop.UNIMPLEMENTED ? `gap ${cpu.stopDetail}` : name;
}
