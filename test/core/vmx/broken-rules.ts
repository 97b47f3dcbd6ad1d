// One way to break each entry check of isa/entry-checks: the least change to the valid VMCS after which exactly that check
// fails. `also` names checks that no change can spare, because they forbid the same thing.
import { State } from '../../../src/abi/state-block';
import type { CheckId } from '../../../src/isa/entry-checks';
import {
  EPT_ROOT,
  MSR_LIST,
  VIRTUAL_APIC,
  VMCS,
  type Capabilities,
  type Fixture,
  type Image,
} from './valid-vmcs';

export interface Breakage {
  readonly image: (image: Image) => void;
  readonly also?: readonly CheckId[];
  /** Changes to the generous capability block. */
  readonly capabilities?: (all: Capabilities) => void;
  /** Check against what the chip itself offers. */
  readonly ownCapabilities?: true;
  /** Processor state before the entry. */
  readonly processor?: (fixture: Fixture) => void;
}

type Break = Breakage['image'];
const NON_CANONICAL = 0x0001000000000000n;
const BEYOND = 1n << 45n;
const VALID = 0x80000000n;
const type = (number: number, vector = 0) => VALID | (BigInt(number) << 8n) | BigInt(vector);

function broken(image: Break, rest: Omit<Breakage, 'image'> = {}): Breakage {
  return { image, ...rest };
}

/** A protected-mode guest outside IA-32e mode. */
function legacy(image: Image): void {
  image.disable('VM_ENTRY_IA32E_MODE_GUEST', 'VM_ENTRY_LOAD_IA32_EFER');
  image.set('GUEST_CS_AR_BYTES', 0xc09b);
  image.clear('GUEST_CR4', 0x20n);
}

function unrestricted(image: Image): void {
  image.enable('UNRESTRICTED_GUEST');
}

function virtual8086(image: Image): void {
  legacy(image);
  image.or('GUEST_RFLAGS', 0x20000n);
  for (const name of ['CS', 'SS', 'DS', 'ES', 'FS', 'GS'] as const) {
    image.set(`GUEST_${name}_BASE`, image.get(`GUEST_${name}_SELECTOR`) << 4n);
    image.set(`GUEST_${name}_LIMIT`, 0xffff);
    image.set(`GUEST_${name}_AR_BYTES`, 0xf3);
  }
}

function usableLdtr(image: Image): void {
  image.set('GUEST_LDTR_AR_BYTES', 0x82);
  image.set('GUEST_LDTR_LIMIT', 0xff);
}

function inject(image: Image, info: bigint): void {
  image.set('VM_ENTRY_INTR_INFO_FIELD', info);
  image.set('VM_ENTRY_INSTRUCTION_LEN', 1);
  image.or('GUEST_RFLAGS', 0x200n);
}

function link(image: Image, word: number, address = 0x30000n): void {
  image.poke32(address, word);
  image.set('VMCS_LINK_POINTER', address);
}

function msrEntry(image: Image, index: number, value: bigint, reserved = 0): void {
  image.set('VM_ENTRY_MSR_LOAD_ADDR', MSR_LIST);
  image.set('VM_ENTRY_MSR_LOAD_COUNT', 1);
  image.poke32(MSR_LIST, index);
  image.poke32(MSR_LIST + 4n, reserved);
  image.poke64(MSR_LIST + 8n, value);
}

const REVISION = 0x54554c31;

