/**
 * Puts a boot image into the machine: bytes into the RAM of the outermost program, then its first CPU state.
 */
import type { BootImage } from '../platform/boot/boot-image';
import type { TopologyDriver } from './topology-driver';

/** Before the image is loaded again: zeros where it wants zeros, which fresh RAM has anyway. */
export function clearBootImage(driver: TopologyDriver, image: BootImage): void {
  for (const { address, length } of image.clears) driver.writeImage(BigInt(address), new Uint8Array(length));
}

export function applyBootImage(driver: TopologyDriver, image: BootImage): void {
  for (const { address, bytes } of image.writes) {
    // The loader has checked every address against the size of RAM.
    if (!driver.writeImage(BigInt(address), bytes))
      throw new Error(`boot image writes outside RAM at 0x${address.toString(16)}`);
  }
  driver.loadBootState(image.cpu);
}
