/**
 * Does L1 intercept an exception of L2? By the exception bitmap of vmcs12, for #PF combined with the
 * error-code mask and match (SDM 25.2). The answer only; who asks acts.
 */
import { vectors } from '../register-bits';
import type { Vcpu } from '../vcpu';
import { get_vmcs12 } from './current-vmcs12';
import type { Vmcs12 } from './vmcs12';

/** KVM: nested_vmx_is_page_fault_vmexit. */
function nested_vmx_is_page_fault_vmexit(vmcs12: Vmcs12, error_code: number): boolean {
  const bit = (vmcs12.EXCEPTION_BITMAP & (1 << vectors.PF)) !== 0;
  const masked = (error_code & vmcs12.PAGE_FAULT_ERROR_CODE_MASK) >>> 0;
  const inequality = masked !== vmcs12.PAGE_FAULT_ERROR_CODE_MATCH;
  return inequality !== bit;
}

/** KVM: nested_vmx_is_exception_vmexit. */
export function nested_vmx_is_exception_vmexit(vcpu: Vcpu, vector: number, error_code: number): boolean {
  const vmcs12 = get_vmcs12(vcpu);
  if (vector === vectors.PF) return nested_vmx_is_page_fault_vmexit(vmcs12, error_code & 0xffff);
  return (vmcs12.EXCEPTION_BITMAP & (1 << vector)) !== 0;
}
