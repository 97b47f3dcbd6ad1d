/**
 * The VMX capability MSRs L1 reads (IA32_VMX_BASIC 0x480 to 0x491): what the chip can do and KVM 6.12
 * passes on, plus what L0 emulates by itself, minus what the configuration withholds. Computed once, as
 * data; entry checks compare vmcs12 with the same values. SDM volume 3, appendix A.
 */
import { msr, type MsrName } from '../../isa/msrs';
import { default1, vmxControls, type ControlName, type ControlWord } from '../../isa/vmx-controls';
import { kvmVersions } from '../../kvm/versions';
import type { L0Config, OfferedFeature } from '../config';
import { exit_controls, pin, primary, secondary } from '../control-masks';
import { cr0, cr4, msr_bits, placed, WRITE_BACK } from '../register-bits';
import { VMCS12_REVISION, VMCS12_SIZE } from './vmcs12';

/** The range of the capability MSRs L0 answers for. */
export const MSR_IA32_VMX_BASIC = msr.IA32_VMX_BASIC.number;
export const MSR_IA32_VMX_LAST = msr.IA32_VMX_VMFUNC.number;

/** One control word: bits that must be 1 (low half of the MSR) and bits that may be 1 (high half). */
export interface ControlLimits {
  low: number;
  high: number;
}

export interface CapabilityMsrs {
  basic: bigint;
  pinbased: ControlLimits;
  procbased: ControlLimits;
  secondary: ControlLimits;
  exit: ControlLimits;
  entry: ControlLimits;
  misc: bigint;
  ept_caps: number;
  vpid_caps: number;
  cr0_fixed0: bigint;
  cr0_fixed1: bigint;
  cr4_fixed0: bigint;
  cr4_fixed1: bigint;
  vmcs_enum: bigint;
  vmfunc_controls: bigint;
}

/** Lower half of IA32_VMX_EPT_VPID_CAP (SDM A.10). */
export const EPT_CAP = {
  EXECUTE_ONLY: Number(msr_bits('IA32_VMX_EPT_VPID_CAP', 'EXECUTE_ONLY')),
  PAGE_WALK_4: Number(msr_bits('IA32_VMX_EPT_VPID_CAP', 'WALK_4')),
  UNCACHEABLE: Number(msr_bits('IA32_VMX_EPT_VPID_CAP', 'UC')),
  WRITE_BACK: Number(msr_bits('IA32_VMX_EPT_VPID_CAP', 'WB')),
  PAGES_2M: Number(msr_bits('IA32_VMX_EPT_VPID_CAP', 'PAGE_2M')),
  PAGES_1G: Number(msr_bits('IA32_VMX_EPT_VPID_CAP', 'PAGE_1G')),
  INVEPT: Number(msr_bits('IA32_VMX_EPT_VPID_CAP', 'INVEPT')),
  ACCESSED_DIRTY: Number(msr_bits('IA32_VMX_EPT_VPID_CAP', 'AD')),
  INVEPT_SINGLE: Number(msr_bits('IA32_VMX_EPT_VPID_CAP', 'INVEPT_SINGLE')),
  INVEPT_ALL: Number(msr_bits('IA32_VMX_EPT_VPID_CAP', 'INVEPT_ALL')),
} as const;

/** Upper half of IA32_VMX_EPT_VPID_CAP; the types are bits 11:8 there, in their order. */
export const VPID_CAP = {
  INVVPID: Number(msr_bits('IA32_VMX_EPT_VPID_CAP', 'INVVPID') >> 32n),
  TYPES_SHIFT: 8,
  ALL_TYPES: 0xf << 8,
} as const;

/** IA32_VMX_MISC (SDM A.6). */
export const MISC = {
  SAVE_EFER_LMA: msr_bits('IA32_VMX_MISC', 'STORE_LMA'),
  ACTIVITY_HLT: msr_bits('IA32_VMX_MISC', 'HLT'),
  ACTIVITY_WAIT_SIPI: msr_bits('IA32_VMX_MISC', 'WAIT_FOR_SIPI'),
  VMWRITE_ANY_FIELD: msr_bits('IA32_VMX_MISC', 'WRITE_ANY'),
  CR3_TARGETS: msr_bits('IA32_VMX_MISC', 'CR3_TARGETS'),
  MSR_LIST_MAX: msr_bits('IA32_VMX_MISC', 'MSR_LIST_MAX'),
  ZERO_LENGTH_INJECTION: msr_bits('IA32_VMX_MISC', 'ZERO_LENGTH'),
} as const;

/** IA32_VMX_VMFUNC (SDM A.11); the control field has the same bits. */
export const VM_FUNCTION = { EPTP_SWITCHING: msr_bits('IA32_VMX_VMFUNC', 'EPTP_SWITCHING') } as const;

