/**
 * Nested topology: L0 is the built-in hypervisor (`src/l0`), which drives the chip as KVM drives hardware. L1 is the user's
 * image, L2 its guest.
 */
import { Region } from '../abi/memory-map';
import { State } from '../abi/state-block';
import { StopOn } from '../abi/stop-codes';
import { TraceKind } from '../abi/trace-records';
import type { Cpu } from '../cpu/cpu';
import { exitReasonByNumber } from '../isa/exit-reasons';
import { capabilityValues, cpuidRows } from '../cpu/profile';
import type { InitialCpuState } from '../platform/boot/boot-image';
import type { Board } from '../platform/device';
import {
  createL0,
  host_timer_deadline,
  request_init,
  request_nmi,
  request_sipi,
  vcpu_load_boot_state,
  wants_host_interrupt,
  type EntryResult,
  type HandleResult,
  type L0State,
} from '../l0';
import { ExitRegisters } from './exit-registers';
import { FaultAccount } from './fault-account';
import { L0Runner } from './l0-runner';
import { liveRegisters, type LevelRegisters } from './level-state';
import { depthOf, strandsOf, type StrandName } from './strand';
import type { MachineConfig } from './machine-config';
import type { MachineRecord } from './machine-record';
import type { MachineStop } from './machine-stop';
import type { WalkedSpace } from '../cpu/walk-space';
import { ept12_space, l1_space } from '../l0/nested/ept12-walk';
import { walkLinear, walkToHost } from './page-walk';
import type { AddressSpace, CpuSignal, EntryVisitor, TopologyDriver } from './topology-driver';
import { drainTraceRing, traceCause, traceFault, traceKind } from './trace-ring';
import { writeDryRunImage } from './dry-run-image';
import type { RegisterHome } from './register-write';
import { cachedVmcs12, hardwareVmcs, type VmcsName, type VmcsView } from './vmcs-view';
import { fieldReader, guestState, usesEpt, type FieldReader } from './vmcs-state';

/** Host-physical address of L1's address 0: never 0, so that mixing the two spaces shows. */
const L1_BASE = 0x2000000n;

export class NestedTopology implements TopologyDriver {
  readonly strands = strandsOf(1, 2);
  readonly outermost = 1;
  readonly innermost = 2;
  readonly runner = new L0Runner();
  l0: L0State;
  private exitRegisters = new ExitRegisters();
  private readonly account = new FaultAccount(() => this.cpu.memory);
  /** What the machine does next: let L0 enter, run the chip, or let L0 handle an exit. */
  private phase: 'enter' | 'guest' | 'exit' = 'enter';

  constructor(
    private readonly cpu: Cpu,
    private readonly board: Board,
    private readonly config: MachineConfig,
    private readonly record: (made: MachineRecord) => void,
  ) {
    this.l0 = this.createL0();
  }

  private createL0(): L0State {
    const { cpu, board, config } = this;
    return createL0(
      {
        profile: config.l0.profile,
        features: config.l0.features,
        l1Base: L1_BASE,
        l1RamBytes: config.ramBytes,
        cpuid: cpuidRows(config.cpuProfile),
        capabilities: capabilityValues(config.cpuProfile),
      },
      cpu,
      board,
      (made) => {
        if (made.kind === 'nested-exit') this.exitRegisters.exited(made.count, cpu);
        this.record(this.account.explained(made));
      },
    );
  }

  /** A fresh L0 in the same pages: vmcs01, vmcs02 and the tables are made anew, L2 is gone. */
  reset(): void {
    this.runner.abandon();
    this.exitRegisters = new ExitRegisters();
    this.l0 = this.createL0();
    this.phase = 'enter';
  }

  /** Host RAM: L0's own pages, then all of L1's. */
  static hostRamBytes(config: MachineConfig): number {
    return config.topology === 'nested' ? Number(L1_BASE) + config.ramBytes : config.ramBytes;
  }

  writeImage(address: bigint, bytes: Uint8Array): boolean {
    return this.cpu.physical.write(L1_BASE + address, bytes);
  }

  readImage(address: bigint, length: number): Uint8Array | undefined {
    return this.cpu.physical.read(L1_BASE + address, length)?.slice();
  }

  loadBootState(state: InitialCpuState): void {
    vcpu_load_boot_state(this.l0, state);
  }

