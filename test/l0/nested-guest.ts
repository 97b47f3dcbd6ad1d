/**
 * A machine with L1 standing where a hypervisor stands before VMLAUNCH: long mode, VMX on, a complete
 * vmcs12 cached by L0, ept12 with 4-KByte pages, and L2's tables and code in L1's memory. Tests change what
 * they are about and let L0 enter.
 *
 * L2's guest-physical addresses equal L1's here (ept12 maps 2 MByte one to one), host-physical ones do not.
 */
import assert from 'node:assert/strict';
import { Stop } from '../../src/abi/stop-codes';
import { Cpu } from '../../src/cpu/cpu';
import type { CpuProfileName } from '../../src/isa/cpu-profiles';
import { applyProfile, capabilityValues, cpuidRows } from '../../src/cpu/profile';
import {
  createL0,
  host_timer_deadline,
  vcpu_enter_guest,
  vcpu_load_boot_state,
  vmx_handle_exit,
  wants_host_interrupt,
  type L0Config,
} from '../../src/l0';
import type { L0Record } from '../../src/l0/records';
import { nested_vmx_run } from '../../src/l0/nested/enter';
import { new_vmcs12, VMCS12_REVISION, type Vmcs12 } from '../../src/l0/nested/vmcs12';
import type { Vcpu } from '../../src/l0/vcpu';
import { State } from '../../src/abi/state-block';
import { createBoard } from '../../src/platform/board';
import type { InitialCpuState } from '../../src/platform/boot/boot-image';

const L1_BASE = 0x800000n;
const L1_RAM = 0x400000;

/** Places in L1's memory, the same for L2. */
export const PLACE = {
  PML4: 0x1000n,
  PDPT: 0x2000n,
  PAGE_DIRECTORY: 0x3000n,
  /** Page table of L2's linear 2 to 4 MByte. */
  PAGE_TABLE: 0x4000n,
  GDT: 0x5000n,
  IDT: 0x6000n,
  TSS: 0x7000n,
  CODE: 0x8000n,
  HANDLER: 0x9000n,
  STACK_TOP: 0xb000n,
  VMXON: 0xc000n,
  VMCS12: 0xd000n,
  EPT_PML4: 0x10000n,
  EPT_PDPT: 0x11000n,
  EPT_DIRECTORY: 0x12000n,
  EPT_TABLE: 0x13000n,
  IO_BITMAP_A: 0x14000n,
  IO_BITMAP_B: 0x15000n,
  MSR_BITMAP: 0x16000n,
  MSR_LIST: 0x17000n,
  /** Code of L1 under test, and a place for its operands. */
  L1_CODE: 0x19000n,
  OPERAND: 0x1a000n,
  L1_STACK: 0x1f000n,
  /** L1's exit handler. */
  HOST_CODE: 0x18000n,
} as const;

/** Linear address of L2 that no page table entry maps. */
export const UNMAPPED = 0x200000n;

const CODE_64 = 0xa09b;
const DATA = 0xc093;
const TSS_BUSY = 0x8b;

export interface NestedGuest {
  vcpu: Vcpu;
  cpu: Cpu;
  records: L0Record[];
  vmcs12: Vmcs12;
  /** Writes bytes at an address of L1. */
  poke: (gpa: bigint, bytes: readonly number[]) => void;
  poke64: (gpa: bigint, value: bigint) => void;
  peek64: (gpa: bigint) => bigint;
  /** Removes the ept12 entry of a page, or gives it other bits. */
  setEpt12: (gpa: bigint, entry: bigint) => void;
  /** VMLAUNCH as L1 would execute it. */
  launch: () => void;
  /** Runs until L1 has an exit of L2; returns its record. */
  runToNestedExit: () => Extract<L0Record, { kind: 'nested-exit' }>;
  /** Runs `code` as L1, from its first byte to the HLT that is put behind it. */
  runL1: (code: readonly number[]) => void;
  /** Records of one kind, in order. */
  of: <K extends L0Record['kind']>(kind: K) => Extract<L0Record, { kind: K }>[];
}

