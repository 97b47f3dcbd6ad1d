/**
 * Who gets an exit of L2: KVM's nested_vmx_l0_wants_exit and nested_vmx_l1_wants_exit (Linux 6.12) as data,
 * one row an exit reason. L0 is asked first; then L1, whose answer is a constant, a control bit of vmcs12,
 * or a rule of its own (exit-rules.ts). reflect.ts runs the table and writes down which row decided.
 */
import type { ExitReasonName } from '../../isa/exit-reasons';
import type { ControlOf } from '../control-masks';

/** Rules that need more than one bit of vmcs12. */
export type SpecialRule =
  | 'exception-bitmap'
  | 'cr-access'
  | 'io-bitmap'
  | 'msr-bitmap'
  | 'mtf'
  | 'pause'
  | 'invpcid'
  | 'encls'
  | 'vmcs-shadowing';

export type L1Answer =
  | { readonly kind: 'always'; readonly why: string }
  | { readonly kind: 'never'; readonly why: string }
  | { readonly kind: 'primary'; readonly control: ControlOf<'primary'> }
  | { readonly kind: 'secondary'; readonly control: ControlOf<'secondary'> }
  | { readonly kind: 'pin'; readonly control: ControlOf<'pin'> }
  | { readonly kind: 'special'; readonly rule: SpecialRule };

export interface DecisionRow {
  /** L0 keeps the exit whatever L1 wants: a reason in words, or the exception rule that looks at the vector. */
  readonly l0?: string | { readonly rule: 'exception' };
  readonly l1: L1Answer;
}

const unconditional = { kind: 'always', why: 'exits unconditionally' } as const;
const by_default = { kind: 'always', why: 'L1 gets every exit that no rule keeps' } as const;
const vmx_instruction = { kind: 'always', why: 'VMX instructions always exit to the parent' } as const;

