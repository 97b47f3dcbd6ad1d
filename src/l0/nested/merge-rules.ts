/**
 * Where each field of vmcs02 comes from: KVM's prepare_vmcs02 as data, one rule a VMCS field. The copies
 * are made by running through this table; what is computed is computed in prepare-vmcs02.ts under the
 * field's name. A new field in isa breaks the build here until a decision about it stands.
 */
import { vmcsFields, type FieldName } from '../../isa/vmcs-fields';
import type { Vmcs12Field } from './vmcs12';

export interface MergeRule {
  readonly from:
    | 'vmcs12' // copied
    | 'L0' // L0's own value; vmcs12 has no say
    | 'or' // what either side asks for
    | 'computed'
    | 'translated' // an address of L1 made host-physical
    | 'unused' // the feature behind the field is never on in vmcs02
    | 'exit-information' // written by the chip when L2 exits
    | 'not-in-vmcs12'; // KVM 6.12 has no such field: VMREAD and VMWRITE of L1 fail with error 12
  /** For copies: at each entry, only after L1 changed vmcs12, or only for the entry L1 asked for. */
  readonly when?: 'always' | 'rare' | 'run-pending';
  /** The way back into vmcs12 after L2 ran: at each exit, or only when L1 reads or writes vmcs12. */
  readonly back?: 'always' | 'rare';
  /** The rule in words, where it is more than its source. */
  readonly text?: string;
}

