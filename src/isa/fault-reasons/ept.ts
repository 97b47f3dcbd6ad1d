// Why a walk of extended page tables ends in an EPT violation or misconfiguration (SDM volume 3, 28.2.3). `{a}` is the address of the
// entry, `{b}` the entry. Rows only.

import type { FaultReasonRow } from './row';

const violation = { exit: 'EPT_VIOLATION' } as const;
const misconfiguration = { exit: 'EPT_MISCONFIG' } as const;

export const eptReasons = [
  {
    id: 'EPT_BEYOND_WALK',
    outcome: violation,
    text: 'The guest-physical address {a} is wider than the 48 bits that a walk of 4 levels translates.',
    sdm: '28.2.2',
  },
  {
    id: 'EPT_NOT_PRESENT',
    outcome: violation,
    text: 'The {level} at {a} is {b}, not present: R, W and X (bits 2:0) are 0.',
    sdm: '28.2.3.2',
  },
  {
    id: 'EPT_NOT_READABLE',
    outcome: violation,
    text: 'The {level} at {a} is {b}, not readable: R (bit 0) is 0.',
    sdm: '28.2.3.2',
  },
  {
    id: 'EPT_NOT_WRITABLE',
    outcome: violation,
    text: 'The {level} at {a} is {b}, not writable: W (bit 1) is 0.',
    sdm: '28.2.3.2',
  },
  {
    id: 'EPT_NOT_EXECUTABLE',
    outcome: violation,
    text: 'The {level} at {a} is {b}, not executable: X (bit 2) is 0.',
    sdm: '28.2.3.2',
  },
  {
    id: 'EPT_NOT_USER_EXECUTABLE',
    outcome: violation,
    text: 'The {level} at {a} is {b}, not executable for user-mode linear addresses: XU (bit 10) is 0.',
    sdm: '28.2.1',
  },
  {
    id: 'EPT_WRITE_WITHOUT_READ',
    outcome: misconfiguration,
    text: 'The {level} at {a} is {b}: W (bit 1) is 1 and R (bit 0) is 0.',
    sdm: '28.2.3.1',
  },
  {
    id: 'EPT_EXECUTE_ONLY',
    outcome: misconfiguration,
    text: 'The {level} at {a} is {b}: X alone (bits 2:0 = 4), which this processor does not offer (IA32_VMX_EPT_VPID_CAP bit 0).',
    sdm: '28.2.3.1',
  },
  {
    id: 'EPT_ADDRESS_WIDTH',
    outcome: misconfiguration,
    text: 'The {level} at {a} is {b}: its address has bits beyond the physical-address width.',
    sdm: '28.2.3.1',
  },
  {
    id: 'EPT_TABLE_RESERVED',
    outcome: misconfiguration,
    text: 'The {level} at {a} is {b} and points to a table: bits 6:3 must be 0, and in a PML4E bit 7.',
    sdm: '28.2.2',
  },
  {
    id: 'EPT_MEMORY_TYPE',
    outcome: misconfiguration,
    text: 'The {level} at {a} is {b}: the memory type in bits 5:3 is 2, 3 or 7, which do not exist.',
    sdm: '28.2.3.1',
  },
  {
    id: 'EPT_PAGE_SIZE',
    outcome: misconfiguration,
    text: 'The {level} at {a} is {b}: bit 7 makes it a page of a size that this processor does not offer.',
    sdm: '28.2.3.1',
  },
  {
    id: 'EPT_PAGE_ALIGNMENT',
    outcome: misconfiguration,
    text: 'The {level} at {a} is {b}: it maps a large page, and address bits below the page size are set.',
    sdm: '28.2.2',
  },
] as const satisfies readonly FaultReasonRow[];