  prepare(): 'run' | 'again' | 'halted' | MachineStop {
    if (this.phase === 'guest') return 'run';
    const result = this.runner.call(this.phase === 'exit' ? 'vmx_handle_exit' : 'vcpu_enter_guest', this.l0);
    return result === undefined ? { kind: 'l0' } : this.after(result);
  }

  private after(result: EntryResult | HandleResult): 'run' | 'again' | 'halted' | MachineStop {
    switch (result.kind) {
      case 'entered':
        this.phase = 'guest';
        return 'run';
      case 'resume':
      case 'again':
        this.phase = 'enter';
        return 'again';
      case 'halted':
        this.phase = 'enter';
        return 'halted';
      case 'shutdown':
        return {
          kind: 'shutdown',
          text: result.reason,
          level: 'L1',
          ...(this.account.faults && { faults: this.account.faults }),
        };
      case 'unimplemented':
        return {
          kind: 'unimplemented',
          text: `unimplemented: ${result.what}, ${result.level} RIP 0x${result.rip.toString(16)}`,
        };
    }
  }

  exited(): undefined {
    this.phase = 'exit';
    return undefined;
  }

  /** L0 tells of every exit itself; of the chip's own records only faults are news. */
  drain(): void {
    drainTraceRing(this.cpu, (words, at) => {
      const kind = traceKind(words, at);
      if (kind === TraceKind.VM_EXIT) this.account.exited(traceCause(new DataView(words.buffer), at * 4));
      if (kind !== TraceKind.FAULT) return;
      const fault = traceFault(new DataView(words.buffer), at * 4, this.inL2 ? 'L2' : 'L1');
      this.record(this.account.explained(fault));
    });
  }

  /** Every exit comes to L0, so only faults need a stop of the chip. */
  recordsWanted(wanted: boolean): void {
    this.cpu.set32(State.STOP_ON, wanted ? StopOn.FAULT : 0);
  }

  updateInterruptLine(): void {
    this.cpu.set32(State.INTR, wants_host_interrupt(this.l0) ? 1 : 0);
  }

  /** The board's APIC is L1's: its messages are for L1, and L0 takes them. */
  signal(signal: CpuSignal): void {
    if (signal.kind === 'nmi') request_nmi(this.l0);
    else if (signal.kind === 'init') request_init(this.l0);
    else request_sipi(this.l0, signal.vector);
  }

  canWake(): boolean {
    return wants_host_interrupt(this.l0);
  }

  deadline(): number | undefined {
    return host_timer_deadline(this.l0);
  }

  emulating(): { name: string; rip: bigint } | undefined {
    if (this.phase !== 'exit' || this.inL2) return undefined;
    const reason = exitReasonByNumber.get(this.l0.vmx.exit_reason & 0xffff);
    const { address } = this.l0.vmx.vmcs01;
    const rip = this.cpu.physical.view.getBigUint64(
      Region.RAM + Number(this.cpu.fieldAddress('GUEST_RIP', address)),
      true,
    );
    return reason && { name: reason.name, rip };
  }

  /** L2 is the guest: L0 has entered vmcs02 and not left it. */
  get inL2(): boolean {
    return this.l0.arch.guest_mode;
  }

  currentStrand(): StrandName {
    if (this.runner.stopped) return 'L0';
    return this.inL2 ? 'L2' : 'L1';
  }

  parentOf(strand: StrandName): StrandName | undefined {
    return depthOf(strand) === 2 ? 'L1' : undefined;
  }

  isCrossing({ kind }: MachineRecord): boolean {
    return kind === 'nested-entry' || kind === 'nested-exit';
  }

  registers(level: StrandName): LevelRegisters | undefined {
    const running = this.inL2 ? 'L2' : 'L1';
    if (level === running) return this.runningRegisters();
    if (level === 'L0') return undefined;
    const nested = this.l0.nested;
    if (level === 'L1') {
      const read = fieldReader(this.cpu, this.l0.vmx.vmcs01.address);
      return guestState(read, 'vmcs01, guest state: L1 waits in its VM entry');
    }
    // L2 exists once its VMCS is launched; until then there is nothing to go on with.
    const read = this.vmcs12Reader();
    if (!read || nested.cached_vmcs12.launch_state === 0) return undefined;
    return guestState(read, 'vmcs12, guest state', this.exitRegisters.general);
  }

