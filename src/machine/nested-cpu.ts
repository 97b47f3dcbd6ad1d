/**
 * One CPU of the nested topology, with its vCPU: what L0 does for it next, and where the registers, VMCSs and memory of L1
 * (depth 1) and L2 (depth 2) are now.
 */
import { Region } from '../abi/memory-map';
import { State } from '../abi/state-block';
import { NONE_64, type Cpu } from '../cpu/cpu';
import type { WalkedSpace } from '../cpu/walk-space';
import { exitReasonByNumber } from '../isa/exit-reasons';
import {
  request_init,
  request_nmi,
  request_sipi,
  wants_host_interrupt,
  type EntryResult,
  type HandleResult,
  type Vcpu,
} from '../l0';
import { ept12_space, l1_space } from '../l0/nested/ept12-walk';
import { writeDryRunImage } from './dry-run-image';
import { ExitRegisters } from './exit-registers';
import { FaultAccount } from './fault-account';
import type { L0Runner } from './l0-runner';
import { liveRegisters, type LevelRegisters } from './level-state';
import type { MachineStop } from './machine-stop';
import type { RegisterHome } from './register-write';
import type { AddressSpace } from './address-space';
import type { Stage } from './stage-walk';
import type { StrandName } from './strand';
import type { CpuSignal } from './topology-driver';
import { cachedVmcs12, hardwareVmcs, type VmcsName, type VmcsView } from './vmcs-view';
import { fieldReader, guestState, usesEpt, type FieldReader } from './vmcs-state';

const L1 = 1;
const L2 = 2;
const BASIC_REASON = 0xffff;

export class NestedCpu {
  readonly exitRegisters = new ExitRegisters();
  readonly account: FaultAccount;
  /** What the machine does next: let L0 enter, run the chip, or let L0 handle an exit. */
  phase: 'enter' | 'guest' | 'exit' = 'enter';
  /** When L0 last found its vCPU halted: calls that were complete then, and ticks. */
  private halted = '';

  constructor(
    readonly cpu: Cpu,
    readonly vcpu: Vcpu,
    private readonly runner: L0Runner,
    /** Name of the strand at a depth. */
    private readonly strand: (depth: number) => StrandName,
  ) {
    this.account = new FaultAccount(() => cpu.memory);
  }

  /** What is told of the guest; the phase is the driver's to keep. */
  save(): unknown {
    return { exitRegisters: this.exitRegisters.save(), account: this.account.save(), halted: this.halted };
  }

  restore(saved: unknown): void {
    const { exitRegisters, account, halted } = saved as {
      exitRegisters: unknown;
      account: unknown;
      halted: string;
    };
    this.halted = halted;
    this.exitRegisters.restore(exitRegisters);
    this.account.restore(account);
  }

  /** Level of the guest that L0 runs, or runs next. */
  get depth(): number {
    return this.vcpu.arch.guest_mode ? L2 : L1;
  }

