/**
 * Accesses to control registers that exit to L0: MOV to CR0, CR4, CR8, CLTS, LMSW of L1, and of L2 where L1
 * does not intercept them. SDM 25.1.3, table 27-3; KVM: handle_cr, kvm_set_cr0, kvm_set_cr4.
 */
import { because, inject_gp_for, type Refusal } from '../fault-outcome';
import { load_pdptrs } from '../guest-paging';
import { feature_wanted } from '../nested/capability-msrs';
import { guest_cr0_fixed0 } from '../nested/control-registers';
import { get_vmcs12 } from '../nested/current-vmcs12';
import { cr_qualification } from '../qualification-bits';
import {
  field_of,
  LMSW_REPLACES,
  access_rights,
  cr0 as CR0,
  cr4 as CR4,
  efer as EFER,
} from '../register-bits';
import {
  is_64_bit_mode,
  is_long_mode,
  is_paging,
  kvm_read_cr0,
  kvm_read_cr4,
  kvm_register_read,
  kvm_register_write,
  kvm_skip_emulated_instruction,
  vmx_set_cr0,
  vmx_set_cr4,
} from '../registers';
import { advance_board } from '../time';
import type { Vcpu } from '../vcpu';

const CR0_DEFINED =
  CR0.PE | CR0.MP | CR0.EM | CR0.TS | CR0.ET | CR0.NE | CR0.WP | CR0.AM | CR0.NW | CR0.CD | CR0.PG;
/** Changes of these bits load the PDPTEs again under PAE paging (SDM 4.4.1). */
const CR0_PDPTR_BITS = CR0.CD | CR0.NW | CR0.PG;
const CR4_PDPTR_BITS = CR4.PAE | CR4.PGE | CR4.PSE | CR4.SMEP;

/** Linear mappings of the running guest go: paging has changed. */
function flush_guest_tlb(vcpu: Vcpu): void {
  vcpu.cpu.invvpid(vcpu.cpu.vmread('VIRTUAL_PROCESSOR_ID'));
}

/** KVM: vmx_is_valid_cr0: in VMX operation L1's CR0 has fixed bits, and so has L2's. */
function vmx_is_valid_cr0(vcpu: Vcpu, value: bigint): Refusal {
  if (!vcpu.arch.guest_mode && !vcpu.nested.vmxon) return undefined;
  const fixed0 = vcpu.arch.guest_mode
    ? guest_cr0_fixed0(vcpu, get_vmcs12(vcpu))
    : vcpu.nested.msrs.cr0_fixed0;
  const missing = fixed0 & ~value;
  if (missing !== 0n) return because('CR0_VMX_FIXED0', value, missing);
  const extra = value & ~vcpu.nested.msrs.cr0_fixed1;
  return extra === 0n ? undefined : because('CR0_VMX_FIXED1', value, extra);
}

/** IA-32e mode begins with paging: PAE must be on, and CS must not have L (SDM 9.8.5). */
function starts_long_mode_badly(vcpu: Vcpu, value: bigint, cr4: bigint): Refusal {
  if ((cr4 & CR4.PAE) === 0n) return because('CR0_PG_WITHOUT_PAE', value, cr4);
  const rights = vcpu.cpu.vmread('GUEST_CS_AR_BYTES');
  return rights & access_rights.L ? because('CR0_PG_WITH_CS_L', BigInt(rights)) : undefined;
}

/** Paging goes off: not in 64-bit mode, not while PCIDs are on (SDM 4.10.1). */
function stops_paging_badly(vcpu: Vcpu, value: bigint, cr4: bigint): Refusal {
  if (is_64_bit_mode(vcpu)) return because('CR0_PG_CLEARED_IN_64_BIT_MODE', value);
  return (cr4 & CR4.PCIDE) !== 0n ? because('CR0_PG_CLEARED_WITH_PCIDE', value, cr4) : undefined;
}

