/**
 * vmcs02: what the chip runs L2 with, merged from what L1 wants (vmcs12) and what L0 needs (vmcs01). The
 * rules stand as data in merge-rules.ts; here they are carried out, in KVM's phases: constant state, early
 * (controls and the event L1 injects), pages of L1, guest state. vmcs02 must be current. SDM chapters 24
 * and 26; FACTS: merge table of Linux 6.12.
 */
import { entry_controls, pin, primary, secondary } from '../control-masks';
import { load_pdptrs } from '../guest-paging';
import { gpa_to_hpa } from '../host-memory';
import { write_constant_host_state } from '../host-area';
import { nested_vmx_prepare_msr_bitmap } from '../msr-bitmaps';
import { efer as EFER } from '../register-bits';
import { is_pae_paging, POSSIBLE_CR4_GUEST_BITS, vmx_set_cr0, vmx_set_cr4, vmx_set_efer } from '../registers';
import { INVALID_GPA, type Vcpu } from '../vcpu';
import { nested_read_cr0, nested_read_cr4 } from './control-registers';
import { rare_copies, run_pending_copies } from './merge-rules';
import { nested_ept_load_root } from './shadow-ept';
import { nested_vmx_transition_tlb_flush } from './tlb';
import { kvm_calc_nested_tsc_offset, vmx_get_l2_tsc_multiplier } from './tsc';
import type { Vmcs12, Vmcs12Field } from './vmcs12';
import { POSTED_INTR_NESTED_VECTOR } from './posted-interrupts';
import {
  nested_cpu_has,
  nested_cpu_has2,
  nested_cpu_has_ept,
  nested_cpu_has_posted_intr,
  nested_cpu_has_vpid,
  nested_entry_has,
  nested_ia32e_guest,
} from './vmcs12-controls';

/** Secondary controls that only vmcs12 decides (KVM: the list in prepare_vmcs02_early). */
const SECONDARY_FROM_VMCS12_ONLY =
  secondary.VIRTUALIZE_APIC_ACCESSES |
  secondary.VIRTUALIZE_X2APIC_MODE |
  secondary.ENABLE_INVPCID |
  secondary.ENABLE_RDTSCP |
  secondary.ENABLE_XSAVES_XRSTORS |
  secondary.ENABLE_USER_WAIT_AND_PAUSE |
  secondary.VIRTUAL_INTERRUPT_DELIVERY |
  secondary.APIC_REGISTER_VIRTUALIZATION |
  secondary.ENABLE_VM_FUNCTIONS |
  secondary.DESCRIPTOR_TABLE_EXITING;

/** KVM: nested_vmx_calc_efer. */
function nested_vmx_calc_efer(vcpu: Vcpu, vmcs12: Vmcs12): bigint {
  const loads_efer = nested_entry_has(vmcs12, entry_controls.VM_ENTRY_LOAD_IA32_EFER);
  if (vcpu.nested.nested_run_pending && loads_efer) return vmcs12.GUEST_IA32_EFER;
  if (nested_ia32e_guest(vmcs12)) return vcpu.arch.efer | EFER.LMA | EFER.LME;
  return vcpu.arch.efer & ~(EFER.LMA | EFER.LME);
}

/** Copies one field as it is. */
function copy_field(vcpu: Vcpu, vmcs12: Vmcs12, field: Vmcs12Field): void {
  vcpu.cpu.vmwrite(field, vmcs12[field]);
}

/** KVM: prepare_vmcs02_constant_state. */
function prepare_vmcs02_constant_state(vcpu: Vcpu): void {
  if (vcpu.nested.vmcs02_initialized) return;
  vcpu.nested.vmcs02_initialized = true;
  vcpu.cpu.vmwrite('MSR_BITMAP', vcpu.vmx.vmcs02.msr_bitmap);
  vcpu.cpu.vmwrite('VM_EXIT_MSR_STORE_COUNT', 0);
  vcpu.cpu.vmwrite('VM_EXIT_MSR_LOAD_COUNT', 0);
  vcpu.cpu.vmwrite('VM_ENTRY_MSR_LOAD_COUNT', 0);
  vcpu.cpu.vmwrite('CR3_TARGET_COUNT', 0);
  // No VM function acts by itself: L0 emulates what vmcs12 enables.
  vcpu.cpu.vmwrite('VM_FUNCTION_CONTROL', 0n);
  vcpu.cpu.vmwrite('VMCS_LINK_POINTER', INVALID_GPA);
  vcpu.cpu.vmwrite('POSTED_INTR_NV', POSTED_INTR_NESTED_VECTOR);
  write_constant_host_state(vcpu);
}

