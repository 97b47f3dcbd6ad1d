/**
 * Which hardware VMCS is current: vmcs01 while L1 is the guest, vmcs02 while L2 is. KVM: vmx_switch_vmcs.
 */
import type { LoadedVmcs, Vcpu } from './vcpu';

export function vmx_switch_vmcs(vcpu: Vcpu, vmcs: LoadedVmcs): void {
  vcpu.vmx.loaded_vmcs = vmcs;
  vcpu.cpu.vmptrld(vmcs.address);
}