  registerHome(level: StrandName): RegisterHome | undefined {
    const { vmx } = this.l0;
    const hardware = (name: 'vmcs01' | 'vmcs02') =>
      hardwareVmcs(this.cpu, name, vmx[name].address, true).write!;
    if (level === (this.inL2 ? 'L2' : 'L1')) {
      if (this.cpu.inNonRoot) return { kind: 'chip' };
      const write = hardware(vmx.loaded_vmcs.name);
      return { kind: 'vmcs', area: 'GUEST', generalInChip: true, write };
    }
    if (level === 'L0' || !this.registers(level)) return undefined;
    const write = level === 'L1' ? hardware('vmcs01') : cachedVmcs12(this.l0).write!;
    return { kind: 'vmcs', area: 'GUEST', generalInChip: false, write };
  }

  private runningRegisters(): LevelRegisters {
    if (this.cpu.inNonRoot) return liveRegisters(this.cpu);
    const gprs = Array.from({ length: 16 }, (_, index) => this.cpu.gpr(index));
    const { loaded_vmcs } = this.l0.vmx;
    return {
      ...guestState(fieldReader(this.cpu, loaded_vmcs.address), `${loaded_vmcs.name}, guest state`, gprs),
      cr2: this.cpu.get64(State.CR2),
    };
  }

  /** Reads the cached vmcs12; undefined while L1 has no current VMCS. */
  vmcs12Reader(): FieldReader | undefined {
    const { nested } = this.l0;
    if (!nested.vmxon || nested.current_vmptr === 0xffffffffffffffffn) return undefined;
    return (name) => BigInt((nested.cached_vmcs12 as unknown as Record<string, bigint | number>)[name] ?? 0);
  }

  vmcss(): VmcsView[] {
    const { vmx, nested } = this.l0;
    const hardware = (name: 'vmcs01' | 'vmcs02') => hardwareVmcs(this.cpu, name, vmx[name].address, false);
    return [
      ...(this.vmcs12Reader() ? [cachedVmcs12(this.l0)] : []),
      ...(nested.vmcs02_initialized ? [hardware('vmcs02')] : []),
      hardware('vmcs01'),
    ];
  }

  currentVmcs(level: StrandName): VmcsName | undefined {
    if (level === 'L0') return this.l0.vmx.loaded_vmcs.name;
    return level === 'L1' && this.vmcs12Reader() ? 'vmcs12' : undefined;
  }

  failedEntryChecks(vmcs?: 'vmcs02'): number[] | undefined {
    if (vmcs) return this.failedChecksOf02();
    if (!this.vmcs12Reader()) return undefined;
    writeDryRunImage(this.cpu, cachedVmcs12(this.l0), this.l0.nested.msrs);
    return this.cpu.failedChecks(Region.SCRATCH_VMCS, Region.CAPABILITIES_DRY_RUN, {
      eptp: this.l0.vmx.eptp01,
      pointer: this.l0.nested.current_vmptr,
    });
  }

  /** By what the chip itself offers: L0 is the host that enters it. */
  private failedChecksOf02(): number[] | undefined {
    const { vmx, nested } = this.l0;
    if (!nested.vmcs02_initialized) return undefined;
    const pointer = vmx.vmcs02.address;
    return this.cpu.failedChecks(Region.RAM + Number(pointer), Region.CAPABILITIES, { pointer });
  }

  translate(space: AddressSpace, address: bigint, visit?: EntryVisitor): bigint | undefined {
    if (space.kind === 'host') return address;
    if (space.level === 'L0') return address;
    const level = space.level;
    if (space.kind === 'physical') return this.toHost(level, address, visit);
    const registers = this.registers(level);
    if (!registers) return undefined;
    const physical = walkLinear(this.cpu, this.walkedSpace(level), registers, address, visit);
    return physical === undefined ? undefined : this.toHost(level, physical, visit);
  }

  private toHost(level: StrandName, physical: bigint, visit?: EntryVisitor): bigint | undefined {
    return walkToHost(this.cpu, this.walkedSpace(level), physical, visit);
  }

  /** L2's physical addresses go through ept12 (if L1 uses EPT) and then, as L1's, to host RAM. */
  private walkedSpace(level: StrandName): WalkedSpace {
    const vmcs12 = this.vmcs12Reader();
    const hasEpt12 = level === 'L2' && vmcs12 !== undefined && usesEpt(vmcs12);
    return hasEpt12 ? ept12_space(this.l0, vmcs12('EPT_POINTER')) : l1_space(this.l0);
  }
}
