/** Flat binaries: the file's bytes at an address, entered in a chosen mode; real mode unless said otherwise. */
import type { BootImage, CpuMode } from './boot-image';
import { LoadError } from './boot-image';
import { initialCpu } from './initial-cpu';
import type { MemoryPlan } from './memory-plan';

export interface FlatOptions {
  /** Physical address of the file's first byte. */
  readonly address: number;
  /** Physical address of the first instruction; default `address`. */
  readonly entry?: number;
  /** Default `real16`. */
  readonly mode?: CpuMode;
}

/** A boot sector finds its drive's number in DL. */
const FIRST_HARD_DISK = 0x80n;
const REAL_MODE_END = 0x100000;

export function loadFlat(bytes: Uint8Array, plan: MemoryPlan, name: string, options: FlatOptions): BootImage {
  const { address, entry = address, mode = 'real16' } = options;
  if (bytes.length === 0) throw new LoadError(`${name} is empty: build it again`);
  for (const value of [address, entry]) {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
      throw new LoadError(`${value} is not an address ${name} can be loaded at: give one below 4 GiB`);
    }
  }
  if (mode === 'real16' && entry >= REAL_MODE_END) {
    throw new LoadError(
      `${name} cannot begin in real mode at 0x${entry.toString(16)}: load it below 1 MiB or choose another mode`,
    );
  }
  plan.load(address, bytes);
  return {
    cpu: initialCpu(mode, BigInt(entry), plan, mode === 'real16' ? { rdx: FIRST_HARD_DISK } : {}),
    writes: plan.writes,
    clears: plan.clears,
    entry: BigInt(entry),
    description: `flat binary at 0x${address.toString(16)}, entry 0x${entry.toString(16)} in ${mode} mode`,
  };
}
