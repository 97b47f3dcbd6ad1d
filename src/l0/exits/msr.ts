/**
 * RDMSR and WRMSR that L0 emulates, for L1, for L2 where L1 does not intercept, and for the MSR lists of
 * vmcs12. Values live in the current VMCS (what it switches), in the chip (what L1 and L2 share), in L1's
 * local APIC, or in `vcpu.arch`. An unknown MSR or a reserved bit is #GP(0). SDM volume 4; KVM:
 * vmx_get_msr, vmx_set_msr, kvm_get_msr_common.
 */
import { Gpr, State } from '../../abi/state-block';
import { msrSlots } from '../../cpu/msr-slots';
import { msrAccess, type KeptMsrName } from '../../isa/msr-access';
import { msr } from '../../isa/msrs';
import { exit_controls } from '../control-masks';
import { guest_cpuid_has, guest_supported_xss } from '../extended-state';
import { because, inject_gp_for, type Refusal } from '../fault-outcome';
import {
  feature_wanted,
  MSR_IA32_VMX_BASIC,
  MSR_IA32_VMX_LAST,
  vmx_get_vmx_msr,
} from '../nested/capability-msrs';
import { kvm_pat_valid } from '../nested/failed-check';
import { get_vmcs12 } from '../nested/current-vmcs12';
import { nested_exit_has } from '../nested/vmcs12-controls';
import { debugctl as DEBUGCTL, efer as EFER, msr_bits } from '../register-bits';
import {
  is_noncanonical_address,
  is_paging,
  kvm_register_read,
  kvm_register_write,
  kvm_skip_emulated_instruction,
  vmx_set_efer,
} from '../registers';
import { guest_tsc, kvm_calc_nested_tsc_offset } from '../nested/tsc';
import { advance_board, host_tsc } from '../time';
import type { Vcpu } from '../vcpu';
import { get_mtrr, is_mtrr, set_mtrr } from './mtrr';

const FEATURE_CONTROL_LOCK = msr_bits('IA32_FEATURE_CONTROL', 'LOCK');
const FEATURE_CONTROL_VALID = FEATURE_CONTROL_LOCK | msr_bits('IA32_FEATURE_CONTROL', 'VMX_OUTSIDE_SMX');
/** IA32_MISC_ENABLE. KVM: MSR_IA32_MISC_ENABLE_PMU_RO_MASK and MSR_IA32_MISC_ENABLE_EMON. */
const MISC_READ_ONLY =
  msr_bits('IA32_MISC_ENABLE', 'BTS_UNAVAILABLE') | msr_bits('IA32_MISC_ENABLE', 'PEBS_UNAVAILABLE');
const MISC_IGNORED = msr_bits('IA32_MISC_ENABLE', 'PERFMON');

/** MSRs the chip keeps for L1 and L2 alike; what may be written there say their rows. */
const chip_msrs: ReadonlyMap<number, KeptMsrName> = new Map(
  (
    [
      'IA32_STAR',
      'IA32_LSTAR',
      'IA32_CSTAR',
      'IA32_FMASK',
      'IA32_KERNEL_GS_BASE',
      'IA32_TSC_AUX',
      'IA32_BIOS_SIGN_ID',
    ] as const
  ).map((name) => [msr[name].number, name]),
);

/** Does L1 see VMX at all? KVM: guest_can_use(X86_FEATURE_VMX). */
function nested_vmx_allowed(vcpu: Vcpu): boolean {
  return feature_wanted(vcpu.config, 'VMX');
}

