/**
 * Chooses the loader for an image: flat when an address is given, else multiboot when it has the header, else
 * ELF. Throws nothing but `LoadError`.
 */
import { firmwareMemory } from '../firmware';
import { ramSizeProblem } from '../memory-map';
import type { BootImage } from './boot-image';
import { LoadError } from './boot-image';
import { isElf } from './elf-file';
import { loadElfEntry } from './elf-entry';
import type { FlatOptions } from './flat';
import { loadFlat } from './flat';
import { MemoryPlan } from './memory-plan';
import type { BootModule } from './multiboot';
import { findMultibootHeader, loadMultiboot } from './multiboot';

export interface LoadOptions {
  /** The image's name, for messages and as the first word of the command line. */
  readonly name: string;
  /** Arguments after the name. */
  readonly append?: string;
  readonly memoryBytes: number;
  readonly cpus?: number;
  /** Multiboot only. */
  readonly modules?: readonly BootModule[];
  /** The image is a flat binary. */
  readonly flat?: FlatOptions;
}

/** The memory writes include the firmware's tables, which come before the image's own. */
export function loadImage(bytes: Uint8Array, options: LoadOptions): BootImage {
  const { name, append = '', memoryBytes, cpus = 1, modules = [], flat } = options;
  const problem = ramSizeProblem(memoryBytes);
  if (problem) throw new LoadError(problem);
  const plan = new MemoryPlan(memoryBytes, name);
  for (const { address, bytes: table } of firmwareMemory(cpus)) plan.write(address, table);

  const header = flat ? undefined : findMultibootHeader(bytes);
  if (header) return loadMultiboot(bytes, header, plan, { name, append, memoryBytes, modules });
  if (modules.length) {
    throw new LoadError(`${name} has no multiboot header, so modules cannot be passed to it: remove them`);
  }
  if (flat) return loadFlat(bytes, plan, name, flat);
  if (isElf(bytes)) return loadElfEntry(bytes, plan, name);
  throw new LoadError(
    `${name} is neither an ELF file nor a multiboot image: open an x86 ELF file, ` +
      `or give the address at which it is to be loaded as a flat binary`,
  );
}
