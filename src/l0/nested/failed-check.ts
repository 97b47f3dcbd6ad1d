/**
 * A VM-entry check of L0's that vmcs12 did not pass: the row of isa/entry-checks with the value that broke
 * it. The helpers here test what many checks share: reserved bits, alignment, canonical addresses.
 */
import { entryCheck, type CheckId } from '../../isa/entry-checks';
import type { RuleCited } from '../records';
import type { Vcpu } from '../vcpu';
import type { ControlLimits } from './capability-msrs';
import { maxphyaddr } from './ept12-walk';
import type { Vmcs12, Vmcs12Field } from './vmcs12';

export interface FailedCheck {
  check: CheckId;
  field: Vmcs12Field;
  value: bigint;
}

/** The failure of one check, by the field that broke it. */
export function failed(vmcs12: Vmcs12, check: CheckId, field: Vmcs12Field): FailedCheck {
  return { check, field, value: BigInt(vmcs12[field]) };
}

/** A failed check as a cited rule. */
export function cite_check(failure: FailedCheck): RuleCited {
  const rule = entryCheck[failure.check].rule;
  return {
    id: `check.${failure.check}`,
    text: `${rule} ${failure.field} = 0x${failure.value.toString(16)}`,
    field: failure.field,
    value: failure.value,
  };
}

/** KVM: vmx_control_verify, split: bits that must be 1 are 1. */
export function required_bits_set(control: number, limits: ControlLimits): boolean {
  return (control & limits.low) >>> 0 === limits.low;
}

/** Only bits that may be 1 are 1. */
export function only_allowed_bits(control: number, limits: ControlLimits): boolean {
  return (control & ~limits.high) === 0;
}

/** KVM: kvm_vcpu_is_legal_gpa. */
export function is_legal_gpa(vcpu: Vcpu, gpa: bigint): boolean {
  return gpa >> BigInt(maxphyaddr(vcpu)) === 0n;
}

/** KVM: kvm_vcpu_is_legal_aligned_gpa. */
export function is_legal_aligned_gpa(vcpu: Vcpu, gpa: bigint, alignment: bigint): boolean {
  return gpa % alignment === 0n && is_legal_gpa(vcpu, gpa);
}

/** KVM: page_address_valid. */
export function page_address_valid(vcpu: Vcpu, gpa: bigint): boolean {
  return is_legal_aligned_gpa(vcpu, gpa, 4096n);
}

/** Bits of a page's address that must be 0 and are not: the low twelve first, then those beyond the address width. */
export function bad_page_bits(vcpu: Vcpu, gpa: bigint): { low: boolean; bits: bigint } {
  const low = gpa & 0xfffn;
  const width = BigInt(maxphyaddr(vcpu));
  return low !== 0n ? { low: true, bits: low } : { low: false, bits: (gpa >> width) << width };
}

/** KVM: kvm_pat_valid: each of the eight types is 0, 1, 4, 5, 6 or 7. */
export function kvm_pat_valid(pat: bigint): boolean {
  for (let i = 0n; i < 8n; i++) {
    const type = (pat >> (i * 8n)) & 0xffn;
    if (type > 7n || type === 2n || type === 3n) return false;
  }
  return true;
}
