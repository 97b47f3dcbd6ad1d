/**
 * The checks of vmcs12's host and guest state that L0 makes itself, in KVM's order
 * (nested_vmx_check_host_state, nested_vmx_check_guest_state); the others fail on the chip with vmcs02. SDM
 * 26.2.2, 26.2.3, 26.3.1.
 */
import { entry_controls, exit_controls, secondary } from '../control-masks';
import { read_guest_u32 } from '../host-memory';
import { ACTIVITY } from '../interruption-words';
import { cr0 as CR0, cr4 as CR4, debugctl as DEBUGCTL, efer as EFER } from '../register-bits';
import { is_long_mode, is_noncanonical_address } from '../registers';
import { INVALID_GPA, type Vcpu } from '../vcpu';
import { nested_cr4_valid, nested_guest_cr0_valid, nested_host_cr0_valid } from './control-registers';
import { maxphyaddr } from './ept12-walk';
import { failed, kvm_pat_valid, page_address_valid, type FailedCheck } from './failed-check';
import { VMCS12_REVISION, type Vmcs12 } from './vmcs12';
import { nested_cpu_has2, nested_entry_has, nested_exit_has, nested_ia32e_guest } from './vmcs12-controls';

/** KVM: kvm_valid_efer: no reserved bit. */
function kvm_valid_efer(value: bigint): boolean {
  return (value & ~(EFER.SCE | EFER.LME | EFER.LMA | EFER.NXE)) === 0n;
}

/** KVM: kvm_vcpu_is_legal_cr3. */
function is_legal_cr3(vcpu: Vcpu, cr3: bigint): boolean {
  return cr3 >> BigInt(maxphyaddr(vcpu)) === 0n;
}

/** Bits of IA32_DEBUGCTL the machine has: LBR and BTF. */
const DEBUGCTL_SUPPORTED = DEBUGCTL.LBR | DEBUGCTL.BTF;

/** KVM: nested_vmx_check_address_space_size. */
export function nested_vmx_check_address_space_size(vcpu: Vcpu, vmcs12: Vmcs12): FailedCheck | undefined {
  const long_host = nested_exit_has(vmcs12, exit_controls.VM_EXIT_HOST_ADDRESS_SPACE_SIZE);
  if (long_host === is_long_mode(vcpu)) return undefined;
  return failed(vmcs12, long_host ? 'E25' : 'E26', 'VM_EXIT_CONTROLS');
}

const selectors = ['CS', 'SS', 'DS', 'ES', 'FS', 'GS', 'TR'] as const;
const bases = ['FS', 'GS', 'GDTR', 'IDTR', 'TR'] as const;

/** Selectors and bases of the host area. */
function check_host_segments(vmcs12: Vmcs12, ia32e: boolean): FailedCheck | undefined {
  for (const name of selectors) {
    const field = `HOST_${name}_SELECTOR` as const;
    if (vmcs12[field] & 7) return failed(vmcs12, 'E19', field);
  }
  if (vmcs12.HOST_CS_SELECTOR === 0) return failed(vmcs12, 'E20', 'HOST_CS_SELECTOR');
  if (vmcs12.HOST_TR_SELECTOR === 0) return failed(vmcs12, 'E21', 'HOST_TR_SELECTOR');
  if (vmcs12.HOST_SS_SELECTOR === 0 && !ia32e) return failed(vmcs12, 'E22', 'HOST_SS_SELECTOR');
  for (const name of bases) {
    const field = `HOST_${name}_BASE` as const;
    if (is_noncanonical_address(vmcs12[field])) return failed(vmcs12, 'E23', field);
  }
  if (is_noncanonical_address(vmcs12.HOST_RIP)) return failed(vmcs12, 'E31', 'HOST_RIP');
  return undefined;
}

