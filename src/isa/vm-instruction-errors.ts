// The VM-instruction error numbers that VMfailValid leaves in VM_INSTRUCTION_ERROR. Intel SDM volume 3, section 30.4,
// table 30-1. Numbers 14, 21 and 27 are not used. Rows only.

export interface VmInstructionErrorRow<Name extends string = string> {
  number: number;
  name: Name;
  title: string;
  summary: string;
}

const rows = [
  {
    number: 1,
    name: 'VMCALL_IN_VMX_ROOT_OPERATION',
    title: 'VMCALL executed in VMX root operation',
    summary: 'VMCALL was executed in VMX root operation without an SMM-transfer monitor to call.',
  },
  {
    number: 2,
    name: 'VMCLEAR_INVALID_ADDRESS',
    title: 'VMCLEAR with invalid physical address',
    summary: 'The operand of VMCLEAR is not 4-KB aligned or lies beyond the physical-address width.',
  },
  {
    number: 3,
    name: 'VMCLEAR_VMXON_POINTER',
    title: 'VMCLEAR with VMXON pointer',
    summary: 'The operand of VMCLEAR is the VMXON pointer.',
  },
  {
    number: 4,
    name: 'VMLAUNCH_NONCLEAR_VMCS',
    title: 'VMLAUNCH with non-clear VMCS',
    summary: 'VMLAUNCH was executed with a current VMCS that has been launched since its last VMCLEAR.',
  },
  {
    number: 5,
    name: 'VMRESUME_NONLAUNCHED_VMCS',
    title: 'VMRESUME with non-launched VMCS',
    summary: 'VMRESUME was executed with a current VMCS that has not been launched since its last VMCLEAR.',
  },
  {
    number: 6,
    name: 'VMRESUME_AFTER_VMXOFF',
    title: 'VMRESUME after VMXOFF',
    summary: 'VMRESUME was executed with a VMCS that was launched before a VMXOFF and a VMXON.',
  },
  {
    number: 7,
    name: 'ENTRY_INVALID_CONTROL_FIELD',
    title: 'VM entry with invalid control field(s)',
    summary: 'VM entry found a control field with a value that the processor does not support.',
  },
  {
    number: 8,
    name: 'ENTRY_INVALID_HOST_STATE_FIELD',
    title: 'VM entry with invalid host-state field(s)',
    summary: 'VM entry found a host-state field that VM exit could not load.',
  },
  {
    number: 9,
    name: 'VMPTRLD_INVALID_ADDRESS',
    title: 'VMPTRLD with invalid physical address',
    summary: 'The operand of VMPTRLD is not 4-KB aligned or lies beyond the physical-address width.',
  },
  {
    number: 10,
    name: 'VMPTRLD_VMXON_POINTER',
    title: 'VMPTRLD with VMXON pointer',
    summary: 'The operand of VMPTRLD is the VMXON pointer.',
  },
  {
    number: 11,
    name: 'VMPTRLD_INCORRECT_VMCS_REVISION_ID',
    title: 'VMPTRLD with incorrect VMCS revision identifier',
    summary:
      "The region at the operand of VMPTRLD does not start with the processor's VMCS revision identifier.",
  },
  {
    number: 12,
    name: 'UNSUPPORTED_VMCS_COMPONENT',
    title: 'VMREAD/VMWRITE from/to unsupported VMCS component',
    summary: 'VMREAD or VMWRITE named an encoding that no VMCS field has.',
  },
  {
    number: 13,
    name: 'VMWRITE_READ_ONLY_VMCS_COMPONENT',
    title: 'VMWRITE to read-only VMCS component',
    summary: 'VMWRITE named a read-only field, which this processor does not let software write.',
  },
  {
    number: 15,
    name: 'VMXON_IN_VMX_ROOT_OPERATION',
    title: 'VMXON executed in VMX root operation',
    summary: 'VMXON was executed in VMX root operation.',
  },
  {
    number: 16,
    name: 'ENTRY_INVALID_EXECUTIVE_VMCS_POINTER',
    title: 'VM entry with invalid executive-VMCS pointer',
    summary: 'VM entry that returns from SMM found an invalid executive-VMCS pointer.',
  },
  {
    number: 17,
    name: 'ENTRY_NONLAUNCHED_EXECUTIVE_VMCS',
    title: 'VM entry with non-launched executive VMCS',
    summary: 'VM entry that returns from SMM found an executive VMCS that has not been launched.',
  },
  {
    number: 18,
    name: 'ENTRY_EXECUTIVE_VMCS_POINTER_NOT_VMXON_POINTER',
    title: 'VM entry with executive-VMCS pointer not VMXON pointer (deactivating dual-monitor treatment)',
    summary:
      'VM entry that ends the dual-monitor treatment found an executive-VMCS pointer that is not the VMXON pointer.',
  },
  {
    number: 19,
    name: 'VMCALL_NONCLEAR_VMCS',
    title: 'VMCALL with non-clear VMCS (activating dual-monitor treatment)',
    summary: 'VMCALL that starts the dual-monitor treatment found a VMCS that is not clear.',
  },
  {
    number: 20,
    name: 'VMCALL_INVALID_VM_EXIT_CONTROL_FIELDS',
    title: 'VMCALL with invalid VM-exit control fields',
    summary: 'VMCALL that starts the dual-monitor treatment found invalid VM-exit controls.',
  },
  {
    number: 22,
    name: 'VMCALL_INCORRECT_MSEG_REVISION_ID',
    title: 'VMCALL with incorrect MSEG revision identifier',
    summary: 'VMCALL found an SMM-transfer monitor with the wrong MSEG revision identifier.',
  },
  {
    number: 23,
    name: 'VMXOFF_UNDER_DUAL_MONITOR_TREATMENT_OF_SMIS_AND_SMM',
    title: 'VMXOFF under dual-monitor treatment of SMIs and SMM',
    summary: 'VMXOFF was executed while the dual-monitor treatment was active.',
  },
  {
    number: 24,
    name: 'VMCALL_INVALID_SMM_MONITOR_FEATURES',
    title: 'VMCALL with invalid SMM-monitor features',
    summary: 'VMCALL found an SMM-transfer monitor with features that the processor does not support.',
  },
  {
    number: 25,
    name: 'ENTRY_INVALID_VM_EXECUTION_CONTROL_FIELDS_IN_EXECUTIVE_VMCS',
    title: 'VM entry with invalid VM-execution control fields in executive VMCS (return from SMM)',
    summary: 'VM entry that returns from SMM found invalid execution controls in the executive VMCS.',
  },
  {
    number: 26,
    name: 'ENTRY_EVENTS_BLOCKED_BY_MOV_SS',
    title: 'VM entry with events blocked by MOV SS',
    summary: 'VM entry was attempted while MOV SS blocked events.',
  },
  {
    number: 28,
    name: 'INVALID_OPERAND_TO_INVEPT_INVVPID',
    title: 'Invalid operand to INVEPT/INVVPID',
    summary: 'The type or the descriptor of INVEPT or INVVPID is not valid.',
  },
] as const satisfies readonly VmInstructionErrorRow[];

export type VmInstructionErrorName = (typeof rows)[number]['name'];
export type VmInstructionError = VmInstructionErrorRow<VmInstructionErrorName>;

export const vmInstructionErrors: readonly VmInstructionError[] = rows;

/** The row of each error by its number. */
export const vmInstructionErrorByNumber: ReadonlyMap<number, VmInstructionError> = new Map(
  vmInstructionErrors.map((row) => [row.number, row]),
);

/** The VMX-abort indicators (SDM 27.7). */
export const vmxAborts = [
  { number: 1, name: 'SAVE_GUEST_MSRS', title: 'Saving guest MSRs failed' },
  { number: 2, name: 'HOST_PDPTES', title: 'Host page-directory-pointer entries are invalid' },
  { number: 3, name: 'VMCS_CORRUPTED', title: 'The current VMCS is corrupted' },
  { number: 4, name: 'LOAD_HOST_MSRS', title: 'Loading host MSRs failed' },
  { number: 5, name: 'MACHINE_CHECK', title: 'A machine check occurred during the VM exit' },
  { number: 6, name: 'HOST_NOT_64_BIT', title: 'The processor was in IA-32e mode and the host is 32-bit' },
] as const satisfies readonly { number: number; name: string; title: string }[];
