// The words that describe events in flight and what blocks them: VM-entry interruption information, VM-exit
// interruption information, IDT-vectoring information, interruptibility, activity, pending debug exceptions. Intel SDM
// volume 3, sections 24.4.2, 24.8.3, 24.9.2, 24.9.3, 26.5.1 and 27.2. Rows only.

import type { BitRange } from './bit-ranges';
import type { FieldName } from './vmcs-fields';

export interface InterruptionFormatRow {
  title: string;
  summary: string;
  sdm: string;
  /** The VMCS field that holds the word. */
  field: FieldName;
  ranges: readonly BitRange[];
}

export const interruptionFormats = {
  'entry-interruption': {
    title: 'VM-entry interruption information',
    summary: 'The event that VM entry injects into the guest.',
    sdm: '24.8.3, table 24-13',
    field: 'VM_ENTRY_INTR_INFO_FIELD',
    ranges: [
      { high: 7, low: 0, name: 'VECTOR', title: 'Vector', show: 'vector' },
      {
        high: 10,
        low: 8,
        name: 'TYPE',
        title: 'Type',
        values: {
          0: 'external interrupt',
          2: 'NMI',
          3: 'hardware exception',
          4: 'software interrupt (INT n)',
          5: 'privileged software exception (INT1)',
          6: 'software exception (INT3 or INTO)',
          7: 'other event',
        },
      },
      {
        high: 11,
        low: 11,
        name: 'DELIVER_ERROR_CODE',
        title: 'Error code is delivered',
        summary: 'VM entry pushes VM_ENTRY_EXCEPTION_ERROR_CODE with the exception.',
        otherNames: ['DELIVER_CODE'],
      },
      { high: 13, low: 13, name: 'NESTED', title: 'Nested exception', newer: true },
      {
        high: 31,
        low: 31,
        name: 'VALID',
        title: 'Valid',
        summary: 'VM entry injects the event; without the bit it injects nothing.',
      },
    ],
  },
  'exit-interruption': {
    title: 'VM-exit interruption information',
    summary: 'The exception, NMI or acknowledged interrupt that caused the VM exit.',
    sdm: '24.9.2, table 24-15',
    field: 'VM_EXIT_INTR_INFO',
    ranges: [
      { high: 7, low: 0, name: 'VECTOR', title: 'Vector', show: 'vector' },
      {
        high: 10,
        low: 8,
        name: 'TYPE',
        title: 'Type',
        values: {
          0: 'external interrupt',
          2: 'NMI',
          3: 'hardware exception',
          5: 'privileged software exception (INT1)',
          6: 'software exception (INT3 or INTO)',
        },
      },
      {
        high: 11,
        low: 11,
        name: 'ERROR_CODE_VALID',
        title: 'Error code is valid',
        summary: 'The exception has an error code; it is in VM_EXIT_INTR_ERROR_CODE.',
        otherNames: ['DELIVER_CODE'],
      },
      {
        high: 12,
        low: 12,
        name: 'NMI_UNBLOCKING',
        title: 'NMI unblocking due to IRET',
        summary: 'The exception came from an IRET that had already ended the blocking of NMIs.',
        otherNames: ['UNBLOCK_NMI', 'NMI_UNBLOCKED_BY_IRET'],
      },
      { high: 13, low: 13, name: 'NESTED', title: 'Nested exception', newer: true },
      {
        high: 31,
        low: 31,
        name: 'VALID',
        title: 'Valid',
        summary: 'The word describes an event; without the bit nothing else in it means anything.',
      },
    ],
  },
  'idt-vectoring': {
    title: 'IDT-vectoring information',
    summary: 'The event whose delivery the VM exit interrupted.',
    sdm: '24.9.3, table 24-16',
    field: 'IDT_VECTORING_INFO_FIELD',
    ranges: [
      { high: 7, low: 0, name: 'VECTOR', title: 'Vector', show: 'vector' },
      {
        high: 10,
        low: 8,
        name: 'TYPE',
        title: 'Type',
        values: {
          0: 'external interrupt',
          2: 'NMI',
          3: 'hardware exception',
          4: 'software interrupt (INT n)',
          5: 'privileged software exception (INT1)',
          6: 'software exception (INT3 or INTO)',
        },
      },
      {
        high: 11,
        low: 11,
        name: 'ERROR_CODE_VALID',
        title: 'Error code is valid',
        summary: 'The exception has an error code; it is in IDT_VECTORING_ERROR_CODE.',
        otherNames: ['DELIVER_CODE'],
      },
      { high: 13, low: 13, name: 'NESTED', title: 'Nested exception', newer: true },
      {
        high: 31,
        low: 31,
        name: 'VALID',
        title: 'Valid',
        summary:
          'The exit came while an event was being delivered; without the bit nothing else in the word means anything.',
      },
    ],
  },
  interruptibility: {
    title: 'Interruptibility state',
    summary: "What blocks events at the guest's next instruction boundary.",
    sdm: '24.4.2, table 24-3',
    field: 'GUEST_INTERRUPTIBILITY_INFO',
    ranges: [
      {
        high: 0,
        low: 0,
        name: 'STI',
        title: 'Blocking by STI',
        summary: 'Interrupts wait until the instruction behind STI has completed.',
      },
      {
        high: 1,
        low: 1,
        name: 'MOV_SS',
        title: 'Blocking by MOV SS',
        summary:
          'Interrupts, NMIs and debug traps wait until the instruction behind MOV SS or POP SS has completed.',
      },
      { high: 2, low: 2, name: 'SMI', title: 'Blocking by SMI', summary: 'SMIs wait, as they do in SMM.' },
      {
        high: 3,
        low: 3,
        name: 'NMI',
        title: 'Blocking by NMI (virtual-NMI blocking with virtual NMIs)',
        summary: 'NMIs wait for an IRET, as they do after an NMI.',
      },
      {
        high: 4,
        low: 4,
        name: 'ENCLAVE',
        title: 'Enclave interruption',
        summary: 'The exit came while the guest was in an enclave.',
      },
    ],
  },
  activity: {
    title: 'Activity state',
    summary: 'Whether the guest executes instructions.',
    sdm: '24.4.2',
    field: 'GUEST_ACTIVITY_STATE',
    ranges: [
      {
        high: 31,
        low: 0,
        name: 'STATE',
        title: 'State',
        values: { 0: 'active', 1: 'HLT', 2: 'shutdown', 3: 'wait for SIPI' },
      },
    ],
  },
  'pending-debug': {
    title: 'Pending debug exceptions',
    summary: 'Debug conditions that have occurred and are not yet delivered.',
    sdm: '24.4.2, table 24-4',
    field: 'GUEST_PENDING_DBG_EXCEPTIONS',
    ranges: [
      { high: 0, low: 0, name: 'B0', title: 'Breakpoint condition 0' },
      { high: 1, low: 1, name: 'B1', title: 'Breakpoint condition 1' },
      { high: 2, low: 2, name: 'B2', title: 'Breakpoint condition 2' },
      { high: 3, low: 3, name: 'B3', title: 'Breakpoint condition 3' },
      { high: 11, low: 11, name: 'BLD', title: 'Bus lock', newer: true },
      { high: 12, low: 12, name: 'ENABLED', title: 'An enabled breakpoint was met' },
      { high: 14, low: 14, name: 'BS', title: 'Single step' },
      { high: 16, low: 16, name: 'RTM', title: 'In a transactional region' },
    ],
  },
  'guest-interrupt-status': {
    title: 'Guest interrupt status',
    summary: 'Priority of the virtual interrupts that are requested and in service.',
    sdm: '24.4.2',
    field: 'GUEST_INTR_STATUS',
    ranges: [
      { high: 7, low: 0, name: 'RVI', title: 'Requesting virtual interrupt', show: 'vector' },
      { high: 15, low: 8, name: 'SVI', title: 'Servicing virtual interrupt', show: 'vector' },
    ],
  },
} as const satisfies Record<string, InterruptionFormatRow>;

