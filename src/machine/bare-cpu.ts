/**
 * One CPU of the bare topology: the user's program in VMX root operation (depth 0) and its guest (depth 1), where their registers,
 * VMCS and memory are now.
 */
import { Region } from '../abi/memory-map';
import { State } from '../abi/state-block';
import { NONE_64, type Cpu } from '../cpu/cpu';
import { registerMask } from '../cpu/register-bits';
import type { WalkedSpace } from '../cpu/walk-space';
import { activityStates, interruptionFormats } from '../isa/interruption-formats';
import { control } from '../isa/vmx-controls';
import type { LocalApicUnit } from '../platform/device';
import { ExitRegisters } from './exit-registers';
import { liveRegisters, type LevelRegisters } from './level-state';
import type { RegisterHome } from './register-write';
import type { CpuSignal } from './topology-driver';
import { hardwareVmcs, type VmcsView } from './vmcs-view';
import { fieldReader, guestState, hostState, usesEpt } from './vmcs-state';

/** Set in State.SIPI beside the vector. */
const SIPI_PENDING = 0x100;
const WAIT_FOR_SIPI = activityStates.find(({ name }) => name === 'WAIT_FOR_SIPI')!.number;
const IF = registerMask('rflags', 'IF');
const NMI_BLOCKING = 1 << interruptionFormats.interruptibility.ranges.find(({ name }) => name === 'NMI')!.low;
const EXTERNAL_INTERRUPT_EXITING = 1 << control.EXTERNAL_INTERRUPT_EXITING.bit;

export class BareCpu {
  exitRegisters = new ExitRegisters();

  constructor(
    readonly cpu: Cpu,
    private readonly apic: LocalApicUnit,
  ) {
    this.reset();
  }

  /** After RESET of the chip: all but the bootstrap processor wait for a start-up IPI. */
  reset(): void {
    this.exitRegisters = new ExitRegisters();
    if (this.cpu.number > 0) this.cpu.set32(State.ACTIVITY, WAIT_FOR_SIPI);
  }

  save(): unknown {
    return this.exitRegisters.save();
  }

  restore(saved: unknown): void {
    this.exitRegisters.restore(saved);
  }

  get depth(): number {
    return this.cpu.inNonRoot ? 1 : 0;
  }

  updateInterruptLine(): void {
    this.cpu.set32(State.INTR, this.apic.interruptRequested() ? 1 : 0);
  }

  signal(signal: CpuSignal): void {
    if (signal.kind === 'nmi') this.cpu.set32(State.NMI, 1);
    else if (signal.kind === 'init') this.cpu.set32(State.INIT, 1);
    else this.cpu.set32(State.SIPI, SIPI_PENDING | signal.vector);
  }

  canWake(): boolean {
    const { cpu } = this;
    // INIT waits while its processor is in VMX root operation (SDM 23.8).
    const initBlocked = cpu.get32(State.VMX_ON) !== 0 && !cpu.inNonRoot;
    if (cpu.get32(State.INIT) !== 0 && !initBlocked) return true;
    if (cpu.get32(State.ACTIVITY) === WAIT_FOR_SIPI) return cpu.get32(State.SIPI) !== 0;
    if (cpu.get32(State.NMI) !== 0 && this.takesNmi()) return true;
    if (this.apic.interruptRequested() && this.interruptible()) return true;
    const now = cpu.retired + cpu.get64(State.TIME_SKEW);
    return now >= cpu.get64(State.PREEMPTION_DEADLINE);
  }

  private takesNmi(): boolean {
    return this.cpu.inNonRoot || (this.cpu.get32(State.INTERRUPTIBILITY) & NMI_BLOCKING) === 0;
  }

  /** An external interrupt is delivered, or exits. */
  private interruptible(): boolean {
    if ((this.cpu.get64(State.RFLAGS) & IF) !== 0n) return true;
    if (!this.cpu.inNonRoot) return false;
    return (this.cpu.vmread('PIN_BASED_VM_EXEC_CONTROL') & EXTERNAL_INTERRUPT_EXITING) !== 0;
  }

  /** The VMX-preemption timer runs on while the guest halts. */
  deadline(): number | undefined {
    const deadline = this.cpu.get64(State.PREEMPTION_DEADLINE);
    return deadline === NONE_64 ? undefined : Number(deadline);
  }

  registers(depth: number): LevelRegisters | undefined {
    if (depth === this.depth) return liveRegisters(this.cpu);
    if (this.cpu.currentVmcs === NONE_64) return undefined;
    const read = fieldReader(this.cpu, this.cpu.currentVmcs);
    if (depth === 0) return hostState(read, 'VMCS, host state');
    // The guest exists once its VMCS is launched; until then there is nothing to go on with.
    const exists = depth === 1 && this.vmcss()[0]?.launched === true;
    return exists ? guestState(read, 'VMCS, guest state', this.exitRegisters.general) : undefined;
  }

  registerHome(depth: number): RegisterHome | undefined {
    if (depth === this.depth) return { kind: 'chip' };
    const write = this.vmcss()[0]?.write;
    if (!write || depth > 1) return undefined;
    return { kind: 'vmcs', area: depth === 0 ? 'HOST' : 'GUEST', generalInChip: false, write };
  }

  vmcss(): VmcsView[] {
    const { currentVmcs } = this.cpu;
    return currentVmcs === NONE_64 ? [] : [hardwareVmcs(this.cpu, 'vmcs01', currentVmcs, true)];
  }

  failedEntryChecks(): number[] | undefined {
    const { currentVmcs } = this.cpu;
    if (currentVmcs === NONE_64) return undefined;
    return this.cpu.failedChecks(Region.RAM + Number(currentVmcs), Region.CAPABILITIES, {
      pointer: currentVmcs,
    });
  }

  /** L0's physical addresses are the host's; L1's go through its EPT, if it has one. */
  walkedSpace(depth: number): WalkedSpace {
    const memory = { base: 0n, size: BigInt(this.cpu.ramBytes) };
    if (depth === 0 || this.cpu.currentVmcs === NONE_64) return memory;
    const read = fieldReader(this.cpu, this.cpu.currentVmcs);
    return usesEpt(read) ? { ...memory, ept: { pointer: read('EPT_POINTER') } } : memory;
  }
}
