/**
 * The VMCSs of a machine, all read the same way: those the chip knows, and L0's cached vmcs12. What a reader wants of one
 * besides its fields stands here too: where it is, its launch state, and what control bits its owner may set in it.
 */
import { CapabilityTable } from '../abi/tables';
import { Region } from '../abi/memory-map';
import { LaunchState, VmcsPage } from '../abi/vmcs-page';
import { isCanonical } from '../cpu/canonical';
import type { Cpu } from '../cpu/cpu';
import { msr, type MsrName } from '../isa/msrs';
import { vmcsField, vmcsFields, type FieldName } from '../isa/vmcs-fields';
import type { ControlWord } from '../isa/vmx-controls';
import { maxphyaddr } from '../l0/nested/ept12-walk';
import { vmcs12_offset, VMCS12_REVISION, type Vcpu } from '../l0';
import { offeredMsrs } from './offered-msrs';

export { merge_rules, type MergeRule } from '../l0';

export type VmcsName = 'vmcs12' | 'vmcs02' | 'vmcs01';

/** What a capability MSR says about a word of controls. */
export interface ControlLimits {
  /** Bits that must be 1. */
  readonly required: bigint;
  /** Bits that may be 1. */
  readonly offered: bigint;
}

export interface VmcsView {
  readonly name: VmcsName;
  /** Physical address: the host's for the chip's VMCSs, L1's for vmcs12. */
  readonly pointer: bigint;
  readonly launched: boolean;
  readonly revision: number;
  /** False for a field this VMCS's format has no place for (VMREAD of it fails with error 12). */
  has(name: FieldName): boolean;
  /** The field, zero-extended; 0 for a field it does not have. */
  read(name: FieldName): bigint;
  /** Writes a field; `value` is cut to its width. Undefined where nobody outside may write. */
  readonly write: ((name: FieldName, value: bigint) => void) | undefined;
  /** What whoever fills this VMCS in may set. */
  limits(word: ControlWord): ControlLimits;
  /** A VMX capability MSR as whoever fills this VMCS in reads it. */
  capability(name: MsrName): bigint;
  /** Bits of the physical addresses that may stand in it (MAXPHYADDR). */
  readonly addressBits: number;
  /** May the linear address stand in it as an address? */
  isCanonical(linear: bigint): boolean;
  /** RIP of the VMWRITE that wrote a field last; undefined when none did, or where its owner uses none (`writersKnown`). */
  writer(name: FieldName): bigint | undefined;
  /** Its owner fills it in by VMWRITE, and who wrote what is known. */
  readonly writersKnown: boolean;
}

const TRUE_MSRS: Readonly<Record<ControlWord, MsrName>> = {
  pin: 'IA32_VMX_TRUE_PINBASED_CTLS',
  primary: 'IA32_VMX_TRUE_PROCBASED_CTLS',
  secondary: 'IA32_VMX_PROCBASED_CTLS2',
  tertiary: 'IA32_VMX_PROCBASED_CTLS3',
  exit: 'IA32_VMX_TRUE_EXIT_CTLS',
  'secondary-exit': 'IA32_VMX_EXIT_CTLS2',
  entry: 'IA32_VMX_TRUE_ENTRY_CTLS',
};

/** A VMCS page the chip knows. `writable`: it belongs to the user's program (bare topology). */
export function hardwareVmcs(cpu: Cpu, name: VmcsName, pointer: bigint, writable: boolean): VmcsView {
  const word = (offset: VmcsPage) => cpu.physical.read32(pointer + BigInt(offset)) ?? 0;
  return {
    name,
    pointer,
    launched: word(VmcsPage.LAUNCH_STATE) === (LaunchState.LAUNCHED as number),
    revision: word(VmcsPage.REVISION),
    has: () => true,
    read: (field) => BigInt(cpu.vmread(field, pointer)),
    write: writable ? (field, value) => cpu.vmwrite(field, fieldValue(field, value), pointer) : undefined,
    limits: (control) => limitsOf(control, chipCapability(cpu, TRUE_MSRS[control])),
    capability: (msrName) => chipCapability(cpu, msrName),
    get addressBits() {
      return cpu.physicalAddressBits();
    },
    isCanonical,
    writer: (field) => cpu.fieldWriter(field, pointer),
    writersKnown: writable,
  };
}

/** The cached vmcs12 of L0: what L1 sees and wrote. Writes take effect at L1's next VM entry. */
export function cachedVmcs12(l0: Vcpu): VmcsView {
  const fields = l0.nested.cached_vmcs12 as unknown as Record<string, bigint | number>;
  let offered: ReadonlyMap<MsrName, bigint> | undefined;
  const capability = (name: MsrName): bigint => (offered ??= offeredMsrs(l0.nested.msrs)).get(name) ?? 0n;
  return {
    name: 'vmcs12',
    pointer: l0.nested.current_vmptr,
    launched: l0.nested.cached_vmcs12.launch_state !== 0,
    revision: VMCS12_REVISION,
    has: (field) => vmcs12_offset(field) !== undefined,
    read: (field) => BigInt(fields[field] ?? 0),
    write: (field, value) => {
      fields[field] = fieldValue(field, value);
      // vmcs02 copies rarely written fields only when this says so.
      l0.nested.dirty_vmcs12 = true;
    },
    limits: (control) => limitsOf(control, capability(TRUE_MSRS[control])),
    capability,
    get addressBits() {
      return maxphyaddr(l0);
    },
    isCanonical,
    writer: (field) => l0.nested.field_writers[l0.nested.current_vmptr.toString(16)]?.[field],
    writersKnown: true,
  };
}

/** `value` cut to the field's width, in the type such fields have. */
function fieldValue(name: FieldName, value: bigint): number | bigint {
  const { width } = vmcsField[name];
  if (width === 16 || width === 32) return Number(BigInt.asUintN(width, value));
  return BigInt.asUintN(64, value);
}

function chipCapability(cpu: Cpu, name: MsrName): bigint {
  const index = msr[name].number - msr.IA32_VMX_BASIC.number;
  return new DataView(cpu.memory).getBigUint64(
    Region.CAPABILITIES + index * CapabilityTable.ENTRY_SIZE,
    true,
  );
}

/** Tertiary and secondary exit controls have 64 bits that may be 1; the others two halves (SDM A.3). */
function limitsOf(word: ControlWord, value: bigint): ControlLimits {
  if (word === 'tertiary' || word === 'secondary-exit') return { required: 0n, offered: value };
  return { required: value & 0xffffffffn, offered: value >> 32n };
}

/** A VMCS as it stands now, for later. */
export function frozenVmcs(view: VmcsView): VmcsView {
  const values = new Map(vmcsFields.map(({ name }) => [name, view.read(name)]));
  const writers = new Map(vmcsFields.map(({ name }) => [name, view.writer(name)]));
  return {
    ...view,
    read: (name) => values.get(name)!,
    writer: (name) => writers.get(name),
    write: undefined,
  };
}
