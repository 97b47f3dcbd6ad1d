/**
 * Bare topology: the user's image runs in VMX root operation and is level L0 itself; its guest is L1. The chip does
 * entries and exits alone; the trace ring tells of them.
 */
import { Region } from '../abi/memory-map';
import { State } from '../abi/state-block';
import { StopOn } from '../abi/stop-codes';
import { NONE_64, type Cpu } from '../cpu/cpu';
import type { Board } from '../platform/device';
import type { InitialCpuState } from '../platform/boot/boot-image';
import { ExitRegisters } from './exit-registers';
import { applyInitialState } from './initial-state';
import { liveRegisters, type LevelRegisters } from './level-state';
import { depthOf, strandsOf, type StrandName } from './strand';
import type { MachineRecord } from './machine-record';
import type { WalkedSpace } from '../cpu/walk-space';
import { walkLinear, walkToHost } from './page-walk';
import type { AddressSpace, CpuSignal, EntryVisitor, TopologyDriver } from './topology-driver';
import { TraceChain } from './trace-chain';
import { drainTraceRing, traceCount, traceExitReason } from './trace-ring';
import type { RegisterHome } from './register-write';
import { hardwareVmcs, type VmcsName, type VmcsView } from './vmcs-view';
import { fieldReader, guestState, hostState, usesEpt } from './vmcs-state';

/** Set in State.SIPI beside the vector. */
const SIPI_PENDING = 0x100;
const STOP_AT_ALL = StopOn.VM_ENTRY | StopOn.VM_EXIT | StopOn.ENTRY_FAILURE | StopOn.VM_FAIL | StopOn.FAULT;

export class BareTopology implements TopologyDriver {
  readonly strands = strandsOf(1, 1);
  readonly outermost = 0;
  readonly innermost = 1;
  readonly runner = undefined;
  readonly l0 = undefined;
  private exitRegisters = new ExitRegisters();
  private readonly chain = new TraceChain();

  constructor(
    private readonly cpu: Cpu,
    private readonly board: Board,
    /** Takes a record of the chip's ring: its place in 32-bit words of the core's memory. */
    private readonly trace: (words: Uint32Array, at: number) => void,
    /** Takes a record that is more than those bytes. */
    private readonly record: (made: MachineRecord) => void,
  ) {}

  writeImage(address: bigint, bytes: Uint8Array): boolean {
    return this.cpu.physical.write(address, bytes);
  }

  readImage(address: bigint, length: number): Uint8Array | undefined {
    return this.cpu.physical.read(address, length)?.slice();
  }

  loadBootState(state: InitialCpuState): void {
    applyInitialState(this.cpu, state);
    this.recordsWanted(false);
  }

  reset(): void {
    this.exitRegisters = new ExitRegisters();
  }

  prepare(): 'run' {
    return 'run';
  }

  exited(): never {
    throw new Error('an exit to the embedder in the bare topology');
  }

  drain(): void {
    drainTraceRing(this.cpu, (words, at) => {
      if (traceExitReason(words, at) !== undefined)
        this.exitRegisters.exited(traceCount(words, at), this.cpu);
      const taken = this.chain.take(words, at);
      if (taken === 'keep') this.trace(words, at);
      else if (taken !== 'later') this.record(taken);
    });
  }

  /** A failed entry always stops the chip: whoever explains it looks at the VMCS as it was. */
  recordsWanted(wanted: boolean): void {
    this.cpu.set32(State.STOP_ON, wanted ? STOP_AT_ALL : StopOn.ENTRY_FAILURE);
  }

  updateInterruptLine(): void {
    this.cpu.set32(State.INTR, this.board.localApic.interruptRequested() ? 1 : 0);
  }

  signal(signal: CpuSignal): void {
    if (signal.kind === 'nmi') this.cpu.set32(State.NMI, 1);
    else if (signal.kind === 'init') this.cpu.set32(State.INIT, 1);
    else this.cpu.set32(State.SIPI, SIPI_PENDING | signal.vector);
  }

