// Why a VMX instruction other than by its entry checks ends in a fault or in VMfail (SDM volume 3, chapter 30). In the manual's
// order for each instruction. The four rules all share stand side by side, because the core counts from the first. Rows only.

import type { FaultReasonRow } from './row';

const ud = { exception: 'UD' } as const;
const gp = { exception: 'GP' } as const;
const invalid = { error: 'VMfailInvalid' } as const;

/** What each VMX instruction asks next: the mode, the privilege level. */
function modes<const I extends string>(instruction: I) {
  return [
    {
      id: `${instruction}_MODE`,
      outcome: ud,
      text: `${instruction} does not exist in real-address and virtual-8086 mode: CR0.PE is {a:decimal}, RFLAGS.VM is {b:decimal}.`,
      sdm: '30.3',
    },
    {
      id: `${instruction}_COMPATIBILITY`,
      outcome: ud,
      text: `${instruction} does not exist in compatibility mode: EFER.LMA is 1 and CS.L is 0.`,
      sdm: '30.3',
    },
    {
      id: `${instruction}_CPL`,
      outcome: gp,
      text: `${instruction} needs CPL 0; CPL is {a:decimal}.`,
      sdm: '30.3',
    },
  ] as const satisfies readonly FaultReasonRow[];
}

/** What each but VMXON asks first. */
function shared<const I extends string>(instruction: I) {
  return [
    {
      id: `${instruction}_OUTSIDE_VMX`,
      outcome: ud,
      text: `${instruction} exists in VMX operation only, and there was no VMXON.`,
      sdm: '30.3',
    },
    ...modes(instruction),
  ] as const satisfies readonly FaultReasonRow[];
}

/** The region an operand points to: 4-KByte aligned, within the physical-address width. */
function region<const I extends string, const O extends FaultReasonRow['outcome']>(
  instruction: I,
  outcome: O,
) {
  return [
    {
      id: `${instruction}_ALIGNMENT`,
      outcome,
      text: `The pointer {a} is not 4-KByte aligned: bits {b} must be 0.`,
      sdm: '30.3',
    },
    {
      id: `${instruction}_WIDTH`,
      outcome,
      text: `The pointer {a} is wider than a physical address of this processor: bits {b} must be 0.`,
      sdm: '30.3',
    },
  ] as const satisfies readonly FaultReasonRow[];
}

/** VMREAD, VMWRITE and VM entry work on the current VMCS. */
function current<const I extends string>(instruction: I) {
  return {
    id: `${instruction}_NO_CURRENT_VMCS`,
    outcome: invalid,
    text: `There is no current VMCS for ${instruction}: VMPTRLD makes one current, VMCLEAR of it and VMXON leave none.`,
    sdm: '24.1',
  } as const satisfies FaultReasonRow;
}

/** VMREAD and VMWRITE of a guest under VMCS shadowing work on the VMCS that its link pointer names. */
function shadowed<const I extends string>(instruction: I) {
  return {
    id: `${instruction}_NO_LINK`,
    outcome: invalid,
    text: `The VMCS link pointer is FFFFFFFFFFFFFFFFH: under VMCS shadowing it names the VMCS that ${instruction} of a guest works on.`,
    sdm: '30.3',
  } as const satisfies FaultReasonRow;
}

const invalidOperand = { error: 'INVALID_OPERAND_TO_INVEPT_INVVPID' } as const;
const notVmptrld = { error: 'VMPTRLD_INCORRECT_VMCS_REVISION_ID' } as const;