/** KVM: nested_vmx_check_host_state. The first check that fails; VM-instruction error 8. */
export function nested_vmx_check_host_state(vcpu: Vcpu, vmcs12: Vmcs12): FailedCheck | undefined {
  const ia32e = nested_exit_has(vmcs12, exit_controls.VM_EXIT_HOST_ADDRESS_SPACE_SIZE);
  if (!nested_host_cr0_valid(vcpu, vmcs12.HOST_CR0)) return failed(vmcs12, 'E01', 'HOST_CR0');
  if (!nested_cr4_valid(vcpu, vmcs12.HOST_CR4)) return failed(vmcs12, 'E02', 'HOST_CR4');
  if (!is_legal_cr3(vcpu, vmcs12.HOST_CR3)) return failed(vmcs12, 'E03', 'HOST_CR3');
  if ((vmcs12.HOST_CR4 & CR4.CET) !== 0n && (vmcs12.HOST_CR0 & CR0.WP) === 0n)
    return failed(vmcs12, 'E04', 'HOST_CR4');
  if (is_noncanonical_address(vmcs12.HOST_IA32_SYSENTER_ESP))
    return failed(vmcs12, 'E05', 'HOST_IA32_SYSENTER_ESP');
  if (is_noncanonical_address(vmcs12.HOST_IA32_SYSENTER_EIP))
    return failed(vmcs12, 'E06', 'HOST_IA32_SYSENTER_EIP');
  const loads_pat = nested_exit_has(vmcs12, exit_controls.VM_EXIT_LOAD_IA32_PAT);
  if (loads_pat && !kvm_pat_valid(vmcs12.HOST_IA32_PAT)) return failed(vmcs12, 'E08', 'HOST_IA32_PAT');
  if (ia32e) {
    if ((vmcs12.HOST_CR4 & CR4.PAE) === 0n) return failed(vmcs12, 'E30', 'HOST_CR4');
  } else {
    if (nested_ia32e_guest(vmcs12)) return failed(vmcs12, 'E27', 'VM_ENTRY_CONTROLS');
    if ((vmcs12.HOST_CR4 & CR4.PCIDE) !== 0n) return failed(vmcs12, 'E28', 'HOST_CR4');
    if (vmcs12.HOST_RIP >> 32n) return failed(vmcs12, 'E29', 'HOST_RIP');
  }
  const segments = check_host_segments(vmcs12, ia32e);
  if (segments) return segments;
  if (nested_exit_has(vmcs12, exit_controls.VM_EXIT_LOAD_IA32_EFER)) {
    const efer = vmcs12.HOST_IA32_EFER;
    if (!kvm_valid_efer(efer)) return failed(vmcs12, 'E09', 'HOST_IA32_EFER');
    const consistent = ((efer & EFER.LMA) !== 0n) === ia32e && ((efer & EFER.LME) !== 0n) === ia32e;
    if (!consistent) return failed(vmcs12, 'E10', 'HOST_IA32_EFER');
  }
  return undefined;
}

/** KVM: nested_vmx_check_vmcs_link_ptr. A shadow VMCS goes with VMCS shadowing, an ordinary one without. */
function nested_vmx_check_vmcs_link_ptr(vcpu: Vcpu, vmcs12: Vmcs12): FailedCheck | undefined {
  const link = vmcs12.VMCS_LINK_POINTER;
  if (link === INVALID_GPA) return undefined;
  if (link & 0xfffn) return failed(vmcs12, 'J25', 'VMCS_LINK_POINTER');
  if (!page_address_valid(vcpu, link)) return failed(vmcs12, 'J26', 'VMCS_LINK_POINTER');
  const header = read_guest_u32(vcpu, link);
  if (header === undefined || (header & 0x7fffffff) !== VMCS12_REVISION)
    return failed(vmcs12, 'J27', 'VMCS_LINK_POINTER');
  const is_shadow = header >>> 31 !== 0;
  if (is_shadow !== nested_cpu_has2(vmcs12, secondary.VMCS_SHADOWING))
    return failed(vmcs12, 'J28', 'VMCS_LINK_POINTER');
  return undefined;
}

