/**
 * CR0 and CR4 between L1 and L2: which values L1 may ask for, what L2 reads, and what goes back to vmcs12
 * after L2 ran. SDM 23.8, 24.6.6, 25.3; KVM: nested.h and nested.c.
 */
import { secondary } from '../control-masks';
import { cr0 as CR0 } from '../register-bits';
import type { Vcpu } from '../vcpu';
import type { Vmcs12 } from './vmcs12';
import { nested_cpu_has2 } from './vmcs12-controls';

/** KVM: fixed_bits_valid: all bits of `fixed0` are 1 and only bits of `fixed1` are. */
function fixed_bits_valid(value: bigint, fixed0: bigint, fixed1: bigint): boolean {
  return ((value & fixed1) | fixed0) === value;
}

/** KVM: nested_host_cr0_valid. */
export function nested_host_cr0_valid(vcpu: Vcpu, value: bigint): boolean {
  return fixed_bits_valid(value, vcpu.nested.msrs.cr0_fixed0, vcpu.nested.msrs.cr0_fixed1);
}

/** KVM: nested_host_cr4_valid and nested_guest_cr4_valid. */
export function nested_cr4_valid(vcpu: Vcpu, value: bigint): boolean {
  return fixed_bits_valid(value, vcpu.nested.msrs.cr4_fixed0, vcpu.nested.msrs.cr4_fixed1);
}

/** Bits that L2's CR0 must have: an unrestricted guest may run without protection and paging. */
export function guest_cr0_fixed0(vcpu: Vcpu, vmcs12: Vmcs12): bigint {
  const { cr0_fixed0, secondary: controls } = vcpu.nested.msrs;
  const offered = (controls.high & secondary.UNRESTRICTED_GUEST) !== 0;
  const unrestricted = offered && nested_cpu_has2(vmcs12, secondary.UNRESTRICTED_GUEST);
  return unrestricted ? cr0_fixed0 & ~(CR0.PE | CR0.PG) : cr0_fixed0;
}

/** KVM: nested_guest_cr0_valid. */
export function nested_guest_cr0_valid(vcpu: Vcpu, vmcs12: Vmcs12, value: bigint): boolean {
  return fixed_bits_valid(value, guest_cr0_fixed0(vcpu, vmcs12), vcpu.nested.msrs.cr0_fixed1);
}

/** KVM: nested_read_cr0: what L2 reads. */
export function nested_read_cr0(vmcs12: Vmcs12): bigint {
  const mask = vmcs12.CR0_GUEST_HOST_MASK;
  return (vmcs12.GUEST_CR0 & ~mask) | (vmcs12.CR0_READ_SHADOW & mask);
}

/** KVM: nested_read_cr4. */
export function nested_read_cr4(vmcs12: Vmcs12): bigint {
  const mask = vmcs12.CR4_GUEST_HOST_MASK;
  return (vmcs12.GUEST_CR4 & ~mask) | (vmcs12.CR4_READ_SHADOW & mask);
}

/**
 * KVM: vmcs12_guest_cr0. Owned by L2: from the chip. Masked by L1: as L1 left it. Masked by L0 only: from
 * the shadow.
 */
export function vmcs12_guest_cr0(vcpu: Vcpu, vmcs12: Vmcs12): bigint {
  const owned = vcpu.arch.cr0_guest_owned_bits;
  const owned_by_l2 = vcpu.cpu.vmread('GUEST_CR0') & owned;
  const masked_by_l1 = vmcs12.GUEST_CR0 & vmcs12.CR0_GUEST_HOST_MASK;
  const masked_by_l0 = vcpu.cpu.vmread('CR0_READ_SHADOW') & ~(vmcs12.CR0_GUEST_HOST_MASK | owned);
  return BigInt.asUintN(64, owned_by_l2 | masked_by_l1 | masked_by_l0);
}

/** KVM: vmcs12_guest_cr4. */
export function vmcs12_guest_cr4(vcpu: Vcpu, vmcs12: Vmcs12): bigint {
  const owned = vcpu.arch.cr4_guest_owned_bits;
  const owned_by_l2 = vcpu.cpu.vmread('GUEST_CR4') & owned;
  const masked_by_l1 = vmcs12.GUEST_CR4 & vmcs12.CR4_GUEST_HOST_MASK;
  const masked_by_l0 = vcpu.cpu.vmread('CR4_READ_SHADOW') & ~(vmcs12.CR4_GUEST_HOST_MASK | owned);
  return BigInt.asUintN(64, owned_by_l2 | masked_by_l1 | masked_by_l0);
}
