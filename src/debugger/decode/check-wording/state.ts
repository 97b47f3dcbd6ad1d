/** Sentences about the guest's non-register state, its PDPTEs and the MSR list (SDM 26.3.1.5, 26.3.1.6, 26.4), and what is no field. */
import { hex } from '../../../decode/word';
import { activityStates } from '../../../isa/interruption-formats';
import {
  aligned,
  controlsAnd,
  mustBe0,
  ones,
  beyond,
  values,
  valueText,
  type Wording,
  type Wordings,
} from './subject';
import { injected } from './events';

/** `GUEST_ACTIVITY_STATE is 0x1 (HLT)`, the other fields, and what does not go together. */
function activity(fields: Parameters<typeof values>[0], rule: string): Wording {
  return (subject) => {
    const value = subject.read('GUEST_ACTIVITY_STATE');
    const name = activityStates.find(({ number }) => BigInt(number) === value)?.name;
    const others = fields.map((field) => `, ${valueText(subject, field)}`).join('');
    return `${valueText(subject, 'GUEST_ACTIVITY_STATE')} (${name ?? 'no state'})${others}: ${rule}.`;
  };
}

/** Interruptibility against the injected event. */
function blocked(rule: string): Wording {
  return (subject) => `${valueText(subject, 'GUEST_INTERRUPTIBILITY_INFO')}, ${injected(rule)(subject)}`;
}

const interruptibility = (rule: string) => values(['GUEST_INTERRUPTIBILITY_INFO'], rule);
const pending = (rule: string) => values(['GUEST_PENDING_DBG_EXCEPTIONS'], rule);
const singleStep = (rule: string) =>
  values(['GUEST_PENDING_DBG_EXCEPTIONS', 'GUEST_RFLAGS', 'GUEST_IA32_DEBUGCTL'], rule);
const list = (rule: string) => values(['VM_ENTRY_MSR_LOAD_ADDR', 'VM_ENTRY_MSR_LOAD_COUNT'], rule);

