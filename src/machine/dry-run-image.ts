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
import { msr } from '../isa/msrs';
import { vmcsFields } from '../isa/vmcs-fields';
import { offeredMsrs, type OfferedMsrs } from './offered-msrs';
import type { VmcsView } from './vmcs-view';

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
  const block = new Array<bigint>(CapabilityTable.ENTRIES).fill(0n);
  for (const [name, value] of offeredMsrs(msrs)) block[msr[name].number - msr.IA32_VMX_BASIC.number] = value;
  return block;
}