export const vmxReasons = [
  {
    id: 'VMXON_CR4_VMXE',
    outcome: ud,
    text: 'VMXON exists while CR4.VMXE (bit 13) is 1; CR4 is {a}.',
    sdm: '23.7',
  },
  ...modes('VMXON'),
  {
    id: 'VMXON_IN_ROOT',
    outcome: { error: 'VMXON_IN_VMX_ROOT_OPERATION' },
    text: 'The processor is in VMX operation already: VMXON at {a} came before.',
    sdm: '30.3',
  },
  {
    id: 'VMXON_FEATURE_CONTROL_UNLOCKED',
    outcome: gp,
    text: 'IA32_FEATURE_CONTROL is {a}: its lock bit (bit 0) must be 1 before VMXON.',
    sdm: '23.7',
  },
  {
    id: 'VMXON_FEATURE_CONTROL_DISABLED',
    outcome: gp,
    text: 'IA32_FEATURE_CONTROL is {a}: it is locked with VMX outside SMX (bit 2) off.',
    sdm: '23.7',
  },
  {
    id: 'VMXON_CR0_FIXED0',
    outcome: gp,
    text: 'CR0 is {a}: {b:cr0} must be 1 in VMX operation (IA32_VMX_CR0_FIXED0).',
    sdm: '23.8',
  },
  {
    id: 'VMXON_CR0_FIXED1',
    outcome: gp,
    text: 'CR0 is {a}: bits {b} must be 0 in VMX operation (IA32_VMX_CR0_FIXED1).',
    sdm: '23.8',
  },
  {
    id: 'VMXON_CR4_FIXED0',
    outcome: gp,
    text: 'CR4 is {a}: {b:cr4} must be 1 in VMX operation (IA32_VMX_CR4_FIXED0).',
    sdm: '23.8',
  },
  {
    id: 'VMXON_CR4_FIXED1',
    outcome: gp,
    text: 'CR4 is {a}: bits {b} must be 0 in VMX operation (IA32_VMX_CR4_FIXED1).',
    sdm: '23.8',
  },
  ...region('VMXON', invalid),
  {
    id: 'VMXON_REVISION',
    outcome: invalid,
    text: 'The VMXON region begins with {a}; the VMCS revision identifier in IA32_VMX_BASIC is {b}.',
    sdm: '24.11.5',
  },
  {
    id: 'VMXON_REVISION_BIT_31',
    outcome: invalid,
    text: 'The VMXON region begins with {a}: bit 31 must be 0, and the rest {b}.',
    sdm: '24.11.5',
  },
  ...shared('VMXOFF'),
  ...shared('VMCLEAR'),
  ...region('VMCLEAR', { error: 'VMCLEAR_INVALID_ADDRESS' }),
  {
    id: 'VMCLEAR_IS_VMXON_REGION',
    outcome: { error: 'VMCLEAR_VMXON_POINTER' },
    text: 'The pointer {a} is the VMXON region.',
    sdm: '30.3',
  },
  ...shared('VMPTRLD'),
  ...region('VMPTRLD', { error: 'VMPTRLD_INVALID_ADDRESS' }),
  {
    id: 'VMPTRLD_IS_VMXON_REGION',
    outcome: { error: 'VMPTRLD_VMXON_POINTER' },
    text: 'The pointer {a} is the VMXON region.',
    sdm: '30.3',
  },
  {
    id: 'VMPTRLD_REVISION',
    outcome: notVmptrld,
    text: 'The VMCS region begins with {a}; the VMCS revision identifier in IA32_VMX_BASIC is {b}.',
    sdm: '24.2',
  },
  {
    id: 'VMPTRLD_SHADOW',
    outcome: notVmptrld,
    text: 'The VMCS region begins with {a}: bit 31 marks a shadow VMCS, and this processor has no VMCS shadowing. The revision is {b}.',
    sdm: '24.10',
  },
  {
    id: 'VMPTRLD_NO_MEMORY',
    outcome: notVmptrld,
    text: 'There is no memory at the pointer {a}.',
    sdm: '24.11.5',
  },
  ...shared('VMPTRST'),
  ...shared('VMREAD'),
  current('VMREAD'),
  shadowed('VMREAD'),
  {
    id: 'VMREAD_NO_FIELD',
    outcome: { error: 'UNSUPPORTED_VMCS_COMPONENT' },
    text: 'No field of this VMCS has the encoding {a}.',
    sdm: '24.11.2',
  },
  ...shared('VMWRITE'),
  current('VMWRITE'),
  shadowed('VMWRITE'),
  {
    id: 'VMWRITE_NO_FIELD',
    outcome: { error: 'UNSUPPORTED_VMCS_COMPONENT' },
    text: 'No field of this VMCS has the encoding {a}.',
    sdm: '24.11.2',
  },
  {
    id: 'VMWRITE_READ_ONLY',
    outcome: { error: 'VMWRITE_READ_ONLY_VMCS_COMPONENT' },
    text: '{a:field} is VM-exit information, which only the processor writes (IA32_VMX_MISC bit 29 is 0).',
    sdm: '24.11.2',
  },
  ...shared('VMLAUNCH'),
  current('VMLAUNCH'),
  {
    id: 'VMLAUNCH_MOV_SS',
    outcome: { error: 'ENTRY_EVENTS_BLOCKED_BY_MOV_SS' },
    text: 'VMLAUNCH stands behind MOV SS, which blocks events for one instruction.',
    sdm: '26.1',
  },
  {
    id: 'VMLAUNCH_NOT_CLEAR',
    outcome: { error: 'VMLAUNCH_NONCLEAR_VMCS' },
    text: 'The VMCS at {a} is launched already: VMRESUME enters it, VMCLEAR makes it clear.',
    sdm: '26.1',
  },
  ...shared('VMRESUME'),
  current('VMRESUME'),
  {
    id: 'VMRESUME_MOV_SS',
    outcome: { error: 'ENTRY_EVENTS_BLOCKED_BY_MOV_SS' },
    text: 'VMRESUME stands behind MOV SS, which blocks events for one instruction.',
    sdm: '26.1',
  },
  {
    id: 'VMRESUME_NOT_LAUNCHED',
    outcome: { error: 'VMRESUME_NONLAUNCHED_VMCS' },
    text: 'The VMCS at {a} is clear: VMLAUNCH enters it the first time after VMCLEAR.',
    sdm: '26.1',
  },
  ...shared('VMCALL'),
  {
    id: 'VMCALL_IN_ROOT',
    outcome: { error: 'VMCALL_IN_VMX_ROOT_OPERATION' },
    text: 'VMCALL in VMX root operation calls an SMM monitor, and there is none.',
    sdm: '30.3',
  },
  {
    id: 'VMFUNC_NOT_ENABLED',
    outcome: ud,
    text: 'VMFUNC needs VMX non-root operation, the control ENABLE_VM_FUNCTIONS and a function from 0 to 63; EAX is {a}.',
    sdm: '25.5.5',
  },
  {
    id: 'INVEPT_NOT_OFFERED',
    outcome: ud,
    text: 'INVEPT is not offered: IA32_VMX_EPT_VPID_CAP is {a}, and its bit 20 is 0.',
    sdm: 'A.10',
  },
  ...shared('INVEPT'),
  {
    id: 'INVEPT_TYPE',
    outcome: invalidOperand,
    text: 'INVEPT type {a} is not offered: of types 1 and 2, IA32_VMX_EPT_VPID_CAP offers those of its bits 26:25, {b}.',
    sdm: '30.3',
  },
  {
    id: 'INVEPT_MEMORY_TYPE',
    outcome: invalidOperand,
    text: 'The EPT pointer {a} has memory type {b:decimal} in bits 2:0, which this processor does not offer (0 is UC, 6 is WB).',
    sdm: '26.2.1.1',
  },
  {
    id: 'INVEPT_WALK_LENGTH',
    outcome: invalidOperand,
    text: 'The EPT pointer {a} has {b:decimal} in bits 5:3; a walk of 4 levels is 3.',
    sdm: '26.2.1.1',
  },
  {
    id: 'INVEPT_RESERVED',
    outcome: invalidOperand,
    text: 'The EPT pointer {a} has bits {b} set, which must be 0.',
    sdm: '26.2.1.1',
  },
  {
    id: 'INVVPID_NOT_OFFERED',
    outcome: ud,
    text: 'INVVPID is not offered: IA32_VMX_EPT_VPID_CAP is {a}, and its bit 32 is 0.',
    sdm: 'A.10',
  },
  ...shared('INVVPID'),
  {
    id: 'INVVPID_TYPE',
    outcome: invalidOperand,
    text: 'INVVPID type {a} is not offered: of types 0 to 3, IA32_VMX_EPT_VPID_CAP offers those of its bits 43:40, {b}.',
    sdm: '30.3',
  },
  {
    id: 'INVVPID_RESERVED',
    outcome: invalidOperand,
    text: 'The first 8 bytes of the INVVPID descriptor are {a}: bits 63:16 must be 0.',
    sdm: '30.3',
  },
  {
    id: 'INVVPID_VPID_0',
    outcome: invalidOperand,
    text: 'INVVPID type {a} needs a VPID; the descriptor has 0, which is the host.',
    sdm: '30.3',
  },
  {
    id: 'INVVPID_NOT_CANONICAL',
    outcome: invalidOperand,
    text: 'The linear address {a} in the INVVPID descriptor is not canonical.',
    sdm: '30.3',
  },
] as const satisfies readonly FaultReasonRow[];
