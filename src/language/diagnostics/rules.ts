/**
 * The rules of the diagnostics, one row each: what the id stands for, how bad it is, and why it is worth a line. A rule says
 * what the manual says; the facts themselves are rows of isa, and a rule is silent where they do not decide.
 */
export type Severity = 'error' | 'warning' | 'hint';

interface RuleRow {
  readonly title: string;
  /** Of a finding that does not say otherwise. */
  readonly severity: Severity;
  /** Why it matters and what to do about it in general. */
  readonly explanation: string;
}

export const rules = {
  'vmcs-unknown-encoding': {
    title: 'No VMCS field has this encoding',
    severity: 'error',
    explanation:
      'VMREAD and VMWRITE of an encoding that no field has fail with VM-instruction error 12. Bits 12 and 31:15 of an encoding are reserved; the others say access type, index, type and width.',
  },
  'vmcs-no-high-half': {
    title: 'The field has no high half',
    severity: 'error',
    explanation:
      'Only 64-bit fields have a second encoding, one above the first, for bits 63:32. The encodings of all other fields are even.',
  },
  'vmcs-read-only-write': {
    title: 'VMWRITE to a VM-exit information field',
    severity: 'warning',
    explanation:
      'VM-exit information fields are read-only unless IA32_VMX_MISC says that VMWRITE may write every field; otherwise VMWRITE fails with VM-instruction error 13.',
  },
  'vmcs-width': {
    title: 'The access and the field differ in width',
    severity: 'warning',
    explanation:
      'VMWRITE drops what does not fit into the field, and an access that is narrower than the field loses the rest of it.',
  },
  'control-reserved': {
    title: 'A control word sets a bit that is not a control',
    severity: 'warning',
    explanation:
      'A processor allows only the controls that its capability MSR reports; VM entry with another bit set fails with VM-instruction error 7.',
  },
  'control-fixed': {
    title: 'A control word clears a bit that must be 1',
    severity: 'error',
    explanation:
      'Some bits of the control words must be 1 on every processor, even where the TRUE capability MSRs allow the others to be 0. Set every bit that the low half of the capability MSR reports.',
  },
  'control-requires': {
    title: 'A control needs another control',
    severity: 'error',
    explanation:
      'Some controls are allowed only together with others; VM entry without them fails with VM-instruction error 7.',
  },
  'control-excludes': {
    title: 'Two controls exclude each other',
    severity: 'error',
    explanation: 'VM entry with both controls set fails with VM-instruction error 7.',
  },
  'control-inactive': {
    title: 'Controls are set that nothing activates',
    severity: 'warning',
    explanation:
      'Secondary and tertiary control words count as zero unless the word before them activates them; no error says so.',
  },
  'field-value': {
    title: 'VM entry refuses this value',
    severity: 'error',
    explanation:
      'VM entry checks controls, host state and guest state. The value fails one of these checks whatever the other fields hold.',
  },
  'msr-unknown': {
    title: 'No processor has this MSR',
    severity: 'warning',
    explanation: 'RDMSR and WRMSR of an MSR that is reserved or not implemented raise #GP.',
  },
  'msr-read-only': {
    title: 'WRMSR of a read-only MSR',
    severity: 'warning',
    explanation: 'WRMSR of a read-only MSR raises #GP.',
  },
  'msr-write-only': {
    title: 'RDMSR of a write-only MSR',
    severity: 'warning',
    explanation: 'RDMSR of a write-only MSR raises #GP.',
  },
  'msr-reserved': {
    title: 'WRMSR sets reserved bits',
    severity: 'warning',
    explanation: 'WRMSR that sets a reserved bit, or gives a part a value that is reserved, raises #GP.',
  },
  'instruction-mode': {
    title: 'The instruction faults where it stands',
    severity: 'warning',
    explanation:
      'Some instructions exist in one code size only, and VMX instructions raise #UD in real mode. What `.code16`, `BITS 16` and their like said last decides.',
  },
  'exit-reason-unknown': {
    title: 'No VM exit has this reason',
    severity: 'hint',
    explanation:
      'The basic exit reason is bits 15:0 of the exit reason; flags stand above it. A case for a number that no exit has never matches.',
  },
} as const satisfies Record<string, RuleRow>;

export type RuleId = keyof typeof rules;