/** The value of an MSR of the running guest; undefined raises #GP(0). KVM: kvm_get_msr. */
export function kvm_get_msr(vcpu: Vcpu, index: number): bigint | undefined {
  if (vcpu.apic.ownsMsr(index)) {
    advance_board(vcpu);
    return vcpu.apic.readMsr(index);
  }
  if (index >= MSR_IA32_VMX_BASIC && index <= MSR_IA32_VMX_LAST)
    return nested_vmx_allowed(vcpu) ? vmx_get_vmx_msr(vcpu.nested.msrs, index) : undefined;
  if (is_mtrr(index)) return get_mtrr(vcpu, index);
  const in_chip = chip_msrs.get(index);
  if (in_chip) return vcpu.cpu.get64(msrSlots[in_chip]);
  switch (index) {
    case msr.IA32_EFER.number:
      return vcpu.arch.efer;
    case msr.IA32_FS_BASE.number:
      return vcpu.cpu.vmread('GUEST_FS_BASE');
    case msr.IA32_GS_BASE.number:
      return vcpu.cpu.vmread('GUEST_GS_BASE');
    case msr.IA32_SYSENTER_CS.number:
      return BigInt(vcpu.cpu.vmread('GUEST_SYSENTER_CS'));
    case msr.IA32_SYSENTER_ESP.number:
      return vcpu.cpu.vmread('GUEST_SYSENTER_ESP');
    case msr.IA32_SYSENTER_EIP.number:
      return vcpu.cpu.vmread('GUEST_SYSENTER_EIP');
    case msr.IA32_TIME_STAMP_COUNTER.number:
      return guest_tsc(vcpu);
    case msr.IA32_TSC_ADJUST.number:
      return vcpu.arch.tsc_adjust;
    case msr.IA32_PAT.number:
      return vcpu.arch.pat;
    case msr.IA32_DEBUGCTL.number:
      return vcpu.cpu.vmread('GUEST_IA32_DEBUGCTL');
    case msr.IA32_FEATURE_CONTROL.number:
      return nested_vmx_allowed(vcpu) ? vcpu.cpu.get64(State.MSR_FEATURE_CONTROL) : undefined;
    case msr.IA32_XSS.number:
      return guest_cpuid_has(vcpu, 'XSAVES') ? vcpu.cpu.get64(State.MSR_XSS) : undefined;
    case msr.IA32_MISC_ENABLE.number:
      return vcpu.cpu.get64(State.MSR_MISC_ENABLE);
    case msr.IA32_PLATFORM_ID.number:
      return 0n;
    case msr.IA32_MCG_CAP.number:
    case msr.IA32_MCG_STATUS.number:
      // Machine-check architecture without banks.
      return 0n;
    default:
      return undefined;
  }
}

/** KVM: set_efer. LMA is read-only, LME cannot change under paging. */
function set_efer(vcpu: Vcpu, value: bigint): Refusal {
  const reserved = value & ~(EFER.SCE | EFER.LME | EFER.LMA | EFER.NXE);
  if (reserved !== 0n) return because('EFER_RESERVED', value, reserved);
  const old = vcpu.arch.efer;
  if (is_paging(vcpu) && ((old ^ value) & EFER.LME) !== 0n) return because('EFER_LME_WHILE_PAGING', value);
  vmx_set_efer(vcpu, (value & ~EFER.LMA) | (old & EFER.LMA));
  if ((old ^ value) & EFER.NXE) vcpu.cpu.invvpid(vcpu.cpu.vmread('VIRTUAL_PROCESSOR_ID'));
  return undefined;
}

/** Moves L1's TSC by `delta`; L2's moves with it. KVM: adjust_tsc_offset_guest. */
function adjust_tsc_offset(vcpu: Vcpu, delta: bigint): void {
  vcpu.arch.l1_tsc_offset = BigInt.asUintN(64, vcpu.arch.l1_tsc_offset + delta);
  vcpu.arch.tsc_offset = vcpu.arch.guest_mode
    ? kvm_calc_nested_tsc_offset(vcpu, get_vmcs12(vcpu))
    : vcpu.arch.l1_tsc_offset;
  vcpu.cpu.vmwrite('TSC_OFFSET', vcpu.arch.tsc_offset);
  vcpu.apic.tscOffset = vcpu.arch.l1_tsc_offset;
}

/** IA32_TSC and IA32_TSC_ADJUST move together (SDM 17.15.3). */
function set_time_stamp_counter(vcpu: Vcpu, value: bigint): undefined {
  const delta = value - (host_tsc(vcpu) + vcpu.arch.l1_tsc_offset);
  vcpu.arch.tsc_adjust = BigInt.asUintN(64, vcpu.arch.tsc_adjust + delta);
  adjust_tsc_offset(vcpu, delta);
}

function set_tsc_adjust(vcpu: Vcpu, value: bigint): undefined {
  adjust_tsc_offset(vcpu, value - vcpu.arch.tsc_adjust);
  vcpu.arch.tsc_adjust = value;
}

/** IA32_FEATURE_CONTROL is written once. */
function set_feature_control(vcpu: Vcpu, value: bigint): Refusal {
  if (!nested_vmx_allowed(vcpu)) return because('MSR_UNKNOWN', BigInt(msr.IA32_FEATURE_CONTROL.number));
  const old = vcpu.cpu.get64(State.MSR_FEATURE_CONTROL);
  if ((old & FEATURE_CONTROL_LOCK) !== 0n) return because('FEATURE_CONTROL_LOCKED', old);
  const reserved = value & ~FEATURE_CONTROL_VALID;
  if (reserved !== 0n) return because('FEATURE_CONTROL_RESERVED', value, reserved);
  vcpu.cpu.set64(State.MSR_FEATURE_CONTROL, value);
  return undefined;
}

