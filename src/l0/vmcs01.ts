/**
 * vmcs01: how the chip runs L1. Controls are KVM's choice (setup_vmcs_config, vmx_exec_control, ...) as far
 * as the chip has them: EPT, VPID, unrestricted guest, MSR bitmap, every port access, HLT, interrupts and
 * NMIs exit. SDM 24.6 to 24.8.
 */
import { entry_controls, exit_controls, pin, primary, secondary } from './control-masks';
import type { MsrName } from '../isa/msrs';
import { write_constant_host_state } from './host-area';
import { chip_capability } from './nested/capability-msrs';
import { msr_bits } from './register-bits';
import { POSSIBLE_CR0_GUEST_BITS, POSSIBLE_CR4_GUEST_BITS } from './registers';
import { INVALID_GPA, type Vcpu } from './vcpu';

/** What L0 cannot do without, and what it uses where the chip has it, of one control word. */
interface ControlWish {
  word: string;
  /** The capability MSR, and the one that takes its place where IA32_VMX_BASIC says that TRUE MSRs exist. */
  msr: MsrName;
  true_msr?: MsrName;
  required: number;
  optional: number;
}

const wishes = {
  pin: {
    word: 'pin-based controls',
    msr: 'IA32_VMX_PINBASED_CTLS',
    true_msr: 'IA32_VMX_TRUE_PINBASED_CTLS',
    required: pin.EXTERNAL_INTERRUPT_EXITING | pin.NMI_EXITING | pin.VIRTUAL_NMIS,
    optional: 0,
  },
  primary: {
    word: 'primary processor-based controls',
    msr: 'IA32_VMX_PROCBASED_CTLS',
    true_msr: 'IA32_VMX_TRUE_PROCBASED_CTLS',
    required:
      primary.HLT_EXITING |
      primary.CR8_LOAD_EXITING |
      primary.CR8_STORE_EXITING |
      primary.UNCONDITIONAL_IO_EXITING |
      primary.USE_TSC_OFFSETTING |
      primary.USE_MSR_BITMAPS |
      primary.MWAIT_EXITING |
      primary.MONITOR_EXITING |
      primary.RDPMC_EXITING |
      primary.ACTIVATE_SECONDARY_CONTROLS,
    optional: 0,
  },
  secondary: {
    word: 'secondary processor-based controls',
    msr: 'IA32_VMX_PROCBASED_CTLS2',
    required: secondary.ENABLE_EPT | secondary.ENABLE_VPID | secondary.UNRESTRICTED_GUEST,
    optional:
      secondary.ENABLE_RDTSCP |
      secondary.ENABLE_INVPCID |
      secondary.WBINVD_EXITING |
      secondary.ENABLE_XSAVES_XRSTORS,
  },
  exit: {
    word: 'VM-exit controls',
    msr: 'IA32_VMX_EXIT_CTLS',
    true_msr: 'IA32_VMX_TRUE_EXIT_CTLS',
    required:
      exit_controls.VM_EXIT_HOST_ADDRESS_SPACE_SIZE |
      exit_controls.VM_EXIT_ACKNOWLEDGE_INTERRUPT_ON_EXIT |
      exit_controls.VM_EXIT_SAVE_DEBUG_CONTROLS |
      exit_controls.VM_EXIT_LOAD_IA32_EFER |
      exit_controls.VM_EXIT_LOAD_IA32_PAT,
    optional: 0,
  },
  entry: {
    word: 'VM-entry controls',
    msr: 'IA32_VMX_ENTRY_CTLS',
    true_msr: 'IA32_VMX_TRUE_ENTRY_CTLS',
    required:
      entry_controls.VM_ENTRY_LOAD_DEBUG_CONTROLS |
      entry_controls.VM_ENTRY_LOAD_IA32_EFER |
      entry_controls.VM_ENTRY_LOAD_IA32_PAT,
    optional: 0,
  },
} as const satisfies Record<string, ControlWish>;

/**
 * KVM: adjust_vmx_controls.
 * @throws Error when the chip lacks a control L0 needs: the user chose a CPU model that cannot carry the
 * nested topology.
 */
