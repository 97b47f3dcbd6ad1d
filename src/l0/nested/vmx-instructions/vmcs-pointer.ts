/**
 * VMCLEAR, VMPTRLD and VMPTRST of L1. SDM 30.3; KVM: handle_vmclear, handle_vmptrld, handle_vmptrst.
 */
import { secondary } from '../../control-masks';
import { read_guest_u32, write_guest_u32 } from '../../host-memory';
import { vmx_errors } from '../../register-bits';
import { INVALID_GPA, type Vcpu } from '../../vcpu';
import { nested_vmx_fail, nested_vmx_succeed, refused_because } from '../../vmx-outcome';
import { nested_vmx_check_permission } from '../enter';
import { bad_page_bits, page_address_valid } from '../failed-check';
import { copy_vmcs02_to_vmcs12_rare } from '../leave';
import { flush_vmcs12, load_vmcs12 } from '../current-vmcs12';
import { LAUNCH_STATE_AT, VMCS12_REVISION } from '../vmcs12';
import { decode_operand_info, nested_vmx_get_vmptr, write_memory_operand } from './operand';

/** KVM: nested_release_vmcs12: the cached copy goes to memory; L1 has no current VMCS. */
function nested_release_vmcs12(vcpu: Vcpu): void {
  if (vcpu.nested.current_vmptr === INVALID_GPA) return;
  copy_vmcs02_to_vmcs12_rare(vcpu);
  flush_vmcs12(vcpu);
  vcpu.nested.current_vmptr = INVALID_GPA;
}

/** KVM: handle_vmclear. */
export function handle_vmclear(vcpu: Vcpu): void {
  if (!nested_vmx_check_permission(vcpu)) return;
  const vmptr = nested_vmx_get_vmptr(vcpu);
  if (vmptr === undefined) return;
  if (!page_address_valid(vcpu, vmptr)) {
    const wrong = bad_page_bits(vcpu, vmptr);
    refused_because(vcpu, wrong.low ? 'VMCLEAR_ALIGNMENT' : 'VMCLEAR_WIDTH', vmptr, wrong.bits);
    nested_vmx_fail(vcpu, vmx_errors.VMCLEAR_INVALID_ADDRESS);
    return;
  }
  if (vmptr === vcpu.nested.vmxon_ptr) {
    refused_because(vcpu, 'VMCLEAR_IS_VMXON_REGION', vmptr);
    nested_vmx_fail(vcpu, vmx_errors.VMCLEAR_VMXON_POINTER);
    return;
  }
  if (vmptr === vcpu.nested.current_vmptr) nested_release_vmcs12(vcpu);
  // An address without memory behind it is no error.
  write_guest_u32(vcpu, vmptr + BigInt(LAUNCH_STATE_AT), 0);
  nested_vmx_succeed(vcpu);
}

/** The word a VMCS region begins with is not the revision of vmcs12. */
function refuse_revision(vcpu: Vcpu, vmptr: bigint, header: number | undefined): void {
  if (header === undefined) {
    refused_because(vcpu, 'VMPTRLD_NO_MEMORY', vmptr);
    return;
  }
  const offered = (vcpu.nested.msrs.secondary.high & secondary.VMCS_SHADOWING) !== 0;
  const reason = header >>> 31 === 1 && !offered ? 'VMPTRLD_SHADOW' : 'VMPTRLD_REVISION';
  refused_because(vcpu, reason, BigInt(header >>> 0), BigInt(VMCS12_REVISION));
}

/** KVM: handle_vmptrld. */
export function handle_vmptrld(vcpu: Vcpu): void {
  if (!nested_vmx_check_permission(vcpu)) return;
  const vmptr = nested_vmx_get_vmptr(vcpu);
  if (vmptr === undefined) return;
  if (!page_address_valid(vcpu, vmptr)) {
    const wrong = bad_page_bits(vcpu, vmptr);
    refused_because(vcpu, wrong.low ? 'VMPTRLD_ALIGNMENT' : 'VMPTRLD_WIDTH', vmptr, wrong.bits);
    nested_vmx_fail(vcpu, vmx_errors.VMPTRLD_INVALID_ADDRESS);
    return;
  }
  if (vmptr === vcpu.nested.vmxon_ptr) {
    refused_because(vcpu, 'VMPTRLD_IS_VMXON_REGION', vmptr);
    nested_vmx_fail(vcpu, vmx_errors.VMPTRLD_VMXON_POINTER);
    return;
  }
  if (vcpu.nested.current_vmptr !== vmptr) {
    // Bit 31 makes it a shadow VMCS, where that is offered; the other bits must be the revision.
    const header = read_guest_u32(vcpu, vmptr);
    const shadowing = (vcpu.nested.msrs.secondary.high & secondary.VMCS_SHADOWING) !== 0;
    const revision = header === undefined || shadowing ? (header ?? 0) & 0x7fffffff : header;
    if (revision !== VMCS12_REVISION) {
      refuse_revision(vcpu, vmptr, header);
      nested_vmx_fail(vcpu, vmx_errors.VMPTRLD_INCORRECT_VMCS_REVISION_ID);
      return;
    }
    nested_release_vmcs12(vcpu);
    if (!load_vmcs12(vcpu, vmptr)) {
      refused_because(vcpu, 'VMPTRLD_NO_MEMORY', vmptr);
      nested_vmx_fail(vcpu, vmx_errors.VMPTRLD_INCORRECT_VMCS_REVISION_ID);
      return;
    }
    vcpu.nested.current_vmptr = vmptr;
    vcpu.nested.dirty_vmcs12 = true;
  }
  nested_vmx_succeed(vcpu);
}

/** KVM: handle_vmptrst. */
export function handle_vmptrst(vcpu: Vcpu): void {
  if (!nested_vmx_check_permission(vcpu)) return;
  const info = decode_operand_info(vcpu.cpu.vmread('VMX_INSTRUCTION_INFO'));
  const vmptr = vcpu.nested.current_vmptr;
  vcpu.nested.vmx_instruction = { operand: `pointer 0x${vmptr.toString(16)}` };
  if (!write_memory_operand(vcpu, info, vmptr, 8)) return;
  nested_vmx_succeed(vcpu);
}