function bootState(): InitialCpuState {
  const data = { selector: 0x10, base: 0n, limit: 0xffffffff, access: DATA };
  return {
    mode: 'long64',
    registers: new Array<bigint>(16).fill(0n),
    rip: PLACE.HOST_CODE,
    rflags: 2n,
    cr0: 0x80000031n,
    cr3: PLACE.PML4,
    cr4: 0x2020n,
    efer: 0x500n,
    segments: {
      es: data,
      cs: { selector: 8, base: 0n, limit: 0xffffffff, access: CODE_64 },
      ss: data,
      ds: data,
      fs: data,
      gs: data,
      ldtr: { selector: 0, base: 0n, limit: 0, access: 0x10000 },
      tr: { selector: 0x18, base: PLACE.TSS, limit: 0x67, access: TSS_BUSY },
    },
    gdtr: { base: PLACE.GDT, limit: 0xff },
    idtr: { base: PLACE.IDT, limit: 0xfff },
  };
}

/** A vmcs12 that passes every check: 64-bit host, 64-bit guest at PLACE.CODE, EPT, HLT exiting. */
function validVmcs12(vcpu: Vcpu): Vmcs12 {
  const msrs = vcpu.nested.msrs;
  const vmcs12 = new_vmcs12();
  Object.assign(vmcs12, {
    revision_id: VMCS12_REVISION,
    PIN_BASED_VM_EXEC_CONTROL: msrs.pinbased.low | 1 | 8,
    CPU_BASED_VM_EXEC_CONTROL: (msrs.procbased.low | 0x80 | 0x80000000) >>> 0,
    SECONDARY_VM_EXEC_CONTROL: 2,
    VM_EXIT_CONTROLS: msrs.exit.low | 0x200 | 0x200000,
    VM_ENTRY_CONTROLS: msrs.entry.low | 0x200 | 0x8000,
    VMCS_LINK_POINTER: 0xffffffffffffffffn,
    EPT_POINTER: PLACE.EPT_PML4 | 0x1en,
    HOST_CR0: 0x80000031n,
    HOST_CR3: PLACE.PML4,
    HOST_CR4: 0x2020n,
    HOST_IA32_EFER: 0x500n,
    HOST_CS_SELECTOR: 8,
    HOST_SS_SELECTOR: 0x10,
    HOST_DS_SELECTOR: 0x10,
    HOST_ES_SELECTOR: 0x10,
    HOST_FS_SELECTOR: 0x10,
    HOST_GS_SELECTOR: 0x10,
    HOST_TR_SELECTOR: 0x18,
    HOST_TR_BASE: PLACE.TSS,
    HOST_GDTR_BASE: PLACE.GDT,
    HOST_IDTR_BASE: PLACE.IDT,
    HOST_RIP: PLACE.HOST_CODE,
    HOST_RSP: PLACE.L1_STACK,
    GUEST_CR0: 0x80000031n,
    GUEST_CR3: PLACE.PML4,
    GUEST_CR4: 0x2020n,
    GUEST_IA32_EFER: 0x500n,
    GUEST_RIP: PLACE.CODE,
    GUEST_RSP: PLACE.STACK_TOP,
    GUEST_RFLAGS: 2n,
    GUEST_DR7: 0x400n,
    GUEST_GDTR_BASE: PLACE.GDT,
    GUEST_GDTR_LIMIT: 0xff,
    GUEST_IDTR_BASE: PLACE.IDT,
    GUEST_IDTR_LIMIT: 0xfff,
    GUEST_LDTR_AR_BYTES: 0x10000,
    GUEST_TR_SELECTOR: 0x18,
    GUEST_TR_BASE: PLACE.TSS,
    GUEST_TR_LIMIT: 0x67,
    GUEST_TR_AR_BYTES: TSS_BUSY,
    GUEST_CS_SELECTOR: 8,
    GUEST_CS_LIMIT: 0xffffffff,
    GUEST_CS_AR_BYTES: CODE_64,
  });
  for (const name of ['ES', 'SS', 'DS', 'FS', 'GS'] as const) {
    vmcs12[`GUEST_${name}_SELECTOR`] = 0x10;
    vmcs12[`GUEST_${name}_LIMIT`] = 0xffffffff;
    vmcs12[`GUEST_${name}_AR_BYTES`] = DATA;
  }
  return vmcs12;
}

