/**
 * Reset of a running machine, as a PC does it: chip and board as after power-on, the image loaded and entered again as a
 * boot loader would. RAM that the loader does not write stays, and time goes on.
 */
import { State } from '../abi/state-block';
import { applyProfile } from '../cpu/profile';
import type { Cpu } from '../cpu/cpu';
import type { Board } from '../platform/device';
import { applyBootImage, clearBootImage } from './boot';
import { applyFirmwareMsrs } from './firmware-msrs';
import type { MachineConfig } from './machine-config';
import type { TopologyDriver } from './topology-driver';

/** What a chip is by its configuration, after power-on and after each reset. */
export function beTheProcessor(cpu: Cpu, config: MachineConfig): void {
  applyProfile(cpu, config.cpuProfile, config.cpus);
  cpu.set32(State.STOP_UNCLAIMED, config.unclaimedInstructions === 'stop' ? 1 : 0);
}

export function resetMachine(
  cpus: readonly Cpu[],
  board: Board,
  driver: TopologyDriver,
  config: MachineConfig,
): void {
  for (const cpu of cpus) {
    cpu.reset();
    beTheProcessor(cpu, config);
  }
  board.reset();
  driver.reset();
  for (const cpu of cpus) applyFirmwareMsrs(cpu, board, config.featureControl);
  clearBootImage(driver, config.image);
  applyBootImage(driver, config.image);
}
