/**
 * Nested topology: L0 is the built-in hypervisor (`src/l0`), which drives the chip as KVM drives hardware. L1 is the user's
 * image, L2 its guest.
 */
import { State } from '../abi/state-block';
import { StopOn } from '../abi/stop-codes';
import { TraceKind } from '../abi/trace-records';
import type { Cpu } from '../cpu/cpu';
import { capabilityValues, cpuidRows } from '../cpu/profile';
import type { InitialCpuState } from '../platform/boot/boot-image';
import type { Board } from '../platform/device';
import {
  createL0,
  host_timer_deadline,
  restoreL0,
  saveL0,
  vcpu_load_boot_state,
  wants_host_interrupt,
  type L0Record,
  type Vcpu,
  type Vm,
} from '../l0';
import { L0Runner } from './l0-runner';
import type { LevelRegisters } from './level-state';
import { depthOf, strandAt, strandNamed, strandsOf, type StrandName } from './strand';
import type { MachineConfig } from './machine-config';
import type { MachineRecord } from './machine-record';
import type { MachineStop } from './machine-stop';
import { NestedCpu } from './nested-cpu';
import { walkLinear, walkToHost } from './page-walk';
import type { Stage } from './stage-walk';
import type { AddressSpace, CpuSignal, EntryVisitor, SavedDriver, TopologyDriver } from './topology-driver';
import { drainTraceRing, traceCause, traceFault, traceKind, traceVcpu } from './trace-ring';
import type { Turns } from './turns';
import type { RegisterHome } from './register-write';
import type { VmcsName, VmcsView } from './vmcs-view';

/** Host-physical address of L1's address 0: never 0, so that mixing the two spaces shows. */
const L1_BASE = 0x2000000n;

export class NestedTopology implements TopologyDriver {
  readonly strands;
  readonly outermost = 1;
  readonly innermost = 2;
  readonly runner = new L0Runner();
  private parts: readonly NestedCpu[] = [];
  private vm!: Vm;

  constructor(
    private readonly cpus: readonly [Cpu, ...Cpu[]],
    private readonly board: Board,
    private readonly turns: Turns,
    private readonly config: MachineConfig,
    private readonly record: (made: MachineRecord) => void,
  ) {
    this.strands = strandsOf(cpus.length, this.innermost);
    this.reset();
  }

  /** A fresh L0 in the same pages: VMCSs and tables are made anew, L2 is gone. */
  reset(): void {
    this.runner.abandon();
    this.vm = this.createVm();
    this.parts = this.vm.vcpus.map(
      (vcpu) => new NestedCpu(vcpu.cpu, vcpu, this.runner, (depth) => this.nameOf(vcpu.id, depth)),
    );
  }

  save(): SavedDriver {
    const phases = this.parts.map(({ phase }) => phase);
    const run = { completed: this.runner.completed, l0: saveL0(this.vm), phases };
    return { run, told: this.parts.map((part) => part.save()) };
  }

  restore({ run, told }: SavedDriver): void {
    const { completed, l0, phases } = run as { completed: number; l0: unknown; phases: NestedCpu['phase'][] };
    this.runner.abandon();
    this.runner.completed = completed;
    restoreL0(this.vm, l0);
    this.parts.forEach((part, vcpu) => {
      part.phase = phases[vcpu]!;
      part.restore((told as unknown[])[vcpu]);
    });
  }

  private createVm(): Vm {
    const { cpus, board, config } = this;
    return createL0(
      {
        profile: config.l0.profile,
        features: config.l0.features,
        l1Base: L1_BASE,
        l1RamBytes: config.ramBytes,
        cpuid: cpuidRows(config.cpuProfile, cpus.length),
        capabilities: capabilityValues(config.cpuProfile),
      },
      cpus,
      board,
      (made, vcpu) => this.told(made, vcpu.id),
    );
  }

  private told(made: L0Record, vcpu: number): void {
    const part = this.parts[vcpu]!;
    if (made.kind === 'nested-exit') part.exitRegisters.exited(made.count, part.cpu);
    const explained = part.account.explained(made);
    this.record(vcpu === 0 ? explained : { ...explained, vcpu });
  }

  private nameOf(vcpu: number, depth: number): StrandName {
    return strandAt(vcpu, depth, this.cpus.length).name;
  }

  /** The CPU whose turn it is. */
  private get now(): NestedCpu {
    return this.parts[this.turns.current]!;
  }

  private partOf(strand: StrandName): NestedCpu | undefined {
    return this.parts[strandNamed(strand).vcpu];
  }

  get l0(): Vcpu {
    return this.now.vcpu;
  }

  /** Host RAM: L0's own pages, then all of L1's. */
  static hostRamBytes(config: MachineConfig): number {
    return config.topology === 'nested' ? Number(L1_BASE) + config.ramBytes : config.ramBytes;
  }

