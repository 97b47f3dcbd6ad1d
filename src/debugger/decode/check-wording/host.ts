/** Sentences about the host-state area (SDM 26.2.2 to 26.2.4). */
import {
  beyond,
  canonical,
  controls,
  controlsAnd,
  each,
  fixedBits,
  mustBe0,
  ones,
  part,
  values,
  valueText,
  type CheckSubject,
  type Wording,
  type Wordings,
} from './subject';
import type { FieldName } from '../../../isa/vmcs-fields';
import { memoryTypes } from '../../../isa/memory-types';
import { registerMask } from './register-mask';

/** NW and CD are never checked. */
export const hostCr0Free = () => ({ may: registerMask('cr0', 'NW', 'CD'), must: 0n });
const nothingFree = () => ({ may: 0n, must: 0n });

/** The bytes of a PAT value that are no memory type. */
export function pat(name: FieldName): Wording {
  const allowed: readonly bigint[] = memoryTypes.map(({ number }) => BigInt(number));
  return (subject) => {
    const value = subject.read(name);
    const wrong = [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n]
      .map((index) => ({ index, type: (value >> (index * 8n)) & 0xffn }))
      .filter(({ type }) => !allowed.includes(type))
      .map(({ index, type }) => `PA${index} (bits ${index * 8n + 7n}:${index * 8n}) is ${type}`);
    return `${valueText(subject, name)}: ${wrong.join(', ')}; a memory type is 0, 1, 4, 5, 6 or 7.`;
  };
}

const SELECTORS = ['ES', 'CS', 'SS', 'DS', 'FS', 'GS', 'TR'] as const;

function selectors(subject: CheckSubject): string {
  const names = SELECTORS.map((name): FieldName => `HOST_${name}_SELECTOR`);
  const wrong = names.filter((name) => part(subject, name, 'RPL') !== 0n || part(subject, name, 'TI') !== 0n);
  return each(wrong, (name) => valueText(subject, name), 'RPL and TI (bits 2:0) must be 0');
}

export const eferReserved = (name: FieldName): Wording =>
  mustBe0(name, ones(63, 0) & ~registerMask('efer', 'SCE', 'LME', 'LMA', 'NXE'));

export const hostWordings = {
  E01: fixedBits('HOST_CR0', 'CR0', hostCr0Free),
  E02: fixedBits('HOST_CR4', 'CR4', nothingFree),
  E03: mustBe0('HOST_CR3', beyond),
  E04: values(['HOST_CR4', 'HOST_CR0'], 'CR4.CET (bit 23) needs CR0.WP (bit 16)'),
  E05: canonical('HOST_IA32_SYSENTER_ESP'),
  E06: canonical('HOST_IA32_SYSENTER_EIP'),
  E07: mustBe0('HOST_IA32_PERF_GLOBAL_CTRL', ones(63, 35) | ones(31, 2)),
  E08: pat('HOST_IA32_PAT'),
  E09: eferReserved('HOST_IA32_EFER'),
  E10: controlsAnd(
    ['VM_EXIT_HOST_ADDRESS_SPACE_SIZE'],
    ['HOST_IA32_EFER'],
    'LME (bit 8) and LMA (bit 10) must both be equal to that control',
  ),
  E11: values(
    ['HOST_S_CET'],
    'bits 9:6 must be 0, bits 11:10 must not both be 1, and the address must be canonical',
  ),
  E12: values(['HOST_SSP'], 'it must be canonical, with bits 1:0 0'),
  E13: canonical('HOST_INTR_SSP_TABLE'),
  E14: mustBe0('HOST_IA32_PKRS', ones(63, 32)),
  E15: values(['HOST_IA32_FRED_CONFIG'], 'bits 11, 5, 4 and 2 must be 0, and the address must be canonical'),
  E16: values(
    ['HOST_IA32_FRED_RSP1', 'HOST_IA32_FRED_RSP2', 'HOST_IA32_FRED_RSP3'],
    'each must be canonical, with bits 5:0 0',
  ),
  E17: values(
    ['HOST_IA32_FRED_SSP1', 'HOST_IA32_FRED_SSP2', 'HOST_IA32_FRED_SSP3'],
    'each must be canonical, with bits 2:0 0',
  ),
  E18: mustBe0('HOST_IA32_SPEC_CTRL', ones(63, 3)),
  E19: selectors,
  E20: values(['HOST_CS_SELECTOR'], 'the host needs a code segment'),
  E21: values(['HOST_TR_SELECTOR'], 'the host needs a task-state segment'),
  E22: controlsAnd(
    ['VM_EXIT_HOST_ADDRESS_SPACE_SIZE'],
    ['HOST_SS_SELECTOR'],
    'a 32-bit host needs a stack segment',
  ),
  E23: canonical('HOST_FS_BASE', 'HOST_GS_BASE', 'HOST_GDTR_BASE', 'HOST_IDTR_BASE', 'HOST_TR_BASE'),
  E24: controls(
    ['VM_ENTRY_IA32E_MODE_GUEST'],
    'the VM entry is made outside IA-32e mode (IA32_EFER.LMA is 0), so the guest cannot be in it',
  ),
  E25: controls(
    ['VM_EXIT_HOST_ADDRESS_SPACE_SIZE'],
    'the VM entry is made outside IA-32e mode (IA32_EFER.LMA is 0), so the host is not 64-bit',
  ),
  E26: controls(
    ['VM_EXIT_HOST_ADDRESS_SPACE_SIZE'],
    'the VM entry is made in IA-32e mode (IA32_EFER.LMA is 1), so the host is 64-bit',
  ),
  E27: controls(
    ['VM_EXIT_HOST_ADDRESS_SPACE_SIZE', 'VM_ENTRY_IA32E_MODE_GUEST'],
    'a 32-bit host has no guest in IA-32e mode',
  ),
  E28: controlsAnd(
    ['VM_EXIT_HOST_ADDRESS_SPACE_SIZE'],
    ['HOST_CR4'],
    'PCIDE (bit 17) must be 0 for a 32-bit host',
  ),
  E29: controlsAnd(
    ['VM_EXIT_HOST_ADDRESS_SPACE_SIZE'],
    ['HOST_RIP'],
    'bits 63:32 must be 0 for a 32-bit host',
  ),
  E30: controlsAnd(
    ['VM_EXIT_HOST_ADDRESS_SPACE_SIZE'],
    ['HOST_CR4'],
    'PAE (bit 5) must be 1 for a 64-bit host',
  ),
  E31: canonical('HOST_RIP'),
  E32: controlsAnd(
    ['VM_EXIT_HOST_ADDRESS_SPACE_SIZE'],
    ['HOST_CR4'],
    'FRED (bit 32) must be 0 for a 32-bit host',
  ),
} as const satisfies Wordings;
