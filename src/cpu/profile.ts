/**
 * Turns a CPU profile of isa (names) into what the chip reads (register values): CPUID answers, VMX capability MSRs and the
 * reset values of MSRs. The only place that does so; L0 starts from the same values.
 */
import { Region } from '../abi/memory-map';
import { State } from '../abi/state-block';
import { CapabilityTable, CpuidTable } from '../abi/tables';
import { cr4Features } from '../isa/cr4-features';
import { cpuidFeature, cpuidNumbers, cpuProfiles, type CpuProfileName } from '../isa/cpuid';
import type { CpuProfileRow } from '../isa/cpu-profiles';
import { msr, type MsrName } from '../isa/msrs';
import { vmcsFields } from '../isa/vmcs-fields';
import { control, default1, type ControlWord } from '../isa/vmx-controls';
import type { Cpu } from './cpu';
import { msrBits, msrField } from './msr-bits';
import { msrSlot } from './msr-slots';
import { registerMask } from './register-bits';

const TOPOLOGY_LEAF = 0xb;
/** Leaf 0BH ECX: where the level's type stands, and types. */
const LEVEL_TYPE = 8;
const LEVEL_SMT = 1;
const LEVEL_CORE = 2;

/** One answer of CPUID; `subleaf` undefined means any. Unsigned 32-bit values. */
export interface CpuidAnswer {
  readonly leaf: number;
  readonly subleaf?: number;
  readonly eax: number;
  readonly ebx: number;
  readonly ecx: number;
  readonly edx: number;
}

type Registers = Record<'eax' | 'ebx' | 'ecx' | 'edx', number>;

function profileRow(named: CpuProfileName | CpuProfileRow): CpuProfileRow {
  return typeof named === 'string' ? cpuProfiles[named] : named;
}

/** CPUID answers of a profile, in ascending order of leaf and subleaf; its ID every CPU puts in itself. */
export function cpuidRows(named: CpuProfileName | CpuProfileRow, cpus = 1): CpuidAnswer[] {
  const profile = profileRow(named);
  const answers = new Map<string, { leaf: number; subleaf?: number } & Registers>();
  // Leaves whose answer depends on ECX; all others answer the same for any subleaf.
  const leaves = profile.leaves.filter(({ feature }) =>
    [feature ?? []].flat().every((name) => profile.features.includes(name)),
  );
  const indexed = new Set(leaves.filter((row) => row.subleaf !== undefined).map((row) => row.leaf));
  const at = (leaf: number, subleaf: number) => {
    const key = `${leaf}/${indexed.has(leaf) ? subleaf : 0}`;
    let answer = answers.get(key);
    if (!answer) {
      answer = { leaf, ...(indexed.has(leaf) && { subleaf }), eax: 0, ebx: 0, ecx: 0, edx: 0 };
      answers.set(key, answer);
    }
    return answer;
  };
  const [b, d, c] = [0, 4, 8].map((start) => word(profile.vendor, start));
  Object.assign(at(0, 0), { ebx: b, edx: d, ecx: c });
  for (const { leaf, subleaf, eax, ebx, ecx, edx } of leaves)
    Object.assign(at(leaf, subleaf ?? 0), { eax, ebx, ecx, edx });
  for (const feature of profile.features) {
    const { leaf, subleaf, register, bit } = cpuidFeature[feature];
    const answer = at(leaf, subleaf);
    answer[register] = (answer[register] | (1 << bit)) >>> 0;
  }
  for (const [key, value] of Object.entries(profile.numbers)) {
    const { leaf, subleaf, register, low } = cpuidNumbers[key as keyof typeof cpuidNumbers];
    const answer = at(leaf, subleaf);
    answer[register] = (answer[register] | (value << low)) >>> 0;
  }
  const brand = profile.brand.padEnd(48, '\0');
  for (let part = 0; part < 3; part++)
    ['eax', 'ebx', 'ecx', 'edx'].forEach((register, index) => {
      at(0x80000002 + part, 0)[register as keyof Registers] = word(brand, part * 16 + index * 4);
    });
  if (cpus > 1) addTopology(at, cpus);
  return [...answers.values()].sort((x, y) => x.leaf - y.leaf || (x.subleaf ?? 0) - (y.subleaf ?? 0));
}