/** Interrupt gate to PLACE.HANDLER. */
function gate(handler: bigint): bigint[] {
  const low = (handler & 0xffffn) | (8n << 16n) | (0x8en << 40n) | (((handler >> 16n) & 0xffffn) << 48n);
  return [low, handler >> 32n];
}

export function createVcpu(
  features: L0Config['features'] = {},
  profile: CpuProfileName = 'turtle-64',
): {
  vcpu: Vcpu;
  cpu: Cpu;
  records: L0Record[];
} {
  const cpu = new Cpu(Number(L1_BASE) + L1_RAM, {
    portRead: () => 0xffffffff,
    portWrite: () => undefined,
    memoryRead: () => 0xffffffff,
    memoryWrite: () => undefined,
    msrRead: () => undefined,
    msrWrite: () => false,
    interruptAcknowledge: () => {
      cpu.set32(State.INTR, 0);
      return 0xec;
    },
    taskPriorityRead: () => 0,
    taskPriorityWrite: () => undefined,
  });
  applyProfile(cpu, profile);
  const board = createBoard({
    ramBytes: L1_RAM,
    cpus: 1,
    serial: () => undefined,
    debugExit: () => undefined,
    shutdown: () => undefined,
    reset: () => undefined,
  });
  const records: L0Record[] = [];
  const [vcpu] = createL0(
    {
      profile: 'kvm-6.12',
      l1Base: L1_BASE,
      l1RamBytes: L1_RAM,
      cpuid: cpuidRows(profile),
      capabilities: capabilityValues(profile),
      features,
    },
    [cpu],
    board,
    (record) => records.push(record),
  ).vcpus as [Vcpu];
  vcpu_load_boot_state(vcpu, bootState());
  return { vcpu, cpu, records };
}

/**
 * Runs the chip to its next exit as the machine does: not past L0's timer, with the interrupt line as L0
 * wants it.
 */
function runChip(vcpu: Vcpu): Stop {
  const { cpu } = vcpu;
  const limit = cpu.retired + 5000n;
  for (;;) {
    cpu.set32(State.INTR, wants_host_interrupt(vcpu) ? 1 : 0);
    const timer = host_timer_deadline(vcpu);
    const deadline = timer === undefined || BigInt(timer) > limit ? limit : BigInt(timer);
    const stop = cpu.run(deadline);
    if (stop !== Stop.BUDGET || cpu.retired >= limit) return stop;
  }
}

