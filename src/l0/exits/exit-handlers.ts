/**
 * What L0 does with an exit it keeps, by reason: KVM's kvm_vmx_exit_handlers. `undefined` marks reasons for
 * which L0 sets no control, so that the exit either cannot happen or went to L1. A handler returns the name
 * of a gap of ours, or undefined when the guest can go on.
 */
import type { ExitReasonName } from '../../isa/exit-reasons';
import { nested_vmx_run } from '../nested/enter';
import { handle_invept, handle_invvpid } from '../nested/vmx-instructions/invalidate';
import { handle_vmread, handle_vmwrite } from '../nested/vmx-instructions/vmcs-fields';
import { handle_vmclear, handle_vmptrld, handle_vmptrst } from '../nested/vmx-instructions/vmcs-pointer';
import { handle_vmxoff, handle_vmxon } from '../nested/vmx-instructions/vmx-operation';
import type { Vcpu } from '../vcpu';
import { handle_cr } from './control-registers';
import { handle_cpuid } from './cpuid';
import { handle_ept_misconfig, handle_ept_violation } from './ept-violation';
import {
  handle_exception_nmi,
  handle_external_interrupt,
  handle_interrupt_window,
  handle_nmi_window,
  handle_triple_fault,
} from './events';
import {
  handle_as_nop,
  handle_dr,
  handle_halt,
  handle_invalid_op,
  handle_invlpg,
  handle_monitor_trap,
  handle_rdpmc,
  handle_vmcall,
  handle_xsetbv,
} from './instructions';
import { handle_rdmsr, handle_wrmsr } from './msr';
import { handle_io } from './port-io';
import { handle_vmfunc } from './vmfunc';

export type ExitHandler = (vcpu: Vcpu) => string | undefined | void;

/** KVM: handle_vmlaunch. */
function handle_vmlaunch(vcpu: Vcpu): string | undefined {
  return nested_vmx_run(vcpu, true);
}

/** KVM: handle_vmresume. */
function handle_vmresume(vcpu: Vcpu): string | undefined {
  return nested_vmx_run(vcpu, false);
}

/** KVM: kvm_vmx_exit_handlers, the VMX instructions of nested_vmx_hardware_setup included. */
export const kvm_vmx_exit_handlers = {
  EXCEPTION_NMI: handle_exception_nmi,
  EXTERNAL_INTERRUPT: handle_external_interrupt,
  TRIPLE_FAULT: handle_triple_fault,
  INIT_SIGNAL: undefined,
  SIPI_SIGNAL: undefined,
  IO_SMI: undefined,
  SMI: undefined,
  INTERRUPT_WINDOW: handle_interrupt_window,
  NMI_WINDOW: handle_nmi_window,
  TASK_SWITCH: undefined,
  CPUID: handle_cpuid,
  GETSEC: handle_invalid_op,
  HLT: handle_halt,
  INVD: handle_as_nop,
  INVLPG: handle_invlpg,
  RDPMC: handle_rdpmc,
  RDTSC: undefined,
  RSM: handle_invalid_op,
  VMCALL: handle_vmcall,
  VMCLEAR: handle_vmclear,
  VMLAUNCH: handle_vmlaunch,
  VMPTRLD: handle_vmptrld,
  VMPTRST: handle_vmptrst,
  VMREAD: handle_vmread,
  VMRESUME: handle_vmresume,
  VMWRITE: handle_vmwrite,
  VMOFF: handle_vmxoff,
  VMON: handle_vmxon,
  CR_ACCESS: handle_cr,
  DR_ACCESS: handle_dr,
  IO_INSTRUCTION: handle_io,
  MSR_READ: handle_rdmsr,
  MSR_WRITE: handle_wrmsr,
  INVALID_STATE: undefined,
  MSR_LOAD_FAIL: undefined,
  MWAIT_INSTRUCTION: handle_as_nop,
  MONITOR_TRAP_FLAG: handle_monitor_trap,
  MONITOR_INSTRUCTION: handle_as_nop,
  PAUSE_INSTRUCTION: handle_as_nop,
  MCE_DURING_VMENTRY: undefined,
  TPR_BELOW_THRESHOLD: handle_monitor_trap,
  APIC_ACCESS: undefined,
  EOI_INDUCED: undefined,
  GDTR_IDTR: undefined,
  LDTR_TR: undefined,
  EPT_VIOLATION: handle_ept_violation,
  EPT_MISCONFIG: handle_ept_misconfig,
  INVEPT: handle_invept,
  RDTSCP: undefined,
  PREEMPTION_TIMER: undefined,
  INVVPID: handle_invvpid,
  WBINVD: handle_as_nop,
  XSETBV: handle_xsetbv,
  APIC_WRITE: undefined,
  RDRAND: handle_invalid_op,
  INVPCID: undefined,
  VMFUNC: handle_vmfunc,
  ENCLS: handle_invalid_op,
  RDSEED: handle_invalid_op,
  PML_FULL: undefined,
  XSAVES: undefined,
  XRSTORS: undefined,
  PCONFIG: undefined,
  SPP: undefined,
  UMWAIT: handle_invalid_op,
  TPAUSE: handle_invalid_op,
  LOADIWKEY: undefined,
  ENCLV: undefined,
  ENQCMD_PASID: undefined,
  ENQCMDS_PASID: undefined,
  BUS_LOCK: undefined,
  NOTIFY: undefined,
  SEAMCALL: undefined,
  TDCALL: undefined,
  RDMSRLIST: undefined,
  WRMSRLIST: undefined,
  URDMSR: undefined,
  UWRMSR: undefined,
  MSR_READ_IMM: undefined,
  MSR_WRITE_IMM: undefined,
} as const satisfies Record<ExitReasonName, ExitHandler | undefined>;