/** Leaves 1 and 0BH for a package of several cores with one logical processor each (SDM CPUID; 8.9.3). */
function addTopology(at: (leaf: number, subleaf: number) => Registers, cpus: number): void {
  const idBits = Math.ceil(Math.log2(cpus));
  const features = at(1, 0);
  const { high, low } = cpuidNumbers.LOGICAL_PROCESSORS;
  const field = ((1 << (high - low + 1)) - 1) << low;
  features.ebx = ((features.ebx & ~field) | ((1 << idBits) << low)) >>> 0;
  features.edx = (features.edx | (1 << cpuidFeature.HTT.bit)) >>> 0;
  if (at(0, 0).eax < TOPOLOGY_LEAF) return;
  Object.assign(at(TOPOLOGY_LEAF, 0), { eax: 0, ebx: 1, ecx: LEVEL_SMT << LEVEL_TYPE });
  Object.assign(at(TOPOLOGY_LEAF, 1), { eax: idBits, ebx: cpus, ecx: (LEVEL_CORE << LEVEL_TYPE) | 1 });
}

/** Four characters as CPUID packs them into a register. */
function word(text: string, start: number): number {
  let value = 0;
  for (let i = 3; i >= 0; i--) value = (value << 8) | text.charCodeAt(start + i);
  return value >>> 0;
}

/** CR4 bits that the profile's features bring: setting another one is #GP(0). */
export function claimedCr4({ features }: Pick<CpuProfileRow, 'features'>): string[] {
  return Object.entries(cr4Features).flatMap(([bit, brings]) =>
    brings.some((feature) => features.includes(feature)) ? [bit] : [],
  );
}

