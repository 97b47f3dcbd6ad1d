// Why the delivery of an event through the IDT fails: each makes the next exception of a double or triple fault (SDM volume 3,
// 6.12 to 6.14). Rows only.

import type { FaultReasonRow } from './row';

const gp = { exception: 'GP' } as const;
const np = { exception: 'NP' } as const;
const ts = { exception: 'TS' } as const;
const ss = { exception: 'SS' } as const;

export const deliveryReasons = [
  {
    id: 'IDT_LIMIT',
    outcome: gp,
    text: 'The IDT has no entry for vector {a:vector}: the IDTR limit is {b}.',
    sdm: '6.10',
  },
  {
    id: 'IDT_GATE_TYPE',
    outcome: gp,
    text: 'The IDT entry of vector {a:vector} is no gate for this mode: {b:gate}.',
    sdm: '6.11',
  },
  {
    id: 'IDT_GATE_DPL',
    outcome: gp,
    text: 'The IDT entry of vector {a:vector} has a DPL below the CPL of INT n, INT3 or INTO: {b:gate}.',
    sdm: '6.12.1.2',
  },
  {
    id: 'IDT_GATE_NOT_PRESENT',
    outcome: np,
    text: 'The IDT entry of vector {a:vector} is not present (bit 47 is 0): {b:gate}.',
    sdm: '6.11',
  },
  {
    id: 'HANDLER_CODE_NULL',
    outcome: gp,
    text: 'The IDT entry leads to the null selector {a}.',
    sdm: '6.12',
  },
  {
    id: 'HANDLER_CODE_TYPE',
    outcome: gp,
    text: 'The IDT entry leads to selector {a}, whose descriptor is no code segment: {b}.',
    sdm: '6.12',
  },
  {
    id: 'HANDLER_CODE_DPL',
    outcome: gp,
    text: 'The IDT entry leads to selector {a}, whose DPL is above the CPL: descriptor {b}.',
    sdm: '6.12',
  },
  {
    id: 'HANDLER_CODE_NOT_64_BIT',
    outcome: gp,
    text: 'The IDT entry leads to selector {a}, which is no 64-bit code segment (L 1, D 0): descriptor {b}.',
    sdm: '6.14.2',
  },
  {
    id: 'HANDLER_CODE_NOT_PRESENT',
    outcome: np,
    text: 'The IDT entry leads to selector {a}, whose code segment is not present: descriptor {b}.',
    sdm: '6.12',
  },
  {
    id: 'HANDLER_CODE_VIRTUAL_8086',
    outcome: gp,
    text: 'Virtual-8086 mode needs a handler at CPL 0 in a non-conforming segment; selector {a} has descriptor {b}.',
    sdm: '20.3',
  },
  {
    id: 'HANDLER_OFFSET_NOT_CANONICAL',
    outcome: gp,
    text: 'The handler address in the IDT entry, {a}, is not canonical.',
    sdm: '6.14.1',
  },
  {
    id: 'HANDLER_OFFSET_LIMIT',
    outcome: gp,
    text: 'The handler address in the IDT entry, {a}, is beyond the limit of its code segment, {b}.',
    sdm: '6.12',
  },
  {
    id: 'TSS_STACK_LIMIT',
    outcome: ts,
    text: 'The stack pointer of the handler is at offset {a} of the TSS, beyond the TR limit {b}.',
    sdm: '6.14.5',
  },
  {
    id: 'TSS_STACK_NOT_CANONICAL',
    outcome: ss,
    text: 'The stack pointer {a} at offset {b} of the TSS is not canonical.',
    sdm: '6.14.2',
  },
  {
    id: 'TSS_STACK_NULL',
    outcome: ts,
    text: 'The TSS has a null selector for the stack of privilege level {a:decimal}.',
    sdm: '6.12.1',
  },
  {
    id: 'STACK_NOT_CANONICAL',
    outcome: ss,
    text: 'The stack address {a} is not canonical.',
    sdm: '6.14.2',
  },
  {
    id: 'STACK_LIMIT',
    outcome: ss,
    text: 'The stack offset {a} is outside its segment, whose limit is {b}.',
    sdm: '6.12.1',
  },
  {
    id: 'REAL_IDT_LIMIT',
    outcome: gp,
    text: 'The interrupt table has no entry for vector {a:vector}: the IDTR limit is {b}.',
    sdm: '20.1.4',
  },
] as const satisfies readonly FaultReasonRow[];
