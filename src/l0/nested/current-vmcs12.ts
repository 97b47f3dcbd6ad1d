/**
 * The cached vmcs12 and L1's memory: loaded at VMPTRLD, flushed when L1 lets go of the VMCS. In between
 * only the cached copy is true.
 */
import { kvm_read_guest, kvm_write_guest } from '../host-memory';
import type { Vcpu } from '../vcpu';
import { parse_vmcs12, serialize_vmcs12, VMCS12_SIZE, type Vmcs12 } from './vmcs12';

/** KVM: kvm_read_guest_cached in handle_vmptrld. False when the page is not RAM of L1. */
export function load_vmcs12(vcpu: Vcpu, vmptr: bigint): boolean {
  const page = kvm_read_guest(vcpu, vmptr, VMCS12_SIZE);
  if (!page) return false;
  vcpu.nested.cached_vmcs12 = parse_vmcs12(page);
  return true;
}

/** KVM: the flush in nested_release_vmcs12: the cached copy goes back to L1's memory. */
export function flush_vmcs12(vcpu: Vcpu): void {
  write_vmcs12(vcpu, vcpu.nested.current_vmptr, vcpu.nested.cached_vmcs12);
}

/** Puts a copy into its page in L1's memory; what vmcs12 does not cover stays. */
export function write_vmcs12(vcpu: Vcpu, vmptr: bigint, vmcs12: Vmcs12): void {
  const current = kvm_read_guest(vcpu, vmptr, VMCS12_SIZE);
  if (!current) return;
  const page = new Uint8Array(current);
  serialize_vmcs12(vmcs12, page);
  kvm_write_guest(vcpu, vmptr, page);
}

/** KVM: get_vmcs12. */
export function get_vmcs12(vcpu: Vcpu): Vmcs12 {
  return vcpu.nested.cached_vmcs12;
}