  canWake(): boolean {
    if (this.cpu.get32(State.INTR) !== 0 || this.cpu.get32(State.NMI) !== 0) return true;
    const now = this.cpu.retired + this.cpu.get64(State.TIME_SKEW);
    return now >= this.cpu.get64(State.PREEMPTION_DEADLINE);
  }

  /** The VMX-preemption timer runs on while the guest halts. */
  deadline(): number | undefined {
    const deadline = this.cpu.get64(State.PREEMPTION_DEADLINE);
    return deadline === NONE_64 ? undefined : Number(deadline);
  }

  emulating(): undefined {
    return undefined;
  }

  currentStrand(): StrandName {
    return this.cpu.inNonRoot ? 'L1' : 'L0';
  }

  parentOf(strand: StrandName): StrandName | undefined {
    return depthOf(strand) === 1 ? 'L0' : undefined;
  }

  isCrossing({ kind }: MachineRecord): boolean {
    return kind === 'entry' || kind === 'exit';
  }

  registers(level: StrandName): LevelRegisters | undefined {
    if (level === this.currentStrand()) return liveRegisters(this.cpu);
    if (this.cpu.currentVmcs === NONE_64) return undefined;
    const read = fieldReader(this.cpu, this.cpu.currentVmcs);
    if (level === 'L0') return hostState(read, 'VMCS, host state');
    // The guest exists once its VMCS is launched; until then there is nothing to go on with.
    const exists = level === 'L1' && this.vmcss()[0]?.launched === true;
    return exists ? guestState(read, 'VMCS, guest state', this.exitRegisters.general) : undefined;
  }

  registerHome(level: StrandName): RegisterHome | undefined {
    if (level === this.currentStrand()) return { kind: 'chip' };
    const write = this.vmcss()[0]?.write;
    if (!write || level === 'L2') return undefined;
    return { kind: 'vmcs', area: level === 'L0' ? 'HOST' : 'GUEST', generalInChip: false, write };
  }

  translate(space: AddressSpace, address: bigint, visit?: EntryVisitor): bigint | undefined {
    if (space.kind === 'host' || space.level === 'L2') return space.kind === 'host' ? address : undefined;
    if (space.kind === 'physical') return this.toHost(space.level, address, visit);
    const registers = this.registers(space.level);
    if (!registers) return undefined;
    const physical = walkLinear(this.cpu, this.walkedSpace(space.level), registers, address, visit);
    return physical === undefined ? undefined : this.toHost(space.level, physical, visit);
  }

  vmcss(): VmcsView[] {
    const { currentVmcs } = this.cpu;
    return currentVmcs === NONE_64 ? [] : [hardwareVmcs(this.cpu, 'vmcs01', currentVmcs, true)];
  }

  currentVmcs(level: StrandName): VmcsName | undefined {
    return level === 'L0' ? this.vmcss()[0]?.name : undefined;
  }

  failedEntryChecks(vmcs?: 'vmcs02'): number[] | undefined {
    const { currentVmcs } = this.cpu;
    if (vmcs || currentVmcs === NONE_64) return undefined;
    return this.cpu.failedChecks(Region.RAM + Number(currentVmcs), Region.CAPABILITIES, {
      pointer: currentVmcs,
    });
  }

  private toHost(level: StrandName, physical: bigint, visit?: EntryVisitor): bigint | undefined {
    return walkToHost(this.cpu, this.walkedSpace(level), physical, visit);
  }

  /** L0's physical addresses are the host's; L1's go through its EPT, if it has one. */
  private walkedSpace(level: StrandName): WalkedSpace {
    const memory = { base: 0n, size: BigInt(this.cpu.ramBytes) };
    if (level === 'L0' || this.cpu.currentVmcs === NONE_64) return memory;
    const read = fieldReader(this.cpu, this.cpu.currentVmcs);
    return usesEpt(read) ? { ...memory, ept: { pointer: read('EPT_POINTER') } } : memory;
  }
}