/** KVM: kvm_set_cr0. */
function kvm_set_cr0(vcpu: Vcpu, requested: bigint): Refusal {
  const old_cr0 = kvm_read_cr0(vcpu);
  if (requested >> 32n) return because('CR0_HIGH_BITS', requested);
  const value = (requested & CR0_DEFINED) | CR0.ET;
  const paging = (value & CR0.PG) !== 0n;
  if ((value & CR0.NW) !== 0n && (value & CR0.CD) === 0n) return because('CR0_NW_WITHOUT_CD', value);
  if (paging && (value & CR0.PE) === 0n) return because('CR0_PG_WITHOUT_PE', value);
  const fixed = vmx_is_valid_cr0(vcpu, value);
  if (fixed) return fixed;
  const cr4 = kvm_read_cr4(vcpu);
  const long_mode_enabled = (vcpu.arch.efer & EFER.LME) !== 0n;
  if (long_mode_enabled && !is_paging(vcpu) && paging) {
    const refusal = starts_long_mode_badly(vcpu, value, cr4);
    if (refusal) return refusal;
  }
  const pae_paging = !long_mode_enabled && paging && (cr4 & CR4.PAE) !== 0n;
  const cr3 = vcpu.cpu.vmread('GUEST_CR3');
  if (pae_paging && ((value ^ old_cr0) & CR0_PDPTR_BITS) !== 0n && !load_pdptrs(vcpu, cr3))
    return because('PDPTE_RESERVED', cr3);
  if (!paging) {
    const refusal = stops_paging_badly(vcpu, value, cr4);
    if (refusal) return refusal;
  }
  vmx_set_cr0(vcpu, value);
  const translation_bits = CR0.PG | CR0.WP;
  if ((value ^ old_cr0) & translation_bits) flush_guest_tlb(vcpu);
  return undefined;
}

/** KVM: kvm_is_valid_cr4: only bits L1's processor has, and the fixed bits of VMX operation. */
function kvm_is_valid_cr4(vcpu: Vcpu, value: bigint): Refusal {
  const { cr4_fixed0, cr4_fixed1 } = vcpu.nested.msrs;
  let supported = cr4_fixed1;
  if (!feature_wanted(vcpu.config, 'VMX')) supported &= ~CR4.VMXE;
  const reserved = value & ~supported;
  if (reserved !== 0n) return because('CR4_RESERVED', value, reserved);
  const missing = vcpu.nested.vmxon ? cr4_fixed0 & ~value : 0n;
  return missing === 0n ? undefined : because('CR4_VMX_FIXED0', value, missing);
}

/** KVM: kvm_set_cr4. */
function kvm_set_cr4(vcpu: Vcpu, value: bigint): Refusal {
  const old_cr4 = kvm_read_cr4(vcpu);
  const invalid = kvm_is_valid_cr4(vcpu, value);
  if (invalid) return invalid;
  const changed = value ^ old_cr4;
  const cr3 = vcpu.cpu.vmread('GUEST_CR3');
  if (is_long_mode(vcpu)) {
    if ((value & CR4.PAE) === 0n) return because('CR4_PAE_CLEARED', value);
  } else if (is_paging(vcpu) && (value & CR4.PAE) !== 0n && (changed & CR4_PDPTR_BITS) !== 0n) {
    if (!load_pdptrs(vcpu, cr3)) return because('PDPTE_RESERVED', cr3);
  }
  const enables_pcid = (changed & value & CR4.PCIDE) !== 0n;
  if (enables_pcid && (!is_long_mode(vcpu) || (cr3 & 0xfffn) !== 0n)) return because('CR4_PCIDE', value, cr3);
  vmx_set_cr4(vcpu, value);
  const translation_bits = CR4.PAE | CR4.PSE | CR4.PGE | CR4.SMEP | CR4.SMAP | CR4.PCIDE;
  if (changed & translation_bits) flush_guest_tlb(vcpu);
  return undefined;
}

/**
 * KVM: handle_set_cr0. Of L2's value only the bits L1 does not own reach the register; L2 reads back what
 * it wrote.
 */
function handle_set_cr0(vcpu: Vcpu, value: bigint): Refusal {
  if (!vcpu.arch.guest_mode) return kvm_set_cr0(vcpu, value);
  const vmcs12 = get_vmcs12(vcpu);
  const mask = vmcs12.CR0_GUEST_HOST_MASK;
  const effective = (value & ~mask) | (vmcs12.GUEST_CR0 & mask);
  const refusal = kvm_set_cr0(vcpu, effective);
  if (!refusal) vcpu.cpu.vmwrite('CR0_READ_SHADOW', value);
  return refusal;
}