export type InterruptionFormat = keyof typeof interruptionFormats;

/** Values of the TYPE range of all three event words. */
export const eventTypes = [
  { number: 0, name: 'EXTERNAL_INTERRUPT', title: 'External interrupt', hasLength: false },
  { number: 2, name: 'NMI', title: 'Non-maskable interrupt', hasLength: false },
  { number: 3, name: 'HARDWARE_EXCEPTION', title: 'Hardware exception', hasLength: false },
  { number: 4, name: 'SOFTWARE_INTERRUPT', title: 'Software interrupt (INT n)', hasLength: true },
  {
    number: 5,
    name: 'PRIVILEGED_SOFTWARE_EXCEPTION',
    title: 'Privileged software exception (INT1)',
    hasLength: true,
  },
  { number: 6, name: 'SOFTWARE_EXCEPTION', title: 'Software exception (INT3 or INTO)', hasLength: true },
  { number: 7, name: 'OTHER_EVENT', title: 'Other event (pending MTF exit)', hasLength: false },
] as const satisfies readonly {
  number: number;
  name: string;
  title: string;
  /** The instruction length takes part: the pushed RIP lies behind the instruction. */
  hasLength: boolean;
}[];

export type EventType = (typeof eventTypes)[number];

/** Guest activity states (GUEST_ACTIVITY_STATE). */
export const activityStates = [
  { number: 0, name: 'ACTIVE', title: 'Active', summary: 'The guest executes instructions.' },
  { number: 1, name: 'HLT', title: 'HLT', summary: 'The guest has executed HLT and waits for an event.' },
  {
    number: 2,
    name: 'SHUTDOWN',
    title: 'Shutdown',
    summary: 'The guest is stopped by a triple fault or another grave error.',
  },
  {
    number: 3,
    name: 'WAIT_FOR_SIPI',
    title: 'Wait for SIPI',
    summary: 'The guest waits for a start-up IPI; other events stay blocked.',
  },
] as const satisfies readonly { number: number; name: string; title: string; summary: string }[];

export type ActivityState = (typeof activityStates)[number];
