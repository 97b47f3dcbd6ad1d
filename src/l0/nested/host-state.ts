/**
 * L1 after an exit of L2: its registers come from the host area of vmcs12, as a processor would load them
 * (SDM 27.5), or, after a late VMfail, from vmcs01 as it was before VMLAUNCH. vmcs01 must be current.
 */
import type { RefusedListEntry } from '../../isa/msr-lists';
import { exit_controls } from '../control-masks';
import { load_pdptrs } from '../guest-paging';
import { BUSY_TSS, CODE, DATA, flat_rights, TSS_LIMIT } from '../host-area';
import { access_rights, DR7_FIXED_1, efer as EFER, rflags, vmx_aborts } from '../register-bits';
import { clear_interrupt_shadow, is_pae_paging, vmx_set_cr0, vmx_set_cr4, vmx_set_efer } from '../registers';
import type { Vcpu } from '../vcpu';
import { nested_vmx_load_msr, nested_vmx_unwind_msrs } from './msr-lists';
import { nested_vmx_transition_tlb_flush } from './tlb';
import type { Vmcs12 } from './vmcs12';
import { nested_exit_has } from './vmcs12-controls';

/** VMX-abort indicators (SDM 27.7). */
const VMX_ABORT_LOAD_HOST_PDPTE_FAIL = vmx_aborts.HOST_PDPTES;
const VMX_ABORT_LOAD_HOST_MSR_FAIL = vmx_aborts.LOAD_HOST_MSRS;

/** KVM: nested_vmx_abort. L1 shuts down. */
export function nested_vmx_abort(vcpu: Vcpu, indicator: number, refused?: RefusedListEntry): void {
  vcpu.arch.triple_fault_requested = `VMX abort ${indicator}`;
  vcpu.arch.abort_indicator = indicator;
  vcpu.arch.abort_entry = refused;
}

/** EFER of L1: from the list of controls, or LMA and LME by the host address-space size. */
function load_host_efer(vcpu: Vcpu, vmcs12: Vmcs12): void {
  let efer = vcpu.arch.efer;
  if (nested_exit_has(vmcs12, exit_controls.VM_EXIT_LOAD_IA32_EFER)) efer = vmcs12.HOST_IA32_EFER;
  else if (nested_exit_has(vmcs12, exit_controls.VM_EXIT_HOST_ADDRESS_SPACE_SIZE))
    efer |= EFER.LMA | EFER.LME;
  else efer &= ~(EFER.LMA | EFER.LME);
  vmx_set_efer(vcpu, efer);
}

/**
 * SDM 27.5.2: segments get fixed limits and rights; only selectors and FS, GS and TR bases come from
 * vmcs12.
 */
function load_host_segments(vcpu: Vcpu, vmcs12: Vmcs12): void {
  const cpu = vcpu.cpu;
  const long_host = nested_exit_has(vmcs12, exit_controls.VM_EXIT_HOST_ADDRESS_SPACE_SIZE);
  const code_rights = flat_rights(CODE, long_host);
  const data_rights = flat_rights(DATA, false);
  cpu.vmwrite('GUEST_CS_SELECTOR', vmcs12.HOST_CS_SELECTOR);
  cpu.vmwrite('GUEST_CS_BASE', 0n);
  cpu.vmwrite('GUEST_CS_LIMIT', 0xffffffff);
  cpu.vmwrite('GUEST_CS_AR_BYTES', code_rights);
  const data_segments = ['DS', 'ES', 'SS', 'FS', 'GS'] as const;
  for (const name of data_segments) {
    const base = name === 'FS' ? vmcs12.HOST_FS_BASE : name === 'GS' ? vmcs12.HOST_GS_BASE : 0n;
    cpu.vmwrite(`GUEST_${name}_SELECTOR`, vmcs12[`HOST_${name}_SELECTOR`]);
    cpu.vmwrite(`GUEST_${name}_BASE`, base);
    cpu.vmwrite(`GUEST_${name}_LIMIT`, 0xffffffff);
    cpu.vmwrite(`GUEST_${name}_AR_BYTES`, data_rights);
  }
  cpu.vmwrite('GUEST_TR_SELECTOR', vmcs12.HOST_TR_SELECTOR);
  cpu.vmwrite('GUEST_TR_BASE', vmcs12.HOST_TR_BASE);
  cpu.vmwrite('GUEST_TR_LIMIT', TSS_LIMIT);
  cpu.vmwrite('GUEST_TR_AR_BYTES', BUSY_TSS | access_rights.P);
  cpu.vmwrite('GUEST_LDTR_SELECTOR', 0);
  cpu.vmwrite('GUEST_LDTR_BASE', 0n);
  cpu.vmwrite('GUEST_LDTR_LIMIT', 0);
  cpu.vmwrite('GUEST_LDTR_AR_BYTES', access_rights.UNUSABLE);
}