/** IA32_VMX_BASIC to IA32_VMX_EXIT_CTLS2, in MSR order. */
export function capabilityValues(named: CpuProfileName | CpuProfileRow): bigint[] {
  const profile = profileRow(named);
  const { vmx } = profile;
  const offered = (wordName: ControlWord) =>
    vmx.controls[wordName].reduce((sum, bit) => sum | (1n << BigInt(control[bit].bit)), 0n);
  // Low half: bits that must be 1. High half: bits that may be 1.
  const limits = (wordName: ControlWord, kind: 'plain' | 'true'): bigint => {
    const must = BigInt(default1[wordName][kind]);
    return (((offered(wordName) | BigInt(default1[wordName].plain)) & 0xffffffffn) << 32n) | must;
  };
  const cr = (format: 'cr0' | 'cr4', bits: readonly string[]) =>
    bits.reduce((sum, bit) => sum | registerMask(format, bit), 0n);
  const highestIndex = Math.max(...vmcsFields.map((field) => field.index));
  const values: Partial<Record<MsrName, bigint>> = {
    IA32_VMX_BASIC:
      BigInt(vmx.revision) |
      msrField('IA32_VMX_BASIC', 'REGION_SIZE', BigInt(vmx.regionSize)) |
      msrField('IA32_VMX_BASIC', 'MEMORY_TYPE', 6n) |
      msrBits('IA32_VMX_BASIC', vmx.basic),
    IA32_VMX_PINBASED_CTLS: limits('pin', 'plain'),
    IA32_VMX_PROCBASED_CTLS: limits('primary', 'plain'),
    IA32_VMX_EXIT_CTLS: limits('exit', 'plain'),
    IA32_VMX_ENTRY_CTLS: limits('entry', 'plain'),
    IA32_VMX_MISC:
      BigInt(vmx.timerRate) |
      msrField('IA32_VMX_MISC', 'CR3_TARGETS', BigInt(vmx.cr3Targets)) |
      msrField('IA32_VMX_MISC', 'MSR_LIST_MAX', BigInt(vmx.msrListMax)) |
      msrBits('IA32_VMX_MISC', vmx.misc),
    IA32_VMX_CR0_FIXED0: cr('cr0', vmx.cr0Fixed1),
    IA32_VMX_CR0_FIXED1: 0xffffffffn,
    IA32_VMX_CR4_FIXED0: cr('cr4', vmx.cr4Fixed1),
    IA32_VMX_CR4_FIXED1: cr('cr4', claimedCr4(profile)),
    IA32_VMX_VMCS_ENUM: msrField('IA32_VMX_VMCS_ENUM', 'MAX_INDEX', BigInt(highestIndex)),
    IA32_VMX_PROCBASED_CTLS2: limits('secondary', 'plain'),
    IA32_VMX_EPT_VPID_CAP: msrBits('IA32_VMX_EPT_VPID_CAP', vmx.eptVpid),
    IA32_VMX_TRUE_PINBASED_CTLS: limits('pin', 'true'),
    IA32_VMX_TRUE_PROCBASED_CTLS: limits('primary', 'true'),
    IA32_VMX_TRUE_EXIT_CTLS: limits('exit', 'true'),
    IA32_VMX_TRUE_ENTRY_CTLS: limits('entry', 'true'),
    IA32_VMX_VMFUNC: msrBits('IA32_VMX_VMFUNC', vmx.vmFunctions),
    // Tertiary and secondary exit controls are 64 bits of "may be 1".
    IA32_VMX_PROCBASED_CTLS3: offered('tertiary'),
    IA32_VMX_EXIT_CTLS2: offered('secondary-exit'),
  };
  const first = msr.IA32_VMX_BASIC.number;
  const result = new Array<bigint>(CapabilityTable.ENTRIES).fill(0n);
  for (const [msrName, value] of Object.entries(values))
    result[msr[msrName as MsrName].number - first] = value;
  return result;
}

/** Writes capability MSR values where the core reads them; `region` is Region.CAPABILITIES or the dry run's. */
export function writeCapabilities(cpu: Cpu, values: readonly bigint[], region: Region): void {
  const view = new DataView(cpu.memory);
  values.forEach((value, index) =>
    view.setBigUint64(region + index * CapabilityTable.ENTRY_SIZE, value, true),
  );
}

/** Makes a freshly reset chip the processor that the profile describes. */
export function applyProfile(cpu: Cpu, named: CpuProfileName | CpuProfileRow, cpus = 1): void {
  const profile = profileRow(named);
  const view = new DataView(cpu.memory);
  const rows = cpuidRows(profile, cpus);
  view.setUint32(Region.CPUID + CpuidTable.COUNT, rows.length, true);
  rows.forEach((row, index) => {
    const at = Region.CPUID + CpuidTable.ROWS + index * CpuidTable.ROW_SIZE;
    view.setUint32(at + CpuidTable.LEAF, row.leaf, true);
    view.setUint32(at + CpuidTable.SUBLEAF, row.subleaf ?? CpuidTable.ANY_SUBLEAF, true);
    view.setUint32(at + CpuidTable.EAX, row.eax, true);
    view.setUint32(at + CpuidTable.EBX, row.ebx, true);
    view.setUint32(at + CpuidTable.ECX, row.ecx, true);
    view.setUint32(at + CpuidTable.EDX, row.edx, true);
  });
  writeCapabilities(cpu, capabilityValues(profile), Region.CAPABILITIES);
  cpu.set32(State.ENTRY_TICKS, profile.transitionTicks.entry);
  cpu.set32(State.EXIT_TICKS, profile.transitionTicks.exit);
  for (const [msrName, value] of Object.entries(profile.msrs)) {
    const place = msrSlot(msrName);
    if (place !== undefined) cpu.set64(place, value);
  }
}