/** Rows A04 to A08 and everything after them; A01 to A03 are faults of the instruction and tested as such. */
export const brokenControls: Partial<Record<CheckId, Breakage>> = {
  B01: broken((v) => v.clear('PIN_BASED_VM_EXEC_CONTROL', 2)),
  B02: broken((v) => v.enable('PROCESS_POSTED_INTERRUPTS', 'VM_EXIT_ACKNOWLEDGE_INTERRUPT_ON_EXIT'), {
    ownCapabilities: true,
    also: ['B30'],
  }),
  B03: broken((v) => v.clear('CPU_BASED_VM_EXEC_CONTROL', 2)),
  B04: broken((v) => v.enable('ACTIVATE_TERTIARY_CONTROLS'), { ownCapabilities: true }),
  B05: broken(() => undefined, {
    capabilities: (all) => all.set('IA32_VMX_PROCBASED_CTLS2', (0xffffffffn << 32n) | 8n),
  }),
  B06: broken((v) => v.enable('RDSEED_EXITING'), { ownCapabilities: true }),
  B07: broken((v) => v.enable('LOADIWKEY_EXITING'), {
    capabilities: (all) => all.set('IA32_VMX_PROCBASED_CTLS3', 0n),
  }),
  B08: broken((v) => v.set('CR3_TARGET_COUNT', 5)),
  B09: broken((v) => (v.enable('USE_IO_BITMAPS'), v.set('IO_BITMAP_A', 0x1001n))),
  B10: broken((v) => (v.enable('USE_IO_BITMAPS'), v.set('IO_BITMAP_B', BEYOND))),
  B11: broken((v) => (v.enable('USE_MSR_BITMAPS'), v.set('MSR_BITMAP', 0x10n))),
  B12: broken((v) => (v.enable('USE_TPR_SHADOW'), v.set('VIRTUAL_APIC_PAGE_ADDR', 1n))),
  B13: broken((v) => (v.enable('VIRTUALIZE_APIC_ACCESSES'), v.set('APIC_ACCESS_ADDR', 1n))),
  B14: broken((v) => (v.enable('ENABLE_PML'), v.set('PML_ADDRESS', 1n))),
  B15: broken((v) => {
    v.enable('ENABLE_VM_FUNCTIONS');
    v.set('VM_FUNCTION_CONTROL', 1n);
    v.set('EPTP_LIST_ADDRESS', 1n);
  }),
  B16: broken((v) => (v.enable('VMCS_SHADOWING'), v.set('VMREAD_BITMAP', 1n))),
  B17: broken((v) => (v.enable('VMCS_SHADOWING'), v.set('VMWRITE_BITMAP', 1n))),
  B18: broken((v) => (v.enable('EPT_VIOLATION_VE'), v.set('VE_INFORMATION_ADDRESS', 1n))),
  B19: broken((v) => (v.enable('SUB_PAGE_WRITE_PERMISSIONS'), v.set('SPP_TABLE_POINTER', 1n))),
  B20: broken((v) => (v.enable('PASID_TRANSLATION'), v.set('LOW_PASID_DIRECTORY_ADDRESS', 1n))),
  B21: broken((v) => (v.enable('PASID_TRANSLATION'), v.set('HIGH_PASID_DIRECTORY_ADDRESS', 1n))),
  B22: broken((v) => {
    v.enable('USE_TPR_SHADOW');
    v.set('VIRTUAL_APIC_PAGE_ADDR', VIRTUAL_APIC);
    v.set('TPR_THRESHOLD', 0x10);
  }),
  B23: broken((v) => {
    v.enable('USE_TPR_SHADOW');
    v.set('VIRTUAL_APIC_PAGE_ADDR', VIRTUAL_APIC);
    v.poke32(VIRTUAL_APIC + 0x80n, 0x30);
    v.set('TPR_THRESHOLD', 4);
  }),
  B24: broken((v) => v.disable('NMI_EXITING')),
  B25: broken((v) => (v.disable('VIRTUAL_NMIS'), v.enable('NMI_WINDOW_EXITING'))),
  B26: broken((v) => v.enable('VIRTUALIZE_X2APIC_MODE')),
  B27: broken((v) => v.enable('IPI_VIRTUALIZATION')),
  B28: broken((v) => {
    v.enable('USE_TPR_SHADOW', 'VIRTUALIZE_X2APIC_MODE', 'VIRTUALIZE_APIC_ACCESSES');
    v.set('VIRTUAL_APIC_PAGE_ADDR', VIRTUAL_APIC);
  }),
  B29: broken((v) => {
    v.enable('USE_TPR_SHADOW', 'VIRTUAL_INTERRUPT_DELIVERY');
    v.set('VIRTUAL_APIC_PAGE_ADDR', VIRTUAL_APIC);
    v.disable('EXTERNAL_INTERRUPT_EXITING');
  }),
  B30: broken((v) => v.enable('PROCESS_POSTED_INTERRUPTS', 'VM_EXIT_ACKNOWLEDGE_INTERRUPT_ON_EXIT')),
  B31: broken((v) => (posted(v), v.disable('VM_EXIT_ACKNOWLEDGE_INTERRUPT_ON_EXIT'))),
  B32: broken((v) => (posted(v), v.set('POSTED_INTR_NV', 0x100))),
  B33: broken((v) => (posted(v), v.set('POSTED_INTR_DESC_ADDR', 0x20n))),
  B34: broken((v) => (posted(v), v.set('POSTED_INTR_DESC_ADDR', BEYOND))),
  B35: broken((v) => v.enable('ENABLE_VPID')),
  B36: broken((v) => v.set('EPT_POINTER', EPT_ROOT | 0x1bn)),
  B37: broken((v) => v.set('EPT_POINTER', EPT_ROOT | 0x16n)),
  B38: broken((v) => v.or('EPT_POINTER', 0x40n), {
    capabilities: (all) => all.set('IA32_VMX_EPT_VPID_CAP', all.get('IA32_VMX_EPT_VPID_CAP') & ~(1n << 21n)),
  }),
  B39: broken((v) => v.or('EPT_POINTER', 0x80n)),
  B40: broken((v) => v.or('EPT_POINTER', 0x800n)),
  B41: broken((v) => (v.disable('ENABLE_EPT'), v.enable('ENABLE_PML'))),
  B42: broken((v) => (v.disable('ENABLE_EPT'), v.enable('UNRESTRICTED_GUEST'))),
  B43: broken((v) => (v.disable('ENABLE_EPT'), v.enable('MODE_BASED_EXECUTE_CONTROL'))),
  B44: broken((v) => (v.disable('ENABLE_EPT'), v.enable('SUB_PAGE_WRITE_PERMISSIONS'))),
  B45: broken((v) => (v.enable('ENABLE_VM_FUNCTIONS'), v.set('VM_FUNCTION_CONTROL', 2n))),
  B46: broken((v) => {
    v.disable('ENABLE_EPT');
    v.enable('ENABLE_VM_FUNCTIONS');
    v.set('VM_FUNCTION_CONTROL', 1n);
  }),
  B47: broken((v) => v.enable('USE_TSC_SCALING')),
  B48: broken((v) => v.enable('PT_USES_GUEST_PHYSICAL_ADDRESSES')),
  B49: broken((v) => (v.disable('ENABLE_EPT'), v.enable('GUEST_PAGING_VERIFICATION'))),
  B50: broken((v) => (v.enable('ENABLE_HLAT'), v.set('HLAT_POINTER', 1n))),
  B51: broken((v) => {
    v.enable('USE_TPR_SHADOW', 'IPI_VIRTUALIZATION');
    v.set('VIRTUAL_APIC_PAGE_ADDR', VIRTUAL_APIC);
    v.set('PID_POINTER_TABLE', 4n);
  }),
  C01: broken((v) => v.clear('VM_EXIT_CONTROLS', 1)),
  C02: broken((v) => v.enable('VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL'), { ownCapabilities: true }),
  C03: broken((v) => v.enable('VM_EXIT_SAVE_GUEST_FRED'), {
    capabilities: (all) => all.set('IA32_VMX_EXIT_CTLS2', 0n),
  }),
  C04: broken((v) => v.enable('VM_EXIT_SAVE_VMX_PREEMPTION_TIMER_VALUE')),
  C05: broken((v) => (v.set('VM_EXIT_MSR_STORE_COUNT', 1), v.set('VM_EXIT_MSR_STORE_ADDR', 8n))),
  C06: broken((v) => {
    v.set('VM_EXIT_MSR_STORE_COUNT', 2);
    v.set('VM_EXIT_MSR_STORE_ADDR', (1n << 40n) - 16n);
  }),
  C07: broken((v) => (v.set('VM_EXIT_MSR_LOAD_COUNT', 1), v.set('VM_EXIT_MSR_LOAD_ADDR', 8n))),
  C08: broken((v) => {
    v.set('VM_EXIT_MSR_LOAD_COUNT', 2);
    v.set('VM_EXIT_MSR_LOAD_ADDR', (1n << 40n) - 16n);
  }),
  D01: broken((v) => v.clear('VM_ENTRY_CONTROLS', 1)),
  D02: broken((v) => v.enable('VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL'), { ownCapabilities: true }),
  D03: broken((v) => inject(v, type(1))),
  D04: broken((v) => inject(v, type(7)), {
    capabilities: (all) => {
      const name = 'IA32_VMX_TRUE_PROCBASED_CTLS';
      all.set(name, all.get(name) & ~(1n << (27n + 32n)));
    },
  }),
  D05: broken((v) => inject(v, type(2, 3))),
  D06: broken((v) => inject(v, type(3, 32))),
  D07: broken((v) => inject(v, type(7, 1))),
  D08: broken((v) => inject(v, type(3, 13))),
  D09: broken((v) => inject(v, type(0, 0x20) | 0x1000n)),
  D10: broken((v) => {
    inject(v, type(3, 13) | 0x800n);
    v.set('VM_ENTRY_EXCEPTION_ERROR_CODE', 0x8000);
  }),
  D11: broken((v) => (inject(v, type(4, 0x80)), v.set('VM_ENTRY_INSTRUCTION_LEN', 16))),
  D12: broken((v) => (inject(v, type(4, 0x80)), v.set('VM_ENTRY_INSTRUCTION_LEN', 0)), {
    capabilities: (all) => all.set('IA32_VMX_MISC', all.get('IA32_VMX_MISC') & ~(1n << 30n)),
  }),
  D13: broken((v) => {
    v.set('VM_ENTRY_MSR_LOAD_COUNT', 1);
    v.set('VM_ENTRY_MSR_LOAD_ADDR', MSR_LIST + 8n);
  }),
  D14: broken((v) => {
    v.set('VM_ENTRY_MSR_LOAD_COUNT', 2);
    v.set('VM_ENTRY_MSR_LOAD_ADDR', (1n << 40n) - 16n);
  }),
  D15: broken((v) => v.enable('VM_ENTRY_DEACTIVATE_DUAL_MONITOR')),
  D16: broken((v) => v.enable('VM_ENTRY_DEACTIVATE_DUAL_MONITOR', 'VM_ENTRY_ENTRY_TO_SMM'), {
    also: ['D15', 'J14'],
  }),
  D17: broken((v) => inject(v, type(0, 0x20) | 0x2000n), {
    capabilities: (all) => all.set('IA32_VMX_BASIC', all.get('IA32_VMX_BASIC') | (1n << 58n)),
  }),
};