export const stateWordings = {
  J01: activity(
    [],
    'this processor has the states 0, 1, 2 and 3 as far as IA32_VMX_MISC bits 8:6 report them',
  ),
  J02: activity(['GUEST_SS_AR_BYTES'], 'a guest halts only with DPL 0 of SS (bits 6:5)'),
  J03: activity(
    ['GUEST_INTERRUPTIBILITY_INFO'],
    'while STI or MOV SS blocks events, the state must be 0 (ACTIVE)',
  ),
  J04: activity(
    ['VM_ENTRY_INTR_INFO_FIELD'],
    'into a halted guest only an external interrupt, an NMI, #DB, #MC or a pending MTF exit is injected',
  ),
  J05: activity(['VM_ENTRY_INTR_INFO_FIELD'], 'into a guest in shutdown only an NMI or #MC is injected'),
  J06: activity(['VM_ENTRY_INTR_INFO_FIELD'], 'into a guest that waits for a SIPI nothing is injected'),
  J07: activity([], 'VM_ENTRY_ENTRY_TO_SMM is 1, and a guest that waits for a SIPI cannot enter SMM'),
  J08: mustBe0('GUEST_INTERRUPTIBILITY_INFO', ones(31, 5)),
  J09: interruptibility('STI (bit 0) and MOV_SS (bit 1) must not both be 1'),
  J10: values(
    ['GUEST_INTERRUPTIBILITY_INFO', 'GUEST_RFLAGS'],
    'STI (bit 0) is 1, which needs RFLAGS.IF (bit 9)',
  ),
  J11: blocked('STI (bit 0) and MOV_SS (bit 1) must be 0 to inject an external interrupt'),
  J12: blocked('MOV_SS (bit 1) must be 0 to inject an NMI'),
  J13: interruptibility('SMI (bit 2) must be 0 outside system-management mode'),
  J14: interruptibility('VM_ENTRY_ENTRY_TO_SMM is 1, so SMI (bit 2) must be 1'),
  J15: blocked('STI (bit 0) must be 0 to inject an NMI'),
  J16: blocked('VIRTUAL_NMIS is 1, so NMI (bit 3) must be 0 to inject an NMI'),
  J17: interruptibility('ENCLAVE (bit 4) must be 0: this processor has no SGX'),
  J18: values(
    ['GUEST_INTERRUPTIBILITY_INFO', 'GUEST_SS_AR_BYTES'],
    'with CR4.FRED, STI (bit 0) needs a DPL of SS other than 3',
  ),
  J19: mustBe0('GUEST_PENDING_DBG_EXCEPTIONS', ones(63, 17) | ones(15, 15) | ones(13, 13) | ones(11, 4)),
  J20: singleStep('RFLAGS.TF is 1 and BTF is 0, so BS (bit 14) must be 1'),
  J21: singleStep('RFLAGS.TF is 0 or BTF is 1, so BS (bit 14) must be 0'),
  J22: pending('with RTM (bit 16), bit 12 must be 1 and bits 11:0, 15:13 and 63:17 must be 0'),
  J23: pending('RTM (bit 16) must be 0: this processor has no RTM'),
  J24: values(
    ['GUEST_PENDING_DBG_EXCEPTIONS', 'GUEST_INTERRUPTIBILITY_INFO'],
    'RTM (bit 16) must be 0 while MOV SS blocks events',
  ),
  J25: aligned('VMCS_LINK_POINTER', 12),
  J26: mustBe0('VMCS_LINK_POINTER', beyond),
  J27: (subject) =>
    `${valueText(subject, 'VMCS_LINK_POINTER')}: the region there does not begin with the VMCS revision identifier ${hex(subject.capability('IA32_VMX_BASIC') & ones(30, 0))}; without VMCS shadowing the pointer is all ones.`,
  J28: controlsAnd(
    ['VMCS_SHADOWING'],
    ['VMCS_LINK_POINTER'],
    'bit 31 of the region there must equal that control',
  ),
  J29: values(['VMCS_LINK_POINTER'], 'it is the current VMCS itself'),
  J30: values(['VMCS_LINK_POINTER'], 'it is the executive VMCS'),
  K01: values(
    ['GUEST_CR3'],
    'a page-directory-pointer entry in memory there is present with a reserved bit set',
  ),
  K02: values(
    ['GUEST_PDPTR0', 'GUEST_PDPTR1', 'GUEST_PDPTR2', 'GUEST_PDPTR3'],
    'one is present (bit 0) with a reserved bit set: bits 2:1, 8:5 and those beyond the physical-address width must be 0',
  ),
  L01: list('an entry names IA32_FS_BASE or IA32_GS_BASE, which have fields of their own'),
  L02: list('an entry names an x2APIC register (0x800 to 0x8ff)'),
  L03: list('an entry names an MSR that only SMM may write (IA32_SMM_MONITOR_CTL)'),
  L04: list('an entry names an MSR that this processor forbids (IA32_BIOS_UPDT_TRIG)'),
  L05: list('an entry has reserved bits: bits 63:32 of its first eight bytes must be 0'),
  L06: list('WRMSR of the value of an entry would fault'),
  L07: list('the list is longer than IA32_VMX_MISC bits 27:25 recommend'),
} as const satisfies Wordings;

/** Not about fields: what the instruction and the processor add. */
export const basicWordings = {
  A01: () => 'VMX operation, CR0.PE = 1, RFLAGS.VM = 0 and no compatibility mode are needed.',
  A02: () => 'The instruction was executed in VMX non-root operation.',
  A03: () => 'CPL is not 0.',
  A04: () => 'There is no current VMCS: VMPTRLD makes one current.',
  A05: () => 'The current VMCS is a shadow VMCS: bit 31 of its revision identifier is 1.',
  A06: () => 'MOV SS blocks events for the instruction behind it, and that is the VM entry.',
  A07: () => 'The current VMCS is launched: VMRESUME enters it.',
  A08: () => 'The current VMCS is clear: VMLAUNCH enters it.',
  M01: () => 'A machine check occurred during the VM entry.',
  M02: () => 'The executive VMCS of a VM entry that returns from SMM is not valid.',
} as const satisfies Wordings;
