// CPUID feature bits and numbers by name. Intel SDM volume 2, CPUID. Rows only; which of them a processor claims stands
// in `cpu-profiles`.

export type CpuidRegister = 'eax' | 'ebx' | 'ecx' | 'edx';

export interface CpuidFeatureRow<Name extends string = string> {
  name: Name;
  title: string;
  leaf: number;
  subleaf: number;
  register: CpuidRegister;
  bit: number;
}

const features = [
  // Leaf 1H, ECX.
  { name: 'SSE3', title: 'SSE3', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 0 },
  { name: 'PCLMULQDQ', title: 'PCLMULQDQ', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 1 },
  { name: 'DTES64', title: '64-bit debug store', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 2 },
  { name: 'MONITOR', title: 'MONITOR and MWAIT', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 3 },
  { name: 'DS_CPL', title: 'CPL-qualified debug store', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 4 },
  { name: 'VMX', title: 'Virtual-machine extensions', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 5 },
  { name: 'SMX', title: 'Safer-mode extensions', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 6 },
  { name: 'EIST', title: 'Enhanced SpeedStep', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 7 },
  { name: 'TM2', title: 'Thermal monitor 2', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 8 },
  { name: 'SSSE3', title: 'SSSE3', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 9 },
  { name: 'SDBG', title: 'Silicon debug', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 11 },
  { name: 'FMA', title: 'Fused multiply-add', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 12 },
  { name: 'CX16', title: 'CMPXCHG16B', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 13 },
  { name: 'XTPR', title: 'xTPR update control', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 14 },
  { name: 'PDCM', title: 'Performance capabilities MSR', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 15 },
  { name: 'PCID', title: 'Process-context identifiers', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 17 },
  { name: 'DCA', title: 'Direct cache access', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 18 },
  { name: 'SSE4_1', title: 'SSE4.1', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 19 },
  { name: 'SSE4_2', title: 'SSE4.2', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 20 },
  { name: 'X2APIC', title: 'x2APIC', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 21 },
  { name: 'MOVBE', title: 'MOVBE', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 22 },
  { name: 'POPCNT', title: 'POPCNT', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 23 },
  { name: 'TSC_DEADLINE', title: 'TSC-deadline timer', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 24 },
  { name: 'AES', title: 'AES instructions', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 25 },
  { name: 'XSAVE', title: 'XSAVE', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 26 },
  { name: 'OSXSAVE', title: 'XSAVE enabled by the system', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 27 },
  { name: 'AVX', title: 'AVX', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 28 },
  { name: 'F16C', title: 'Half-precision conversion', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 29 },
  { name: 'RDRAND', title: 'RDRAND', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 30 },
  { name: 'HYPERVISOR', title: 'Runs under a hypervisor', leaf: 0x1, subleaf: 0, register: 'ecx', bit: 31 },

  // Leaf 1H, EDX.
  { name: 'FPU', title: 'x87 floating point', leaf: 0x1, subleaf: 0, register: 'edx', bit: 0 },
  { name: 'VME', title: 'Virtual-8086 mode extensions', leaf: 0x1, subleaf: 0, register: 'edx', bit: 1 },
  { name: 'DE', title: 'Debugging extensions', leaf: 0x1, subleaf: 0, register: 'edx', bit: 2 },
  { name: 'PSE', title: '4-MB pages', leaf: 0x1, subleaf: 0, register: 'edx', bit: 3 },
  { name: 'TSC', title: 'Time-stamp counter', leaf: 0x1, subleaf: 0, register: 'edx', bit: 4 },
  { name: 'MSR', title: 'RDMSR and WRMSR', leaf: 0x1, subleaf: 0, register: 'edx', bit: 5 },
  { name: 'PAE', title: 'Physical-address extension', leaf: 0x1, subleaf: 0, register: 'edx', bit: 6 },
  { name: 'MCE', title: 'Machine-check exception', leaf: 0x1, subleaf: 0, register: 'edx', bit: 7 },
  { name: 'CX8', title: 'CMPXCHG8B', leaf: 0x1, subleaf: 0, register: 'edx', bit: 8 },
  { name: 'APIC', title: 'Local APIC', leaf: 0x1, subleaf: 0, register: 'edx', bit: 9 },
  { name: 'SEP', title: 'SYSENTER and SYSEXIT', leaf: 0x1, subleaf: 0, register: 'edx', bit: 11 },
  { name: 'MTRR', title: 'Memory-type range registers', leaf: 0x1, subleaf: 0, register: 'edx', bit: 12 },
  { name: 'PGE', title: 'Global pages', leaf: 0x1, subleaf: 0, register: 'edx', bit: 13 },
  { name: 'MCA', title: 'Machine-check architecture', leaf: 0x1, subleaf: 0, register: 'edx', bit: 14 },
  { name: 'CMOV', title: 'Conditional moves', leaf: 0x1, subleaf: 0, register: 'edx', bit: 15 },
  { name: 'PAT', title: 'Page-attribute table', leaf: 0x1, subleaf: 0, register: 'edx', bit: 16 },
  { name: 'PSE36', title: '36-bit 4-MB pages', leaf: 0x1, subleaf: 0, register: 'edx', bit: 17 },
  { name: 'PSN', title: 'Processor serial number', leaf: 0x1, subleaf: 0, register: 'edx', bit: 18 },
  { name: 'CLFSH', title: 'CLFLUSH', leaf: 0x1, subleaf: 0, register: 'edx', bit: 19 },
  { name: 'DS', title: 'Debug store', leaf: 0x1, subleaf: 0, register: 'edx', bit: 21 },
  {
    name: 'ACPI',
    title: 'Thermal monitor and clock control',
    leaf: 0x1,
    subleaf: 0,
    register: 'edx',
    bit: 22,
  },
  { name: 'MMX', title: 'MMX', leaf: 0x1, subleaf: 0, register: 'edx', bit: 23 },
  { name: 'FXSR', title: 'FXSAVE and FXRSTOR', leaf: 0x1, subleaf: 0, register: 'edx', bit: 24 },
  { name: 'SSE', title: 'SSE', leaf: 0x1, subleaf: 0, register: 'edx', bit: 25 },
  { name: 'SSE2', title: 'SSE2', leaf: 0x1, subleaf: 0, register: 'edx', bit: 26 },
  { name: 'SS', title: 'Self snoop', leaf: 0x1, subleaf: 0, register: 'edx', bit: 27 },
  { name: 'HTT', title: 'More than one logical processor', leaf: 0x1, subleaf: 0, register: 'edx', bit: 28 },
  { name: 'TM', title: 'Thermal monitor', leaf: 0x1, subleaf: 0, register: 'edx', bit: 29 },
  { name: 'PBE', title: 'Pending-break enable', leaf: 0x1, subleaf: 0, register: 'edx', bit: 31 },

  // Leaf 7H, EBX.
  { name: 'FSGSBASE', title: 'RDFSBASE and its kin', leaf: 0x7, subleaf: 0, register: 'ebx', bit: 0 },
  { name: 'TSC_ADJUST', title: 'IA32_TSC_ADJUST', leaf: 0x7, subleaf: 0, register: 'ebx', bit: 1 },
  { name: 'SGX', title: 'Software guard extensions', leaf: 0x7, subleaf: 0, register: 'ebx', bit: 2 },
  { name: 'BMI1', title: 'Bit manipulation 1', leaf: 0x7, subleaf: 0, register: 'ebx', bit: 3 },
  { name: 'HLE', title: 'Hardware lock elision', leaf: 0x7, subleaf: 0, register: 'ebx', bit: 4 },
  { name: 'AVX2', title: 'AVX2', leaf: 0x7, subleaf: 0, register: 'ebx', bit: 5 },
  {
    name: 'SMEP',
    title: 'Supervisor-mode execution prevention',
    leaf: 0x7,
    subleaf: 0,
    register: 'ebx',
    bit: 7,
  },
  { name: 'BMI2', title: 'Bit manipulation 2', leaf: 0x7, subleaf: 0, register: 'ebx', bit: 8 },
  { name: 'ERMS', title: 'Fast REP MOVSB and STOSB', leaf: 0x7, subleaf: 0, register: 'ebx', bit: 9 },
  { name: 'INVPCID', title: 'INVPCID', leaf: 0x7, subleaf: 0, register: 'ebx', bit: 10 },
  { name: 'RTM', title: 'Restricted transactional memory', leaf: 0x7, subleaf: 0, register: 'ebx', bit: 11 },
  { name: 'PQM', title: 'Quality-of-service monitoring', leaf: 0x7, subleaf: 0, register: 'ebx', bit: 12 },
  { name: 'MPX', title: 'Bound checking', leaf: 0x7, subleaf: 0, register: 'ebx', bit: 14 },
  { name: 'AVX512F', title: 'AVX-512 foundation', leaf: 0x7, subleaf: 0, register: 'ebx', bit: 16 },
  { name: 'RDSEED', title: 'RDSEED', leaf: 0x7, subleaf: 0, register: 'ebx', bit: 18 },
  { name: 'ADX', title: 'ADCX and ADOX', leaf: 0x7, subleaf: 0, register: 'ebx', bit: 19 },
  {
    name: 'SMAP',
    title: 'Supervisor-mode access prevention',
    leaf: 0x7,
    subleaf: 0,
    register: 'ebx',
    bit: 20,
  },
  { name: 'CLFLUSHOPT', title: 'CLFLUSHOPT', leaf: 0x7, subleaf: 0, register: 'ebx', bit: 23 },
  { name: 'CLWB', title: 'CLWB', leaf: 0x7, subleaf: 0, register: 'ebx', bit: 24 },
  { name: 'PT', title: 'Processor Trace', leaf: 0x7, subleaf: 0, register: 'ebx', bit: 25 },
  { name: 'SHA', title: 'SHA instructions', leaf: 0x7, subleaf: 0, register: 'ebx', bit: 29 },

  // Leaf 7H, ECX.
  { name: 'UMIP', title: 'User-mode instruction prevention', leaf: 0x7, subleaf: 0, register: 'ecx', bit: 2 },
  { name: 'PKU', title: 'Protection keys for user pages', leaf: 0x7, subleaf: 0, register: 'ecx', bit: 3 },
  { name: 'OSPKE', title: 'CR4.PKE is set', leaf: 0x7, subleaf: 0, register: 'ecx', bit: 4 },
  { name: 'WAITPKG', title: 'UMWAIT, TPAUSE and UMONITOR', leaf: 0x7, subleaf: 0, register: 'ecx', bit: 5 },
  { name: 'CET_SS', title: 'Shadow stacks', leaf: 0x7, subleaf: 0, register: 'ecx', bit: 7 },
  { name: 'LA57', title: '57-bit linear addresses', leaf: 0x7, subleaf: 0, register: 'ecx', bit: 16 },
  { name: 'RDPID', title: 'RDPID', leaf: 0x7, subleaf: 0, register: 'ecx', bit: 22 },
  { name: 'KL', title: 'Key locker', leaf: 0x7, subleaf: 0, register: 'ecx', bit: 23 },
  {
    name: 'BUS_LOCK_DETECT',
    title: 'Bus-lock debug exceptions',
    leaf: 0x7,
    subleaf: 0,
    register: 'ecx',
    bit: 24,
  },
  { name: 'MOVDIRI', title: 'MOVDIRI', leaf: 0x7, subleaf: 0, register: 'ecx', bit: 27 },
  { name: 'MOVDIR64B', title: 'MOVDIR64B', leaf: 0x7, subleaf: 0, register: 'ecx', bit: 28 },
  { name: 'ENQCMD', title: 'ENQCMD', leaf: 0x7, subleaf: 0, register: 'ecx', bit: 29 },
  {
    name: 'PKS',
    title: 'Protection keys for supervisor pages',
    leaf: 0x7,
    subleaf: 0,
    register: 'ecx',
    bit: 31,
  },

  // Leaf 7H, EDX.
  { name: 'UINTR', title: 'User interrupts', leaf: 0x7, subleaf: 0, register: 'edx', bit: 5 },
  { name: 'MD_CLEAR', title: 'VERW clears buffers', leaf: 0x7, subleaf: 0, register: 'edx', bit: 10 },
  { name: 'PCONFIG', title: 'PCONFIG', leaf: 0x7, subleaf: 0, register: 'edx', bit: 18 },
  { name: 'CET_IBT', title: 'Indirect-branch tracking', leaf: 0x7, subleaf: 0, register: 'edx', bit: 20 },
  { name: 'SPEC_CTRL', title: 'IBRS and IBPB', leaf: 0x7, subleaf: 0, register: 'edx', bit: 26 },
  {
    name: 'STIBP',
    title: 'Single-thread indirect-branch predictors',
    leaf: 0x7,
    subleaf: 0,
    register: 'edx',
    bit: 27,
  },
  { name: 'FLUSH_L1D', title: 'IA32_FLUSH_CMD', leaf: 0x7, subleaf: 0, register: 'edx', bit: 28 },
  {
    name: 'ARCH_CAPABILITIES',
    title: 'IA32_ARCH_CAPABILITIES',
    leaf: 0x7,
    subleaf: 0,
    register: 'edx',
    bit: 29,
  },
  {
    name: 'SSBD',
    title: 'Speculative store bypass disable',
    leaf: 0x7,
    subleaf: 0,
    register: 'edx',
    bit: 31,
  },

  // Leaf 7H, subleaf 1, EAX.
  {
    name: 'FRED',
    title: 'Flexible return and event delivery',
    leaf: 0x7,
    subleaf: 1,
    register: 'eax',
    bit: 17,
  },
  { name: 'LKGS', title: 'LKGS', leaf: 0x7, subleaf: 1, register: 'eax', bit: 18 },
  { name: 'WRMSRNS', title: 'WRMSRNS', leaf: 0x7, subleaf: 1, register: 'eax', bit: 19 },
  { name: 'LAM', title: 'Linear-address masking', leaf: 0x7, subleaf: 1, register: 'eax', bit: 26 },
  { name: 'MSRLIST', title: 'RDMSRLIST and WRMSRLIST', leaf: 0x7, subleaf: 1, register: 'eax', bit: 27 },

  // Leaf DH, subleaf 1, EAX.
  { name: 'XSAVEOPT', title: 'XSAVEOPT', leaf: 0xd, subleaf: 1, register: 'eax', bit: 0 },
  { name: 'XSAVEC', title: 'XSAVEC', leaf: 0xd, subleaf: 1, register: 'eax', bit: 1 },
  { name: 'XGETBV_1', title: 'XGETBV with ECX = 1', leaf: 0xd, subleaf: 1, register: 'eax', bit: 2 },
  { name: 'XSAVES', title: 'XSAVES and XRSTORS', leaf: 0xd, subleaf: 1, register: 'eax', bit: 3 },

  // Leaf 80000001H, ECX.
  {
    name: 'LAHF_LM',
    title: 'LAHF and SAHF in 64-bit mode',
    leaf: 0x80000001,
    subleaf: 0,
    register: 'ecx',
    bit: 0,
  },
  { name: 'LZCNT', title: 'LZCNT', leaf: 0x80000001, subleaf: 0, register: 'ecx', bit: 5 },
  { name: 'PREFETCHW', title: 'PREFETCHW', leaf: 0x80000001, subleaf: 0, register: 'ecx', bit: 8 },

  // Leaf 80000001H, EDX.
  {
    name: 'SYSCALL',
    title: 'SYSCALL and SYSRET in 64-bit mode',
    leaf: 0x80000001,
    subleaf: 0,
    register: 'edx',
    bit: 11,
  },
  { name: 'NX', title: 'Execute disable', leaf: 0x80000001, subleaf: 0, register: 'edx', bit: 20 },
  { name: 'PDPE1GB', title: '1-GB pages', leaf: 0x80000001, subleaf: 0, register: 'edx', bit: 26 },
  { name: 'RDTSCP', title: 'RDTSCP', leaf: 0x80000001, subleaf: 0, register: 'edx', bit: 27 },
  { name: 'LM', title: 'Intel 64', leaf: 0x80000001, subleaf: 0, register: 'edx', bit: 29 },

  // Leaf 80000007H, EDX.
  {
    name: 'INVARIANT_TSC',
    title: 'Time-stamp counter at a constant rate',
    leaf: 0x80000007,
    subleaf: 0,
    register: 'edx',
    bit: 8,
  },
] as const satisfies readonly CpuidFeatureRow[];