export const merge_rules = {
  VIRTUAL_PROCESSOR_ID: { from: 'computed', text: 'vpid02 when vmcs12 has ENABLE_VPID, else vpid01' },
  POSTED_INTR_NV: { from: 'L0', text: 'a vector nobody sends: L0 takes the notification of vmcs12 itself' },
  EPTP_INDEX: { from: 'not-in-vmcs12' },
  HLAT_PREFIX_SIZE: { from: 'not-in-vmcs12' },
  LAST_PID_POINTER_INDEX: { from: 'not-in-vmcs12' },
  VIRTUAL_TIMER_VECTOR: { from: 'not-in-vmcs12' },
  GUEST_ES_SELECTOR: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_CS_SELECTOR: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_SS_SELECTOR: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_DS_SELECTOR: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_FS_SELECTOR: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_GS_SELECTOR: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_LDTR_SELECTOR: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_TR_SELECTOR: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_INTR_STATUS: { from: 'computed', text: 'vmcs12 when virtual-interrupt delivery is on' },
  GUEST_PML_INDEX: {
    from: 'unused',
    text: "PML is never on in vmcs02: L0 writes L1's log where it sets dirty flags of ept12",
  },
  GUEST_UINV: { from: 'not-in-vmcs12' },
  HOST_ES_SELECTOR: { from: 'L0' },
  HOST_CS_SELECTOR: { from: 'L0' },
  HOST_SS_SELECTOR: { from: 'L0' },
  HOST_DS_SELECTOR: { from: 'L0' },
  HOST_FS_SELECTOR: { from: 'L0' },
  HOST_GS_SELECTOR: { from: 'L0' },
  HOST_TR_SELECTOR: { from: 'L0' },
  IO_BITMAP_A: {
    from: 'unused',
    text: 'I/O bitmaps are off in vmcs02: every port access exits and L0 reads the bitmaps of vmcs12',
  },
  IO_BITMAP_B: {
    from: 'unused',
    text: 'I/O bitmaps are off in vmcs02: every port access exits and L0 reads the bitmaps of vmcs12',
  },
  MSR_BITMAP: {
    from: 'computed',
    text: 'page of L0: intercept where L0 or L1 intercepts, for the few MSRs L0 passes through; all others exit',
  },
  VM_EXIT_MSR_STORE_ADDR: {
    from: 'L0',
    text: 'L0 processes the lists of vmcs12 in software; its own are empty',
  },
  VM_EXIT_MSR_LOAD_ADDR: {
    from: 'L0',
    text: 'L0 processes the lists of vmcs12 in software; its own are empty',
  },
  VM_ENTRY_MSR_LOAD_ADDR: {
    from: 'L0',
    text: 'L0 processes the lists of vmcs12 in software; its own are empty',
  },
  EXECUTIVE_VMCS_POINTER: { from: 'not-in-vmcs12' },
  PML_ADDRESS: {
    from: 'unused',
    text: "PML is never on in vmcs02: L0 writes L1's log where it sets dirty flags of ept12",
  },
  TSC_OFFSET: {
    from: 'computed',
    text: 'L1 offset times vmcs12 TSC_MULTIPLIER, + vmcs12 TSC_OFFSET when vmcs12 uses TSC offsetting',
  },
  VIRTUAL_APIC_PAGE_ADDR: { from: 'translated', text: "host-physical address of vmcs12's page" },
  APIC_ACCESS_ADDR: { from: 'translated', text: "host-physical address of vmcs12's page" },
  POSTED_INTR_DESC_ADDR: { from: 'translated', text: "host-physical address of vmcs12's descriptor" },
  VM_FUNCTION_CONTROL: {
    from: 'L0',
    text: '0: every VMFUNC of L2 exits, and L0 emulates what vmcs12 enables',
  },
  EPT_POINTER: {
    from: 'computed',
    text: 'ept02, the shadow of ept12 over ept01; ept01 itself when vmcs12 has no EPT',
  },
  EOI_EXIT_BITMAP0: { from: 'vmcs12', when: 'rare' },
  EOI_EXIT_BITMAP1: { from: 'vmcs12', when: 'rare' },
  EOI_EXIT_BITMAP2: { from: 'vmcs12', when: 'rare' },
  EOI_EXIT_BITMAP3: { from: 'vmcs12', when: 'rare' },
  EPTP_LIST_ADDRESS: { from: 'unused', text: 'L0 reads the list of vmcs12 when it emulates EPTP switching' },
  VMREAD_BITMAP: {
    from: 'unused',
    text: 'vmcs02 has no VMCS shadowing: L0 reads the bitmap at each VMREAD of L2',
  },
  VMWRITE_BITMAP: {
    from: 'unused',
    text: 'vmcs02 has no VMCS shadowing: L0 reads the bitmap at each VMWRITE of L2',
  },
  VE_INFORMATION_ADDRESS: { from: 'not-in-vmcs12' },
  XSS_EXIT_BITMAP: { from: 'vmcs12', when: 'rare' },
  ENCLS_EXITING_BITMAP: { from: 'unused', text: 'SGX is not offered to L1' },
  SPP_TABLE_POINTER: { from: 'not-in-vmcs12' },
  TSC_MULTIPLIER: { from: 'computed', text: "vmcs12's when it scales: L1's own counter is not scaled" },
  TERTIARY_VM_EXEC_CONTROL: { from: 'not-in-vmcs12' },
  ENCLV_EXITING_BITMAP: { from: 'not-in-vmcs12' },
  LOW_PASID_DIRECTORY_ADDRESS: { from: 'not-in-vmcs12' },
  HIGH_PASID_DIRECTORY_ADDRESS: { from: 'not-in-vmcs12' },
  SHARED_EPT_POINTER: { from: 'not-in-vmcs12' },
  PCONFIG_EXITING_BITMAP: { from: 'not-in-vmcs12' },
  HLAT_POINTER: { from: 'not-in-vmcs12' },
  PID_POINTER_TABLE: { from: 'not-in-vmcs12' },
  SECONDARY_VM_EXIT_CONTROLS: { from: 'not-in-vmcs12' },
  IA32_SPEC_CTRL_MASK: { from: 'not-in-vmcs12' },
  IA32_SPEC_CTRL_SHADOW: { from: 'not-in-vmcs12' },
  GUEST_DEADLINE_SHADOW: { from: 'not-in-vmcs12' },
  INJECTED_EVENT_DATA: { from: 'not-in-vmcs12' },
  GUEST_PHYSICAL_ADDRESS: { from: 'exit-information' },
  MSR_DATA: { from: 'not-in-vmcs12' },
  ORIGINAL_EVENT_DATA: { from: 'not-in-vmcs12' },
  VMCS_LINK_POINTER: { from: 'L0', text: 'all ones: vmcs02 never has a shadow VMCS' },
  GUEST_IA32_DEBUGCTL: {
    from: 'computed',
    text: 'vmcs12 when it loads debug controls, else the value L1 ran with',
  },
  GUEST_IA32_PAT: { from: 'computed', text: 'vmcs12 when it loads PAT, else the value L1 ran with' },
  GUEST_IA32_EFER: {
    from: 'computed',
    text: 'vmcs12 when it loads EFER, else the value L1 ran with; LMA and LME follow IA-32e mode guest',
  },
  GUEST_IA32_PERF_GLOBAL_CTRL: { from: 'unused', text: 'the machine has no performance counters' },
  GUEST_PDPTR0: { from: 'vmcs12', when: 'rare' },
  GUEST_PDPTR1: { from: 'vmcs12', when: 'rare' },
  GUEST_PDPTR2: { from: 'vmcs12', when: 'rare' },
  GUEST_PDPTR3: { from: 'vmcs12', when: 'rare' },
  GUEST_BNDCFGS: { from: 'unused', text: 'the machine has no MPX' },
  GUEST_IA32_RTIT_CTL: { from: 'not-in-vmcs12' },
  GUEST_IA32_LBR_CTL: { from: 'not-in-vmcs12' },
  GUEST_IA32_PKRS: { from: 'not-in-vmcs12' },
  GUEST_IA32_FRED_CONFIG: { from: 'not-in-vmcs12' },
  GUEST_IA32_FRED_RSP1: { from: 'not-in-vmcs12' },
  GUEST_IA32_FRED_RSP2: { from: 'not-in-vmcs12' },
  GUEST_IA32_FRED_RSP3: { from: 'not-in-vmcs12' },
  GUEST_IA32_FRED_STKLVLS: { from: 'not-in-vmcs12' },
  GUEST_IA32_FRED_SSP1: { from: 'not-in-vmcs12' },
  GUEST_IA32_FRED_SSP2: { from: 'not-in-vmcs12' },
  GUEST_IA32_FRED_SSP3: { from: 'not-in-vmcs12' },
  GUEST_IA32_SPEC_CTRL: { from: 'not-in-vmcs12' },
  GUEST_DEADLINE: { from: 'not-in-vmcs12' },
  HOST_IA32_PAT: { from: 'L0' },
  HOST_IA32_EFER: { from: 'L0' },
  HOST_IA32_PERF_GLOBAL_CTRL: { from: 'L0' },
  HOST_IA32_PKRS: { from: 'not-in-vmcs12' },
  HOST_IA32_FRED_CONFIG: { from: 'not-in-vmcs12' },
  HOST_IA32_FRED_RSP1: { from: 'not-in-vmcs12' },
  HOST_IA32_FRED_RSP2: { from: 'not-in-vmcs12' },
  HOST_IA32_FRED_RSP3: { from: 'not-in-vmcs12' },
  HOST_IA32_FRED_STKLVLS: { from: 'not-in-vmcs12' },
  HOST_IA32_FRED_SSP1: { from: 'not-in-vmcs12' },
  HOST_IA32_FRED_SSP2: { from: 'not-in-vmcs12' },
  HOST_IA32_FRED_SSP3: { from: 'not-in-vmcs12' },
  HOST_IA32_SPEC_CTRL: { from: 'not-in-vmcs12' },
  PIN_BASED_VM_EXEC_CONTROL: {
    from: 'or',
    text: 'vmcs01 OR vmcs12, minus the preemption timer, which L0 emulates',
  },
  CPU_BASED_VM_EXEC_CONTROL: {
    from: 'or',
    text: 'vmcs01 minus window exiting and TPR shadow, OR vmcs12; I/O always exits, I/O bitmaps off; MSR bitmaps as the merge allows; without TPR shadow CR8 always exits',
  },
  EXCEPTION_BITMAP: { from: 'or', text: 'vmcs01 OR vmcs12' },
  PAGE_FAULT_ERROR_CODE_MASK: { from: 'vmcs12', when: 'rare' },
  PAGE_FAULT_ERROR_CODE_MATCH: { from: 'vmcs12', when: 'rare' },
  CR3_TARGET_COUNT: {
    from: 'L0',
    text: '0: every MOV to CR3 exits when CR3-load exiting is on, and L0 offers no CR3 targets',
  },
  VM_EXIT_CONTROLS: {
    from: 'L0',
    text: 'the hardware exit goes to L0; LOAD_IA32_EFER as the switch needs it',
  },
  VM_EXIT_MSR_STORE_COUNT: {
    from: 'L0',
    text: 'L0 processes the lists of vmcs12 in software; its own are empty',
  },
  VM_EXIT_MSR_LOAD_COUNT: {
    from: 'L0',
    text: 'L0 processes the lists of vmcs12 in software; its own are empty',
  },
  VM_ENTRY_CONTROLS: {
    from: 'or',
    text: 'vmcs01 OR vmcs12 minus PERF_GLOBAL_CTRL; IA-32e mode and LOAD_IA32_EFER follow the effective EFER',
  },
  VM_ENTRY_MSR_LOAD_COUNT: {
    from: 'L0',
    text: 'L0 processes the lists of vmcs12 in software; its own are empty',
  },
  VM_ENTRY_INTR_INFO_FIELD: { from: 'vmcs12', when: 'run-pending' },
  VM_ENTRY_EXCEPTION_ERROR_CODE: { from: 'vmcs12', when: 'run-pending' },
  VM_ENTRY_INSTRUCTION_LEN: { from: 'vmcs12', when: 'run-pending' },
  TPR_THRESHOLD: { from: 'computed', text: 'vmcs12 when it uses the TPR shadow' },
  SECONDARY_VM_EXEC_CONTROL: {
    from: 'or',
    text: 'vmcs01 minus ten bits that only vmcs12 decides, OR vmcs12; PML and VMCS shadowing off; unrestricted guest only when vmcs12 has it',
  },
  PLE_GAP: { from: 'not-in-vmcs12' },
  PLE_WINDOW: { from: 'not-in-vmcs12' },
  NOTIFY_WINDOW: { from: 'not-in-vmcs12' },
  SEAM_GUEST_KEYID: { from: 'not-in-vmcs12' },
  VM_INSTRUCTION_ERROR: { from: 'exit-information' },
  VM_EXIT_REASON: { from: 'exit-information' },
  VM_EXIT_INTR_INFO: { from: 'exit-information' },
  VM_EXIT_INTR_ERROR_CODE: { from: 'exit-information' },
  IDT_VECTORING_INFO_FIELD: { from: 'exit-information' },
  IDT_VECTORING_ERROR_CODE: { from: 'exit-information' },
  VM_EXIT_INSTRUCTION_LEN: { from: 'exit-information' },
  VMX_INSTRUCTION_INFO: { from: 'exit-information' },
  GUEST_ES_LIMIT: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_CS_LIMIT: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_SS_LIMIT: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_DS_LIMIT: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_FS_LIMIT: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_GS_LIMIT: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_LDTR_LIMIT: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_TR_LIMIT: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_GDTR_LIMIT: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_IDTR_LIMIT: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_ES_AR_BYTES: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_CS_AR_BYTES: { from: 'vmcs12', when: 'rare', back: 'always' },
  GUEST_SS_AR_BYTES: { from: 'vmcs12', when: 'rare', back: 'always' },
  GUEST_DS_AR_BYTES: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_FS_AR_BYTES: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_GS_AR_BYTES: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_LDTR_AR_BYTES: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_TR_AR_BYTES: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_INTERRUPTIBILITY_INFO: { from: 'vmcs12', when: 'run-pending' },
  GUEST_ACTIVITY_STATE: { from: 'L0', text: 'always active: L0 emulates the halt of L2 itself' },
  GUEST_SMBASE: { from: 'not-in-vmcs12' },
  GUEST_SYSENTER_CS: { from: 'vmcs12', when: 'rare' },
  VMX_PREEMPTION_TIMER_VALUE: { from: 'unused', text: 'L0 emulates the timer on its own clock' },
  HOST_IA32_SYSENTER_CS: { from: 'L0' },
  CR0_GUEST_HOST_MASK: { from: 'or', text: 'vmcs01 OR vmcs12' },
  CR4_GUEST_HOST_MASK: { from: 'or', text: 'vmcs01 OR vmcs12' },
  CR0_READ_SHADOW: { from: 'computed', text: '(vmcs12 GUEST_CR0 & ~mask) | (vmcs12 CR0_READ_SHADOW & mask)' },
  CR4_READ_SHADOW: { from: 'computed', text: '(vmcs12 GUEST_CR4 & ~mask) | (vmcs12 CR4_READ_SHADOW & mask)' },
  CR3_TARGET_VALUE0: { from: 'not-in-vmcs12' },
  CR3_TARGET_VALUE1: { from: 'not-in-vmcs12' },
  CR3_TARGET_VALUE2: { from: 'not-in-vmcs12' },
  CR3_TARGET_VALUE3: { from: 'not-in-vmcs12' },
  EXIT_QUALIFICATION: { from: 'exit-information' },
  IO_RCX: { from: 'not-in-vmcs12' },
  IO_RSI: { from: 'not-in-vmcs12' },
  IO_RDI: { from: 'not-in-vmcs12' },
  IO_RIP: { from: 'not-in-vmcs12' },
  GUEST_LINEAR_ADDRESS: { from: 'exit-information' },
  GUEST_CR0: { from: 'computed', text: 'vmcs12 without NW and CD, with NE' },
  GUEST_CR3: { from: 'vmcs12', when: 'always', back: 'always' },
  GUEST_CR4: { from: 'computed', text: 'vmcs12 with VMXE' },
  GUEST_ES_BASE: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_CS_BASE: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_SS_BASE: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_DS_BASE: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_FS_BASE: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_GS_BASE: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_LDTR_BASE: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_TR_BASE: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_GDTR_BASE: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_IDTR_BASE: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_DR7: { from: 'computed', text: 'vmcs12 when it loads debug controls, else the value L1 ran with' },
  GUEST_RSP: { from: 'vmcs12', when: 'always', back: 'always' },
  GUEST_RIP: { from: 'vmcs12', when: 'always', back: 'always' },
  GUEST_RFLAGS: { from: 'vmcs12', when: 'always', back: 'always' },
  GUEST_PENDING_DBG_EXCEPTIONS: { from: 'vmcs12', when: 'rare', back: 'rare' },
  GUEST_SYSENTER_ESP: { from: 'vmcs12', when: 'rare' },
  GUEST_SYSENTER_EIP: { from: 'vmcs12', when: 'rare' },
  GUEST_S_CET: { from: 'not-in-vmcs12' },
  GUEST_SSP: { from: 'not-in-vmcs12' },
  GUEST_INTR_SSP_TABLE: { from: 'not-in-vmcs12' },
  HOST_CR0: { from: 'L0' },
  HOST_CR3: { from: 'L0' },
  HOST_CR4: { from: 'L0' },
  HOST_FS_BASE: { from: 'L0' },
  HOST_GS_BASE: { from: 'L0' },
  HOST_TR_BASE: { from: 'L0' },
  HOST_GDTR_BASE: { from: 'L0' },
  HOST_IDTR_BASE: { from: 'L0' },
  HOST_IA32_SYSENTER_ESP: { from: 'L0' },
  HOST_IA32_SYSENTER_EIP: { from: 'L0' },
  HOST_RSP: { from: 'L0' },
  HOST_RIP: { from: 'L0' },
  HOST_S_CET: { from: 'not-in-vmcs12' },
  HOST_SSP: { from: 'not-in-vmcs12' },
  HOST_INTR_SSP_TABLE: { from: 'not-in-vmcs12' },
} as const satisfies Record<FieldName, MergeRule>;

/** Fields copied from vmcs12 at the given time, in the order of isa. */
export const rare_copies = vmcsFields
  .filter((row) => (merge_rules[row.name] as MergeRule).when === 'rare')
  .map((row) => row.name as Vmcs12Field);
export const run_pending_copies = vmcsFields
  .filter((row) => (merge_rules[row.name] as MergeRule).when === 'run-pending')
  .map((row) => row.name as Vmcs12Field);

/** Fields whose way back waits until L1 looks (KVM: is_vmcs12_ext_field). */
export const rarely_read = vmcsFields
  .filter((row) => (merge_rules[row.name] as MergeRule).back === 'rare')
  .map((row) => row.name as Vmcs12Field);
