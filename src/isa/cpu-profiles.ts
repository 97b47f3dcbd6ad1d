// The processors this machine can be, as data: what CPUID and the VMX capability MSRs claim, by name. Everything claimed
// here is done by the core, and nothing else is claimed: narrow a list when the core lacks something. Turning names into
// register values is the caller's work. Formats: Intel SDM volume 2 CPUID, volume 3 appendix A.

import type { CpuidFeatureName, CpuidNumberName } from './cpuid-features';
import type { MsrName } from './msrs';
import type { ControlName, ControlWord } from './vmx-controls';

/** What the VMX capability MSRs say, by name. */
export interface VmxCapabilities {
  /** IA32_VMX_BASIC bits 30:0; software must store it at the start of each VMCS region. */
  revision: number;
  /** IA32_VMX_BASIC bits 44:32, in bytes. */
  regionSize: number;
  /** Names of single bits of IA32_VMX_BASIC; the memory type is always write-back (6). */
  basic: readonly string[];
  /** Controls that may be 1, a list a word. The default1 bits may be 1 as well, and must be where the word's MSR says so. */
  controls: Record<ControlWord, readonly ControlName[]>;
  /** Names of single bits of IA32_VMX_MISC. */
  misc: readonly string[];
  /** IA32_VMX_MISC bits 4:0: the preemption timer counts down when this bit of the time-stamp counter changes. */
  timerRate: number;
  /** IA32_VMX_MISC bits 24:16. */
  cr3Targets: number;
  /** IA32_VMX_MISC bits 27:25: MSR lists may have 512 * (this + 1) entries. */
  msrListMax: number;
  /** Names of single bits of IA32_VMX_EPT_VPID_CAP. */
  eptVpid: readonly string[];
  /** Names of single bits of IA32_VMX_VMFUNC. */
  vmFunctions: readonly string[];
  /** CR0 and CR4 bits (names of `registerFormats`) that must be 1 in VMX operation. */
  cr0Fixed1: readonly string[];
  cr4Fixed1: readonly string[];
}

export interface CpuProfileRow {
  title: string;
  summary: string;
  /** 12 characters, CPUID leaf 0. */
  vendor: string;
  /** At most 47 characters, CPUID leaves 80000002H to 80000004H. */
  brand: string;
  features: readonly CpuidFeatureName[];
  numbers: Readonly<Record<CpuidNumberName, number>>;
  /** CPUID answers that are neither features nor numbers above; `subleaf` left out means any. Unsigned 32-bit values. */
  leaves: readonly { leaf: number; subleaf?: number; eax: number; ebx: number; ecx: number; edx: number }[];
  /** CR4 bits (names of `registerFormats.cr4`) that may be set; setting another one is #GP(0). */
  cr4: readonly string[];
  /** MSRs whose value the profile fixes or that do not start at 0. */
  msrs: Readonly<Partial<Record<MsrName, bigint>>>;
  vmx: VmxCapabilities;
}

