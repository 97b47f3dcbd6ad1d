// Saving and restoring x87, SSE and all further register state, and XCR0. Intel SDM volume 2 and volume 1, chapter 13;
// volume 3, 25.1.3 (2016 numbering). Rows only.

import { type InstructionExit, type InstructionFault, type InstructionRow, only64Bit } from './row';

const disabled: InstructionFault = { exception: 'UD', when: 'CR4.OSXSAVE is 0' };
const notAvailable: InstructionFault = { exception: 'NM', when: 'CR0.TS is 1' };
const notAligned: InstructionFault = { exception: 'GP', code: '0', when: 'the area is not 64-byte aligned' };
const badHeader: InstructionFault = {
  exception: 'GP',
  code: '0',
  when: 'the header has reserved bits or components that XCR0 (and IA32_XSS) do not enable, or MXCSR reserved bits',
};
const legacyNotAligned: InstructionFault = {
  exception: 'GP',
  code: '0',
  when: 'the area is not 16-byte aligned',
};
const legacyDisabled: InstructionFault = { exception: 'NM', when: 'CR0.EM or CR0.TS is 1' };
const selected = 'EDX:EAX, IA32_XSS and the XSS-exiting bitmap have a 1 in common';

const save = [disabled, notAvailable, notAligned];
const restore = [disabled, notAvailable, notAligned, badHeader];
const saveExits: readonly InstructionExit[] = [
  { reason: 'XSAVES', controls: ['ENABLE_XSAVES_XRSTORS'], when: selected },
];
const restoreExits: readonly InstructionExit[] = [
  { reason: 'XRSTORS', controls: ['ENABLE_XSAVES_XRSTORS'], when: selected },
];

export const extendedState: readonly InstructionRow[] = [
  {
    name: 'XGETBV',
    title: 'Read extended control register',
    summary: 'Reads the register whose number is in ECX (0 is XCR0) into EDX:EAX.',
    faults: [disabled, { exception: 'GP', code: '0', when: 'ECX names no such register' }],
  },
  {
    name: 'XSETBV',
    title: 'Write extended control register',
    summary: 'Writes EDX:EAX to the register whose number is in ECX (0 is XCR0).',
    faults: [
      disabled,
      { exception: 'GP', code: '0', when: 'ECX names no such register, or the value is not allowed' },
    ],
    exits: [{ reason: 'XSETBV' }],
    privileged: 'GP',
  },
  {
    name: 'XSAVE',
    title: 'Save extended state',
    summary: 'Saves the components that EDX:EAX and XCR0 select.',
    faults: save,
  },
  {
    name: 'XSAVE64',
    title: 'Save extended state, 64 bits',
    summary: 'Saves the components that EDX:EAX and XCR0 select.',
    faults: save,
    undefinedIn: only64Bit,
    sdm: 'volume 2, XSAVE',
  },
  {
    name: 'XSAVEC',
    title: 'Save extended state, compacted',
    summary: 'Saves the components that EDX:EAX and XCR0 select in the compacted format.',
    faults: save,
  },
  {
    name: 'XSAVEC64',
    title: 'Save extended state, compacted, 64 bits',
    summary: 'Saves the components that EDX:EAX and XCR0 select in the compacted format.',
    faults: save,
    undefinedIn: only64Bit,
    sdm: 'volume 2, XSAVEC',
  },
  {
    name: 'XSAVEOPT',
    title: 'Save extended state, optimized',
    summary: 'Saves the selected components that are in use and have changed since the last restore.',
    faults: save,
  },
  {
    name: 'XSAVEOPT64',
    title: 'Save extended state, optimized, 64 bits',
    summary: 'Saves the selected components that are in use and have changed since the last restore.',
    faults: save,
    undefinedIn: only64Bit,
    sdm: 'volume 2, XSAVEOPT',
  },
  {
    name: 'XSAVES',
    title: 'Save extended state as supervisor',
    summary: 'Saves the components that EDX:EAX and XCR0 or IA32_XSS select in the compacted format.',
    faults: save,
    exits: saveExits,
    enabledBy: 'ENABLE_XSAVES_XRSTORS',
    privileged: 'GP',
  },
  {
    name: 'XSAVES64',
    title: 'Save extended state as supervisor, 64 bits',
    summary: 'Saves the components that EDX:EAX and XCR0 or IA32_XSS select in the compacted format.',
    faults: save,
    exits: saveExits,
    enabledBy: 'ENABLE_XSAVES_XRSTORS',
    undefinedIn: only64Bit,
    privileged: 'GP',
    sdm: 'volume 2, XSAVES',
  },
  {
    name: 'XRSTOR',
    title: 'Restore extended state',
    summary: 'Restores the components that EDX:EAX and XCR0 select.',
    faults: restore,
  },
  {
    name: 'XRSTOR64',
    title: 'Restore extended state, 64 bits',
    summary: 'Restores the components that EDX:EAX and XCR0 select.',
    faults: restore,
    undefinedIn: only64Bit,
    sdm: 'volume 2, XRSTOR',
  },
  {
    name: 'XRSTORS',
    title: 'Restore extended state as supervisor',
    summary: 'Restores the components that EDX:EAX and XCR0 or IA32_XSS select.',
    faults: restore,
    exits: restoreExits,
    enabledBy: 'ENABLE_XSAVES_XRSTORS',
    privileged: 'GP',
  },
  {
    name: 'XRSTORS64',
    title: 'Restore extended state as supervisor, 64 bits',
    summary: 'Restores the components that EDX:EAX and XCR0 or IA32_XSS select.',
    faults: restore,
    exits: restoreExits,
    enabledBy: 'ENABLE_XSAVES_XRSTORS',
    undefinedIn: only64Bit,
    privileged: 'GP',
    sdm: 'volume 2, XRSTORS',
  },
  {
    name: 'FXSAVE',
    title: 'Save x87, MMX and SSE state',
    summary: 'Saves 512 bytes of state; nothing is reset.',
    faults: [legacyDisabled, legacyNotAligned],
  },
  {
    name: 'FXSAVE64',
    title: 'Save x87, MMX and SSE state, 64 bits',
    summary: 'Saves 512 bytes of state; nothing is reset.',
    attNames: ['FXSAVEQ'],
    faults: [legacyDisabled, legacyNotAligned],
    undefinedIn: only64Bit,
    sdm: 'volume 2, FXSAVE',
  },
  {
    name: 'FXRSTOR',
    title: 'Restore x87, MMX and SSE state',
    faults: [
      legacyDisabled,
      legacyNotAligned,
      { exception: 'GP', code: '0', when: 'MXCSR in memory has reserved bits' },
    ],
  },
  {
    name: 'FXRSTOR64',
    title: 'Restore x87, MMX and SSE state, 64 bits',
    attNames: ['FXRSTORQ'],
    faults: [
      legacyDisabled,
      legacyNotAligned,
      { exception: 'GP', code: '0', when: 'MXCSR in memory has reserved bits' },
    ],
    undefinedIn: only64Bit,
    sdm: 'volume 2, FXRSTOR',
  },
];
