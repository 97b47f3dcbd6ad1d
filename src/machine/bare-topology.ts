/**
 * Bare topology: the user's image runs in VMX root operation and is level L0 itself; its guest is L1. The chip does
 * entries and exits alone; the trace ring tells of them.
 */
import { State } from '../abi/state-block';
import { StopOn } from '../abi/stop-codes';
import type { Cpu } from '../cpu/cpu';
import type { Board } from '../platform/device';
import type { InitialCpuState } from '../platform/boot/boot-image';
import { BareCpu } from './bare-cpu';
import { applyInitialState } from './initial-state';
import type { LevelRegisters } from './level-state';
import { depthOf, strandAt, strandNamed, strandsOf, type StrandName } from './strand';
import type { MachineRecord } from './machine-record';
import { walkLinear, walkToHost } from './page-walk';
import type { Stage } from './stage-walk';
import type { AddressSpace, CpuSignal, EntryVisitor, SavedDriver, TopologyDriver } from './topology-driver';
import { TraceChain } from './trace-chain';
import { drainTraceRing, traceCount, traceExitReason, traceVcpu } from './trace-ring';
import type { Turns } from './turns';
import type { RegisterHome } from './register-write';
import type { VmcsName, VmcsView } from './vmcs-view';

const STOP_AT_ALL = StopOn.VM_ENTRY | StopOn.VM_EXIT | StopOn.ENTRY_FAILURE | StopOn.VM_FAIL | StopOn.FAULT;

export class BareTopology implements TopologyDriver {
  readonly strands;
  readonly outermost = 0;
  readonly innermost = 1;
  readonly runner = undefined;
  readonly l0 = undefined;
  private readonly parts: readonly BareCpu[];
  private readonly chain = new TraceChain();

  constructor(
    private readonly cpus: readonly [Cpu, ...Cpu[]],
    board: Board,
    private readonly turns: Turns,
    /** Takes a record of the chip's ring: its place in 32-bit words of the core's memory. */
    private readonly trace: (words: Uint32Array, at: number) => void,
    /** Takes a record that is more than those bytes. */
    private readonly record: (made: MachineRecord) => void,
  ) {
    this.strands = strandsOf(cpus.length, this.innermost);
    this.parts = cpus.map((cpu) => new BareCpu(cpu, board.localApics[cpu.number]!));
    this.recordsWanted(false);
  }

  /** The CPU whose turn it is. */
  private get now(): BareCpu {
    return this.parts[this.turns.current]!;
  }

  private partOf(strand: StrandName): BareCpu | undefined {
    return this.parts[strandNamed(strand).vcpu];
  }

  writeImage(address: bigint, bytes: Uint8Array): boolean {
    return this.cpus[0].physical.write(address, bytes);
  }

  readImage(address: bigint, length: number): Uint8Array | undefined {
    return this.cpus[0].physical.read(address, length)?.slice();
  }

  loadBootState(state: InitialCpuState): void {
    applyInitialState(this.cpus[0], state);
  }

  reset(): void {
    for (const part of this.parts) part.reset();
  }

  save(): SavedDriver {
    const told = { parts: this.parts.map((part) => part.save()), chain: this.chain.save() };
    return { run: undefined, told };
  }

  restore({ told }: SavedDriver): void {
    const { parts, chain } = told as { parts: unknown[]; chain: unknown };
    this.parts.forEach((part, vcpu) => part.restore(parts[vcpu]));
    this.chain.restore(chain);
  }

  prepare(): 'run' {
    return 'run';
  }

  atExit(): boolean {
    return false;
  }

  exited(): never {
    throw new Error('an exit to the embedder in the bare topology');
  }

  drain(): void {
    drainTraceRing(this.cpus[0], (words, at) => {
      if (traceExitReason(words, at) !== undefined) {
        const part = this.parts[traceVcpu(words, at)]!;
        part.exitRegisters.exited(traceCount(words, at), part.cpu);
      }
      const taken = this.chain.take(words, at);
      if (taken === 'keep') this.trace(words, at);
      else if (taken !== 'later') this.record(taken);
    });
  }

