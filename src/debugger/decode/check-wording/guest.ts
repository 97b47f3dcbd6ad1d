/** Sentences about the guest's registers, descriptor tables, RIP and RFLAGS (SDM 26.3.1.1, 26.3.1.3, 26.3.1.4). */
import {
  beyond,
  canonical,
  controls,
  controlsAnd,
  each,
  fixedBits,
  isOn,
  mustBe0,
  ones,
  values,
  valueText,
  type CheckSubject,
  type Wordings,
} from './subject';
import { eferReserved, hostCr0Free, pat } from './host';
import { registerMask } from './register-mask';

/** PE and PG are free for an unrestricted guest. */
function guestCr0Free(subject: CheckSubject): { may: bigint; must: bigint } {
  const free = isOn(subject, 'UNRESTRICTED_GUEST') && isOn(subject, 'ACTIVATE_SECONDARY_CONTROLS');
  return { may: hostCr0Free().may, must: free ? registerMask('cr0', 'PE', 'PG') : 0n };
}

const IA32E = ['VM_ENTRY_IA32E_MODE_GUEST'] as const;

export const guestWordings = {
  F01: fixedBits('GUEST_CR0', 'CR0', guestCr0Free),
  F02: values(['GUEST_CR0'], 'PG (bit 31) needs PE (bit 0)'),
  F03: fixedBits('GUEST_CR4', 'CR4', () => ({ may: 0n, must: 0n })),
  F04: values(['GUEST_CR4', 'GUEST_CR0'], 'CR4.CET (bit 23) needs CR0.WP (bit 16)'),
  F05: mustBe0('GUEST_IA32_DEBUGCTL', ones(63, 16) | ones(13, 13) | ones(5, 2)),
  F06: controlsAnd(IA32E, ['GUEST_CR0'], 'PG (bit 31) must be 1 for a guest in IA-32e mode'),
  F07: controlsAnd(IA32E, ['GUEST_CR4'], 'PAE (bit 5) must be 1 for a guest in IA-32e mode'),
  F08: controlsAnd(IA32E, ['GUEST_CR4'], 'PCIDE (bit 17) must be 0 for a guest outside IA-32e mode'),
  F09: mustBe0('GUEST_CR3', beyond),
  F10: mustBe0('GUEST_DR7', ones(63, 32)),
  F11: canonical('GUEST_SYSENTER_ESP', 'GUEST_SYSENTER_EIP'),
  F12: mustBe0('GUEST_IA32_PERF_GLOBAL_CTRL', ones(63, 35) | ones(31, 2)),
  F13: pat('GUEST_IA32_PAT'),
  F14: eferReserved('GUEST_IA32_EFER'),
  F15: controlsAnd(IA32E, ['GUEST_IA32_EFER'], 'LMA (bit 10) must be equal to that control'),
  F16: values(
    ['GUEST_IA32_EFER', 'GUEST_CR0'],
    'LMA (bit 10) and LME (bit 8) must be equal while CR0.PG (bit 31) is 1',
  ),
  F17: mustBe0('GUEST_BNDCFGS', ones(11, 2)),
  F18: values(['GUEST_BNDCFGS'], 'the address in bits 63:12 is not canonical'),
  F19: values(['GUEST_IA32_RTIT_CTL'], 'it has reserved bits or a reserved encoding'),
  F20: values(['GUEST_IA32_LBR_CTL'], 'it has reserved bits'),
  F21: values(
    ['GUEST_S_CET'],
    'bits 9:6 must be 0, bits 11:10 must not both be 1, and the address must be canonical',
  ),
  F22: canonical('GUEST_INTR_SSP_TABLE'),
  F23: mustBe0('GUEST_IA32_PKRS', ones(63, 32)),
  F24: mustBe0('GUEST_UINV', ones(15, 8)),
  F25: values(['GUEST_IA32_FRED_CONFIG'], 'bits 11, 5, 4 and 2 must be 0'),
  F26: values(
    ['GUEST_IA32_FRED_RSP1', 'GUEST_IA32_FRED_RSP2', 'GUEST_IA32_FRED_RSP3'],
    'each must be canonical, with bits 5:0 0',
  ),
  F27: values(
    ['GUEST_IA32_FRED_SSP1', 'GUEST_IA32_FRED_SSP2', 'GUEST_IA32_FRED_SSP3'],
    'each must be canonical, with bits 2:0 0',
  ),
  F28: controlsAnd(IA32E, ['GUEST_CR4'], 'FRED (bit 32) must be 0 for a guest outside IA-32e mode'),
  F29: mustBe0('GUEST_IA32_SPEC_CTRL', ones(63, 3)),
  H01: canonical('GUEST_GDTR_BASE', 'GUEST_IDTR_BASE'),
  H02: (subject) => {
    const names = ['GUEST_GDTR_LIMIT', 'GUEST_IDTR_LIMIT'] as const;
    const wrong = names.filter((name) => subject.read(name) > ones(15, 0));
    return each(wrong, (name) => valueText(subject, name), 'bits 31:16 must be 0');
  },
  I01: (subject) =>
    `${controls(IA32E, 'the guest is not in 64-bit mode')(subject).slice(0, -1)} (CS.L counts too), and ${valueText(subject, 'GUEST_RIP')}: bits 63:32 must be 0.`,
  I02: canonical('GUEST_RIP'),
  I03: mustBe0('GUEST_RFLAGS', ones(63, 22) | ones(15, 15) | ones(5, 5) | ones(3, 3)),
  I04: values(['GUEST_RFLAGS'], 'bit 1 must be 1'),
  I05: controlsAnd(
    IA32E,
    ['GUEST_RFLAGS', 'GUEST_CR0'],
    'RFLAGS.VM (bit 17) must be 0 in IA-32e mode and where CR0.PE (bit 0) is 0',
  ),
  I06: values(
    ['GUEST_RFLAGS', 'VM_ENTRY_INTR_INFO_FIELD'],
    'an external interrupt is injected, and RFLAGS.IF (bit 9) is 0',
  ),
  I07: values(
    ['GUEST_SSP'],
    'it must be canonical with bits 1:0 0, and outside 64-bit mode bits 63:32 must be 0',
  ),
} as const satisfies Wordings;