export type CpuidFeatureName = (typeof features)[number]['name'];
export type CpuidFeature = CpuidFeatureRow<CpuidFeatureName>;

export const cpuidFeatures: readonly CpuidFeature[] = features;

/** The row of each feature by its name. */
export const cpuidFeature = Object.fromEntries(cpuidFeatures.map((row) => [row.name, row])) as Record<
  CpuidFeatureName,
  CpuidFeature
>;

/** Numbers of more than one bit inside CPUID answers. */
export interface CpuidNumberRow {
  title: string;
  leaf: number;
  subleaf: number;
  register: CpuidRegister;
  high: number;
  low: number;
}

export const cpuidNumbers = {
  MAX_LEAF: { title: 'Highest basic leaf', leaf: 0x0, subleaf: 0, register: 'eax', high: 31, low: 0 },
  STEPPING: { title: 'Stepping', leaf: 0x1, subleaf: 0, register: 'eax', high: 3, low: 0 },
  MODEL: { title: 'Model, low digit', leaf: 0x1, subleaf: 0, register: 'eax', high: 7, low: 4 },
  FAMILY: { title: 'Family', leaf: 0x1, subleaf: 0, register: 'eax', high: 11, low: 8 },
  EXTENDED_MODEL: { title: 'Model, high digit', leaf: 0x1, subleaf: 0, register: 'eax', high: 19, low: 16 },
  EXTENDED_FAMILY: { title: 'Extended family', leaf: 0x1, subleaf: 0, register: 'eax', high: 27, low: 20 },
  CLFLUSH_LINE: {
    title: 'CLFLUSH line in 8-byte units',
    leaf: 0x1,
    subleaf: 0,
    register: 'ebx',
    high: 15,
    low: 8,
  },
  LOGICAL_PROCESSORS: {
    title: 'Logical processors in the package',
    leaf: 0x1,
    subleaf: 0,
    register: 'ebx',
    high: 23,
    low: 16,
  },
  APIC_ID: { title: 'Initial APIC ID', leaf: 0x1, subleaf: 0, register: 'ebx', high: 31, low: 24 },
  MAX_EXTENDED_LEAF: {
    title: 'Highest extended leaf',
    leaf: 0x80000000,
    subleaf: 0,
    register: 'eax',
    high: 31,
    low: 0,
  },
  PHYSICAL_ADDRESS_BITS: {
    title: 'Physical-address width',
    leaf: 0x80000008,
    subleaf: 0,
    register: 'eax',
    high: 7,
    low: 0,
  },
  LINEAR_ADDRESS_BITS: {
    title: 'Linear-address width',
    leaf: 0x80000008,
    subleaf: 0,
    register: 'eax',
    high: 15,
    low: 8,
  },
} as const satisfies Record<string, CpuidNumberRow>;

export type CpuidNumberName = keyof typeof cpuidNumbers;