function adjust_vmx_controls(vcpu: Vcpu, wish: ControlWish): number {
  const true_controls = msr_bits('IA32_VMX_BASIC', 'TRUE_CONTROLS');
  const has_true_msrs = (chip_capability(vcpu.config, 'IA32_VMX_BASIC') & true_controls) !== 0n;
  const value = chip_capability(vcpu.config, has_true_msrs ? (wish.true_msr ?? wish.msr) : wish.msr);
  const must_be_one = Number(value & 0xffffffffn);
  const may_be_one = Number(value >> 32n);
  const missing = (wish.required & ~may_be_one) >>> 0;
  if (missing !== 0)
    throw new Error(
      `The built-in L0 needs ${wish.word} 0x${missing.toString(16)}, which this CPU model does not have: choose another model, or the bare topology.`,
    );
  return (((wish.required | wish.optional) & may_be_one) | must_be_one) >>> 0;
}

/** KVM: init_vmcs. vmcs01 must be current. */
export function init_vmcs01(vcpu: Vcpu): void {
  const cpu = vcpu.cpu;
  const exec_control = adjust_vmx_controls(vcpu, wishes.primary);
  cpu.vmwrite('PIN_BASED_VM_EXEC_CONTROL', adjust_vmx_controls(vcpu, wishes.pin));
  // CR3 accesses need no exit once EPT is on; a chip with TRUE capability MSRs allows that.
  cpu.vmwrite('CPU_BASED_VM_EXEC_CONTROL', exec_control);
  cpu.vmwrite('SECONDARY_VM_EXEC_CONTROL', adjust_vmx_controls(vcpu, wishes.secondary));
  cpu.vmwrite('VM_EXIT_CONTROLS', adjust_vmx_controls(vcpu, wishes.exit));
  cpu.vmwrite('VM_ENTRY_CONTROLS', adjust_vmx_controls(vcpu, wishes.entry));
  cpu.vmwrite('EXCEPTION_BITMAP', 0);
  cpu.vmwrite('PAGE_FAULT_ERROR_CODE_MASK', 0);
  cpu.vmwrite('PAGE_FAULT_ERROR_CODE_MATCH', 0);
  cpu.vmwrite('CR3_TARGET_COUNT', 0);
  cpu.vmwrite('MSR_BITMAP', vcpu.vmx.vmcs01.msr_bitmap);
  cpu.vmwrite('VIRTUAL_PROCESSOR_ID', vcpu.vmx.vpid);
  cpu.vmwrite('EPT_POINTER', vcpu.vm.eptp01);
  cpu.vmwrite('VMCS_LINK_POINTER', INVALID_GPA);
  cpu.vmwrite('TSC_OFFSET', 0n);
  // No component of IA32_XSS makes XSAVES exit (KVM: VMX_XSS_EXIT_BITMAP).
  cpu.vmwrite('XSS_EXIT_BITMAP', 0n);
  cpu.vmwrite('VM_EXIT_MSR_STORE_COUNT', 0);
  cpu.vmwrite('VM_EXIT_MSR_LOAD_COUNT', 0);
  cpu.vmwrite('VM_ENTRY_MSR_LOAD_COUNT', 0);
  cpu.vmwrite('VM_ENTRY_INTR_INFO_FIELD', 0);
  cpu.vmwrite('CR0_GUEST_HOST_MASK', BigInt.asUintN(64, ~POSSIBLE_CR0_GUEST_BITS));
  cpu.vmwrite('CR4_GUEST_HOST_MASK', BigInt.asUintN(64, ~POSSIBLE_CR4_GUEST_BITS));
  vcpu.vmx.l1_guest_owned_cr0_bits = POSSIBLE_CR0_GUEST_BITS;
  vcpu.arch.cr0_guest_owned_bits = POSSIBLE_CR0_GUEST_BITS;
  vcpu.arch.cr4_guest_owned_bits = POSSIBLE_CR4_GUEST_BITS;
  write_constant_host_state(vcpu);
}
