/**
 * What differs between the topologies: who is in VMX root operation, and how the machine brings the chip to run. Interface only.
 */
import type { Cpu } from '../cpu/cpu';
import type { InitialCpuState } from '../platform/boot/boot-image';
import type { Vcpu } from '../l0';
import type { AddressSpace } from './address-space';
import type { L0Runner } from './l0-runner';
import type { LevelRegisters } from './level-state';
import type { MachineRecord } from './machine-record';
import type { Strand, StrandName } from './strand';
import type { MachineStop } from './machine-stop';
import type { RegisterHome } from './register-write';
import type { Stage } from './stage-walk';
import type { VmcsName, VmcsView } from './vmcs-view';

export type { AddressSpace } from './address-space';

/** Gets the host-physical address of a paging-structure entry. */
export type EntryVisitor = (entry: bigint) => void;

/** A message of the APIC bus that is no interrupt (SDM 10.6.1). */
export type CpuSignal =
  | { readonly kind: 'nmi' }
  | { readonly kind: 'init' }
  | { readonly kind: 'startup'; readonly vector: number };

/** Plain data. */
export interface SavedDriver {
  /** What the run depends on. */
  readonly run: unknown;
  /** What records and views depend on; it may differ with the slices of a run. */
  readonly told: unknown;
}

export interface TopologyDriver {
  /** Every strand there can be, by CPU and depth; the built-in L0's among them. */
  readonly strands: readonly Strand[];
  /** Depth of the user's outermost program, whose strands nothing of the user's has for a guest; of the innermost guest. */
  readonly outermost: number;
  readonly innermost: number;
  readonly runner: L0Runner | undefined;
  /** What the built-in L0 keeps of the CPU whose turn it is; undefined without an L0. */
  readonly l0: Vcpu | undefined;
  /** Writes bytes of the boot image at a physical address of the user's program. False outside RAM. */
  writeImage(address: bigint, bytes: Uint8Array): boolean;
  /** A copy of RAM of the user's program, at its physical address. Undefined outside RAM. */
  readImage(address: bigint, length: number): Uint8Array | undefined;
  loadBootState(state: InitialCpuState): void;
  /** The chip was reset: everything begins anew. */
  reset(): void;

  /** What it keeps besides chip, RAM and board. Not while L0 is stopped inside. */
  save(): SavedDriver;
  restore(saved: SavedDriver): void;

  /** Brings the chip to the point where `cpu.run` executes the guest. */
  prepare(): 'run' | 'again' | 'halted' | MachineStop;
  /** After Stop.VM_EXIT: hand the exit to L0. */
  exited(): MachineStop | undefined;
  /** An exit waits for L0, which has done nothing for it yet. */
  atExit(): boolean;
  /** Collects records the chip made by itself. */
  drain(): void;
  /** Records are (not) looked at: stop the chip at each event if nothing else does. */
  recordsWanted(wanted: boolean): void;
  /** Carries the interrupt controller's request to the CPU whose turn it is. */
  updateInterruptLine(): void;
  /** An NMI, INIT or start-up message reached a CPU. */
  signal(vcpu: number, signal: CpuSignal): void;
  /** A CPU halts: is there an event that wakes it now? */
  canWake(vcpu: number): boolean;
  /** Tick at which the driver itself needs control (timers of the chip or of L0, on any CPU). */
  deadline(): number | undefined;

  /** The instruction of L1 that L0 emulates at this moment; undefined when L0 does something else. */
  emulating(): { readonly name: string; readonly rip: bigint } | undefined;

  /** Strand whose instructions the chip runs, or will run next; L0's while L0 is stopped inside. */
  currentStrand(): StrandName;
  /** The same of another CPU: what it runs when its turn comes. */
  standsIn(vcpu: number): StrandName;
  /** The CPU a strand runs on. */
  cpuOf(strand: StrandName): Cpu;
  /** The user's strand that gets exits of `strand`; undefined for an outermost program. */
  parentOf(strand: StrandName): StrandName | undefined;
  /** The user's hypervisor enters its guest, or its guest exits to it. What L0 does for itself is no crossing. */
  isCrossing(record: MachineRecord): boolean;
  /** Registers of a level; undefined when the level does not exist now. */
  registers(level: StrandName): LevelRegisters | undefined;
  /** Where the registers of a level can be written; undefined when the level does not exist now. */
  registerHome(level: StrandName): RegisterHome | undefined;
  /**
   * Host-physical address; undefined when not mapped.
   * @param visit told the host-physical address of every paging-structure entry that is read on the way
   */
  translate(space: AddressSpace, address: bigint, visit?: EntryVisitor): bigint | undefined;
  /**
   * The tables behind the linear and the physical addresses of a level, in the order they are walked; none of a level that does not
   * exist now, or whose addresses are the host's.
   */
  stages(level: StrandName): Stage[];
  /** The VMCSs of a CPU (the strand's; else that whose turn it is); in the bare topology the current one of the program, as `vmcs01`. */
  /** Where L0 keeps one of its own VMCSs, whether anything is in it yet or not. */
  hardwareVmcs?(name: VmcsName): bigint | undefined;
  vmcss(strand?: StrandName): VmcsView[];
  /** The one of them that VMREAD and VMWRITE at this level work on; undefined when it has none. */
  currentVmcs(level: StrandName): VmcsName | undefined;
  /**
   * Indexes (rows of isa/entry-checks) of all checks the VMCS of the user's program fails as it stands, or vmcs02, which L0 makes of
   * it; undefined when there is none.
   */
  failedEntryChecks(strand?: StrandName, vmcs?: 'vmcs02'): number[] | undefined;
}
