/**
 * L1's first state: what the boot loader decided about the CPU, written into vmcs01 and the chip's general
 * registers. Real, protected and long mode alike, because vmcs01 is an unrestricted guest.
 */
import { Gpr } from '../abi/state-block';
import type { InitialCpuState } from '../platform/boot/boot-image';
import { access_rights, DR7_FIXED_1, rflags } from './register-bits';
import { vmx_set_cr0, vmx_set_cr4, vmx_set_efer } from './registers';
import type { Vcpu } from './vcpu';

const segment_names = ['ES', 'CS', 'SS', 'DS', 'FS', 'GS', 'LDTR', 'TR'] as const;

/** VM entry wants a busy TSS in TR, usable, whatever the guest has not loaded yet (SDM 26.3.1.2). */
function valid_task_register(access: number): number {
  const type = access & access_rights.TYPE;
  const busy = type === 3 || type === 11 ? type : 11;
  return (access & ~(access_rights.TYPE | access_rights.UNUSABLE | access_rights.S)) | busy | access_rights.P;
}

/** KVM: vmx_vcpu_reset with the loader's values instead of those of RESET. vmcs01 must be current. */
export function vcpu_load_boot_state(vcpu: Vcpu, state: InitialCpuState): void {
  const cpu = vcpu.cpu;
  state.registers.forEach((value, index) => cpu.setGpr(index, value));
  cpu.vmwrite('GUEST_RSP', state.registers[Gpr.RSP] ?? 0n);
  cpu.vmwrite('GUEST_RIP', state.rip);
  cpu.vmwrite('GUEST_RFLAGS', state.rflags | rflags.FIXED);
  for (const name of segment_names) {
    const segment = state.segments[name.toLowerCase() as keyof InitialCpuState['segments']];
    const access = name === 'TR' ? valid_task_register(segment.access) : segment.access;
    cpu.vmwrite(`GUEST_${name}_SELECTOR`, segment.selector);
    cpu.vmwrite(`GUEST_${name}_BASE`, segment.base);
    cpu.vmwrite(`GUEST_${name}_LIMIT`, segment.limit);
    cpu.vmwrite(`GUEST_${name}_AR_BYTES`, access);
  }
  cpu.vmwrite('GUEST_GDTR_BASE', state.gdtr.base);
  cpu.vmwrite('GUEST_GDTR_LIMIT', state.gdtr.limit);
  cpu.vmwrite('GUEST_IDTR_BASE', state.idtr.base);
  cpu.vmwrite('GUEST_IDTR_LIMIT', state.idtr.limit);
  vcpu.arch.dr7 = DR7_FIXED_1;
  cpu.vmwrite('GUEST_DR7', DR7_FIXED_1);
  cpu.vmwrite('GUEST_IA32_PAT', vcpu.arch.pat);
  cpu.vmwrite('GUEST_INTERRUPTIBILITY_INFO', 0);
  cpu.vmwrite('GUEST_ACTIVITY_STATE', 0);
  cpu.vmwrite('GUEST_PENDING_DBG_EXCEPTIONS', 0n);
  // LME is set last: vmx_set_cr0 must not take the state for a change of mode.
  vcpu.arch.efer = 0n;
  vmx_set_cr0(vcpu, state.cr0);
  vmx_set_cr4(vcpu, state.cr4);
  cpu.vmwrite('GUEST_CR3', state.cr3);
  vmx_set_efer(vcpu, state.efer);
}
