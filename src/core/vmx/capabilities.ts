// The VMX capability MSRs as the chip offers them (Region.CAPABILITIES). SDM appendix A.
// Knows nothing of a VMCS.
import { Region } from '../../abi/memory-map';
import { CapabilityTable } from '../../abi/tables';
import { Msr } from '../gen/constants';

const FIRST: u32 = Msr.IA32_VMX_BASIC;

/** Indexes in the capability block: MSR number minus IA32_VMX_BASIC. */
export const CAP_BASIC: u32 = Msr.IA32_VMX_BASIC - FIRST;
export const CAP_PINBASED: u32 = Msr.IA32_VMX_PINBASED_CTLS - FIRST;
export const CAP_PROCBASED: u32 = Msr.IA32_VMX_PROCBASED_CTLS - FIRST;
export const CAP_EXIT: u32 = Msr.IA32_VMX_EXIT_CTLS - FIRST;
export const CAP_ENTRY: u32 = Msr.IA32_VMX_ENTRY_CTLS - FIRST;
export const CAP_MISC: u32 = Msr.IA32_VMX_MISC - FIRST;
export const CAP_CR0_FIXED0: u32 = Msr.IA32_VMX_CR0_FIXED0 - FIRST;
export const CAP_CR0_FIXED1: u32 = Msr.IA32_VMX_CR0_FIXED1 - FIRST;
export const CAP_CR4_FIXED0: u32 = Msr.IA32_VMX_CR4_FIXED0 - FIRST;
export const CAP_CR4_FIXED1: u32 = Msr.IA32_VMX_CR4_FIXED1 - FIRST;
export const CAP_PROCBASED2: u32 = Msr.IA32_VMX_PROCBASED_CTLS2 - FIRST;
export const CAP_EPT_VPID: u32 = Msr.IA32_VMX_EPT_VPID_CAP - FIRST;
export const CAP_TRUE_PINBASED: u32 = Msr.IA32_VMX_TRUE_PINBASED_CTLS - FIRST;
export const CAP_TRUE_PROCBASED: u32 = Msr.IA32_VMX_TRUE_PROCBASED_CTLS - FIRST;
export const CAP_TRUE_EXIT: u32 = Msr.IA32_VMX_TRUE_EXIT_CTLS - FIRST;
export const CAP_TRUE_ENTRY: u32 = Msr.IA32_VMX_TRUE_ENTRY_CTLS - FIRST;
export const CAP_VMFUNC: u32 = Msr.IA32_VMX_VMFUNC - FIRST;
export const CAP_PROCBASED3: u32 = Msr.IA32_VMX_PROCBASED_CTLS3 - FIRST;
export const CAP_EXIT2: u32 = Msr.IA32_VMX_EXIT_CTLS2 - FIRST;

export function capability(index: u32): u64 {
  return capabilityOf(Region.CAPABILITIES, index);
}

/** Of another capability block (a dry run). */
export function capabilityOf(block: usize, index: u32): u64 {
  return load<u64>(block + <usize>index * CapabilityTable.ENTRY_SIZE);
}