  /** A failed entry always stops the chip: whoever explains it looks at the VMCS as it was. */
  recordsWanted(wanted: boolean): void {
    this.cpus[0].set32(State.STOP_ON, wanted ? STOP_AT_ALL : StopOn.ENTRY_FAILURE);
  }

  updateInterruptLine(): void {
    this.now.updateInterruptLine();
  }

  signal(vcpu: number, signal: CpuSignal): void {
    this.parts[vcpu]!.signal(signal);
  }

  canWake(vcpu: number): boolean {
    return this.parts[vcpu]!.canWake();
  }

  deadline(): number | undefined {
    const times = this.parts.map((part) => part.deadline()).filter((time) => time !== undefined);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  emulating(): undefined {
    return undefined;
  }

  currentStrand(): StrandName {
    return this.standsIn(this.turns.current);
  }

  standsIn(vcpu: number): StrandName {
    return strandAt(vcpu, this.parts[vcpu]!.depth, this.cpus.length).name;
  }

  cpuOf(strand: StrandName): Cpu {
    return (this.partOf(strand) ?? this.now).cpu;
  }

  parentOf(strand: StrandName): StrandName | undefined {
    const { vcpu, depth } = strandNamed(strand);
    return depth === this.innermost ? strandAt(vcpu, 0, this.cpus.length).name : undefined;
  }

  isCrossing({ kind }: MachineRecord): boolean {
    return kind === 'entry' || kind === 'exit';
  }

  registers(strand: StrandName): LevelRegisters | undefined {
    return this.partOf(strand)?.registers(depthOf(strand));
  }

  registerHome(strand: StrandName): RegisterHome | undefined {
    return this.partOf(strand)?.registerHome(depthOf(strand));
  }

  translate(space: AddressSpace, address: bigint, visit?: EntryVisitor): bigint | undefined {
    if (space.kind === 'host') return address;
    const part = this.partOf(space.level);
    const depth = depthOf(space.level);
    if (!part || depth > this.innermost) return undefined;
    const { cpu } = part;
    if (space.kind === 'physical') return walkToHost(cpu, part.walkedSpace(depth), address, visit);
    const registers = part.registers(depth);
    if (!registers) return undefined;
    const physical = walkLinear(cpu, part.walkedSpace(depth), registers, address, visit);
    return physical === undefined ? undefined : walkToHost(cpu, part.walkedSpace(depth), physical, visit);
  }

  stages(strand: StrandName): Stage[] {
    const depth = depthOf(strand);
    const part = this.partOf(strand);
    const registers = part?.registers(depth);
    if (!part || !registers) return [];
    const memory = part.walkedSpace(depth);
    const physical: AddressSpace = { kind: 'physical', level: strand };
    const host: AddressSpace = { kind: 'host' };
    return [
      {
        name: 'page tables',
        from: { kind: 'linear', level: strand },
        to: depth === 0 ? host : physical,
        entries: depth === 0 ? host : physical,
        memory,
        registers,
        lazy: false,
      },
      ...(memory.ept
        ? [{ name: 'EPT' as const, from: physical, to: host, entries: host, memory, lazy: false }]
        : []),
    ];
  }

  vmcss(strand: StrandName = this.currentStrand()): VmcsView[] {
    return this.partOf(strand)?.vmcss() ?? [];
  }

  currentVmcs(strand: StrandName): VmcsName | undefined {
    return depthOf(strand) === 0 ? this.vmcss(strand)[0]?.name : undefined;
  }

  failedEntryChecks(strand: StrandName = this.currentStrand(), vmcs?: 'vmcs02'): number[] | undefined {
    return vmcs ? undefined : this.partOf(strand)?.failedEntryChecks();
  }
}
