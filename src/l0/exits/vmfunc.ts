/**
 * VMFUNC of L2, which always exits to L0: EPTP switching is emulated by vmcs12's list, everything else is L1's exit. SDM 25.5.5;
 * KVM: handle_vmfunc.
 */
import { Gpr } from '../../abi/state-block';
import { secondary } from '../control-masks';
import { inject_ud_because } from '../fault-outcome';
import { kvm_read_guest } from '../host-memory';
import { VM_FUNCTION } from '../nested/capability-msrs';
import { nested_vmx_check_eptp } from '../nested/check-controls';
import { get_vmcs12 } from '../nested/current-vmcs12';
import { nested_vmx_vmexit } from '../nested/leave';
import { nested_ept_load_root } from '../nested/shadow-ept';
import { nested_cpu_has2, nested_cpu_has_vpid } from '../nested/vmcs12-controls';
import { kvm_register_read, kvm_skip_emulated_instruction } from '../registers';
import type { Vcpu } from '../vcpu';

/** Entries of the EPTP list (KVM: VMFUNC_EPTP_ENTRIES). */
const EPTP_ENTRIES = 512n;

/** KVM: nested_vmx_eptp_switching. False: L1 gets the exit. */
function nested_vmx_eptp_switching(vcpu: Vcpu, index: bigint): boolean {
  const vmcs12 = get_vmcs12(vcpu);
  if (index >= EPTP_ENTRIES) return false;
  const entry = kvm_read_guest(vcpu, vmcs12.EPTP_LIST_ADDRESS + index * 8n, 8);
  if (!entry) return false;
  const new_eptp = new DataView(entry.buffer, entry.byteOffset, 8).getBigUint64(0, true);
  vcpu.vmx.handled = `EPTP switching to entry ${index}: 0x${new_eptp.toString(16)}`;
  if (vmcs12.EPT_POINTER === new_eptp) return true;
  if (nested_vmx_check_eptp(vcpu, new_eptp) !== undefined) return false;
  vmcs12.EPT_POINTER = new_eptp;
  const root = nested_ept_load_root(vcpu);
  if (!root) return false;
  vcpu.cpu.vmwrite('EPT_POINTER', root.eptp02);
  if (!nested_cpu_has_vpid(vmcs12)) vcpu.cpu.invvpid(vcpu.cpu.vmread('VIRTUAL_PROCESSOR_ID'));
  return true;
}

/** KVM: handle_vmfunc. */
export function handle_vmfunc(vcpu: Vcpu): undefined {
  const vmcs12 = get_vmcs12(vcpu);
  const wanted = kvm_register_read(vcpu, Gpr.RAX) & 0xffffffffn;
  if (!vcpu.arch.guest_mode || !nested_cpu_has2(vmcs12, secondary.ENABLE_VM_FUNCTIONS)) {
    inject_ud_because(vcpu, 'VMFUNC_NOT_ENABLED', wanted);
    return undefined;
  }
  const index = kvm_register_read(vcpu, Gpr.RCX) & 0xffffffffn;
  const enabled = (vmcs12.VM_FUNCTION_CONTROL >> wanted) & VM_FUNCTION.EPTP_SWITCHING;
  if (enabled !== 0n && wanted === 0n && nested_vmx_eptp_switching(vcpu, index)) {
    kvm_skip_emulated_instruction(vcpu);
    return undefined;
  }
  vcpu.nested.exit_rule = {
    id: 'vmfunc',
    text: `VM function ${wanted} with ECX ${index} is not enabled in vmcs12, or fails`,
    field: 'VM_FUNCTION_CONTROL',
    value: vmcs12.VM_FUNCTION_CONTROL,
  };
  const qualification = vcpu.cpu.vmread('EXIT_QUALIFICATION');
  nested_vmx_vmexit(vcpu, vcpu.vmx.exit_reason, vcpu.cpu.vmread('VM_EXIT_INTR_INFO'), qualification);
  return undefined;
}