/** PAT and DEBUGCTL of L2 show in vmcs12 when L1 saves them at exits. */
function set_pat(vcpu: Vcpu, value: bigint): Refusal {
  if (!kvm_pat_valid(value)) return because('MSR_MEMORY_TYPE', BigInt(msr.IA32_PAT.number), value);
  const vmcs12 = get_vmcs12(vcpu);
  if (vcpu.arch.guest_mode && nested_exit_has(vmcs12, exit_controls.VM_EXIT_SAVE_IA32_PAT))
    vmcs12.GUEST_IA32_PAT = value;
  vcpu.arch.pat = value;
  vcpu.cpu.vmwrite('GUEST_IA32_PAT', value);
  return undefined;
}

/** Branch recording is not offered, but a guest may ask for it: KVM drops the bit. */
function set_debugctl(vcpu: Vcpu, data: bigint): Refusal {
  const value = data & ~DEBUGCTL.LBR;
  const reserved = value & ~DEBUGCTL.BTF;
  if (reserved !== 0n) return because('MSR_RESERVED_BITS', BigInt(msr.IA32_DEBUGCTL.number), reserved, data);
  const vmcs12 = get_vmcs12(vcpu);
  if (vcpu.arch.guest_mode && nested_exit_has(vmcs12, exit_controls.VM_EXIT_SAVE_DEBUG_CONTROLS))
    vmcs12.GUEST_IA32_DEBUGCTL = value;
  vcpu.cpu.vmwrite('GUEST_IA32_DEBUGCTL', value);
  return undefined;
}

/** A value that is no linear address, for an MSR that holds one. */
function not_canonical(index: number, value: bigint): Refusal {
  return is_noncanonical_address(value) ? because('MSR_NOT_CANONICAL', BigInt(index), value) : undefined;
}

/** SYSENTER MSRs of L2 are copied to vmcs12 at once: they do not come back at exits. */
function set_sysenter(vcpu: Vcpu, index: number, value: bigint): Refusal {
  const vmcs12 = get_vmcs12(vcpu);
  if (index === msr.IA32_SYSENTER_CS.number) {
    const selector = Number(value & 0xffffffffn);
    vcpu.cpu.vmwrite('GUEST_SYSENTER_CS', selector);
    if (vcpu.arch.guest_mode) vmcs12.GUEST_SYSENTER_CS = selector;
    return undefined;
  }
  const refusal = not_canonical(index, value);
  if (refusal) return refusal;
  const field = index === msr.IA32_SYSENTER_ESP.number ? 'GUEST_SYSENTER_ESP' : 'GUEST_SYSENTER_EIP';
  vcpu.cpu.vmwrite(field, value);
  if (vcpu.arch.guest_mode) vmcs12[field] = value;
  return undefined;
}

function set_chip_msr(vcpu: Vcpu, name: KeptMsrName, value: bigint): Refusal {
  const { write } = msrAccess[name];
  const { number } = msr[name];
  const refusal = write === 'canonical' ? not_canonical(number, value) : undefined;
  if (refusal) return refusal;
  const reserved = write === 'low-32' ? (value >> 32n) << 32n : 0n;
  if (reserved !== 0n) return because('MSR_RESERVED_BITS', BigInt(number), reserved, value);
  if (write !== 'ignored') vcpu.cpu.set64(msrSlots[name], value);
  return undefined;
}

/** KVM: the MSR_IA32_MISC_ENABLE case of kvm_set_msr_common. */
function set_misc_enable(vcpu: Vcpu, data: bigint): Refusal {
  const old = vcpu.cpu.get64(State.MSR_MISC_ENABLE);
  const changed = (old ^ data) & MISC_READ_ONLY;
  if (changed !== 0n)
    return because('MSR_READ_ONLY_BITS', BigInt(msr.IA32_MISC_ENABLE.number), changed, data);
  vcpu.cpu.set64(State.MSR_MISC_ENABLE, (data & ~MISC_IGNORED) | (old & MISC_IGNORED));
  return undefined;
}

function set_local_apic(vcpu: Vcpu, index: number, value: bigint): Refusal {
  advance_board(vcpu);
  const accepted = vcpu.apic.writeMsr(index, value);
  // Where a debugger looks for it; the chip's own CPUID answers nobody here.
  vcpu.cpu.set64(State.MSR_APIC_BASE, vcpu.apic.apicBase);
  return accepted ? undefined : because('MSR_VALUE', BigInt(index), value);
}