function posted(image: Image): void {
  image.enable('USE_TPR_SHADOW', 'VIRTUAL_INTERRUPT_DELIVERY', 'PROCESS_POSTED_INTERRUPTS');
  image.enable('VM_EXIT_ACKNOWLEDGE_INTERRUPT_ON_EXIT');
  image.set('VIRTUAL_APIC_PAGE_ADDR', VIRTUAL_APIC);
}

/** A 32-bit host: the processor is outside IA-32e mode too. */
function host32(image: Image): void {
  image.disable('VM_EXIT_HOST_ADDRESS_SPACE_SIZE', 'VM_EXIT_LOAD_IA32_EFER');
  legacy(image);
}

const outsideLongMode = (fixture: Fixture): void => fixture.cpu.set64(State.EFER, 0n);

export const brokenHost: Partial<Record<CheckId, Breakage>> = {
  E01: broken((v) => v.clear('HOST_CR0', 0x20n)),
  E02: broken((v) => v.clear('HOST_CR4', 0x2000n)),
  E03: broken((v) => v.set('HOST_CR3', BEYOND)),
  E04: broken((v) => v.or('HOST_CR4', 0x800000n)),
  E05: broken((v) => v.set('HOST_IA32_SYSENTER_ESP', NON_CANONICAL)),
  E06: broken((v) => v.set('HOST_IA32_SYSENTER_EIP', NON_CANONICAL)),
  E07: broken((v) => {
    v.enable('VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL');
    v.set('HOST_IA32_PERF_GLOBAL_CTRL', 1n << 63n);
  }),
  E08: broken((v) => v.set('HOST_IA32_PAT', 2n)),
  E09: broken((v) => v.or('HOST_IA32_EFER', 2n)),
  E10: broken((v) => v.clear('HOST_IA32_EFER', 0x400n)),
  E11: broken((v) => (v.enable('VM_EXIT_LOAD_CET_STATE'), v.set('HOST_S_CET', 0xc00n))),
  E12: broken((v) => (v.enable('VM_EXIT_LOAD_CET_STATE'), v.set('HOST_SSP', 2n))),
  E13: broken((v) => (v.enable('VM_EXIT_LOAD_CET_STATE'), v.set('HOST_INTR_SSP_TABLE', NON_CANONICAL))),
  E14: broken((v) => (v.enable('VM_EXIT_LOAD_PKRS'), v.set('HOST_IA32_PKRS', 1n << 32n))),
  E15: broken((v) => (v.enable('VM_EXIT_LOAD_HOST_FRED'), v.set('HOST_IA32_FRED_CONFIG', 4n))),
  E16: broken((v) => (v.enable('VM_EXIT_LOAD_HOST_FRED'), v.set('HOST_IA32_FRED_RSP2', 0x20n))),
  E17: broken((v) => (v.enable('VM_EXIT_LOAD_HOST_FRED'), v.set('HOST_IA32_FRED_SSP3', 4n))),
  E18: broken((v) => {
    v.enable('VM_EXIT_LOAD_HOST_IA32_SPEC_CTRL');
    v.set('HOST_IA32_SPEC_CTRL', 0x100n);
  }),
  E19: broken((v) => v.set('HOST_DS_SELECTOR', 0x13)),
  E20: broken((v) => v.set('HOST_CS_SELECTOR', 0)),
  E21: broken((v) => v.set('HOST_TR_SELECTOR', 0)),
  E22: broken((v) => (host32(v), v.set('HOST_SS_SELECTOR', 0)), { processor: outsideLongMode }),
  E23: broken((v) => v.set('HOST_GDTR_BASE', NON_CANONICAL)),
  E24: broken((v) => v.disable('VM_EXIT_HOST_ADDRESS_SPACE_SIZE', 'VM_EXIT_LOAD_IA32_EFER'), {
    processor: outsideLongMode,
    also: ['E27'],
  }),
  E25: broken(legacy, { processor: outsideLongMode }),
  E26: broken(host32),
  E27: broken((v) => v.disable('VM_EXIT_HOST_ADDRESS_SPACE_SIZE', 'VM_EXIT_LOAD_IA32_EFER'), {
    also: ['E26'],
  }),
  E28: broken((v) => (host32(v), v.or('HOST_CR4', 0x20000n)), { processor: outsideLongMode }),
  E29: broken((v) => (host32(v), v.set('HOST_RIP', 1n << 32n)), { processor: outsideLongMode }),
  E30: broken((v) => v.clear('HOST_CR4', 0x20n)),
  E31: broken((v) => v.set('HOST_RIP', NON_CANONICAL)),
  E32: broken((v) => (host32(v), v.or('HOST_CR4', 1n << 32n)), { processor: outsideLongMode }),
};