export const cpuProfiles = {
  'turtle-64': {
    title: 'Turtle 64',
    summary:
      'A 64-bit processor with VMX, EPT, VPID and unrestricted guest, without floating point and vectors.',
    vendor: 'GenuineIntel',
    brand: 'Turtlescope 64-bit processor @ 1.00GHz',
    // Debug-store, thermal, floating-point and vector features are left out on purpose: the core has none of them.
    features: [
      'VMX',
      'CX16',
      'PCID',
      'X2APIC',
      'MOVBE',
      'POPCNT',
      'TSC_DEADLINE',
      'DE',
      'PSE',
      'TSC',
      'MSR',
      'PAE',
      'MCE',
      'CX8',
      'APIC',
      'SEP',
      'MTRR',
      'PGE',
      'MCA',
      'CMOV',
      'PAT',
      'PSE36',
      'CLFSH',
      'FSGSBASE',
      'TSC_ADJUST',
      'SMEP',
      'ERMS',
      'INVPCID',
      'SMAP',
      'LAHF_LM',
      'PREFETCHW',
      'SYSCALL',
      'NX',
      'PDPE1GB',
      'RDTSCP',
      'LM',
      'INVARIANT_TSC',
    ],
    numbers: {
      MAX_LEAF: 0x16,
      // Family 6, model 3DH: the generation that brought SMAP, and whose VMX this profile resembles.
      STEPPING: 4,
      MODEL: 0xd,
      FAMILY: 6,
      EXTENDED_MODEL: 3,
      EXTENDED_FAMILY: 0,
      CLFLUSH_LINE: 8,
      LOGICAL_PROCESSORS: 1,
      APIC_ID: 0,
      MAX_EXTENDED_LEAF: 0x80000008,
      PHYSICAL_ADDRESS_BITS: 40,
      LINEAR_ADDRESS_BITS: 48,
    },
    leaves: [
      // Caches: descriptor FFH points to leaf 4, which says there is none to size.
      { leaf: 0x2, eax: 0x00ff0001, ebx: 0, ecx: 0, edx: 0 },
      { leaf: 0x4, eax: 0, ebx: 0, ecx: 0, edx: 0 },
      // x2APIC topology: one thread in one core.
      { leaf: 0xb, subleaf: 0, eax: 0, ebx: 1, ecx: 0x100, edx: 0 },
      { leaf: 0xb, subleaf: 1, eax: 0, ebx: 1, ecx: 0x201, edx: 0 },
      // Time-stamp counter: a 1-GHz crystal, one tick an instruction. The local APIC's timer counts the crystal too (SDM 10.5.4).
      { leaf: 0x15, eax: 1, ebx: 1, ecx: 1_000_000_000, edx: 0 },
      { leaf: 0x16, eax: 1000, ebx: 1000, ecx: 100, edx: 0 },
    ],
    cr4: ['TSD', 'DE', 'PSE', 'PAE', 'MCE', 'PGE', 'VMXE', 'FSGSBASE', 'PCIDE', 'SMEP', 'SMAP'],
    msrs: {
      // Microcode revision 2FH: with one below 25H Linux does not trust this model's TSC deadline.
      IA32_BIOS_SIGN_ID: 0x2f_0000_0000n,
      IA32_MISC_ENABLE: 0x1801n,
      // 8 variable ranges, fixed ranges, write-combining.
      IA32_MTRRCAP: 0x508n,
      IA32_PAT: 0x0007_0406_0007_0406n,
      // Maximum non-turbo ratio 10 of a 100-MHz bus.
      MSR_PLATFORM_INFO: 0xa00n,
    },
    vmx: {
      revision: 0x54554c31,
      regionSize: 4096,
      basic: ['INS_OUTS_INFO', 'TRUE_CONTROLS'],
      controls: {
        pin: ['EXTERNAL_INTERRUPT_EXITING', 'NMI_EXITING', 'VIRTUAL_NMIS', 'ACTIVATE_VMX_PREEMPTION_TIMER'],
        primary: [
          'INTERRUPT_WINDOW_EXITING',
          'USE_TSC_OFFSETTING',
          'HLT_EXITING',
          'INVLPG_EXITING',
          'MWAIT_EXITING',
          'RDPMC_EXITING',
          'RDTSC_EXITING',
          'CR3_LOAD_EXITING',
          'CR3_STORE_EXITING',
          'CR8_LOAD_EXITING',
          'CR8_STORE_EXITING',
          'USE_TPR_SHADOW',
          'NMI_WINDOW_EXITING',
          'MOV_DR_EXITING',
          'UNCONDITIONAL_IO_EXITING',
          'USE_IO_BITMAPS',
          'MONITOR_TRAP_FLAG',
          'USE_MSR_BITMAPS',
          'MONITOR_EXITING',
          'PAUSE_EXITING',
          'ACTIVATE_SECONDARY_CONTROLS',
        ],
        secondary: [
          'ENABLE_EPT',
          'DESCRIPTOR_TABLE_EXITING',
          'ENABLE_RDTSCP',
          'ENABLE_VPID',
          'WBINVD_EXITING',
          'UNRESTRICTED_GUEST',
          'PAUSE_LOOP_EXITING',
          'ENABLE_INVPCID',
        ],
        tertiary: [],
        exit: [
          'VM_EXIT_SAVE_DEBUG_CONTROLS',
          'VM_EXIT_HOST_ADDRESS_SPACE_SIZE',
          'VM_EXIT_ACKNOWLEDGE_INTERRUPT_ON_EXIT',
          'VM_EXIT_SAVE_IA32_PAT',
          'VM_EXIT_LOAD_IA32_PAT',
          'VM_EXIT_SAVE_IA32_EFER',
          'VM_EXIT_LOAD_IA32_EFER',
          'VM_EXIT_SAVE_VMX_PREEMPTION_TIMER_VALUE',
        ],
        'secondary-exit': [],
        entry: [
          'VM_ENTRY_LOAD_DEBUG_CONTROLS',
          'VM_ENTRY_IA32E_MODE_GUEST',
          'VM_ENTRY_LOAD_IA32_PAT',
          'VM_ENTRY_LOAD_IA32_EFER',
        ],
      },
      misc: ['STORE_LMA', 'HLT', 'SHUTDOWN', 'WAIT_FOR_SIPI', 'ZERO_LENGTH'],
      timerRate: 0,
      cr3Targets: 4,
      msrListMax: 0,
      eptVpid: [
        'EXECUTE_ONLY',
        'WALK_4',
        'UC',
        'WB',
        'PAGE_2M',
        'PAGE_1G',
        'INVEPT',
        'AD',
        'INVEPT_SINGLE',
        'INVEPT_ALL',
        'INVVPID',
        'INVVPID_ADDRESS',
        'INVVPID_SINGLE',
        'INVVPID_ALL',
        'INVVPID_RETAIN_GLOBALS',
      ],
      vmFunctions: [],
      cr0Fixed1: ['PE', 'NE', 'PG'],
      cr4Fixed1: ['VMXE'],
    },
  },
} as const satisfies Record<string, CpuProfileRow>;

export type CpuProfileName = keyof typeof cpuProfiles;