/** KVM: prepare_vmcs02_early_rare. */
function prepare_vmcs02_early_rare(vcpu: Vcpu, vmcs12: Vmcs12): void {
  prepare_vmcs02_constant_state(vcpu);
  const vpid = nested_cpu_has_vpid(vmcs12) ? vcpu.nested.vpid02 : vcpu.vmx.vpid;
  vcpu.cpu.vmwrite('VIRTUAL_PROCESSOR_ID', vpid);
}

/** Pin-based controls: both sides, without the timer L0 emulates. */
function merged_pin_controls(vcpu: Vcpu, vmcs12: Vmcs12): number {
  const l0_wants = vcpu.cpu.vmread('PIN_BASED_VM_EXEC_CONTROL', vcpu.vmx.vmcs01.address);
  const l1_wants = vmcs12.PIN_BASED_VM_EXEC_CONTROL & ~pin.ACTIVATE_VMX_PREEMPTION_TIMER;
  return l0_wants | l1_wants;
}

/** What L0 wants for L1 alone: windows, and how L1's own CR8 is had. */
const PRIMARY_OF_L1_ONLY =
  primary.INTERRUPT_WINDOW_EXITING |
  primary.NMI_WINDOW_EXITING |
  primary.USE_TPR_SHADOW |
  primary.CR8_LOAD_EXITING |
  primary.CR8_STORE_EXITING;

/** Primary controls: windows and the TPR shadow are vmcs12's alone, and port accesses always exit. */
function merged_primary_controls(vcpu: Vcpu, vmcs12: Vmcs12): number {
  const l0_wants = vcpu.cpu.vmread('CPU_BASED_VM_EXEC_CONTROL', vcpu.vmx.vmcs01.address);
  let merged = (l0_wants & ~PRIMARY_OF_L1_ONLY) | vmcs12.CPU_BASED_VM_EXEC_CONTROL;
  // Without a TPR shadow L2's CR8 would be the host's.
  if ((merged & primary.USE_TPR_SHADOW) === 0) merged |= primary.CR8_LOAD_EXITING | primary.CR8_STORE_EXITING;
  merged |= primary.UNCONDITIONAL_IO_EXITING;
  merged &= ~primary.USE_IO_BITMAPS;
  // Decided when L1's bitmap has been read.
  return merged & ~primary.USE_MSR_BITMAPS;
}

/** Secondary controls. */
function merged_secondary_controls(vcpu: Vcpu, vmcs12: Vmcs12): number {
  const l0_wants = vcpu.cpu.vmread('SECONDARY_VM_EXEC_CONTROL', vcpu.vmx.vmcs01.address);
  let merged = l0_wants & ~SECONDARY_FROM_VMCS12_ONLY;
  if (nested_cpu_has(vmcs12, primary.ACTIVATE_SECONDARY_CONTROLS)) merged |= vmcs12.SECONDARY_VM_EXEC_CONTROL;
  merged &= ~(secondary.ENABLE_PML | secondary.VMCS_SHADOWING);
  if (!nested_cpu_has2(vmcs12, secondary.UNRESTRICTED_GUEST)) merged &= ~secondary.UNRESTRICTED_GUEST;
  return merged;
}

/** KVM: prepare_vmcs02_early: controls and the event that L1 injects. */
export function prepare_vmcs02_early(vcpu: Vcpu, vmcs12: Vmcs12): void {
  const cpu = vcpu.cpu;
  if (vcpu.nested.dirty_vmcs12) prepare_vmcs02_early_rare(vcpu, vmcs12);
  cpu.vmwrite('PIN_BASED_VM_EXEC_CONTROL', merged_pin_controls(vcpu, vmcs12));
  const primary_controls = merged_primary_controls(vcpu, vmcs12);
  cpu.vmwrite('CPU_BASED_VM_EXEC_CONTROL', primary_controls);
  if (primary_controls & primary.USE_TPR_SHADOW) cpu.vmwrite('TPR_THRESHOLD', vmcs12.TPR_THRESHOLD);
  const secondary_controls = merged_secondary_controls(vcpu, vmcs12);
  cpu.vmwrite('SECONDARY_VM_EXEC_CONTROL', secondary_controls);
  if (secondary_controls & secondary.VIRTUAL_INTERRUPT_DELIVERY)
    cpu.vmwrite('GUEST_INTR_STATUS', vmcs12.GUEST_INTR_STATUS);

  // LOAD_IA32_EFER and IA-32e mode follow in vmx_set_efer.
  const entry01 = cpu.vmread('VM_ENTRY_CONTROLS', vcpu.vmx.vmcs01.address);
  const entry12 = vmcs12.VM_ENTRY_CONTROLS & ~entry_controls.VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL;
  cpu.vmwrite('VM_ENTRY_CONTROLS', entry01 | entry12);
  const exit01 = cpu.vmread('VM_EXIT_CONTROLS', vcpu.vmx.vmcs01.address);
  cpu.vmwrite('VM_EXIT_CONTROLS', exit01);

  if (vcpu.nested.nested_run_pending) {
    for (const field of run_pending_copies) copy_field(vcpu, vmcs12, field);
  } else cpu.vmwrite('VM_ENTRY_INTR_INFO_FIELD', 0);
}

