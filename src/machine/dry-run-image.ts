/**
 * vmcs12 as the chip would see it, for a dry run of the entry checks: an image in the chip's VMCS format and a block of the
 * capabilities L0 offers to L1, both in scratch memory of the core. Changes no architectural state.
 */
import { Region } from '../abi/memory-map';
import { CapabilityTable } from '../abi/tables';
import { VmcsPage } from '../abi/vmcs-page';
import type { Cpu } from '../cpu/cpu';
import { writeCapabilities } from '../cpu/profile';
import { writeField, type FieldValue } from '../cpu/vmcs-access';
import { msr, type MsrName } from '../isa/msrs';
import { vmcsFields } from '../isa/vmcs-fields';
import type { L0State } from '../l0';
import type { VmcsView } from './vmcs-view';

type OfferedMsrs = L0State['nested']['msrs'];

/** Fills Region.SCRATCH_VMCS and Region.CAPABILITIES_DRY_RUN. */
export function writeDryRunImage(cpu: Cpu, vmcs12: VmcsView, msrs: OfferedMsrs): void {
  const view = new DataView(cpu.memory);
  new Uint8Array(cpu.memory, Region.SCRATCH_VMCS, VmcsPage.SIZE).fill(0);
  view.setUint32(Region.SCRATCH_VMCS + VmcsPage.REVISION, vmcs12.revision, true);
  for (const { name, width } of vmcsFields) {
    const value = vmcs12.read(name);
    const narrow = width === 16 || width === 32;
    writeField(view, Region.SCRATCH_VMCS, name, (narrow ? Number(value) : value) as FieldValue<typeof name>);
  }
  writeCapabilities(cpu, capabilityBlock(msrs), Region.CAPABILITIES_DRY_RUN);
}

/** The MSRs in order, from IA32_VMX_BASIC on. */
function capabilityBlock(msrs: OfferedMsrs): bigint[] {
  const word = ({ low, high }: { low: number; high: number }) =>
    (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  const values: Partial<Record<MsrName, bigint>> = {
    IA32_VMX_BASIC: msrs.basic,
    IA32_VMX_PINBASED_CTLS: word(msrs.pinbased),
    IA32_VMX_PROCBASED_CTLS: word(msrs.procbased),
    IA32_VMX_EXIT_CTLS: word(msrs.exit),
    IA32_VMX_ENTRY_CTLS: word(msrs.entry),
    IA32_VMX_MISC: msrs.misc,
    IA32_VMX_CR0_FIXED0: msrs.cr0_fixed0,
    IA32_VMX_CR0_FIXED1: msrs.cr0_fixed1,
    IA32_VMX_CR4_FIXED0: msrs.cr4_fixed0,
    IA32_VMX_CR4_FIXED1: msrs.cr4_fixed1,
    IA32_VMX_VMCS_ENUM: msrs.vmcs_enum,
    IA32_VMX_PROCBASED_CTLS2: word(msrs.secondary),
    IA32_VMX_EPT_VPID_CAP: word({ low: msrs.ept_caps, high: msrs.vpid_caps }),
    IA32_VMX_TRUE_PINBASED_CTLS: word(msrs.pinbased),
    IA32_VMX_TRUE_PROCBASED_CTLS: word(msrs.procbased),
    IA32_VMX_TRUE_EXIT_CTLS: word(msrs.exit),
    IA32_VMX_TRUE_ENTRY_CTLS: word(msrs.entry),
    IA32_VMX_VMFUNC: msrs.vmfunc_controls,
  };
  const block = new Array<bigint>(CapabilityTable.ENTRIES).fill(0n);
  for (const [name, value] of Object.entries(values))
    block[msr[name as MsrName].number - msr.IA32_VMX_BASIC.number] = value;
  return block;
}