export const decision_table = {
  EXCEPTION_NMI: { l0: { rule: 'exception' }, l1: { kind: 'special', rule: 'exception-bitmap' } },
  EXTERNAL_INTERRUPT: {
    l0: "the interrupt is the host's; one for L1 is synthesised by vmx_check_nested_events",
    l1: { kind: 'pin', control: 'EXTERNAL_INTERRUPT_EXITING' },
  },
  TRIPLE_FAULT: { l1: unconditional },
  INIT_SIGNAL: { l1: by_default },
  SIPI_SIGNAL: { l1: by_default },
  IO_SMI: { l1: by_default },
  SMI: { l1: by_default },
  INTERRUPT_WINDOW: { l1: { kind: 'primary', control: 'INTERRUPT_WINDOW_EXITING' } },
  NMI_WINDOW: { l1: { kind: 'primary', control: 'NMI_WINDOW_EXITING' } },
  TASK_SWITCH: { l1: unconditional },
  CPUID: { l1: unconditional },
  GETSEC: { l1: by_default },
  HLT: { l1: { kind: 'primary', control: 'HLT_EXITING' } },
  INVD: { l1: unconditional },
  INVLPG: { l1: { kind: 'primary', control: 'INVLPG_EXITING' } },
  RDPMC: { l1: { kind: 'primary', control: 'RDPMC_EXITING' } },
  RDTSC: { l1: { kind: 'primary', control: 'RDTSC_EXITING' } },
  RSM: { l1: by_default },
  VMCALL: { l1: vmx_instruction },
  VMCLEAR: { l1: vmx_instruction },
  VMLAUNCH: { l1: vmx_instruction },
  VMPTRLD: { l1: vmx_instruction },
  VMPTRST: { l1: vmx_instruction },
  VMREAD: { l1: { kind: 'special', rule: 'vmcs-shadowing' } },
  VMRESUME: { l1: vmx_instruction },
  VMWRITE: { l1: { kind: 'special', rule: 'vmcs-shadowing' } },
  VMOFF: { l1: vmx_instruction },
  VMON: { l1: vmx_instruction },
  CR_ACCESS: { l1: { kind: 'special', rule: 'cr-access' } },
  DR_ACCESS: { l1: { kind: 'primary', control: 'MOV_DR_EXITING' } },
  IO_INSTRUCTION: { l1: { kind: 'special', rule: 'io-bitmap' } },
  MSR_READ: { l1: { kind: 'special', rule: 'msr-bitmap' } },
  MSR_WRITE: { l1: { kind: 'special', rule: 'msr-bitmap' } },
  INVALID_STATE: { l1: { kind: 'always', why: "L1's VM entry failed on the chip" } },
  MSR_LOAD_FAIL: { l1: by_default },
  MWAIT_INSTRUCTION: { l1: { kind: 'primary', control: 'MWAIT_EXITING' } },
  MONITOR_TRAP_FLAG: { l1: { kind: 'special', rule: 'mtf' } },
  MONITOR_INSTRUCTION: { l1: { kind: 'primary', control: 'MONITOR_EXITING' } },
  PAUSE_INSTRUCTION: { l1: { kind: 'special', rule: 'pause' } },
  MCE_DURING_VMENTRY: { l0: "machine checks are the host's", l1: by_default },
  TPR_BELOW_THRESHOLD: { l1: { kind: 'primary', control: 'USE_TPR_SHADOW' } },
  APIC_ACCESS: { l1: unconditional },
  EOI_INDUCED: { l1: unconditional },
  GDTR_IDTR: { l1: { kind: 'secondary', control: 'DESCRIPTOR_TABLE_EXITING' } },
  LDTR_TR: { l1: { kind: 'secondary', control: 'DESCRIPTOR_TABLE_EXITING' } },
  EPT_VIOLATION: {
    l0: 'ept02 is L0 work; the walk of ept12 decides whether L1 gets a violation',
    l1: by_default,
  },
  EPT_MISCONFIG: {
    l0: 'ept02 is L0 work; the walk of ept12 decides whether L1 gets a misconfiguration',
    l1: by_default,
  },
  INVEPT: { l1: vmx_instruction },
  RDTSCP: { l1: { kind: 'primary', control: 'RDTSC_EXITING' } },
  PREEMPTION_TIMER: { l0: "the chip's timer is L0's; L1's is emulated and synthesised", l1: by_default },
  INVVPID: { l1: vmx_instruction },
  WBINVD: { l1: { kind: 'secondary', control: 'WBINVD_EXITING' } },
  XSETBV: { l1: unconditional },
  APIC_WRITE: { l1: unconditional },
  RDRAND: { l1: { kind: 'secondary', control: 'RDRAND_EXITING' } },
  INVPCID: { l1: { kind: 'special', rule: 'invpcid' } },
  VMFUNC: { l0: 'VM functions are emulated by L0', l1: by_default },
  ENCLS: { l1: { kind: 'special', rule: 'encls' } },
  RDSEED: { l1: { kind: 'secondary', control: 'RDSEED_EXITING' } },
  PML_FULL: { l0: 'PML is never on in vmcs02', l1: by_default },
  XSAVES: { l1: { kind: 'secondary', control: 'ENABLE_XSAVES_XRSTORS' } },
  XRSTORS: { l1: { kind: 'secondary', control: 'ENABLE_XSAVES_XRSTORS' } },
  PCONFIG: { l1: by_default },
  SPP: { l1: by_default },
  UMWAIT: { l1: { kind: 'secondary', control: 'ENABLE_USER_WAIT_AND_PAUSE' } },
  TPAUSE: { l1: { kind: 'secondary', control: 'ENABLE_USER_WAIT_AND_PAUSE' } },
  LOADIWKEY: { l1: by_default },
  ENCLV: { l1: by_default },
  ENQCMD_PASID: { l1: by_default },
  ENQCMDS_PASID: { l1: by_default },
  BUS_LOCK: { l0: 'bus-lock exits are never exposed to L1', l1: by_default },
  NOTIFY: { l1: { kind: 'never', why: 'notify exits are not exposed to L1' } },
  SEAMCALL: { l1: by_default },
  TDCALL: { l1: by_default },
  RDMSRLIST: { l1: by_default },
  WRMSRLIST: { l1: by_default },
  URDMSR: { l1: by_default },
  UWRMSR: { l1: by_default },
  MSR_READ_IMM: { l1: by_default },
  MSR_WRITE_IMM: { l1: by_default },
} as const satisfies Record<ExitReasonName, DecisionRow>;