/** IA32_VMX_BASIC: write-back VMCS memory type, INS/OUTS information, TRUE capability MSRs. */
const BASIC_WRITE_BACK = placed(WRITE_BACK, msr_bits('IA32_VMX_BASIC', 'MEMORY_TYPE'));
const BASIC_INOUT = msr_bits('IA32_VMX_BASIC', 'INS_OUTS_INFO');
const BASIC_TRUE_CONTROLS = msr_bits('IA32_VMX_BASIC', 'TRUE_CONTROLS');

/** The rate of the emulated preemption timer: it counts once every 2^5 ticks of L1's TSC. */
export const EMULATED_PREEMPTION_TIMER_RATE = 5;

/** Controls that KVM 6.12 offers and this L0 does not have. */
export const not_offered: readonly ControlName[] = ['ENABLE_ENCLS_EXITING', 'ENABLE_USER_WAIT_AND_PAUSE'];

/** Controls L0 emulates, so that the chip need not have them. */
const emulated: readonly ControlName[] = [
  'ACTIVATE_VMX_PREEMPTION_TIMER',
  'VM_EXIT_SAVE_VMX_PREEMPTION_TIMER_VALUE',
  'VM_EXIT_ACKNOWLEDGE_INTERRUPT_ON_EXIT',
  'VM_EXIT_SAVE_IA32_EFER',
  'VM_EXIT_LOAD_IA32_EFER',
  'VM_ENTRY_LOAD_IA32_EFER',
  'USE_MSR_BITMAPS',
  'ENABLE_PML',
  'VMCS_SHADOWING',
];

/** Is `feature` left on by the configuration? */
export function feature_wanted(config: L0Config, feature: OfferedFeature): boolean {
  return config.features?.[feature] !== false;
}

/** Bits of one word that L1 may set, of those the chip allows in `chip_high`. */
function offered_bits(config: L0Config, word: ControlWord, chip_high: number): number {
  let bits = 0;
  const { controls } = kvmVersions[config.profile];
  for (const row of vmxControls) {
    if (row.word !== word) continue;
    const name = row.name;
    const bit = 1 << row.bit;
    const possible = (chip_high & bit) !== 0 || emulated.includes(name);
    if (!controls[name] || !possible || not_offered.includes(name)) continue;
    if (feature_wanted(config, name)) bits |= bit;
  }
  return (bits | default1[word].plain) >>> 0;
}

/** A capability MSR of the chip. */
export function chip_capability(config: L0Config, name: MsrName): bigint {
  return config.capabilities[msr[name].number - MSR_IA32_VMX_BASIC] ?? 0n;
}

/** Upper half of a capability MSR of the chip: the bits that may be 1. */
function allowed_one(config: L0Config, name: MsrName): number {
  return Number((chip_capability(config, name) >> 32n) & 0xffffffffn);
}

/** KVM: nested_vmx_setup_pinbased_ctls, _cpubased_ctls, _exit_ctls, _entry_ctls. */
function setup_first_words(config: L0Config, msrs: CapabilityMsrs): void {
  msrs.pinbased = {
    low: default1.pin.plain,
    high: offered_bits(config, 'pin', allowed_one(config, 'IA32_VMX_PINBASED_CTLS')),
  };
  const procbased_low = feature_wanted(config, 'TRUE_CONTROLS')
    ? default1.primary.true
    : default1.primary.plain;
  msrs.procbased = {
    low: procbased_low,
    high: offered_bits(config, 'primary', allowed_one(config, 'IA32_VMX_PROCBASED_CTLS')),
  };
  const exit_low = feature_wanted(config, 'TRUE_CONTROLS') ? default1.exit.true : default1.exit.plain;
  msrs.exit = {
    low: exit_low,
    high: offered_bits(config, 'exit', allowed_one(config, 'IA32_VMX_EXIT_CTLS')),
  };
  const entry_low = feature_wanted(config, 'TRUE_CONTROLS') ? default1.entry.true : default1.entry.plain;
  msrs.entry = {
    low: entry_low,
    high: offered_bits(config, 'entry', allowed_one(config, 'IA32_VMX_ENTRY_CTLS')),
  };
}

/** KVM: enable_ept_ad_bits, as far as the configuration lets L1 have them. */
function keeps_ept_flags(config: L0Config): boolean {
  const chip = Number(chip_capability(config, 'IA32_VMX_EPT_VPID_CAP') & 0xffffffffn);
  return (chip & EPT_CAP.ACCESSED_DIRTY) !== 0 && feature_wanted(config, 'EPT_ACCESSED_DIRTY');
}