export const brokenGuest: Partial<Record<CheckId, Breakage>> = {
  F01: broken((v) => v.clear('GUEST_CR0', 0x20n)),
  F02: broken((v) => {
    legacy(v);
    unrestricted(v);
    v.clear('GUEST_CR0', 1n);
  }),
  F03: broken((v) => v.clear('GUEST_CR4', 0x2000n)),
  F04: broken((v) => v.or('GUEST_CR4', 0x800000n)),
  F05: broken((v) => v.set('GUEST_IA32_DEBUGCTL', 1n << 20n)),
  F06: broken((v) => (unrestricted(v), v.clear('GUEST_CR0', 0x80000000n))),
  F07: broken((v) => v.clear('GUEST_CR4', 0x20n)),
  F08: broken((v) => (legacy(v), v.or('GUEST_CR4', 0x20000n))),
  F09: broken((v) => v.set('GUEST_CR3', BEYOND)),
  F10: broken((v) => v.or('GUEST_DR7', 1n << 32n)),
  F11: broken((v) => v.set('GUEST_SYSENTER_EIP', NON_CANONICAL)),
  F12: broken((v) => {
    v.enable('VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL');
    v.set('GUEST_IA32_PERF_GLOBAL_CTRL', 1n << 63n);
  }),
  F13: broken((v) => v.set('GUEST_IA32_PAT', 3n)),
  F14: broken((v) => v.or('GUEST_IA32_EFER', 2n)),
  F15: broken((v) => v.set('GUEST_IA32_EFER', 0n)),
  F16: broken((v) => v.set('GUEST_IA32_EFER', 0x400n)),
  F17: broken((v) => (v.enable('VM_ENTRY_LOAD_IA32_BNDCFGS'), v.set('GUEST_BNDCFGS', 4n))),
  F18: broken((v) => (v.enable('VM_ENTRY_LOAD_IA32_BNDCFGS'), v.set('GUEST_BNDCFGS', NON_CANONICAL))),
  F19: broken((v) => (v.enable('VM_ENTRY_LOAD_IA32_RTIT_CTL'), v.set('GUEST_IA32_RTIT_CTL', 1n << 63n))),
  F20: broken((v) => (v.enable('VM_ENTRY_LOAD_GUEST_IA32_LBR_CTL'), v.set('GUEST_IA32_LBR_CTL', 0x10n))),
  F21: broken((v) => (v.enable('VM_ENTRY_LOAD_CET_STATE'), v.set('GUEST_S_CET', 0x40n))),
  F22: broken((v) => (v.enable('VM_ENTRY_LOAD_CET_STATE'), v.set('GUEST_INTR_SSP_TABLE', NON_CANONICAL))),
  F23: broken((v) => (v.enable('VM_ENTRY_LOAD_PKRS'), v.set('GUEST_IA32_PKRS', 1n << 32n))),
  F24: broken((v) => (v.enable('VM_ENTRY_LOAD_UINV'), v.set('GUEST_UINV', 0x100))),
  F25: broken((v) => (v.enable('VM_ENTRY_LOAD_GUEST_FRED'), v.set('GUEST_IA32_FRED_CONFIG', 0x20n))),
  F26: broken((v) => (v.enable('VM_ENTRY_LOAD_GUEST_FRED'), v.set('GUEST_IA32_FRED_RSP1', NON_CANONICAL))),
  F27: broken((v) => (v.enable('VM_ENTRY_LOAD_GUEST_FRED'), v.set('GUEST_IA32_FRED_SSP1', 1n))),
  F28: broken((v) => (legacy(v), v.or('GUEST_CR4', 1n << 32n)), { also: ['G44'] }),
  F29: broken((v) => {
    v.enable('VM_ENTRY_LOAD_GUEST_IA32_SPEC_CTRL');
    v.set('GUEST_IA32_SPEC_CTRL', 8n);
  }),
  G01: broken((v) => v.or('GUEST_TR_SELECTOR', 4)),
  G02: broken((v) => (usableLdtr(v), v.set('GUEST_LDTR_SELECTOR', 4))),
  G03: broken((v) => (v.set('GUEST_CS_SELECTOR', 9), undefined)),
  G04: broken((v) => (virtual8086(v), v.set('GUEST_DS_BASE', 0n))),
  G05: broken((v) => v.set('GUEST_FS_BASE', NON_CANONICAL)),
  G06: broken((v) => (usableLdtr(v), v.set('GUEST_LDTR_BASE', NON_CANONICAL))),
  G07: broken((v) => v.set('GUEST_CS_BASE', 1n << 32n)),
  G08: broken((v) => v.set('GUEST_DS_BASE', 1n << 32n)),
  G09: broken((v) => (virtual8086(v), v.set('GUEST_SS_LIMIT', 0xfffe))),
  G10: broken((v) => (virtual8086(v), v.set('GUEST_GS_AR_BYTES', 0x93))),
  G11: broken((v) => v.clear('GUEST_CS_AR_BYTES', 1)),
  G12: broken((v) => v.clear('GUEST_SS_AR_BYTES', 1)),
  G13: broken((v) => v.clear('GUEST_DS_AR_BYTES', 1)),
  G14: broken((v) => v.set('GUEST_ES_AR_BYTES', 0xc099)),
  G15: broken((v) => v.clear('GUEST_FS_AR_BYTES', 0x10)),
  G16: broken((v) => {
    unrestricted(v);
    v.set('GUEST_CS_AR_BYTES', 0xc0f3);
  }),
  G17: broken((v) => v.or('GUEST_CS_AR_BYTES', 0x60)),
  G18: broken((v) => v.set('GUEST_CS_AR_BYTES', 0xa0ff)),
  G19: broken((v) => {
    v.set('GUEST_CS_SELECTOR', 0xb);
    v.set('GUEST_SS_SELECTOR', 0x13);
  }),
  G20: broken((v) => {
    unrestricted(v);
    v.set('GUEST_CS_AR_BYTES', 0xc093);
    v.set('GUEST_SS_AR_BYTES', 0xc0f3);
  }),
  G21: broken((v) => v.set('GUEST_DS_SELECTOR', 0x13)),
  G22: broken((v) => v.clear('GUEST_GS_AR_BYTES', 0x80)),
  G23: broken((v) => v.or('GUEST_DS_AR_BYTES', 0x100)),
  G24: broken((v) => v.or('GUEST_CS_AR_BYTES', 0x4000)),
  G25: broken((v) => v.set('GUEST_DS_LIMIT', 0xfffff000)),
  G26: broken((v) => v.clear('GUEST_DS_AR_BYTES', 0x8000)),
  G27: broken((v) => v.or('GUEST_CS_AR_BYTES', 0x20000)),
  G28: broken((v) => v.set('GUEST_TR_AR_BYTES', 0x89)),
  G29: broken((v) => v.or('GUEST_TR_AR_BYTES', 0x10)),
  G30: broken((v) => v.clear('GUEST_TR_AR_BYTES', 0x80)),
  G31: broken((v) => v.or('GUEST_TR_AR_BYTES', 0x200)),
  G32: broken((v) => v.or('GUEST_TR_AR_BYTES', 0x8000)),
  G33: broken((v) => v.set('GUEST_TR_LIMIT', 0x100067)),
  G34: broken((v) => v.or('GUEST_TR_AR_BYTES', 0x10000)),
  G35: broken((v) => v.or('GUEST_TR_AR_BYTES', 0x40000)),
  G36: broken((v) => (usableLdtr(v), v.or('GUEST_LDTR_AR_BYTES', 1))),
  G37: broken((v) => (usableLdtr(v), v.or('GUEST_LDTR_AR_BYTES', 0x10))),
  G38: broken((v) => (usableLdtr(v), v.clear('GUEST_LDTR_AR_BYTES', 0x80))),
  G39: broken((v) => (usableLdtr(v), v.or('GUEST_LDTR_AR_BYTES', 0x400))),
  G40: broken((v) => (usableLdtr(v), v.or('GUEST_LDTR_AR_BYTES', 0x8000))),
  G41: broken((v) => (usableLdtr(v), v.set('GUEST_LDTR_LIMIT', 0x1000ff))),
  G42: broken((v) => (usableLdtr(v), v.or('GUEST_LDTR_AR_BYTES', 0x80000))),
  G43: broken((v) => {
    v.or('GUEST_CR4', 1n << 32n);
    v.set('GUEST_SS_AR_BYTES', 0xc0b3);
    v.set('GUEST_SS_SELECTOR', 0x11);
    v.set('GUEST_CS_SELECTOR', 9);
    v.set('GUEST_CS_AR_BYTES', 0xa0bb);
  }),
  G44: broken((v) => {
    v.or('GUEST_CR4', 1n << 32n);
    v.set('GUEST_CS_AR_BYTES', 0xc09b);
  }),
  G45: broken((v) => {
    v.or('GUEST_CR4', 1n << 32n);
    userMode(v);
    v.or('GUEST_RFLAGS', 0x3000n);
  }),
  H01: broken((v) => v.set('GUEST_IDTR_BASE', NON_CANONICAL)),
  H02: broken((v) => v.set('GUEST_GDTR_LIMIT', 0x10000)),
  I01: broken((v) => (legacy(v), v.set('GUEST_RIP', 1n << 32n))),
  I02: broken((v) => v.set('GUEST_RIP', NON_CANONICAL)),
  I03: broken((v) => v.or('GUEST_RFLAGS', 8n)),
  I04: broken((v) => v.clear('GUEST_RFLAGS', 2n)),
  I05: broken((v) => {
    virtual8086(v);
    v.enable('VM_ENTRY_IA32E_MODE_GUEST');
    v.or('GUEST_CR4', 0x20n);
  }),
  I06: broken((v) => (inject(v, type(0, 0x20)), v.clear('GUEST_RFLAGS', 0x200n))),
  I07: broken((v) => (v.enable('VM_ENTRY_LOAD_CET_STATE'), v.set('GUEST_SSP', 1n))),
};

