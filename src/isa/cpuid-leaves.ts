// What each CPUID leaf answers. Intel SDM volume 2, CPUID, table 3-8; the leaves from 40000000H on
// belong to hypervisors by convention. Rows only.

import type { CpuidRegister } from './cpuid-features';

export interface CpuidLeafRow {
  leaf: number;
  title: string;
  /** What a register reports that has no row in `cpuid-features`. */
  answers?: Partial<Record<CpuidRegister, string>>;
}

export const cpuidLeaves = [
  {
    leaf: 0x0,
    title: 'Highest leaf and vendor',
    answers: {
      ebx: 'Vendor name, characters 1 to 4',
      ecx: 'Vendor name, characters 9 to 12',
      edx: 'Vendor name, characters 5 to 8',
    },
  },
  { leaf: 0x1, title: 'Version and features' },
  { leaf: 0x2, title: 'Cache and TLB descriptors' },
  { leaf: 0x3, title: 'Serial number' },
  { leaf: 0x4, title: 'Cache parameters' },
  {
    leaf: 0x5,
    title: 'MONITOR and MWAIT',
    answers: { eax: 'Smallest monitor line in bytes', ebx: 'Largest monitor line in bytes' },
  },
  { leaf: 0x6, title: 'Thermal and power management' },
  { leaf: 0x7, title: 'Extended features' },
  { leaf: 0x9, title: 'Direct cache access' },
  { leaf: 0xa, title: 'Performance monitoring' },
  {
    leaf: 0xb,
    title: 'Topology',
    answers: {
      eax: 'Bits to shift the x2APIC ID right for the ID of the next level',
      ebx: 'Logical processors at this level',
      ecx: 'Number and type of the level',
      edx: 'x2APIC ID of this processor',
    },
  },
  { leaf: 0xd, title: 'XSAVE state components' },
  { leaf: 0xf, title: 'Resource monitoring' },
  { leaf: 0x10, title: 'Resource allocation' },
  { leaf: 0x12, title: 'SGX' },
  { leaf: 0x14, title: 'Processor Trace' },
  {
    leaf: 0x15,
    title: 'Time-stamp counter frequency',
    answers: {
      eax: 'Denominator of the ratio of time-stamp counter to crystal clock',
      ebx: 'Numerator of that ratio',
      ecx: 'Frequency of the crystal in Hz, 0 if not told',
    },
  },
  {
    leaf: 0x16,
    title: 'Processor frequency',
    answers: { eax: 'Base frequency in MHz', ebx: 'Maximum frequency in MHz', ecx: 'Bus frequency in MHz' },
  },
  { leaf: 0x17, title: 'System-on-chip vendor' },
  { leaf: 0x18, title: 'Address-translation parameters' },
  { leaf: 0x19, title: 'Key locker' },
  { leaf: 0x1a, title: 'Native model' },
  { leaf: 0x1b, title: 'PCONFIG' },
  { leaf: 0x1c, title: 'Last-branch records' },
  { leaf: 0x1d, title: 'Tile parameters' },
  { leaf: 0x1e, title: 'Tile multiplication' },
  { leaf: 0x1f, title: 'Topology, version 2' },
  { leaf: 0x20, title: 'History reset' },
  { leaf: 0x21, title: 'TDX' },
  { leaf: 0x23, title: 'Performance monitoring, extended' },
  { leaf: 0x24, title: 'AVX10' },
  {
    leaf: 0x40000000,
    title: 'Highest hypervisor leaf and vendor',
    answers: {
      eax: 'Highest hypervisor leaf',
      ebx: 'Name of the hypervisor, characters 1 to 4',
      ecx: 'Name of the hypervisor, characters 5 to 8',
      edx: 'Name of the hypervisor, characters 9 to 12',
    },
  },
  { leaf: 0x40000001, title: 'Hypervisor interface or features' },
  { leaf: 0x80000000, title: 'Highest extended leaf' },
  { leaf: 0x80000001, title: 'Extended processor features' },
  { leaf: 0x80000002, title: 'Brand string, part 1' },
  { leaf: 0x80000003, title: 'Brand string, part 2' },
  { leaf: 0x80000004, title: 'Brand string, part 3' },
  { leaf: 0x80000005, title: 'First-level caches' },
  { leaf: 0x80000006, title: 'Second-level cache' },
  { leaf: 0x80000007, title: 'Invariant time-stamp counter' },
  { leaf: 0x80000008, title: 'Address widths' },
] as const satisfies readonly CpuidLeafRow[];

/** Leaves that processors leave to hypervisors. */
export const hypervisorLeaves = { first: 0x40000000, last: 0x4fffffff } as const;

/** The row of each leaf by its number. */
export const cpuidLeafByNumber: ReadonlyMap<number, CpuidLeafRow> = new Map(
  cpuidLeaves.map((row) => [row.leaf, row]),
);