/** KVM: nested_vmx_setup_secondary_ctls. Controls whose requirement is withheld are withheld too. */
function setup_secondary(config: L0Config, msrs: CapabilityMsrs): void {
  const chip = (msrs.procbased.high & primary.ACTIVATE_SECONDARY_CONTROLS) !== 0;
  let high = chip ? offered_bits(config, 'secondary', allowed_one(config, 'IA32_VMX_PROCBASED_CTLS2')) : 0;
  if ((high & secondary.ENABLE_EPT) === 0) high &= ~secondary.UNRESTRICTED_GUEST;
  if ((high & secondary.ENABLE_EPT) === 0 || !keeps_ept_flags(config)) high &= ~secondary.ENABLE_PML;
  if ((msrs.procbased.high & primary.USE_TPR_SHADOW) === 0)
    high &= ~(
      secondary.VIRTUALIZE_X2APIC_MODE |
      secondary.APIC_REGISTER_VIRTUALIZATION |
      secondary.VIRTUAL_INTERRUPT_DELIVERY
    );
  msrs.secondary = { low: 0, high: high >>> 0 };
}

/** KVM: the ept_caps and vpid_caps part of nested_vmx_setup_secondary_ctls. */
function setup_ept_and_vpid(config: L0Config, msrs: CapabilityMsrs): void {
  const chip = Number(chip_capability(config, 'IA32_VMX_EPT_VPID_CAP') & 0xffffffffn);
  let ept = 0;
  if (msrs.secondary.high & secondary.ENABLE_EPT) {
    ept = EPT_CAP.PAGE_WALK_4 | EPT_CAP.WRITE_BACK;
    if (chip & EPT_CAP.EXECUTE_ONLY && feature_wanted(config, 'EPT_EXECUTE_ONLY'))
      ept |= EPT_CAP.EXECUTE_ONLY;
    if (feature_wanted(config, 'EPT_2M_PAGES')) ept |= EPT_CAP.PAGES_2M;
    if (feature_wanted(config, 'EPT_1G_PAGES')) ept |= EPT_CAP.PAGES_1G;
    if (keeps_ept_flags(config)) ept |= EPT_CAP.ACCESSED_DIRTY;
    if (feature_wanted(config, 'INVEPT')) ept |= EPT_CAP.INVEPT | EPT_CAP.INVEPT_SINGLE | EPT_CAP.INVEPT_ALL;
  }
  msrs.ept_caps = ept;
  const vpid = (msrs.secondary.high & secondary.ENABLE_VPID) !== 0 && feature_wanted(config, 'INVVPID');
  msrs.vpid_caps = vpid ? VPID_CAP.INVVPID | VPID_CAP.ALL_TYPES : 0;
}

/** KVM: nested_vmx_setup_misc_data and nested_vmx_setup_basic. */
function setup_misc_and_basic(config: L0Config, msrs: CapabilityMsrs): void {
  const chip_misc = chip_capability(config, 'IA32_VMX_MISC');
  let misc = (chip_misc & MISC.SAVE_EFER_LMA) | BigInt(EMULATED_PREEMPTION_TIMER_RATE);
  if (feature_wanted(config, 'HLT_ACTIVITY')) misc |= MISC.ACTIVITY_HLT;
  if (feature_wanted(config, 'WAIT_FOR_SIPI_ACTIVITY')) misc |= MISC.ACTIVITY_WAIT_SIPI;
  if (feature_wanted(config, 'VMWRITE_ANY_FIELD')) misc |= MISC.VMWRITE_ANY_FIELD;
  // KVM does not pass this one on by itself; the configuration can ask for it.
  if (config.features?.ZERO_LENGTH_INJECTION) misc |= chip_misc & MISC.ZERO_LENGTH_INJECTION;
  msrs.misc = misc;
  const chip_basic = chip_capability(config, 'IA32_VMX_BASIC');
  const basic = BigInt(VMCS12_REVISION) | (BigInt(VMCS12_SIZE) << 32n) | BASIC_WRITE_BACK;
  const true_controls = feature_wanted(config, 'TRUE_CONTROLS') ? BASIC_TRUE_CONTROLS : 0n;
  msrs.basic = basic | true_controls | (chip_basic & BASIC_INOUT);
}

/**
 * KVM: nested_vmx_setup_ctls_msrs.
 * @param highest_index highest index (encoding bits 9:1) of the fields vmcs12 has, for IA32_VMX_VMCS_ENUM
 */
