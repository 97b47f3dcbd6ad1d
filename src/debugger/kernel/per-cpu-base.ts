/**
 * Where a CPU of Linux keeps its copy of the per-CPU variables: GS says it, in the kernel by its own base, in user mode by the one
 * that SWAPGS brings. Linux: arch/x86/include/asm/percpu.h.
 */
import type { Machine } from '../../machine/machine';
import { msrPlace } from '../../machine/msr-places';
import type { StrandName } from '../../machine/strand';

const KERNEL_GS_BASE = msrPlace('IA32_KERNEL_GS_BASE')!;
/** Kernel addresses are in the upper half. */
const UPPER_HALF = 1n << 63n;

export function perCpuBase(machine: Machine, level: StrandName): bigint | undefined {
  const { driver } = machine;
  const base = driver.registers(level)?.segments.gs.base;
  if (base === undefined || base >= UPPER_HALF) return base;
  // The MSR is another program's while the level waits.
  if (driver.registerHome(level)?.kind !== 'chip') return undefined;
  const swapped = driver.cpuOf(level).get64(KERNEL_GS_BASE);
  return swapped >= UPPER_HALF ? swapped : undefined;
}
