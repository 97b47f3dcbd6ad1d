// The VMX instructions. Intel SDM volume 3, chapter 30 and section 25.1.2 (2016 numbering). In VMX root operation most of
// them report failure in CF and ZF, not by a fault. Rows only.

import { type InstructionFault, type InstructionRow, onlyVmxModes } from './row';

const outsideVmx: InstructionFault = { exception: 'UD', when: 'the processor is not in VMX operation' };

export const vmx: readonly InstructionRow[] = [
  {
    name: 'VMXON',
    title: 'Enter VMX operation',
    summary:
      'Puts the logical processor into VMX root operation, with the 4-KB region at the physical address in memory as its VMXON region.',
    faults: [
      { exception: 'UD', when: 'CR4.VMXE is 0' },
      {
        exception: 'GP',
        code: '0',
        when: 'CR0 or CR4 has a value that VMX operation does not support, A20M is active, or IA32_FEATURE_CONTROL is not locked with VMXON allowed',
      },
    ],
    exits: [{ reason: 'VMON' }],
    errors: ['VMXON_IN_VMX_ROOT_OPERATION'],
    undefinedIn: onlyVmxModes,
    privileged: 'GP',
    sdm: 'volume 3, 30.3, VMXON',
  },
  {
    name: 'VMXOFF',
    title: 'Leave VMX operation',
    summary: 'Ends VMX operation; the VMCSs must have been cleared before, or their data may be lost.',
    faults: [outsideVmx],
    exits: [{ reason: 'VMOFF' }],
    errors: ['VMXOFF_UNDER_DUAL_MONITOR_TREATMENT_OF_SMIS_AND_SMM'],
    undefinedIn: onlyVmxModes,
    privileged: 'GP',
    sdm: 'volume 3, 30.3, VMXOFF',
  },
  {
    name: 'VMCLEAR',
    title: 'Clear virtual-machine control structure',
    summary:
      'Writes the cached data of the VMCS at the physical address in memory back to its region and makes it clear, inactive and not current.',
    faults: [outsideVmx],
    exits: [{ reason: 'VMCLEAR' }],
    errors: ['VMCLEAR_INVALID_ADDRESS', 'VMCLEAR_VMXON_POINTER'],
    undefinedIn: onlyVmxModes,
    privileged: 'GP',
    sdm: 'volume 3, 30.3, VMCLEAR',
  },
  {
    name: 'VMPTRLD',
    title: 'Load pointer to virtual-machine control structure',
    summary: 'Makes the VMCS at the physical address in memory active and current.',
    faults: [outsideVmx],
    exits: [{ reason: 'VMPTRLD' }],
    errors: ['VMPTRLD_INVALID_ADDRESS', 'VMPTRLD_VMXON_POINTER', 'VMPTRLD_INCORRECT_VMCS_REVISION_ID'],
    undefinedIn: onlyVmxModes,
    privileged: 'GP',
    sdm: 'volume 3, 30.3, VMPTRLD',
  },
  {
    name: 'VMPTRST',
    title: 'Store pointer to virtual-machine control structure',
    summary: 'Stores the physical address of the current VMCS, or all ones when there is none.',
    faults: [outsideVmx],
    exits: [{ reason: 'VMPTRST' }],
    undefinedIn: onlyVmxModes,
    privileged: 'GP',
    sdm: 'volume 3, 30.3, VMPTRST',
  },
  {
    name: 'VMREAD',
    title: 'Read field from virtual-machine control structure',
    summary:
      'Reads the field whose encoding is in the register operand from the current VMCS, in non-root operation from the shadow VMCS.',
    faults: [outsideVmx],
    exits: [
      {
        reason: 'VMREAD',
        when: 'VMCS_SHADOWING is 0, a bit beyond 14 of the encoding is 1, or the field has a 1 in the VMREAD bitmap',
      },
    ],
    errors: ['UNSUPPORTED_VMCS_COMPONENT'],
    undefinedIn: onlyVmxModes,
    privileged: 'GP',
    sdm: 'volume 3, 30.3, VMREAD',
  },
  {
    name: 'VMWRITE',
    title: 'Write field to virtual-machine control structure',
    summary:
      'Writes the field whose encoding is in the register operand in the current VMCS, in non-root operation in the shadow VMCS.',
    faults: [outsideVmx],
    exits: [
      {
        reason: 'VMWRITE',
        when: 'VMCS_SHADOWING is 0, a bit beyond 14 of the encoding is 1, or the field has a 1 in the VMWRITE bitmap',
      },
    ],
    errors: ['UNSUPPORTED_VMCS_COMPONENT', 'VMWRITE_READ_ONLY_VMCS_COMPONENT'],
    undefinedIn: onlyVmxModes,
    privileged: 'GP',
    sdm: 'volume 3, 30.3, VMWRITE',
  },
  {
    name: 'VMLAUNCH',
    title: 'Launch virtual machine',
    summary:
      'Enters the guest of the current VMCS, which must be clear, and makes it launched; the next instruction runs only when the entry fails.',
    faults: [outsideVmx],
    exits: [{ reason: 'VMLAUNCH' }],
    errors: [
      'VMLAUNCH_NONCLEAR_VMCS',
      'ENTRY_INVALID_CONTROL_FIELD',
      'ENTRY_INVALID_HOST_STATE_FIELD',
      'ENTRY_EVENTS_BLOCKED_BY_MOV_SS',
    ],
    undefinedIn: onlyVmxModes,
    privileged: 'GP',
    sdm: 'volume 3, chapter 26 and 30.3, VMLAUNCH/VMRESUME',
  },
  {
    name: 'VMRESUME',
    title: 'Resume virtual machine',
    summary:
      'Enters the guest of the current VMCS, which must be launched; the next instruction runs only when the entry fails.',
    faults: [outsideVmx],
    exits: [{ reason: 'VMRESUME' }],
    errors: [
      'VMRESUME_NONLAUNCHED_VMCS',
      'VMRESUME_AFTER_VMXOFF',
      'ENTRY_INVALID_CONTROL_FIELD',
      'ENTRY_INVALID_HOST_STATE_FIELD',
      'ENTRY_EVENTS_BLOCKED_BY_MOV_SS',
    ],
    undefinedIn: onlyVmxModes,
    privileged: 'GP',
    sdm: 'volume 3, chapter 26 and 30.3, VMLAUNCH/VMRESUME',
  },
  {
    name: 'VMCALL',
    title: 'Call to VM monitor',
    summary:
      'Calls the hypervisor by a VM exit; which call it is, and its arguments, are an agreement between the two in registers.',
    faults: [
      outsideVmx,
      {
        exception: 'UD',
        when: 'it is executed in VMX root operation in virtual-8086 mode or compatibility mode',
      },
      { exception: 'GP', code: '0', when: 'it is executed in VMX root operation and CPL is not 0' },
    ],
    exits: [{ reason: 'VMCALL' }],
    errors: [
      'VMCALL_IN_VMX_ROOT_OPERATION',
      'VMCALL_NONCLEAR_VMCS',
      'VMCALL_INVALID_VM_EXIT_CONTROL_FIELDS',
      'VMCALL_INCORRECT_MSEG_REVISION_ID',
      'VMCALL_INVALID_SMM_MONITOR_FEATURES',
    ],
    sdm: 'volume 3, 30.3, VMCALL',
  },
  {
    name: 'VMFUNC',
    title: 'Invoke VM function',
    summary:
      'Invokes the VM function whose number is in EAX without an exit; function 0 switches to the EPT pointer whose index is in ECX.',
    faults: [{ exception: 'UD', when: 'it is executed outside VMX non-root operation, or EAX is above 63' }],
    exits: [
      {
        reason: 'VMFUNC',
        controls: ['ENABLE_VM_FUNCTIONS'],
        when: 'the function is not enabled in the VM-function controls, or it fails',
      },
    ],
    enabledBy: 'ENABLE_VM_FUNCTIONS',
    sdm: 'volume 3, 25.5.5 and 30.3, VMFUNC',
  },
  {
    name: 'INVEPT',
    title: 'Invalidate translations derived from EPT',
    summary:
      'Invalidates cached guest-physical and combined mappings of the EPT pointer in the descriptor (type 1) or of all (type 2).',
    faults: [outsideVmx, { exception: 'UD', when: 'IA32_VMX_EPT_VPID_CAP does not report INVEPT' }],
    exits: [{ reason: 'INVEPT' }],
    errors: ['INVALID_OPERAND_TO_INVEPT_INVVPID'],
    undefinedIn: onlyVmxModes,
    privileged: 'GP',
    sdm: 'volume 3, 30.3, INVEPT',
  },
  {
    name: 'INVVPID',
    title: 'Invalidate translations based on VPID',
    summary:
      'Invalidates cached linear and combined mappings of one address (type 0), of a VPID (1), of all VPIDs (2), or of a VPID without its global ones (3).',
    faults: [outsideVmx, { exception: 'UD', when: 'IA32_VMX_EPT_VPID_CAP does not report INVVPID' }],
    exits: [{ reason: 'INVVPID' }],
    errors: ['INVALID_OPERAND_TO_INVEPT_INVVPID'],
    undefinedIn: onlyVmxModes,
    privileged: 'GP',
    sdm: 'volume 3, 30.3, INVVPID',
  },
];