export function nested_vmx_setup_ctls_msrs(config: L0Config, highest_index: number): CapabilityMsrs {
  const none: ControlLimits = { low: 0, high: 0 };
  const msrs: CapabilityMsrs = {
    basic: 0n,
    pinbased: none,
    procbased: none,
    secondary: none,
    exit: none,
    entry: none,
    misc: 0n,
    ept_caps: 0,
    vpid_caps: 0,
    cr0_fixed0: cr0.PE | cr0.PG | cr0.NE,
    cr0_fixed1: chip_capability(config, 'IA32_VMX_CR0_FIXED1'),
    cr4_fixed0: cr4.VMXE,
    cr4_fixed1: chip_capability(config, 'IA32_VMX_CR4_FIXED1'),
    vmcs_enum: BigInt(highest_index) << 1n,
    vmfunc_controls: 0n,
  };
  setup_first_words(config, msrs);
  setup_secondary(config, msrs);
  setup_ept_and_vpid(config, msrs);
  setup_misc_and_basic(config, msrs);
  const functions = secondary.ENABLE_VM_FUNCTIONS | secondary.ENABLE_EPT;
  // L0 emulates EPTP switching, whatever the chip's own functions are.
  if ((msrs.secondary.high & functions) === functions) msrs.vmfunc_controls = VM_FUNCTION.EPTP_SWITCHING;
  if ((msrs.pinbased.high & pin.ACTIVATE_VMX_PREEMPTION_TIMER) === 0)
    msrs.exit.high = (msrs.exit.high & ~exit_controls.VM_EXIT_SAVE_VMX_PREEMPTION_TIMER_VALUE) >>> 0;
  return msrs;
}

/** The MSR that describes a control word: bits that must be 1 below, bits that may be 1 above. */
function vmx_control_msr(limits: ControlLimits, always_on: number): bigint {
  return BigInt((limits.low | always_on) >>> 0) | (BigInt(limits.high) << 32n);
}

/** KVM: vmx_get_vmx_msr. The value of capability MSR `index`; undefined raises #GP(0). */
export function vmx_get_vmx_msr(msrs: CapabilityMsrs, index: number): bigint | undefined {
  const has_true_controls = (msrs.basic & BASIC_TRUE_CONTROLS) !== 0n;
  const has_secondary = (msrs.procbased.high & primary.ACTIVATE_SECONDARY_CONTROLS) !== 0;
  switch (index) {
    case msr.IA32_VMX_BASIC.number:
      return msrs.basic;
    case msr.IA32_VMX_PINBASED_CTLS.number:
      return vmx_control_msr(msrs.pinbased, default1.pin.plain);
    case msr.IA32_VMX_PROCBASED_CTLS.number:
      return vmx_control_msr(msrs.procbased, default1.primary.plain);
    case msr.IA32_VMX_EXIT_CTLS.number:
      return vmx_control_msr(msrs.exit, default1.exit.plain);
    case msr.IA32_VMX_ENTRY_CTLS.number:
      return vmx_control_msr(msrs.entry, default1.entry.plain);
    case msr.IA32_VMX_MISC.number:
      return msrs.misc;
    case msr.IA32_VMX_CR0_FIXED0.number:
      return msrs.cr0_fixed0;
    case msr.IA32_VMX_CR0_FIXED1.number:
      return msrs.cr0_fixed1;
    case msr.IA32_VMX_CR4_FIXED0.number:
      return msrs.cr4_fixed0;
    case msr.IA32_VMX_CR4_FIXED1.number:
      return msrs.cr4_fixed1;
    case msr.IA32_VMX_VMCS_ENUM.number:
      return msrs.vmcs_enum;
    case msr.IA32_VMX_PROCBASED_CTLS2.number:
      return has_secondary ? vmx_control_msr(msrs.secondary, 0) : undefined;
    case msr.IA32_VMX_EPT_VPID_CAP.number:
      return BigInt(msrs.ept_caps) | (BigInt(msrs.vpid_caps) << 32n);
    case msr.IA32_VMX_TRUE_PINBASED_CTLS.number:
      return has_true_controls ? vmx_control_msr(msrs.pinbased, 0) : undefined;
    case msr.IA32_VMX_TRUE_PROCBASED_CTLS.number:
      return has_true_controls ? vmx_control_msr(msrs.procbased, 0) : undefined;
    case msr.IA32_VMX_TRUE_EXIT_CTLS.number:
      return has_true_controls ? vmx_control_msr(msrs.exit, 0) : undefined;
    case msr.IA32_VMX_TRUE_ENTRY_CTLS.number:
      return has_true_controls ? vmx_control_msr(msrs.entry, 0) : undefined;
    case msr.IA32_VMX_VMFUNC.number:
      return (msrs.secondary.high & secondary.ENABLE_VM_FUNCTIONS) !== 0 ? msrs.vmfunc_controls : undefined;
    default:
      return undefined;
  }
}
