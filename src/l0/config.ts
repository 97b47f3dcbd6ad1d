/**
 * What the user and the machine decide about L0 before the first instruction: profile, what is offered to
 * L1, where L1's RAM lies. Data only; the rules made from it stand in nested/capability-msrs.ts and
 * exits/cpuid.ts.
 */
import type { ControlName } from '../isa/vmx-controls';
import type { KvmVersionName } from '../kvm/versions';

/** Which history of KVM's nested VMX L0 plays. `kvm-2011` is not built yet. */
export type L0Profile = Extract<KvmVersionName, 'kvm-6.12'>;

/** Capabilities that are not a control bit: bits of IA32_VMX_EPT_VPID_CAP, IA32_VMX_MISC and CPUID. */
export const capability_names = [
  'VMX', // nested virtualization at all: CPUID.1:ECX.VMX and the VMX capability MSRs
  'EPT_EXECUTE_ONLY',
  'EPT_2M_PAGES',
  'EPT_1G_PAGES',
  'EPT_ACCESSED_DIRTY',
  'INVEPT',
  'INVVPID',
  'TRUE_CONTROLS', // the IA32_VMX_TRUE_* MSRs
  'VMWRITE_ANY_FIELD', // VMWRITE to read-only fields (IA32_VMX_MISC bit 29)
  'ZERO_LENGTH_INJECTION', // IA32_VMX_MISC bit 30
  'HLT_ACTIVITY',
  'WAIT_FOR_SIPI_ACTIVITY',
] as const;
export type CapabilityName = (typeof capability_names)[number];

/** Everything L0 can offer to L1, each one a switch. */
export type OfferedFeature = ControlName | CapabilityName;

/** One answer of CPUID; `subleaf` undefined means "any". All registers unsigned 32 bits. */
export interface CpuidRow {
  readonly leaf: number;
  readonly subleaf?: number;
  readonly eax: number;
  readonly ebx: number;
  readonly ecx: number;
  readonly edx: number;
}

export interface L0Config {
  readonly profile: L0Profile;
  /**
   * Host-physical address of L1's guest-physical 0, a multiple of 2 MiB and at least 4 MiB: L0's own pages
   * lie below it. It must not be 0, so that mixing the two address spaces shows.
   */
  readonly l1Base: bigint;
  /** Bytes of L1's RAM, a multiple of 4096. */
  readonly l1RamBytes: number;
  /** The CPUID answers of the CPU model L1 is to see; L0 adds and removes what its configuration says. */
  readonly cpuid: readonly CpuidRow[];
  /** The chip's VMX capability MSRs, IA32_VMX_BASIC first, in MSR order (as at Region.CAPABILITIES). */
  readonly capabilities: readonly bigint[];
  /**
   * `false` withholds a feature from L1; what is not named is offered where the chip has it and KVM 6.12
   * offers it.
   */
  readonly features?: Partial<Record<OfferedFeature, boolean>>;
}