/** @param code bytes L2 executes at PLACE.CODE; HLT follows */
export function createNestedGuest(
  code: readonly number[],
  features: L0Config['features'] = {},
  profile: CpuProfileName = 'turtle-64',
): NestedGuest {
  const { vcpu, cpu, records } = createVcpu(features, profile);
  const view = cpu.physical;
  const poke = (gpa: bigint, bytes: readonly number[]) =>
    void view.write(L1_BASE + gpa, Uint8Array.from(bytes));
  const poke64 = (gpa: bigint, value: bigint) => void view.write64(L1_BASE + gpa, value);
  const peek64 = (gpa: bigint) => view.read64(L1_BASE + gpa) ?? 0n;
  const setEpt12 = (gpa: bigint, entry: bigint) => poke64(PLACE.EPT_TABLE + (gpa >> 12n) * 8n, entry);

  poke64(PLACE.PML4, PLACE.PDPT | 3n);
  poke64(PLACE.PDPT, PLACE.PAGE_DIRECTORY | 3n);
  poke64(PLACE.PAGE_DIRECTORY, 0x83n);
  poke64(PLACE.PAGE_DIRECTORY + 8n, PLACE.PAGE_TABLE | 3n);
  poke64(PLACE.EPT_PML4, PLACE.EPT_PDPT | 7n);
  poke64(PLACE.EPT_PDPT, PLACE.EPT_DIRECTORY | 7n);
  poke64(PLACE.EPT_DIRECTORY, PLACE.EPT_TABLE | 7n);
  for (let page = 0n; page < 512n; page++) setEpt12(page << 12n, (page << 12n) | 0x37n);
  poke64(PLACE.GDT + 8n, 0x00af9b000000ffffn);
  poke64(PLACE.GDT + 0x10n, 0x00cf93000000ffffn);
  for (let vector = 0n; vector < 256n; vector++) {
    const [low, high] = gate(PLACE.HANDLER);
    poke64(PLACE.IDT + vector * 16n, low!);
    poke64(PLACE.IDT + vector * 16n + 8n, high!);
  }
  poke(PLACE.CODE, [...code, 0xf4]);
  poke(PLACE.HANDLER, [0xf4]);
  poke(PLACE.HOST_CODE, [0xf4]);

  vcpu.nested.vmxon = true;
  vcpu.nested.vmxon_ptr = PLACE.VMXON;
  vcpu.nested.current_vmptr = PLACE.VMCS12;
  vcpu.nested.cached_vmcs12 = validVmcs12(vcpu);
  vcpu.nested.dirty_vmcs12 = true;

  const launch = () => {
    vcpu.vmx.exit_reason = 20;
    const gap = nested_vmx_run(vcpu, vcpu.nested.cached_vmcs12.launch_state === 0);
    assert.equal(gap, undefined);
  };
  const runToNestedExit = () => {
    const before = records.length;
    for (let turn = 0; turn < 200; turn++) {
      const found = records.slice(before).find((record) => record.kind === 'nested-exit');
      if (found) return found;
      const entry = vcpu_enter_guest(vcpu);
      if (entry.kind === 'again') continue;
      if (entry.kind === 'halted') continue;
      assert.equal(
        entry.kind,
        'entered',
        JSON.stringify(entry, (_, value: unknown) => String(value)),
      );
      const stop = runChip(vcpu);
      assert.equal(stop, Stop.VM_EXIT, `the chip stopped with ${stop}, detail ${cpu.stopDetail}`);
      const handled = vmx_handle_exit(vcpu);
      assert.equal(
        handled.kind,
        'resume',
        JSON.stringify(handled, (_, value: unknown) => String(value)),
      );
    }
    assert.fail('L1 got no exit');
  };
  const runL1 = (code1: readonly number[]) => {
    poke(PLACE.L1_CODE, [...code1, 0xf4]);
    cpu.vmwrite('GUEST_RIP', PLACE.L1_CODE);
    cpu.vmwrite('GUEST_RSP', PLACE.L1_STACK);
    vcpu.arch.mp_state = 'runnable';
    for (let turn = 0; turn < 200; turn++) {
      const entry = vcpu_enter_guest(vcpu);
      if (entry.kind === 'halted') return;
      if (entry.kind === 'again') continue;
      assert.equal(
        entry.kind,
        'entered',
        JSON.stringify(entry, (_, value: unknown) => String(value)),
      );
      assert.equal(runChip(vcpu), Stop.VM_EXIT);
      const handled = vmx_handle_exit(vcpu);
      assert.equal(
        handled.kind,
        'resume',
        JSON.stringify(handled, (_, value: unknown) => String(value)),
      );
    }
    assert.fail('L1 did not come to its HLT');
  };
  return {
    vcpu,
    cpu,
    records,
    runL1,
    vmcs12: vcpu.nested.cached_vmcs12,
    poke,
    poke64,
    peek64,
    setEpt12,
    launch,
    runToNestedExit,
    of: (kind) => records.filter((record) => record.kind === kind) as never,
  };
}
