// The VMX capability MSRs as the chip offers them (Region.CAPABILITIES), and the address width it claims. SDM appendix A.
// Knows nothing of a VMCS.
import { Region } from '../../abi/memory-map';
import { CapabilityTable, CpuidTable } from '../../abi/tables';
import { Msr } from '../gen/constants';
import { get64, set64 } from '../state';
import { Vmx } from './vmcs';

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

const ADDRESS_SIZES_LEAF: u32 = 0x80000008;

/** Physical-address width in bits: CPUID.80000008H:EAX[7:0], 36 without that leaf. */
export function physicalAddressWidth(): u32 {
  const count = load<u32>(Region.CPUID + CpuidTable.COUNT);
  for (let i: u32 = 0; i < count; i++) {
    const row: usize = Region.CPUID + CpuidTable.ROWS + <usize>i * CpuidTable.ROW_SIZE;
    if (load<u32>(row + CpuidTable.LEAF) == ADDRESS_SIZES_LEAF) return load<u8>(row + CpuidTable.EAX);
  }
  return 36;
}

/** Ones in every physical-address bit the chip has. Asked for in every step of an EPT walk, so it is remembered. */
export function physicalMask(): u64 {
  const known = get64(Vmx.PHYSICAL_MASK);
  if (known != 0) return known;
  const mask = ((<u64>1) << (<u64>physicalAddressWidth())) - 1;
  set64(Vmx.PHYSICAL_MASK, mask);
  return mask;
}

/** Forgets the width: the embedder may have written another CPUID table. */
export function forgetPhysicalMask(): void {
  set64(Vmx.PHYSICAL_MASK, 0);
}
