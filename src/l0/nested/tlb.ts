/**
 * Which cached translations must go when L1 and L2 change places. L1 expects its own VPID rules: without a
 * VPID in vmcs12 every entry and exit flushes linear mappings. SDM 28.3.3.1; KVM:
 * nested_vmx_transition_tlb_flush.
 */
import type { Vcpu } from '../vcpu';
import { get_vmcs12 } from './current-vmcs12';
import { nested_cpu_has_vpid } from './vmcs12-controls';

/** KVM: nested_vmx_transition_tlb_flush. */
export function nested_vmx_transition_tlb_flush(vcpu: Vcpu, is_vmenter: boolean): void {
  const vmcs12 = get_vmcs12(vcpu);
  if (!nested_cpu_has_vpid(vmcs12)) {
    // L2 shares vpid01 then, so L1's own mappings go too, as they would on a processor.
    vcpu.cpu.invvpid(vcpu.vmx.vpid);
    return;
  }
  if (is_vmenter && vmcs12.VIRTUAL_PROCESSOR_ID !== vcpu.nested.last_vpid) {
    vcpu.nested.last_vpid = vmcs12.VIRTUAL_PROCESSOR_ID;
    vcpu.cpu.invvpid(vcpu.nested.vpid02);
  }
}
