/**
 * Puts a boot image into the machine: bytes into the RAM of the outermost program, then its first CPU state.
 */
import type { BootImage } from '../platform/boot/boot-image';
import type { TopologyDriver } from './topology-driver';

export function applyBootImage(driver: TopologyDriver, image: BootImage): void {
  for (const { address, bytes } of image.writes) {
    // The loader has checked every address against the size of RAM.
    if (!driver.writeImage(BigInt(address), bytes))
      throw new Error(`boot image writes outside RAM at 0x${address.toString(16)}`);
  }
  driver.loadBootState(image.cpu);
}
