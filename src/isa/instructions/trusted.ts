// Enclaves (SGX), measured launch (SMX), trust domains (TDX) and keys of the platform. Intel SDM volume 2, volume 2 chapter 6
// for SMX, volume 3 chapters 37 to 43 for SGX and 25.1.2, 25.1.3 for the exits (2016 numbering). Rows only.

import { type InstructionFault, type InstructionRow, only64Bit, onlyProtected } from './row';

const badLeaf: InstructionFault = {
  exception: 'GP',
  code: '0',
  when: 'EAX names no leaf, or the leaf refuses its operands',
};

export const trusted: readonly InstructionRow[] = [
  {
    name: 'ENCLS',
    title: 'Execute enclave function of the supervisor',
    summary: 'Executes the SGX leaf in EAX that makes or changes enclaves.',
    faults: [badLeaf],
    exits: [
      {
        reason: 'ENCLS',
        controls: ['ENABLE_ENCLS_EXITING'],
        when: 'the bit of the leaf in the ENCLS-exiting bitmap is 1 (bit 63 for leaves above 62)',
      },
    ],
    undefinedIn: onlyProtected,
    privileged: 'UD',
    sdm: 'volume 3, 41.1',
  },
  {
    name: 'ENCLU',
    title: 'Execute enclave function of the user',
    summary: 'Executes the SGX leaf in EAX: enter, leave or use an enclave.',
    faults: [badLeaf, { exception: 'UD', when: 'CPL is not 3' }],
    undefinedIn: onlyProtected,
    sdm: 'volume 3, 41.1',
  },
  {
    name: 'ENCLV',
    title: 'Execute enclave function of the hypervisor',
    summary: 'Executes the SGX leaf in EAX that helps a hypervisor to page enclaves of guests.',
    faults: [badLeaf],
    exits: [
      {
        reason: 'ENCLV',
        controls: ['ENABLE_ENCLV_EXITING'],
        when: 'the bit of the leaf in the ENCLV-exiting bitmap is 1 (bit 63 for leaves above 62)',
      },
    ],
    undefinedIn: onlyProtected,
    privileged: 'UD',
    sdm: 'volume 3, ENCLV',
    newer: true,
  },
  {
    name: 'GETSEC',
    title: 'Execute safer-mode function',
    summary: 'Executes the SMX leaf in EAX, for example SENTER for a measured launch.',
    faults: [
      { exception: 'UD', when: 'CR4.SMXE is 0' },
      { exception: 'GP', code: '0', when: 'CPL is not 0, or the leaf refuses its operands' },
    ],
    exits: [{ reason: 'GETSEC' }],
    sdm: 'volume 2, 6.3',
  },
  {
    name: 'GETSECQ',
    title: 'Execute safer-mode function, 64 bits',
    summary: 'GETSEC with REX.W.',
    faults: [
      { exception: 'UD', when: 'CR4.SMXE is 0' },
      { exception: 'GP', code: '0', when: 'CPL is not 0, or the leaf refuses its operands' },
    ],
    exits: [{ reason: 'GETSEC' }],
    undefinedIn: only64Bit,
    sdm: 'volume 2, 6.3',
  },
  {
    name: 'PCONFIG',
    title: 'Configure platform',
    summary: 'Executes the leaf in EAX; leaf 0 programs a key of memory encryption.',
    faults: [badLeaf],
    exits: [
      {
        reason: 'PCONFIG',
        controls: ['ENABLE_PCONFIG'],
        when: 'the bit of the leaf in the PCONFIG-exiting bitmap is 1 (bit 63 for leaves above 62)',
      },
    ],
    enabledBy: 'ENABLE_PCONFIG',
    privileged: 'GP',
    newer: true,
  },
  {
    name: 'PBNDKB',
    title: 'Bind key to this platform',
    summary: 'Encrypts a key so that only this platform can use it.',
    undefinedIn: only64Bit,
    privileged: 'GP',
    newer: true,
  },
  {
    name: 'LOADIWKEY',
    title: 'Load internal wrapping key',
    summary: 'Loads the key that Key Locker wraps other keys with.',
    faults: [
      { exception: 'UD', when: 'CR4.KL is 0' },
      { exception: 'NM', when: 'CR0.TS is 1' },
    ],
    exits: [{ reason: 'LOADIWKEY', controls: ['LOADIWKEY_EXITING'] }],
    privileged: 'GP',
    newer: true,
  },
  {
    name: 'SEAMCALL',
    title: 'Call TDX module',
    summary: 'Calls the TDX module, or its loader, for the function in RAX.',
    faults: [{ exception: 'UD', when: 'the processor is outside VMX operation or already in SEAM' }],
    exits: [{ reason: 'SEAMCALL' }],
    undefinedIn: only64Bit,
    privileged: 'GP',
    newer: true,
  },
  {
    name: 'SEAMRET',
    title: 'Return from TDX module',
    summary: 'Leaves SEAM VMX root operation for the hypervisor that called.',
    faults: [{ exception: 'UD', when: 'the processor is not in SEAM VMX root operation' }],
    undefinedIn: only64Bit,
    privileged: 'GP',
    newer: true,
  },
  {
    name: 'SEAMOPS',
    title: 'Execute SEAM function',
    summary: 'Executes the leaf in RAX for software in SEAM.',
    faults: [{ exception: 'UD', when: 'the processor is not in SEAM VMX root operation' }],
    undefinedIn: only64Bit,
    privileged: 'GP',
    newer: true,
  },
  {
    name: 'TDCALL',
    title: 'Call TDX module from a trust domain',
    summary: 'Calls the TDX module for the function in RAX; leaf 0 asks the hypervisor.',
    faults: [{ exception: 'UD', when: 'the processor is not in VMX non-root operation' }],
    exits: [{ reason: 'TDCALL' }],
    privileged: 'GP',
    newer: true,
  },
];
