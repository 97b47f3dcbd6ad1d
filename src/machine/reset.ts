/**
 * Reset of a running machine, as a PC does it: chip and board as after power-on, the image loaded and entered again as a
 * boot loader would. RAM that the loader does not write stays, and time goes on.
 */
import { applyProfile } from '../cpu/profile';
import type { Cpu } from '../cpu/cpu';
import type { Board } from '../platform/device';
import { applyBootImage, clearBootImage } from './boot';
import type { MachineConfig } from './machine-config';
import type { TopologyDriver } from './topology-driver';

export function resetMachine(cpu: Cpu, board: Board, driver: TopologyDriver, config: MachineConfig): void {
  cpu.reset();
  applyProfile(cpu, config.cpuProfile);
  board.reset();
  driver.reset();
  clearBootImage(driver, config.image);
  applyBootImage(driver, config.image);
}
