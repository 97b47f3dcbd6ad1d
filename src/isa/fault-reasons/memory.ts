// Why an access to memory, or a fetch, faults: the segment, the form of the address, the page walk (SDM volume 3, 4.7, 5.3,
// 6.15). What is #GP here is #SS for the stack segment. Rows only.

import type { FaultReasonRow } from './row';

const gp = { exception: 'GP' } as const;
const pf = { exception: 'PF' } as const;

export const memoryReasons = [
  {
    id: 'LINEAR_NOT_CANONICAL',
    outcome: gp,
    text: 'The linear address {a} is not canonical.',
    sdm: '3.3.7.1',
  },
  {
    id: 'SEGMENT_UNUSABLE',
    outcome: gp,
    text: 'The offset {a} is in a segment whose register holds a null selector: access rights {b}.',
    sdm: '5.4.1',
  },
  {
    id: 'SEGMENT_TYPE',
    outcome: gp,
    text: 'The offset {a} is in a segment whose type does not allow the access: access rights {b}.',
    sdm: '5.5',
  },
  {
    id: 'SEGMENT_LIMIT',
    outcome: gp,
    text: 'The offset {a} is outside its segment, whose limit is {b}.',
    sdm: '5.3',
  },
  {
    id: 'FETCH_NOT_CANONICAL',
    outcome: gp,
    text: 'RIP {a} is not canonical.',
    sdm: '3.3.7.1',
  },
  {
    id: 'FETCH_LIMIT',
    outcome: gp,
    text: 'EIP {a} is beyond the limit of CS, {b}.',
    sdm: '5.3',
  },
  {
    id: 'DESCRIPTOR_LIMIT',
    outcome: gp,
    text: 'Selector {a} names a descriptor beyond the limit of its table, {b}.',
    sdm: '3.5.1',
  },
  {
    id: 'PAGE_NOT_PRESENT',
    outcome: pf,
    text: 'Address {data} is not mapped: its {level} at {a} is {b}, not present.',
    sdm: '4.7',
  },
  {
    id: 'PAGE_RESERVED_BIT',
    outcome: pf,
    text: 'Address {data}: its {level} at {a} is {b}, with a reserved bit set.',
    sdm: '4.7',
  },
  {
    id: 'PAGE_READ_ONLY',
    outcome: pf,
    text: 'Address {data} is not writable: its {level} at {a} is {b}, R/W (bit 1) 0.',
    sdm: '4.6',
  },
  {
    id: 'PAGE_SUPERVISOR',
    outcome: pf,
    text: 'Address {data} is not for CPL 3: its {level} at {a} is {b}, U/S (bit 2) 0.',
    sdm: '4.6',
  },
  {
    id: 'PAGE_NO_EXECUTE',
    outcome: pf,
    text: 'Address {data} is not executable: its {level} at {a} is {b}, XD (bit 63) 1.',
    sdm: '4.6',
  },
  {
    id: 'PAGE_SMEP',
    outcome: pf,
    text: 'Address {data} is a user page, and CR4.SMEP keeps the supervisor from executing there: {level} at {a} is {b}.',
    sdm: '4.6',
  },
  {
    id: 'PAGE_SMAP',
    outcome: pf,
    text: 'Address {data} is a user page, and CR4.SMAP keeps the supervisor from it: {level} at {a} is {b}.',
    sdm: '4.6',
  },
  {
    id: 'PAGE_KEY',
    outcome: pf,
    text: 'PKRU does not allow the access to address {data}: the protection key is in bits 62:59 of its {level} at {a}, {b}.',
    sdm: '4.6.2',
  },
] as const satisfies readonly FaultReasonRow[];