  prepare(): 'run' | 'again' | 'halted' | MachineStop {
    if (this.phase === 'guest') return 'run';
    const entry = this.phase === 'exit' ? 'vmx_handle_exit' : 'vcpu_enter_guest';
    const result = this.runner.call(entry, this.vcpu);
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
        this.foundHalted();
        return 'halted';
      case 'shutdown':
        return {
          kind: 'shutdown',
          text: result.reason,
          level: this.strand(L1),
          ...(result.abort === 0
            ? this.account.faults && { faults: this.account.faults }
            : { abort: result.abort, ...(result.refused && { refused: result.refused }) }),
        };
      case 'unimplemented': {
        const where = this.strand(result.level === 'L2' ? L2 : L1);
        return {
          kind: 'unimplemented',
          text: `unimplemented: ${result.what}, ${where} RIP 0x${result.rip.toString(16)}`,
        };
      }
    }
  }

  /** Asked once more before anything has happened, L0 does nothing: how often somebody asks is no part of the run. */
  private foundHalted(): void {
    const { runner, cpu } = this;
    const time = cpu.retired + cpu.get64(State.TIME_SKEW);
    if (this.halted === `${runner.completed - 1} ${time}`) runner.completed--;
    this.halted = `${runner.completed} ${time}`;
  }

  updateInterruptLine(): void {
    this.cpu.set32(State.INTR, wants_host_interrupt(this.vcpu) ? 1 : 0);
  }

  /** The board's APIC is L1's: its messages are for L1, and L0 takes them. */
  signal(signal: CpuSignal): void {
    if (signal.kind === 'nmi') request_nmi(this.vcpu);
    else if (signal.kind === 'init') request_init(this.vcpu);
    else request_sipi(this.vcpu, signal.vector);
  }

  emulating(): { name: string; rip: bigint } | undefined {
    if (this.phase !== 'exit' || this.depth === L2) return undefined;
    const reason = exitReasonByNumber.get(this.vcpu.vmx.exit_reason & BASIC_REASON);
    const { address } = this.vcpu.vmx.vmcs01;
    const rip = this.cpu.physical.view.getBigUint64(
      Region.RAM + Number(this.cpu.fieldAddress('GUEST_RIP', address)),
      true,
    );
    return reason && { name: reason.name, rip };
  }

  registers(depth: number): LevelRegisters | undefined {
    if (depth === this.depth) return this.runningRegisters();
    const { nested, vmx } = this.vcpu;
    if (depth === L1)
      return guestState(
        fieldReader(this.cpu, vmx.vmcs01.address),
        'vmcs01, guest state: L1 waits in its VM entry',
      );
    // L2 exists once its VMCS is launched; until then there is nothing to go on with.
    const read = this.vmcs12Reader();
    if (depth !== L2 || !read || nested.cached_vmcs12.launch_state === 0) return undefined;
    return guestState(read, 'vmcs12, guest state', this.exitRegisters.general);
  }

  registerHome(depth: number): RegisterHome | undefined {
    const { vmx } = this.vcpu;
    const hardware = (name: 'vmcs01' | 'vmcs02') =>
      hardwareVmcs(this.cpu, name, vmx[name].address, true).write!;
    if (depth === this.depth) {
      if (this.cpu.inNonRoot) return { kind: 'chip' };
      const write = hardware(vmx.loaded_vmcs.name);
      return { kind: 'vmcs', area: 'GUEST', generalInChip: true, write };
    }
    if (!this.registers(depth)) return undefined;
    const write = depth === L1 ? hardware('vmcs01') : cachedVmcs12(this.vcpu).write!;
    return { kind: 'vmcs', area: 'GUEST', generalInChip: false, write };
  }

  private runningRegisters(): LevelRegisters {
    if (this.cpu.inNonRoot) return liveRegisters(this.cpu);
    const gprs = Array.from({ length: 16 }, (_, index) => this.cpu.gpr(index));
    const { loaded_vmcs } = this.vcpu.vmx;
    return {
      ...guestState(fieldReader(this.cpu, loaded_vmcs.address), `${loaded_vmcs.name}, guest state`, gprs),
      cr2: this.cpu.get64(State.CR2),
    };
  }

  /** Reads the cached vmcs12; undefined while L1 has no current VMCS. */
  private vmcs12Reader(): FieldReader | undefined {
    const { nested } = this.vcpu;
    if (!nested.vmxon || nested.current_vmptr === NONE_64) return undefined;
    return (name) => BigInt((nested.cached_vmcs12 as unknown as Record<string, bigint | number>)[name] ?? 0);
  }

  vmcss(): VmcsView[] {
    const { vmx, nested } = this.vcpu;
    const hardware = (name: 'vmcs01' | 'vmcs02') => hardwareVmcs(this.cpu, name, vmx[name].address, false);
    return [
      ...(this.vmcs12Reader() ? [cachedVmcs12(this.vcpu)] : []),
      ...(nested.vmcs02_initialized ? [hardware('vmcs02')] : []),
      hardware('vmcs01'),
    ];
  }

  currentVmcs(depth: number): VmcsName | undefined {
    if (depth === 0) return this.vcpu.vmx.loaded_vmcs.name;
    return depth === L1 && this.vmcs12Reader() ? 'vmcs12' : undefined;
  }

  failedEntryChecks(vmcs?: 'vmcs02'): number[] | undefined {
    if (vmcs) return this.failedChecksOf02();
    if (!this.vmcs12Reader()) return undefined;
    writeDryRunImage(this.cpu, cachedVmcs12(this.vcpu), this.vcpu.nested.msrs);
    return this.cpu.failedChecks(Region.SCRATCH_VMCS, Region.CAPABILITIES_DRY_RUN, {
      eptp: this.vcpu.vm.eptp01,
      pointer: this.vcpu.nested.current_vmptr,
    });
  }

  /** By what the chip itself offers: L0 is the host that enters it. */
  private failedChecksOf02(): number[] | undefined {
    const { vmx, nested } = this.vcpu;
    if (!nested.vmcs02_initialized) return undefined;
    const pointer = vmx.vmcs02.address;
    return this.cpu.failedChecks(Region.RAM + Number(pointer), Region.CAPABILITIES, { pointer });
  }

  /** The tables behind a level's addresses: its own, what its host made of them, and those that L0 made for the processor. */
  stages(depth: number): Stage[] {
    const registers = depth < L1 ? undefined : this.registers(depth);
    if (!registers) return [];
    const level = this.strand(depth);
    const memory = this.walkedSpace(depth);
    const own: AddressSpace = { kind: 'physical', level };
    const ofL1: AddressSpace = { kind: 'physical', level: this.strand(L1) };
    const from: AddressSpace = { kind: 'linear', level };
    return [
      { name: 'page tables', from, to: own, entries: own, memory, registers, lazy: false },
      ...(memory.ept
        ? [
            { name: 'ept12' as const, from: own, to: ofL1, entries: ofL1, memory, lazy: false },
            ...this.stageOfL0('ept02', own),
          ]
        : []),
      ...this.stageOfL0('ept01', memory.ept ? ofL1 : own),
    ];
  }

  /** Tables of L0's own lie in host memory. */
  private stageOfL0(name: 'ept01' | 'ept02', from: AddressSpace): Stage[] {
    const { vm, vmx, nested } = this.vcpu;
    if (name === 'ept02' && !nested.vmcs02_initialized) return [];
    const pointer = name === 'ept01' ? vm.eptp01 : fieldReader(this.cpu, vmx.vmcs02.address)('EPT_POINTER');
    const memory = { base: 0n, size: BigInt(this.cpu.ramBytes), ept: { pointer } };
    return [{ name, from, to: { kind: 'host' }, entries: { kind: 'host' }, memory, lazy: name === 'ept02' }];
  }

  /** L2's physical addresses go through ept12 (if L1 uses EPT) and then, as L1's, to host RAM. */
  walkedSpace(depth: number): WalkedSpace {
    const vmcs12 = this.vmcs12Reader();
    const hasEpt12 = depth === L2 && vmcs12 !== undefined && usesEpt(vmcs12);
    return hasEpt12 ? ept12_space(this.vcpu, vmcs12('EPT_POINTER')) : l1_space(this.vcpu);
  }
}
