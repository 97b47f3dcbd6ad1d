// Why an instruction that is no system instruction faults by itself: a feature that is not there, floating-point and vector state that
// is switched off, alignment, segments (SDM volume 1, 8.7, 11.5, 13; volume 3, 2.5, 5, 6.15). Rows only.

import type { FaultReasonRow } from './row';

const ud = { exception: 'UD' } as const;
const gp = { exception: 'GP' } as const;

export const stateReasons = [
  {
    id: 'DIVIDE',
    outcome: { exception: 'DE' },
    text: 'The divisor is 0, or the quotient is too wide.',
    sdm: '6.15',
  },
  {
    id: 'BOUND_RANGE',
    outcome: { exception: 'BR' },
    text: 'The index {a} of BOUND is outside the signed bounds {b} to {data}.',
    sdm: '6.15',
  },
  { id: 'INSTRUCTION_LENGTH', outcome: gp, text: 'The instruction is longer than 15 bytes.', sdm: '6.15' },
  {
    id: 'FEATURE_NOT_CLAIMED',
    outcome: ud,
    text: 'The instruction belongs to {a:feature}, which CPUID of this processor does not offer.',
    sdm: '6.15',
  },
  {
    id: 'SSE_OSFXSR',
    outcome: ud,
    text: 'The instruction uses XMM registers and needs CR4.OSFXSR (bit 9); CR4 is {a}.',
    sdm: '2.5',
  },
  {
    id: 'VECTOR_EMULATION',
    outcome: ud,
    text: 'The instruction uses MMX or XMM registers and needs CR0.EM (bit 2) to be 0; CR0 is {a}.',
    sdm: '2.5',
  },
  {
    id: 'AVX_STATES_OFF',
    outcome: ud,
    text: 'The instruction uses YMM registers and needs CR4.OSXSAVE (bit 18) and XCR0 bits 2:1; CR4 is {a}, XCR0 is {b}.',
    sdm: '13.3',
  },
  {
    id: 'COPROCESSOR_UNAVAILABLE',
    outcome: { exception: 'NM' },
    text: 'CR0.TS (bit 3), for x87 also CR0.EM (bit 2), keeps the instruction from floating-point state; CR0 is {a}.',
    sdm: '2.5',
  },
  {
    id: 'X87_EXCEPTION_PENDING',
    outcome: { exception: 'MF' },
    text: 'An earlier x87 instruction met an exception that is not masked: status word {a}, control word {b}.',
    sdm: '6.15',
  },
  {
    id: 'SIMD_EXCEPTION',
    outcome: { exception: 'XM' },
    text: 'The instruction met a floating-point exception that MXCSR does not mask; MXCSR is {a}.',
    sdm: '6.15',
  },
  {
    id: 'SIMD_EXCEPTION_NOT_TAKEN',
    outcome: ud,
    text: 'The instruction met a floating-point exception that MXCSR ({a}) does not mask, and CR4.OSXMMEXCPT (bit 10) is 0.',
    sdm: '2.5',
  },
  {
    id: 'OPERAND_ALIGNMENT',
    outcome: gp,
    text: 'The operand at {a} must lie on a multiple of {b:decimal} bytes.',
    sdm: '6.15',
  },
  {
    id: 'ALIGNMENT_CHECK',
    outcome: { exception: 'AC' },
    text: 'The address {a} is no multiple of {b:decimal}, and CR0.AM with RFLAGS.AC has that checked at CPL 3.',
    sdm: '6.15',
  },
  { id: 'MXCSR_RESERVED', outcome: gp, text: 'MXCSR would be {a}: bits {b} must be 0.', sdm: '6.15' },
  {
    id: 'XSAVE_HEADER',
    outcome: gp,
    text: 'The header of the XSAVE area is not valid: XSTATE_BV is {a}, XCOMP_BV is {b}.',
    sdm: '13.8',
  },
  {
    id: 'PROTECTION_KEYS_OFF',
    outcome: ud,
    text: 'The instruction needs CR4.PKE (bit 22); CR4 is {a}.',
    sdm: '4.6.2',
  },
  {
    id: 'PROTECTION_KEYS_REGISTERS',
    outcome: gp,
    text: 'ECX, and for WRPKRU EDX, must be 0; they are {a} and {b}.',
    sdm: '4.6.2',
  },
  {
    id: 'FS_GS_BASE_OFF',
    outcome: ud,
    text: 'The instruction needs 64-bit mode and CR4.FSGSBASE (bit 16); CR4 is {a}.',
    sdm: '2.5',
  },
  {
    id: 'SEGMENT_REGISTER_UNDEFINED',
    outcome: ud,
    text: 'There is no segment register {a:decimal}, or MOV may not load it (1 is CS).',
    sdm: '3.4.3',
  },
  {
    id: 'SEGMENT_LOAD_TYPE',
    outcome: gp,
    text: 'Selector {a} cannot be loaded: its descriptor {b} is of a type that this register does not take.',
    sdm: '5.5',
  },
  {
    id: 'SEGMENT_LOAD_PRIVILEGE',
    outcome: gp,
    text: 'Selector {a} cannot be loaded: its RPL or the CPL is not what the DPL of its descriptor {b} allows.',
    sdm: '5.6',
  },
  {
    id: 'SEGMENT_LOAD_NOT_PRESENT',
    outcome: { exception: 'NP' },
    text: 'Selector {a} cannot be loaded: its descriptor {b} is not present (bit 47 is 0).',
    sdm: '5.4',
  },
  {
    id: 'STACK_SEGMENT_NULL',
    outcome: gp,
    text: 'SS cannot be loaded with the null selector {a} here.',
    sdm: '5.4.1',
  },
  {
    id: 'CODE_SELECTOR_NULL',
    outcome: gp,
    text: 'CS cannot be loaded with the null selector {a}.',
    sdm: '5.4.1',
  },
  {
    id: 'TARGET_NOT_CANONICAL',
    outcome: gp,
    text: 'The target address {a} is not canonical.',
    sdm: '3.3.7.1',
  },
  {
    id: 'TARGET_LIMIT',
    outcome: gp,
    text: 'The target address {a} is beyond the limit of its code segment, {b}.',
    sdm: '5.3',
  },
] as const satisfies readonly FaultReasonRow[];