/** The fields an entry loads only when a control says so. */
function check_loaded_msrs(vmcs12: Vmcs12): FailedCheck | undefined {
  if (nested_entry_has(vmcs12, entry_controls.VM_ENTRY_LOAD_DEBUG_CONTROLS)) {
    if (vmcs12.GUEST_DR7 >> 32n) return failed(vmcs12, 'F10', 'GUEST_DR7');
    if (vmcs12.GUEST_IA32_DEBUGCTL & ~DEBUGCTL_SUPPORTED) return failed(vmcs12, 'F05', 'GUEST_IA32_DEBUGCTL');
  }
  const loads_pat = nested_entry_has(vmcs12, entry_controls.VM_ENTRY_LOAD_IA32_PAT);
  if (loads_pat && !kvm_pat_valid(vmcs12.GUEST_IA32_PAT)) return failed(vmcs12, 'F13', 'GUEST_IA32_PAT');
  return undefined;
}

/** EFER of the guest against "IA-32e mode guest" and CR0.PG. */
function check_guest_efer(vcpu: Vcpu, vmcs12: Vmcs12): FailedCheck | undefined {
  if (!vcpu.nested.nested_run_pending) return undefined;
  if (!nested_entry_has(vmcs12, entry_controls.VM_ENTRY_LOAD_IA32_EFER)) return undefined;
  const ia32e = nested_ia32e_guest(vmcs12);
  const efer = vmcs12.GUEST_IA32_EFER;
  if (!kvm_valid_efer(efer)) return failed(vmcs12, 'F14', 'GUEST_IA32_EFER');
  if (((efer & EFER.LMA) !== 0n) !== ia32e) return failed(vmcs12, 'F15', 'GUEST_IA32_EFER');
  const paging = (vmcs12.GUEST_CR0 & CR0.PG) !== 0n;
  if (paging && ((efer & EFER.LME) !== 0n) !== ia32e) return failed(vmcs12, 'F16', 'GUEST_IA32_EFER');
  return undefined;
}

/** KVM: nested_vmx_check_guest_state. The first check that fails: exit 33, qualification by the check's row. */
export function nested_vmx_check_guest_state(vcpu: Vcpu, vmcs12: Vmcs12): FailedCheck | undefined {
  const ia32e = nested_ia32e_guest(vmcs12);
  if (!nested_guest_cr0_valid(vcpu, vmcs12, vmcs12.GUEST_CR0)) return failed(vmcs12, 'F01', 'GUEST_CR0');
  if (!nested_cr4_valid(vcpu, vmcs12.GUEST_CR4)) return failed(vmcs12, 'F03', 'GUEST_CR4');
  if ((vmcs12.GUEST_CR4 & CR4.CET) !== 0n && (vmcs12.GUEST_CR0 & CR0.WP) === 0n)
    return failed(vmcs12, 'F04', 'GUEST_CR4');
  const loaded = check_loaded_msrs(vmcs12);
  if (loaded) return loaded;
  const link = nested_vmx_check_vmcs_link_ptr(vcpu, vmcs12);
  if (link) return link;
  if ((vmcs12.GUEST_CR0 & (CR0.PG | CR0.PE)) === CR0.PG) return failed(vmcs12, 'F02', 'GUEST_CR0');
  if (ia32e && (vmcs12.GUEST_CR4 & CR4.PAE) === 0n) return failed(vmcs12, 'F07', 'GUEST_CR4');
  if (ia32e && (vmcs12.GUEST_CR0 & CR0.PG) === 0n) return failed(vmcs12, 'F06', 'GUEST_CR0');
  const efer = check_guest_efer(vcpu, vmcs12);
  if (efer) return efer;
  const activity = vmcs12.GUEST_ACTIVITY_STATE;
  const supported =
    activity === ACTIVITY.ACTIVE || activity === ACTIVITY.HLT || activity === ACTIVITY.WAIT_FOR_SIPI;
  if (!supported) return failed(vmcs12, 'J01', 'GUEST_ACTIVITY_STATE');
  return undefined;
}
