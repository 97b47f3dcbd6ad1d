/**
 * The VMCS that vmcs12's link pointer names, which VMREAD and VMWRITE of L2 work on when L1 uses VMCS shadowing: a copy while L2 is
 * the guest, in L1's memory otherwise. SDM 24.10; KVM: get_shadow_vmcs12.
 */
import { secondary } from '../control-masks';
import { kvm_read_guest } from '../host-memory';
import { INVALID_GPA, type Vcpu } from '../vcpu';
import { write_vmcs12 } from './current-vmcs12';
import { parse_vmcs12, VMCS12_SIZE, type Vmcs12 } from './vmcs12';
import { nested_cpu_has2 } from './vmcs12-controls';

/** KVM: get_shadow_vmcs12. */
export function get_shadow_vmcs12(vcpu: Vcpu): Vmcs12 {
  return vcpu.nested.cached_shadow_vmcs12;
}

/** vmcs12 names a shadow VMCS and uses it. */
function has_shadow_vmcs12(vmcs12: Vmcs12): boolean {
  return nested_cpu_has2(vmcs12, secondary.VMCS_SHADOWING) && vmcs12.VMCS_LINK_POINTER !== INVALID_GPA;
}

/** KVM: nested_cache_shadow_vmcs12, when L2 becomes the guest. */
export function nested_cache_shadow_vmcs12(vcpu: Vcpu, vmcs12: Vmcs12): void {
  if (!has_shadow_vmcs12(vmcs12)) return;
  const page = kvm_read_guest(vcpu, vmcs12.VMCS_LINK_POINTER, VMCS12_SIZE);
  if (page) vcpu.nested.cached_shadow_vmcs12 = parse_vmcs12(page);
}

/** KVM: nested_flush_cached_shadow_vmcs12, when L2 ends. */
export function nested_flush_cached_shadow_vmcs12(vcpu: Vcpu, vmcs12: Vmcs12): void {
  if (!has_shadow_vmcs12(vmcs12)) return;
  write_vmcs12(vcpu, vmcs12.VMCS_LINK_POINTER, get_shadow_vmcs12(vcpu));
}