/**
 * KVM: nested_get_vmcs12_pages. Addresses of L1 become host-physical ones. The field whose page is no memory of L1 and cannot be
 * done without, or undefined. KVM misses the posted-interrupt descriptor only when the first notification arrives.
 */
export function nested_get_vmcs12_pages(
  vcpu: Vcpu,
  vmcs12: Vmcs12,
): 'APIC_ACCESS_ADDR' | 'POSTED_INTR_DESC_ADDR' | undefined {
  const cpu = vcpu.cpu;
  if (nested_cpu_has2(vmcs12, secondary.VIRTUALIZE_APIC_ACCESSES)) {
    const apic_access_page = gpa_to_hpa(vcpu, vmcs12.APIC_ACCESS_ADDR);
    if (apic_access_page === undefined) return 'APIC_ACCESS_ADDR';
    cpu.vmwrite('APIC_ACCESS_ADDR', apic_access_page);
  }
  if (nested_cpu_has(vmcs12, primary.USE_TPR_SHADOW)) {
    const virtual_apic_page = gpa_to_hpa(vcpu, vmcs12.VIRTUAL_APIC_PAGE_ADDR);
    const never_used =
      nested_cpu_has(vmcs12, primary.CR8_LOAD_EXITING) &&
      nested_cpu_has(vmcs12, primary.CR8_STORE_EXITING) &&
      !nested_cpu_has2(vmcs12, secondary.VIRTUALIZE_APIC_ACCESSES);
    if (virtual_apic_page !== undefined) cpu.vmwrite('VIRTUAL_APIC_PAGE_ADDR', virtual_apic_page);
    else if (never_used)
      cpu.vmwrite(
        'CPU_BASED_VM_EXEC_CONTROL',
        cpu.vmread('CPU_BASED_VM_EXEC_CONTROL') & ~primary.USE_TPR_SHADOW,
      );
    // An address the chip refuses makes the entry fail, as there is nothing better to do.
    else cpu.vmwrite('VIRTUAL_APIC_PAGE_ADDR', INVALID_GPA);
  }
  if (nested_cpu_has_posted_intr(vmcs12)) {
    const descriptor = gpa_to_hpa(vcpu, vmcs12.POSTED_INTR_DESC_ADDR);
    if (descriptor === undefined) return 'POSTED_INTR_DESC_ADDR';
    cpu.vmwrite('POSTED_INTR_DESC_ADDR', descriptor);
  }
  const use_msr_bitmap = nested_vmx_prepare_msr_bitmap(vcpu);
  const controls = cpu.vmread('CPU_BASED_VM_EXEC_CONTROL') & ~primary.USE_MSR_BITMAPS;
  cpu.vmwrite('CPU_BASED_VM_EXEC_CONTROL', use_msr_bitmap ? controls | primary.USE_MSR_BITMAPS : controls);
  return undefined;
}

/** KVM: prepare_vmcs02_rare. */
function prepare_vmcs02_rare(vcpu: Vcpu, vmcs12: Vmcs12): void {
  for (const field of rare_copies) copy_field(vcpu, vmcs12, field);
  const cr4_owned = POSSIBLE_CR4_GUEST_BITS & ~vmcs12.CR4_GUEST_HOST_MASK;
  vcpu.arch.cr4_guest_owned_bits = cr4_owned;
  vcpu.cpu.vmwrite('CR4_GUEST_HOST_MASK', BigInt.asUintN(64, ~cr4_owned));
}

