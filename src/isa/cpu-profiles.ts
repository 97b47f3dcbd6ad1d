// The processors this machine can be, as data: what CPUID and the VMX capability MSRs claim, by name. Everything claimed
// in them is done by the core, and nothing else is claimed: narrow a list when the core lacks something.

import { haswell } from './cpu-profiles/haswell';
import { iceLakeServer } from './cpu-profiles/ice-lake-server';
import type { CpuProfileRow } from './cpu-profiles/row';
import { skylakeServer } from './cpu-profiles/skylake-server';
import { turtle64 } from './cpu-profiles/turtle-64';

export type { CpuProfileRow, VmxCapabilities } from './cpu-profiles/row';

export const cpuProfiles = {
  'skylake-server': skylakeServer,
  'ice-lake-server': iceLakeServer,
  haswell,
  'turtle-64': turtle64,
} as const satisfies Record<string, CpuProfileRow>;

export type CpuProfileName = keyof typeof cpuProfiles;

/** The processor of a machine whose user chose none. */
export const defaultCpuProfile: CpuProfileName = 'skylake-server';
