// A chip in VMX root operation with a VMCS that passes every check: a 64-bit guest under EPT, a 64-bit host. Tests break
// one thing in it. Knows the fields by name only.
import { Region } from '../../../src/abi/memory-map';
import { Seg, State } from '../../../src/abi/state-block';
import { type VmcsPage } from '../../../src/abi/vmcs-page';
import { Cpu } from '../../../src/cpu/cpu';
import { applyProfile, capabilityValues, writeCapabilities } from '../../../src/cpu/profile';
import { entryChecks } from '../../../src/isa/entry-checks';
import type { CpuProfileName } from '../../../src/isa/cpu-profiles';
import { msr, type MsrName } from '../../../src/isa/msrs';
import { control, controlWords, default1, type ControlName } from '../../../src/isa/vmx-controls';
import { vmcsField, type FieldName } from '../../../src/isa/vmcs-fields';
import type { Bus } from '../../../src/cpu/bus';

export const RAM_BYTES = 16 << 20;
/** Where the fixtures lie in host-physical memory. */
export const VMXON_REGION = 0x200000n;
export const VMCS = 0x201000n;
export const EPT_ROOT = 0x210000n;
export const MSR_LIST = 0x220000n;
export const VIRTUAL_APIC = 0x224000n;
export const NO_POINTER = 0xffffffffffffffffn;

/** A bus without devices: reads give ones, MSRs outside the core do not exist. */
export const emptyBus: Bus = {
  portRead: () => 0xffffffff,
  portWrite: () => undefined,
  memoryRead: () => 0xffffffff,
  memoryWrite: () => undefined,
  msrRead: () => undefined,
  msrWrite: () => false,
  interruptAcknowledge: () => 0x40,
  taskPriorityRead: () => 0,
  taskPriorityWrite: () => undefined,
};

/** Capability MSR values, by MSR name. */
export class Capabilities {
  readonly values: bigint[];

  constructor(profile: CpuProfileName = 'turtle-64') {
    this.values = capabilityValues(profile);
  }

  get(name: MsrName): bigint {
    return this.values[this.index(name)] ?? 0n;
  }

  set(name: MsrName, value: bigint): void {
    this.values[this.index(name)] = value;
  }

  private index(name: MsrName): number {
    return msr[name].number - msr.IA32_VMX_BASIC.number;
  }

  /** Every control may be 1, every CR4 bit and EPT feature exists: for rules about what the chip itself does not offer. */
  static generous(): Capabilities {
    const all = new Capabilities();
    for (const name of ['PINBASED', 'PROCBASED', 'EXIT', 'ENTRY'] as const)
      for (const kind of ['', 'TRUE_'] as const) {
        const word = `IA32_VMX_${kind}${name}_CTLS` as MsrName;
        all.set(word, all.get(word) | (0xffffffffn << 32n));
      }
    all.set('IA32_VMX_PROCBASED_CTLS2', 0xffffffffn << 32n);
    all.set('IA32_VMX_PROCBASED_CTLS3', NO_POINTER);
    all.set('IA32_VMX_EXIT_CTLS2', NO_POINTER);
    all.set('IA32_VMX_CR4_FIXED1', NO_POINTER);
    all.set('IA32_VMX_VMFUNC', 1n);
    return all;
  }
}

/** One VMCS image in RAM under construction. */
export class Image {
  constructor(private readonly cpu: Cpu) {}

  get(name: FieldName): bigint {
    return BigInt(this.cpu.vmread(name, VMCS));
  }

  set(name: FieldName, value: bigint | number): void {
    const narrow = vmcsField[name].width === 16 || vmcsField[name].width === 32;
    this.cpu.vmwrite(name, narrow ? Number(value) : BigInt.asUintN(64, BigInt(value)), VMCS);
  }

  or(name: FieldName, bits: bigint | number): void {
    this.set(name, this.get(name) | BigInt(bits));
  }

  clear(name: FieldName, bits: bigint | number): void {
    this.set(name, this.get(name) & ~BigInt(bits));
  }

  /** Sets controls, and the control that activates their word. */
  enable(...names: ControlName[]): void {
    for (const name of names) {
      const { word, bit } = control[name];
      this.or(controlWords[word].field, 1n << BigInt(bit));
      const row = controlWords[word];
      if ('activatedBy' in row) this.enable(row.activatedBy);
    }
  }

  disable(...names: ControlName[]): void {
    for (const name of names)
      this.clear(controlWords[control[name].word].field, 1n << BigInt(control[name].bit));
  }

  /** A physical 32-bit word outside the image. */
  poke32(address: bigint, value: number): void {
    new DataView(this.cpu.memory).setUint32(Region.RAM + Number(address), value >>> 0, true);
  }

  poke64(address: bigint, value: bigint): void {
    new DataView(this.cpu.memory).setBigUint64(Region.RAM + Number(address), value, true);
  }
}

const CODE_64 = 0xa09b;
const DATA = 0xc093;
const BUSY_TSS = 0x8b;
const UNUSABLE = 0x10000;