  writeImage(address: bigint, bytes: Uint8Array): boolean {
    return this.cpus[0].physical.write(L1_BASE + address, bytes);
  }

  readImage(address: bigint, length: number): Uint8Array | undefined {
    return this.cpus[0].physical.read(L1_BASE + address, length)?.slice();
  }

  loadBootState(state: InitialCpuState): void {
    vcpu_load_boot_state(this.parts[0]!.vcpu, state);
  }

  prepare(): 'run' | 'again' | 'halted' | MachineStop {
    return this.now.prepare();
  }

  atExit(): boolean {
    return this.now.phase === 'exit';
  }

  exited(): undefined {
    this.now.phase = 'exit';
    return undefined;
  }

  /** L0 tells of every exit itself; of the chip's own records only faults are news. */
  drain(): void {
    drainTraceRing(this.cpus[0], (words, at) => {
      const kind = traceKind(words, at);
      const part = this.parts[traceVcpu(words, at)]!;
      if (kind === TraceKind.VM_EXIT) part.account.exited(traceCause(new DataView(words.buffer), at * 4));
      if (kind !== TraceKind.FAULT) return;
      const fault = traceFault(new DataView(words.buffer), at * 4, part.vcpu.arch.guest_mode ? 'L2' : 'L1');
      this.record(part.account.explained(fault));
    });
  }

  /** Every exit comes to L0, so only faults need a stop of the chip. */
  recordsWanted(wanted: boolean): void {
    this.cpus[0].set32(State.STOP_ON, wanted ? StopOn.FAULT : 0);
  }

  updateInterruptLine(): void {
    this.now.updateInterruptLine();
  }

  signal(vcpu: number, signal: CpuSignal): void {
    this.parts[vcpu]!.signal(signal);
  }

  canWake(vcpu: number): boolean {
    return wants_host_interrupt(this.parts[vcpu]!.vcpu);
  }

  deadline(): number | undefined {
    const times = this.parts
      .map(({ vcpu }) => host_timer_deadline(vcpu))
      .filter((time) => time !== undefined);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  emulating(): { name: string; rip: bigint } | undefined {
    return this.now.emulating();
  }

  currentStrand(): StrandName {
    const vcpu = this.turns.current;
    return this.runner.stopped ? this.nameOf(vcpu, 0) : this.standsIn(vcpu);
  }

  standsIn(vcpu: number): StrandName {
    return this.nameOf(vcpu, this.parts[vcpu]!.depth);
  }

  cpuOf(strand: StrandName): Cpu {
    return (this.partOf(strand) ?? this.now).cpu;
  }

  parentOf(strand: StrandName): StrandName | undefined {
    const { vcpu, depth } = strandNamed(strand);
    return depth > this.outermost ? this.nameOf(vcpu, depth - 1) : undefined;
  }

  isCrossing({ kind }: MachineRecord): boolean {
    return kind === 'nested-entry' || kind === 'nested-exit';
  }

  registers(strand: StrandName): LevelRegisters | undefined {
    return this.partOf(strand)?.registers(depthOf(strand));
  }

  registerHome(strand: StrandName): RegisterHome | undefined {
    return this.partOf(strand)?.registerHome(depthOf(strand));
  }

  vmcss(strand: StrandName = this.currentStrand()): VmcsView[] {
    return this.partOf(strand)?.vmcss() ?? [];
  }

  hardwareVmcs(name: VmcsName): bigint | undefined {
    return name === 'vmcs12' ? undefined : this.l0.vmx[name].address;
  }

  currentVmcs(strand: StrandName): VmcsName | undefined {
    return this.partOf(strand)?.currentVmcs(depthOf(strand));
  }

  failedEntryChecks(strand: StrandName = this.currentStrand(), vmcs?: 'vmcs02'): number[] | undefined {
    return this.partOf(strand)?.failedEntryChecks(vmcs);
  }

  stages(strand: StrandName): Stage[] {
    return this.partOf(strand)?.stages(depthOf(strand)) ?? [];
  }

  translate(space: AddressSpace, address: bigint, visit?: EntryVisitor): bigint | undefined {
    if (space.kind === 'host') return address;
    const part = this.partOf(space.level);
    const depth = depthOf(space.level);
    if (!part) return undefined;
    if (depth === 0) return address;
    const { cpu } = part;
    if (space.kind === 'physical') return walkToHost(cpu, part.walkedSpace(depth), address, visit);
    const registers = part.registers(depth);
    if (!registers) return undefined;
    const physical = walkLinear(cpu, part.walkedSpace(depth), registers, address, visit);
    return physical === undefined ? undefined : walkToHost(cpu, part.walkedSpace(depth), physical, visit);
  }
}