function userMode(image: Image): void {
  image.set('GUEST_SS_AR_BYTES', 0xc0f3);
  image.set('GUEST_SS_SELECTOR', 0x13);
  image.set('GUEST_CS_SELECTOR', 0xb);
  image.set('GUEST_CS_AR_BYTES', 0xa0fb);
}

const HLT = 1;
const SHUTDOWN = 2;
const WAIT_FOR_SIPI = 3;

export const brokenState: Partial<Record<CheckId, Breakage>> = {
  J01: broken((v) => v.set('GUEST_ACTIVITY_STATE', 4)),
  J02: broken((v) => (userMode(v), v.set('GUEST_ACTIVITY_STATE', HLT))),
  J03: broken((v) => {
    v.set('GUEST_ACTIVITY_STATE', SHUTDOWN);
    v.set('GUEST_INTERRUPTIBILITY_INFO', 2);
  }),
  J04: broken((v) => (inject(v, type(4, 0x80)), v.set('GUEST_ACTIVITY_STATE', HLT))),
  J05: broken((v) => (inject(v, type(0, 0x20)), v.set('GUEST_ACTIVITY_STATE', SHUTDOWN))),
  J06: broken((v) => (inject(v, type(2, 2)), v.set('GUEST_ACTIVITY_STATE', WAIT_FOR_SIPI))),
  J07: broken(
    (v) => {
      v.enable('VM_ENTRY_ENTRY_TO_SMM');
      v.set('GUEST_ACTIVITY_STATE', WAIT_FOR_SIPI);
    },
    { also: ['D15', 'J14'] },
  ),
  J08: broken((v) => v.set('GUEST_INTERRUPTIBILITY_INFO', 0x20)),
  J09: broken((v) => (v.or('GUEST_RFLAGS', 0x200n), v.set('GUEST_INTERRUPTIBILITY_INFO', 3))),
  J10: broken((v) => v.set('GUEST_INTERRUPTIBILITY_INFO', 1)),
  J11: broken((v) => (inject(v, type(0, 0x20)), v.set('GUEST_INTERRUPTIBILITY_INFO', 2))),
  J12: broken((v) => (inject(v, type(2, 2)), v.set('GUEST_INTERRUPTIBILITY_INFO', 2))),
  J13: broken((v) => v.set('GUEST_INTERRUPTIBILITY_INFO', 4)),
  J14: broken((v) => v.enable('VM_ENTRY_ENTRY_TO_SMM'), { also: ['D15'] }),
  J15: broken((v) => (inject(v, type(2, 2)), v.set('GUEST_INTERRUPTIBILITY_INFO', 1))),
  J16: broken((v) => (inject(v, type(2, 2)), v.set('GUEST_INTERRUPTIBILITY_INFO', 8))),
  J17: broken((v) => v.set('GUEST_INTERRUPTIBILITY_INFO', 0x10)),
  J18: broken((v) => {
    userMode(v);
    v.or('GUEST_CR4', 1n << 32n);
    v.or('GUEST_RFLAGS', 0x200n);
    v.set('GUEST_INTERRUPTIBILITY_INFO', 1);
  }),
  J19: broken((v) => v.set('GUEST_PENDING_DBG_EXCEPTIONS', 0x10n)),
  J20: broken((v) => {
    v.or('GUEST_RFLAGS', 0x100n);
    v.set('GUEST_INTERRUPTIBILITY_INFO', 2);
  }),
  J21: broken((v) => {
    v.set('GUEST_PENDING_DBG_EXCEPTIONS', 0x4000n);
    v.set('GUEST_INTERRUPTIBILITY_INFO', 2);
  }),
  J22: broken((v) => v.set('GUEST_PENDING_DBG_EXCEPTIONS', 0x10000n), { also: ['J23'] }),
  J23: broken((v) => v.set('GUEST_PENDING_DBG_EXCEPTIONS', 0x11000n)),
  J24: broken(
    (v) => {
      v.set('GUEST_PENDING_DBG_EXCEPTIONS', 0x11000n);
      v.set('GUEST_INTERRUPTIBILITY_INFO', 2);
    },
    { also: ['J23'] },
  ),
  J25: broken((v) => v.set('VMCS_LINK_POINTER', 0x30010n)),
  J26: broken((v) => v.set('VMCS_LINK_POINTER', BEYOND)),
  J27: broken((v) => link(v, REVISION + 1)),
  J28: broken((v) => link(v, REVISION | 0x80000000)),
  J29: broken((v) => v.set('VMCS_LINK_POINTER', VMCS)),
  K01: broken((v) => {
    legacy(v);
    v.disable('ENABLE_EPT');
    v.or('GUEST_CR4', 0x20n);
    v.poke64(0x3000n, 3n);
  }),
  K02: broken((v) => {
    legacy(v);
    v.or('GUEST_CR4', 0x20n);
    v.set('GUEST_PDPTR2', 3n);
  }),
  L01: broken((v) => msrEntry(v, 0xc0000100, 0n)),
  L02: broken((v) => msrEntry(v, 0x808, 0n)),
  L03: broken((v) => msrEntry(v, 0x9b, 0n)),
  L04: broken((v) => msrEntry(v, 0x79, 0n)),
  L05: broken((v) => msrEntry(v, 0xc0000081, 0n, 1)),
  L06: broken((v) => msrEntry(v, 0x277, 2n)),
  L07: broken((v) => {
    msrEntry(v, 0xc0000081, 0n);
    v.set('VM_ENTRY_MSR_LOAD_COUNT', 513);
    for (let entry = 0n; entry < 513n; entry++) v.poke32(MSR_LIST + entry * 16n, 0xc0000081);
  }),
};