function fillControls(image: Image): void {
  image.set('PIN_BASED_VM_EXEC_CONTROL', default1.pin.true);
  image.set('CPU_BASED_VM_EXEC_CONTROL', default1.primary.true);
  image.set('SECONDARY_VM_EXEC_CONTROL', 0);
  image.set('VM_EXIT_CONTROLS', default1.exit.true);
  image.set('VM_ENTRY_CONTROLS', default1.entry.true);
  image.enable('EXTERNAL_INTERRUPT_EXITING', 'NMI_EXITING', 'VIRTUAL_NMIS', 'HLT_EXITING', 'ENABLE_EPT');
  image.enable('VM_EXIT_HOST_ADDRESS_SPACE_SIZE', 'VM_EXIT_LOAD_IA32_EFER', 'VM_EXIT_LOAD_IA32_PAT');
  image.enable('VM_ENTRY_IA32E_MODE_GUEST', 'VM_ENTRY_LOAD_IA32_EFER', 'VM_ENTRY_LOAD_IA32_PAT');
  image.enable('VM_ENTRY_LOAD_DEBUG_CONTROLS', 'VM_EXIT_SAVE_DEBUG_CONTROLS');
  // Write-back tables, four levels.
  image.set('EPT_POINTER', EPT_ROOT | 0x1en);
  image.set('VMCS_LINK_POINTER', NO_POINTER);
}

const PAT = 0x0007040600070406n;
const LONG_MODE = 0x500n;

function fillHost(image: Image): void {
  image.set('HOST_CR0', 0x80000021n);
  image.set('HOST_CR3', 0x3000n);
  image.set('HOST_CR4', 0x2020n);
  image.set('HOST_IA32_EFER', LONG_MODE);
  image.set('HOST_IA32_PAT', PAT);
  for (const name of ['ES', 'SS', 'DS', 'FS', 'GS'] as const) image.set(`HOST_${name}_SELECTOR`, 0x10);
  image.set('HOST_CS_SELECTOR', 8);
  image.set('HOST_TR_SELECTOR', 0x18);
  image.set('HOST_RIP', 0x8000n);
  image.set('HOST_RSP', 0x9000n);
}

function fillGuest(image: Image): void {
  image.set('GUEST_CR0', 0x80000021n);
  image.set('GUEST_CR3', 0x3000n);
  image.set('GUEST_CR4', 0x2020n);
  image.set('GUEST_IA32_EFER', LONG_MODE);
  image.set('GUEST_IA32_PAT', PAT);
  image.set('GUEST_DR7', 0x400n);
  for (const name of ['ES', 'SS', 'DS', 'FS', 'GS'] as const) {
    image.set(`GUEST_${name}_SELECTOR`, 0x10);
    image.set(`GUEST_${name}_LIMIT`, 0xffffffff);
    image.set(`GUEST_${name}_AR_BYTES`, DATA);
  }
  image.set('GUEST_CS_SELECTOR', 8);
  image.set('GUEST_CS_LIMIT', 0xffffffff);
  image.set('GUEST_CS_AR_BYTES', CODE_64);
  image.set('GUEST_TR_SELECTOR', 0x18);
  image.set('GUEST_TR_LIMIT', 0x67);
  image.set('GUEST_TR_AR_BYTES', BUSY_TSS);
  image.set('GUEST_LDTR_AR_BYTES', UNUSABLE);
  image.set('GUEST_GDTR_LIMIT', 0xffff);
  image.set('GUEST_IDTR_LIMIT', 0xffff);
  image.set('GUEST_RFLAGS', 2n);
  image.set('GUEST_RIP', 0x4000n);
  image.set('GUEST_RSP', 0x5000n);
}

/** Fields of a valid VMCS: 64-bit guest and host, code at 4000H and 8000H, page tables at 3000H. */
export function fillValid(image: Image): void {
  fillControls(image);
  fillHost(image);
  fillGuest(image);
}

/** A chip whose current VMCS is valid and clear, with the embedder as VMX root program. */
export class Fixture {
  readonly image: Image;
  readonly capabilities: Capabilities;

  constructor(
    capabilities = new Capabilities(),
    readonly cpu = new Cpu(RAM_BYTES, emptyBus),
    profile: CpuProfileName = 'turtle-64',
  ) {
    this.capabilities = capabilities;
    this.image = new Image(cpu);
    applyProfile(this.cpu, profile);
    this.cpu.set64(State.CR0, 0x80000031n);
    this.cpu.set64(State.CR4, 0x2020n);
    this.cpu.set64(State.CR3, 0x3000n);
    this.cpu.set64(State.EFER, LONG_MODE);
    this.cpu.setSegment(Seg.CS, { selector: 8, base: 0n, limit: 0xffffffff, access: CODE_64 });
    this.cpu.setSegment(Seg.SS, { selector: 0x10, base: 0n, limit: 0xffffffff, access: DATA });
    this.cpu.stateReplaced();
    const revision = Number(this.capabilities.get('IA32_VMX_BASIC') & 0x7fffffffn);
    this.image.poke32(VMXON_REGION, revision);
    this.image.poke32(VMCS, revision);
    this.cpu.vmxon(VMXON_REGION);
    this.cpu.vmclear(VMCS);
    this.cpu.vmptrld(VMCS);
    fillValid(this.image);
    this.useCapabilities();
  }

  /** Call after `capabilities` changed. */
  useCapabilities(): void {
    writeCapabilities(this.cpu, this.capabilities.values, Region.CAPABILITIES);
  }

  /** Ids of all checks that the image fails. */
  failing(): string[] {
    return this.cpu
      .failedChecks(Region.RAM + Number(VMCS), Region.CAPABILITIES, { pointer: VMCS })
      .map((row) => entryChecks[row]?.id ?? `row ${row}`);
  }

  /** Ids of the checks that the chip can fail. */
  implemented(): string[] {
    return this.cpu.implementedChecks().map((row) => entryChecks[row]?.id ?? `row ${row}`);
  }

  /** Word of the region page, for launch state and abort indicator. */
  region32(offset: VmcsPage): number {
    return new DataView(this.cpu.memory).getUint32(Region.RAM + Number(VMCS) + offset, true);
  }
}