/** KVM: load_vmcs12_host_state. */
export function load_vmcs12_host_state(vcpu: Vcpu, vmcs12: Vmcs12): void {
  const cpu = vcpu.cpu;
  load_host_efer(vcpu, vmcs12);
  cpu.vmwrite('GUEST_RSP', vmcs12.HOST_RSP);
  cpu.vmwrite('GUEST_RIP', vmcs12.HOST_RIP);
  cpu.vmwrite('GUEST_RFLAGS', rflags.FIXED);
  clear_interrupt_shadow(vcpu);

  vcpu.arch.cr0_guest_owned_bits = vcpu.vmx.l1_guest_owned_cr0_bits;
  vmx_set_cr0(vcpu, vmcs12.HOST_CR0);
  vcpu.arch.cr4_guest_owned_bits = BigInt.asUintN(64, ~cpu.vmread('CR4_GUEST_HOST_MASK'));
  vmx_set_cr4(vcpu, vmcs12.HOST_CR4);
  cpu.vmwrite('GUEST_CR3', vmcs12.HOST_CR3);
  if (is_pae_paging(vcpu) && !load_pdptrs(vcpu, vmcs12.HOST_CR3))
    nested_vmx_abort(vcpu, VMX_ABORT_LOAD_HOST_PDPTE_FAIL);
  nested_vmx_transition_tlb_flush(vcpu, false);

  cpu.vmwrite('GUEST_SYSENTER_CS', vmcs12.HOST_IA32_SYSENTER_CS);
  cpu.vmwrite('GUEST_SYSENTER_ESP', vmcs12.HOST_IA32_SYSENTER_ESP);
  cpu.vmwrite('GUEST_SYSENTER_EIP', vmcs12.HOST_IA32_SYSENTER_EIP);
  cpu.vmwrite('GUEST_IDTR_BASE', vmcs12.HOST_IDTR_BASE);
  cpu.vmwrite('GUEST_GDTR_BASE', vmcs12.HOST_GDTR_BASE);
  cpu.vmwrite('GUEST_IDTR_LIMIT', 0xffff);
  cpu.vmwrite('GUEST_GDTR_LIMIT', 0xffff);
  if (nested_exit_has(vmcs12, exit_controls.VM_EXIT_LOAD_IA32_PAT)) {
    cpu.vmwrite('GUEST_IA32_PAT', vmcs12.HOST_IA32_PAT);
    vcpu.arch.pat = vmcs12.HOST_IA32_PAT;
  } else {
    // PAT is one register: what L2 left is what L1 finds.
    cpu.vmwrite('GUEST_IA32_PAT', vcpu.arch.pat);
  }
  load_host_segments(vcpu, vmcs12);
  vcpu.arch.dr7 = DR7_FIXED_1;
  cpu.vmwrite('GUEST_DR7', DR7_FIXED_1);
  cpu.vmwrite('GUEST_IA32_DEBUGCTL', 0n);
  cpu.vmwrite('GUEST_PENDING_DBG_EXCEPTIONS', 0n);
  cpu.vmwrite('GUEST_ACTIVITY_STATE', 0);

  const list_gpa = vmcs12.VM_EXIT_MSR_LOAD_ADDR;
  const refused = nested_vmx_load_msr(vcpu, 'VM_EXIT_MSR_LOAD', list_gpa, vmcs12.VM_EXIT_MSR_LOAD_COUNT);
  if (refused) nested_vmx_abort(vcpu, VMX_ABORT_LOAD_HOST_MSR_FAIL, refused);
}

/** KVM: nested_vmx_restore_host_state. The software model goes back to L1's state, which vmcs01 still holds. */
export function nested_vmx_restore_host_state(vcpu: Vcpu, vmcs12: Vmcs12): void {
  const cpu = vcpu.cpu;
  vcpu.arch.pat = cpu.vmread('GUEST_IA32_PAT');
  vcpu.arch.dr7 = cpu.vmread('GUEST_DR7');
  vmx_set_efer(vcpu, cpu.vmread('GUEST_IA32_EFER'));
  vcpu.arch.cr0_guest_owned_bits = vcpu.vmx.l1_guest_owned_cr0_bits;
  // Guest-owned bits live in the VMCS, all others in its read shadow.
  const owned_cr0 = cpu.vmread('GUEST_CR0') & vcpu.arch.cr0_guest_owned_bits;
  vcpu.arch.cr0 = (cpu.vmread('CR0_READ_SHADOW') & ~vcpu.arch.cr0_guest_owned_bits) | owned_cr0;
  vcpu.arch.cr4_guest_owned_bits = BigInt.asUintN(64, ~cpu.vmread('CR4_GUEST_HOST_MASK'));
  const owned_cr4 = cpu.vmread('GUEST_CR4') & vcpu.arch.cr4_guest_owned_bits;
  vcpu.arch.cr4 = (cpu.vmread('CR4_READ_SHADOW') & ~vcpu.arch.cr4_guest_owned_bits) | owned_cr4;
  const unwound = nested_vmx_unwind_msrs(
    vcpu,
    { gpa: vmcs12.VM_ENTRY_MSR_LOAD_ADDR, count: vmcs12.VM_ENTRY_MSR_LOAD_COUNT },
    { gpa: vmcs12.VM_EXIT_MSR_LOAD_ADDR, count: vmcs12.VM_EXIT_MSR_LOAD_COUNT },
  );
  if (!unwound) nested_vmx_abort(vcpu, VMX_ABORT_LOAD_HOST_MSR_FAIL);
}