function set_base(
  vcpu: Vcpu,
  field: 'GUEST_FS_BASE' | 'GUEST_GS_BASE',
  index: number,
  value: bigint,
): Refusal {
  const refusal = not_canonical(index, value);
  if (!refusal) vcpu.cpu.vmwrite(field, value);
  return refusal;
}

function set_xss(vcpu: Vcpu, value: bigint): Refusal {
  const index = BigInt(msr.IA32_XSS.number);
  if (!guest_cpuid_has(vcpu, 'XSAVES')) return because('MSR_UNKNOWN', index);
  const reserved = value & ~guest_supported_xss(vcpu);
  if (reserved !== 0n) return because('MSR_RESERVED_BITS', index, reserved, value);
  vcpu.cpu.set64(State.MSR_XSS, value);
  return undefined;
}

/** Writes an MSR of the running guest, or names the rule that refuses. KVM: kvm_set_msr. */
export function kvm_set_msr(vcpu: Vcpu, index: number, value: bigint): Refusal {
  if (vcpu.apic.ownsMsr(index)) return set_local_apic(vcpu, index, value);
  if (is_mtrr(index)) return set_mtrr(vcpu, index, value);
  const in_chip = chip_msrs.get(index);
  if (in_chip) return set_chip_msr(vcpu, in_chip, value);
  switch (index) {
    case msr.IA32_EFER.number:
      return set_efer(vcpu, value);
    case msr.IA32_FS_BASE.number:
      return set_base(vcpu, 'GUEST_FS_BASE', index, value);
    case msr.IA32_GS_BASE.number:
      return set_base(vcpu, 'GUEST_GS_BASE', index, value);
    case msr.IA32_SYSENTER_CS.number:
    case msr.IA32_SYSENTER_ESP.number:
    case msr.IA32_SYSENTER_EIP.number:
      return set_sysenter(vcpu, index, value);
    case msr.IA32_TIME_STAMP_COUNTER.number:
      return set_time_stamp_counter(vcpu, value);
    case msr.IA32_TSC_ADJUST.number:
      return set_tsc_adjust(vcpu, value);
    case msr.IA32_XSS.number:
      return set_xss(vcpu, value);
    case msr.IA32_PAT.number:
      return set_pat(vcpu, value);
    case msr.IA32_DEBUGCTL.number:
      return set_debugctl(vcpu, value);
    case msr.IA32_FEATURE_CONTROL.number:
      return set_feature_control(vcpu, value);
    case msr.IA32_MISC_ENABLE.number:
      return set_misc_enable(vcpu, value);
    case msr.IA32_MCG_STATUS.number:
      return value === 0n ? undefined : because('MSR_RESERVED_BITS', BigInt(index), value, value);
    default: {
      const known = kvm_get_msr(vcpu, index) !== undefined;
      return because(known ? 'MSR_READ_ONLY' : 'MSR_UNKNOWN', BigInt(index), value);
    }
  }
}

/** KVM: kvm_emulate_rdmsr. */
export function handle_rdmsr(vcpu: Vcpu): undefined {
  const index = Number(kvm_register_read(vcpu, Gpr.RCX) & 0xffffffffn);
  const value = kvm_get_msr(vcpu, index);
  const name = `0x${index.toString(16)}`;
  if (value === undefined) {
    vcpu.vmx.handled = `RDMSR ${name}: #GP(0)`;
    inject_gp_for(vcpu, because('MSR_UNKNOWN', BigInt(index)));
    return undefined;
  }
  kvm_register_write(vcpu, Gpr.RAX, value & 0xffffffffn);
  kvm_register_write(vcpu, Gpr.RDX, value >> 32n);
  vcpu.vmx.handled = `RDMSR ${name} = 0x${value.toString(16)}`;
  kvm_skip_emulated_instruction(vcpu);
  return undefined;
}

/** KVM: kvm_emulate_wrmsr. */
export function handle_wrmsr(vcpu: Vcpu): undefined {
  const index = Number(kvm_register_read(vcpu, Gpr.RCX) & 0xffffffffn);
  const low = kvm_register_read(vcpu, Gpr.RAX) & 0xffffffffn;
  const high = kvm_register_read(vcpu, Gpr.RDX) & 0xffffffffn;
  const value = (high << 32n) | low;
  const refusal = kvm_set_msr(vcpu, index, value);
  vcpu.vmx.handled = `WRMSR 0x${index.toString(16)} = 0x${value.toString(16)}${refusal ? ': #GP(0)' : ''}`;
  if (refusal) {
    inject_gp_for(vcpu, refusal);
    return undefined;
  }
  kvm_skip_emulated_instruction(vcpu);
  return undefined;
}
