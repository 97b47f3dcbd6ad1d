/** The VMX capability MSRs as L0 gives them to L1. */
import type { MsrName } from '../isa/msrs';
import type { Vcpu } from '../l0';

export type OfferedMsrs = Vcpu['nested']['msrs'];

export function offeredMsrs(msrs: OfferedMsrs): ReadonlyMap<MsrName, bigint> {
  const word = ({ low, high }: { low: number; high: number }) =>
    (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  return new Map<MsrName, bigint>([
    ['IA32_VMX_BASIC', msrs.basic],
    ['IA32_VMX_PINBASED_CTLS', word(msrs.pinbased)],
    ['IA32_VMX_PROCBASED_CTLS', word(msrs.procbased)],
    ['IA32_VMX_EXIT_CTLS', word(msrs.exit)],
    ['IA32_VMX_ENTRY_CTLS', word(msrs.entry)],
    ['IA32_VMX_MISC', msrs.misc],
    ['IA32_VMX_CR0_FIXED0', msrs.cr0_fixed0],
    ['IA32_VMX_CR0_FIXED1', msrs.cr0_fixed1],
    ['IA32_VMX_CR4_FIXED0', msrs.cr4_fixed0],
    ['IA32_VMX_CR4_FIXED1', msrs.cr4_fixed1],
    ['IA32_VMX_VMCS_ENUM', msrs.vmcs_enum],
    ['IA32_VMX_PROCBASED_CTLS2', word(msrs.secondary)],
    ['IA32_VMX_EPT_VPID_CAP', word({ low: msrs.ept_caps, high: msrs.vpid_caps })],
    ['IA32_VMX_TRUE_PINBASED_CTLS', word(msrs.pinbased)],
    ['IA32_VMX_TRUE_PROCBASED_CTLS', word(msrs.procbased)],
    ['IA32_VMX_TRUE_EXIT_CTLS', word(msrs.exit)],
    ['IA32_VMX_TRUE_ENTRY_CTLS', word(msrs.entry)],
    ['IA32_VMX_VMFUNC', msrs.vmfunc_controls],
  ]);
}