/** KVM: handle_set_cr4. */
function handle_set_cr4(vcpu: Vcpu, value: bigint): Refusal {
  if (!vcpu.arch.guest_mode) return kvm_set_cr4(vcpu, value);
  const vmcs12 = get_vmcs12(vcpu);
  const mask = vmcs12.CR4_GUEST_HOST_MASK;
  const effective = (value & ~mask) | (vmcs12.GUEST_CR4 & mask);
  const refusal = kvm_set_cr4(vcpu, effective);
  if (!refusal) vcpu.cpu.vmwrite('CR4_READ_SHADOW', value);
  return refusal;
}

/** KVM: kvm_set_cr3 under EPT: the chip does the rest. */
function kvm_set_cr3(vcpu: Vcpu, value: bigint): Refusal {
  // With PCIDs, bit 63 of the operand is not part of CR3 (SDM 4.10.4.1).
  const no_flush = 1n << 63n;
  const cr3 = value & ~no_flush;
  const beyond = cr3 & ~0xfffffffffffffn;
  if (beyond !== 0n) return because('CR3_RESERVED', cr3, beyond);
  const pae_paging = !is_long_mode(vcpu) && is_paging(vcpu) && (kvm_read_cr4(vcpu) & CR4.PAE) !== 0n;
  if (pae_paging && !load_pdptrs(vcpu, cr3)) return because('PDPTE_RESERVED', cr3);
  vcpu.cpu.vmwrite('GUEST_CR3', cr3);
  flush_guest_tlb(vcpu);
  return undefined;
}

/** KVM: kvm_set_cr8. */
function kvm_set_cr8(vcpu: Vcpu, value: bigint): Refusal {
  if (value > 15n) return because('CR8_RESERVED', value);
  advance_board(vcpu);
  vcpu.apic.cr8 = Number(value);
  return undefined;
}

/** MOV to a control register. */
function write_control_register(vcpu: Vcpu, cr: number, value: bigint): Refusal {
  if (cr === 0) return handle_set_cr0(vcpu, value);
  if (cr === 3) return kvm_set_cr3(vcpu, value);
  if (cr === 4) return handle_set_cr4(vcpu, value);
  return kvm_set_cr8(vcpu, value);
}

/** Ends the instruction, or faults. */
function complete_insn_gp(vcpu: Vcpu, refusal: Refusal): void {
  if (refusal) inject_gp_for(vcpu, refusal);
  else kvm_skip_emulated_instruction(vcpu);
}

/** KVM: handle_cr. */
export function handle_cr(vcpu: Vcpu): undefined {
  const exit_qualification = vcpu.cpu.vmread('EXIT_QUALIFICATION');
  const cr = field_of(exit_qualification, cr_qualification.REGISTER);
  const access_type = field_of(exit_qualification, cr_qualification.ACCESS);
  const register = field_of(exit_qualification, cr_qualification.GPR);
  if (access_type === 0) {
    const value = kvm_register_read(vcpu, register);
    const refusal = write_control_register(vcpu, cr, value);
    vcpu.vmx.handled = `MOV to CR${cr} = 0x${value.toString(16)}${refusal ? ': #GP(0)' : ''}`;
    complete_insn_gp(vcpu, refusal);
    return undefined;
  }
  if (access_type === 1) {
    const value = cr === 3 ? vcpu.cpu.vmread('GUEST_CR3') : BigInt(vcpu.apic.cr8);
    kvm_register_write(vcpu, register, value);
    vcpu.vmx.handled = `MOV from CR${cr} = 0x${value.toString(16)}`;
    kvm_skip_emulated_instruction(vcpu);
    return undefined;
  }
  const cr0 = kvm_read_cr0(vcpu);
  if (access_type === 2) {
    vcpu.vmx.handled = 'CLTS';
    complete_insn_gp(vcpu, handle_set_cr0(vcpu, cr0 & ~CR0.TS));
    return undefined;
  }
  const source = BigInt(field_of(exit_qualification, cr_qualification.LMSW_SOURCE));
  const value = (cr0 & ~LMSW_REPLACES) | (source & (CR0.PE | LMSW_REPLACES));
  vcpu.vmx.handled = `LMSW 0x${source.toString(16)}`;
  complete_insn_gp(vcpu, handle_set_cr0(vcpu, value));
  return undefined;
}
