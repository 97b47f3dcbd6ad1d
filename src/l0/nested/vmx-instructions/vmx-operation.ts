/**
 * VMXON and VMXOFF of L1. SDM 30.3; KVM: handle_vmxon, handle_vmxoff.
 */
import { kvm_inject_gp, kvm_queue_exception } from '../../event-queues';
import { read_guest_u32 } from '../../host-memory';
import { cr4 as CR4, vectors, vmx_errors } from '../../register-bits';
import { kvm_read_cr4, vmx_get_cpl } from '../../registers';
import { INVALID_GPA, type Vcpu } from '../../vcpu';
import {
  nested_vmx_fail,
  nested_vmx_failInvalid,
  nested_vmx_succeed,
  record_vmx_instruction,
  refused_because,
} from '../../vmx-outcome';
import { nested_vmx_check_permission } from '../enter';
import { bad_page_bits, page_address_valid } from '../failed-check';
import { vmxon_refusal } from './vmxon-rules';
import { free_all_shadow_roots } from '../shadow-ept';
import { new_vmcs12, VMCS12_REVISION } from '../vmcs12';
import { nested_vmx_get_vmptr } from './operand';

/** KVM: enter_vmx_operation. */
function enter_vmx_operation(vcpu: Vcpu, vmptr: bigint): void {
  vcpu.nested.vmxon_ptr = vmptr;
  vcpu.nested.cached_vmcs12 = new_vmcs12();
  vcpu.nested.current_vmptr = INVALID_GPA;
  vcpu.nested.last_vpid = 0;
  vcpu.nested.field_writers = {};
  vcpu.nested.vmcs02_initialized = false;
  vcpu.nested.need_sync_vmcs02_to_vmcs12_rare = false;
  vcpu.vmx.vmcs02.launched = false;
  vcpu.cpu.vmclear(vcpu.vmx.vmcs02.address);
  // VMCLEAR leaves the chip without a current VMCS only when vmcs02 was it; vmcs01 goes on being current.
  vcpu.cpu.vmptrld(vcpu.vmx.vmcs01.address);
  vcpu.nested.vmxon = true;
}

/** KVM: free_nested. */
function free_nested(vcpu: Vcpu): void {
  vcpu.nested.vmxon = false;
  vcpu.nested.vmxon_ptr = INVALID_GPA;
  vcpu.nested.current_vmptr = INVALID_GPA;
  vcpu.nested.cached_vmcs12 = new_vmcs12();
  vcpu.nested.need_sync_vmcs02_to_vmcs12_rare = false;
  free_all_shadow_roots(vcpu);
}

/** KVM: handle_vmxon. */
export function handle_vmxon(vcpu: Vcpu): void {
  // The chip runs with CR4.VMXE = 1, so L0 must test L1's own bit.
  if ((kvm_read_cr4(vcpu) & CR4.VMXE) === 0n) {
    refused_because(vcpu, 'VMXON_CR4_VMXE', kvm_read_cr4(vcpu));
    record_vmx_instruction(vcpu, 'fault', vectors.UD);
    kvm_queue_exception(vcpu, vectors.UD);
    return;
  }
  if (vmx_get_cpl(vcpu) !== 0) {
    refused_because(vcpu, 'VMXON_CPL', BigInt(vmx_get_cpl(vcpu)));
    record_vmx_instruction(vcpu, 'fault', vectors.GP);
    kvm_inject_gp(vcpu, 0);
    return;
  }
  if (vcpu.nested.vmxon) {
    refused_because(vcpu, 'VMXON_IN_ROOT', vcpu.nested.vmxon_ptr);
    nested_vmx_fail(vcpu, vmx_errors.VMXON_IN_VMX_ROOT_OPERATION);
    return;
  }
  const refusal = vmxon_refusal(vcpu);
  if (refusal) {
    refused_because(vcpu, refusal.reason, refusal.a, refusal.b);
    record_vmx_instruction(vcpu, 'fault', vectors.GP);
    kvm_inject_gp(vcpu, 0);
    return;
  }
  const vmptr = nested_vmx_get_vmptr(vcpu);
  if (vmptr === undefined) return;
  if (!page_address_valid(vcpu, vmptr)) {
    const wrong = bad_page_bits(vcpu, vmptr);
    refused_because(vcpu, wrong.low ? 'VMXON_ALIGNMENT' : 'VMXON_WIDTH', vmptr, wrong.bits);
    nested_vmx_failInvalid(vcpu);
    return;
  }
  const revision = read_guest_u32(vcpu, vmptr);
  if (revision !== VMCS12_REVISION) {
    const word = BigInt((revision ?? 0) >>> 0);
    const reason = word >> 31n === 1n ? 'VMXON_REVISION_BIT_31' : 'VMXON_REVISION';
    refused_because(vcpu, reason, word, BigInt(VMCS12_REVISION));
    nested_vmx_failInvalid(vcpu);
    return;
  }
  enter_vmx_operation(vcpu, vmptr);
  nested_vmx_succeed(vcpu);
}

/** KVM: handle_vmxoff. */
export function handle_vmxoff(vcpu: Vcpu): void {
  if (!nested_vmx_check_permission(vcpu)) return;
  free_nested(vcpu);
  nested_vmx_succeed(vcpu);
}
