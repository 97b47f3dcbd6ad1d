/**
 * Chooses the loader for an image by what it contains: a Linux kernel, multiboot 2, multiboot 1, PVH, ELF; a flat binary
 * when an address is given. Throws nothing but `LoadError`.
 */
import { firmwareMemory } from '../firmware';
import { ramSizeProblem } from '../memory-map';
import type { BootImage } from './boot-image';
import { LoadError } from './boot-image';
import { isElf, readElf } from './elf-file';
import { loadElfEntry } from './elf-entry';
import type { FlatOptions } from './flat';
import { loadFlat } from './flat';
import { isVmlinux, loadBzImage, loadVmlinux } from './linux';
import { isLinuxKernel } from './linux-header';
import { MemoryPlan } from './memory-plan';
import type { BootModule } from './multiboot';
import { findMultibootHeader, loadMultiboot } from './multiboot';
import { findMultiboot2Header, loadMultiboot2 } from './multiboot2';
import { loadPvh, pvhEntry } from './pvh';
import { refusedFormat } from './refused-formats';

export interface LoadOptions {
  /** The image's name, for messages and as the first word of multiboot's command line. */
  readonly name: string;
  /** Arguments: all that Linux and PVH get, behind the name for multiboot. */
  readonly append?: string;
  readonly memoryBytes: number;
  readonly cpus?: number;
  /** Hard disks that the BIOS serves. */
  readonly disks?: number;
  /** Multiboot and PVH only. */
  readonly modules?: readonly BootModule[];
  /** Initial RAM disk: Linux and PVH only. */
  readonly initrd?: Uint8Array;
  /** The image is a flat binary; or the address of a static PIE. */
  readonly flat?: FlatOptions;
}

/** The memory writes include the firmware's tables, which come before the image's own. */
export function loadImage(bytes: Uint8Array, options: LoadOptions): BootImage {
  const { name, append = '', memoryBytes, cpus = 1, disks = 0, modules = [], initrd, flat } = options;
  const problem = ramSizeProblem(memoryBytes);
  if (problem) throw new LoadError(problem);
  const plan = new MemoryPlan(memoryBytes, name);
  for (const { address, bytes: table } of firmwareMemory(cpus, disks)) plan.write(address, table);
  const linux = { name, append, memoryBytes, ...(initrd && { initrd }) };
  const noModules = () => {
    if (modules.length)
      throw new LoadError(`${name} has no multiboot header, so modules cannot be passed to it: remove them`);
  };
  const noInitrd = () => {
    if (initrd)
      throw new LoadError(
        `${name} is no Linux kernel, so it cannot get an initrd: pass the file as a module`,
      );
  };

  if (!flat && isLinuxKernel(bytes)) {
    noModules();
    return loadBzImage(bytes, plan, linux);
  }
  const header2 = flat ? undefined : findMultiboot2Header(bytes);
  const header = flat ? undefined : findMultibootHeader(bytes);
  if (header2 || header) {
    noInitrd();
    const multiboot = { name, append, memoryBytes, cpus, modules };
    // Who has both headers is multiboot 1's, as before there was a choice.
    if (header) return loadMultiboot(bytes, header, plan, multiboot);
    if (header2) return loadMultiboot2(bytes, header2, plan, multiboot);
  }
  const elf = isElf(bytes) ? readElf(bytes, name) : undefined;
  const entry = elf && !flat ? pvhEntry(elf) : undefined;
  if (elf && entry !== undefined) return loadPvh(elf, entry, plan, { ...linux, modules });
  noModules();
  if (elf && !flat && isVmlinux(elf)) return loadVmlinux(elf, plan, linux);
  noInitrd();
  if (elf && (!flat || elf.positionIndependent)) return loadElfEntry(elf, plan, name, flat?.address);
  if (flat) return loadFlat(bytes, plan, name, flat);
  const refused = refusedFormat(bytes);
  if (refused) throw new LoadError(`${name} is ${refused}`);
  throw new LoadError(
    `${name} is neither an ELF file nor a multiboot image nor a Linux kernel: open an x86 ELF file, ` +
      `or give the address at which it is to be loaded as a flat binary`,
  );
}