/** Debug controls, PAT: from vmcs12 when this entry loads them, else what L1 ran with. */
function load_optional_state(vcpu: Vcpu, vmcs12: Vmcs12): void {
  const cpu = vcpu.cpu;
  const entering = vcpu.nested.nested_run_pending;
  const loads_debug = entering && nested_entry_has(vmcs12, entry_controls.VM_ENTRY_LOAD_DEBUG_CONTROLS);
  vcpu.arch.dr7 = loads_debug ? vmcs12.GUEST_DR7 : vcpu.arch.dr7;
  cpu.vmwrite('GUEST_DR7', vcpu.arch.dr7);
  cpu.vmwrite(
    'GUEST_IA32_DEBUGCTL',
    loads_debug ? vmcs12.GUEST_IA32_DEBUGCTL : vcpu.nested.pre_vmenter_debugctl,
  );
  const loads_pat = entering && nested_entry_has(vmcs12, entry_controls.VM_ENTRY_LOAD_IA32_PAT);
  if (loads_pat) vcpu.arch.pat = vmcs12.GUEST_IA32_PAT;
  cpu.vmwrite('GUEST_IA32_PAT', vcpu.arch.pat);
}

/** What prepare_vmcs02 found wrong: the exit qualification of the failed entry. */
export interface EntryStateFailure {
  qualification: bigint;
  check: 'F09' | 'K01';
}

/**
 * KVM: prepare_vmcs02: the guest state. Undefined when all is well.
 */
export function prepare_vmcs02(vcpu: Vcpu, vmcs12: Vmcs12): EntryStateFailure | undefined {
  const cpu = vcpu.cpu;
  // The owned bits of CR4 belong to whoever ran last; the mask in vmcs02 says what L2 owns.
  vcpu.arch.cr4_guest_owned_bits = BigInt.asUintN(64, ~cpu.vmread('CR4_GUEST_HOST_MASK'));
  if (vcpu.nested.dirty_vmcs12) {
    prepare_vmcs02_rare(vcpu, vmcs12);
    vcpu.nested.dirty_vmcs12 = false;
  }
  load_optional_state(vcpu, vmcs12);
  cpu.vmwrite('GUEST_RFLAGS', vmcs12.GUEST_RFLAGS);

  const exception_bitmap01 = cpu.vmread('EXCEPTION_BITMAP', vcpu.vmx.vmcs01.address);
  cpu.vmwrite('EXCEPTION_BITMAP', exception_bitmap01 | vmcs12.EXCEPTION_BITMAP);
  vcpu.arch.cr0_guest_owned_bits = vcpu.vmx.l1_guest_owned_cr0_bits & ~vmcs12.CR0_GUEST_HOST_MASK;
  cpu.vmwrite('CR0_GUEST_HOST_MASK', BigInt.asUintN(64, ~vcpu.arch.cr0_guest_owned_bits));

  vcpu.arch.tsc_offset = kvm_calc_nested_tsc_offset(vcpu, vmcs12);
  cpu.vmwrite('TSC_OFFSET', vcpu.arch.tsc_offset);
  cpu.vmwrite('TSC_MULTIPLIER', vmx_get_l2_tsc_multiplier(vmcs12));
  nested_vmx_transition_tlb_flush(vcpu, true);

  const root = nested_cpu_has_ept(vmcs12) ? nested_ept_load_root(vcpu) : undefined;
  cpu.vmwrite('EPT_POINTER', root ? root.eptp02 : vcpu.vm.eptp01);

  // Long mode is decided by EFER below; without LME here the order of CR0 and EFER does not matter.
  const next_efer = nested_vmx_calc_efer(vcpu, vmcs12);
  vcpu.arch.efer &= ~EFER.LME;
  vmx_set_cr0(vcpu, vmcs12.GUEST_CR0);
  cpu.vmwrite('CR0_READ_SHADOW', nested_read_cr0(vmcs12));
  vmx_set_cr4(vcpu, vmcs12.GUEST_CR4);
  cpu.vmwrite('CR4_READ_SHADOW', nested_read_cr4(vmcs12));
  vmx_set_efer(vcpu, next_efer);

  const cr3_reserved = ~((1n << 52n) - 1n) & 0xffffffffffffffffn;
  if (vmcs12.GUEST_CR3 & cr3_reserved) return { qualification: 0n, check: 'F09' };
  const paging_by_l2_tables = !nested_cpu_has_ept(vmcs12) && is_pae_paging(vcpu);
  if (paging_by_l2_tables && !load_pdptrs(vcpu, vmcs12.GUEST_CR3)) return { qualification: 2n, check: 'K01' };
  cpu.vmwrite('GUEST_CR3', vmcs12.GUEST_CR3);
  cpu.vmwrite('GUEST_ACTIVITY_STATE', 0);
  cpu.vmwrite('GUEST_RSP', vmcs12.GUEST_RSP);
  cpu.vmwrite('GUEST_RIP', vmcs12.GUEST_RIP);
  return undefined;
}
