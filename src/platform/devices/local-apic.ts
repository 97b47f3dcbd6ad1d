/**
 * The local APIC (SDM vol. 3, chapter "Advanced Programmable Interrupt Controller"): xAPIC page, x2APIC MSRs,
 * priorities, local vector table, interrupt command register. Registers are kept once, by xAPIC offset.
 *
 * Knows the bus, a clock and its CPU's pins; not the CPU, and not the 8259 behind LINT0.
 */
import type { ApicBus, BusAgent, InterruptMessage } from '../apic-bus';
import { DELIVERY } from '../apic-bus';
import type { AccessSize, Clock, LocalApicUnit, MemoryDevice } from '../device';
import { LOCAL_APIC_BASE } from '../memory-map';
import {
  carriesVector,
  decodeCommand,
  matchesX2apicLogical,
  matchesXapicLogical,
  SHORTHAND,
  x2apicLogicalId,
} from './local-apic-addressing';
import {
  IA32_APIC_BASE,
  IA32_TSC_DEADLINE,
  X2APIC_FIRST,
  X2APIC_LAST,
  BASE_BSP,
  BASE_X2APIC,
  BASE_ENABLED,
  ID,
  VERSION,
  TPR,
  APR,
  PPR,
  EOI,
  LDR,
  DFR,
  SPURIOUS,
  ISR,
  TMR,
  IRR,
  ESR,
  ICR_LOW,
  ICR_HIGH,
  LVT_TIMER,
  LVT_LINT0,
  LVT_LINT1,
  LVT_ERROR,
  TIMER_INITIAL,
  TIMER_CURRENT,
  TIMER_DIVIDE,
  SELF_IPI,
  VERSION_VALUE,
  SPURIOUS_ENABLED,
  SPURIOUS_WRITABLE,
  LVT_MASKED,
  LVT_REMOTE_IRR,
  LVT_LEVEL,
  LVT_WRITABLE,
  LVT_ENTRIES,
  ICR_WRITABLE,
  ICR_RESERVED,
  ESR_SEND_ILLEGAL,
  ESR_RECEIVE_ILLEGAL,
  ESR_ILLEGAL_REGISTER,
  FIRST_LEGAL_VECTOR,
  x2apicWritable,
} from './local-apic-registers';
import { LocalApicTimer } from './local-apic-timer';
import { VectorSet } from './vector-set';

/** The CPU's side of the APIC: what arrives beside vectors. */
export interface ApicPins {
  nmi(): void;
  init(): void;
  startup(vector: number): void;
  /** The 8259 pair behind LINT0: its vector without and with an INTA cycle. */
  externalVector(): number;
  acknowledgeExternal(): number;
}

interface State {
  base: bigint;
  xapicId: number;
  tpr: number;
  ldr: number;
  dfr: number;
  spurious: number;
  /** Errors since the last write to ESR, and what that write latched. */
  errors: number;
  esr: number;
  icrLow: number;
  icrHigh: number;
  lvt: Record<number, number>;
  lines: [boolean, boolean];
}

export class LocalApic implements LocalApicUnit, MemoryDevice, BusAgent {
  readonly name = 'local-apic';
  readonly length = 0x1000;
  private readonly timer: LocalApicTimer;
  private readonly irr = new VectorSet();
  private readonly isr = new VectorSet();
  private readonly tmr = new VectorSet();
  private state: State;

  /** `physicalAddressBits`: what CPUID reports; higher bits of IA32_APIC_BASE are reserved. */
  constructor(
    readonly id: number,
    clock: Clock,
    private readonly bus: ApicBus,
    private readonly pins: ApicPins,
    private readonly physicalAddressBits: number,
  ) {
    this.timer = new LocalApicTimer(clock, () => this.fireLvt(LVT_TIMER));
    const bsp = id === 0 ? BASE_BSP : 0n;
    this.state = initState(BigInt(LOCAL_APIC_BASE) | BASE_ENABLED | bsp, id);
    bus.attach(this);
  }

  // --- IA32_APIC_BASE and modes ---

  get apicBase(): bigint {
    return this.state.base;
  }

  get base(): number {
    return Number(this.state.base & ~0xfffn);
  }

  get globallyEnabled(): boolean {
    return (this.state.base & BASE_ENABLED) !== 0n;
  }

  get x2apic(): boolean {
    return this.globallyEnabled && (this.state.base & BASE_X2APIC) !== 0n;
  }

  /** True when the register page answers at `base`: xAPIC mode. */
  get memoryMapped(): boolean {
    return this.globallyEnabled && !this.x2apic;
  }

  get tscOffset(): bigint {
    return this.timer.tscOffset;
  }

  set tscOffset(value: bigint) {
    this.timer.tscOffset = value;
  }

  // --- Priorities and the interrupt offered to the CPU ---

  get tpr(): number {
    return this.state.tpr;
  }

  set tpr(value: number) {
    this.state.tpr = value & 0xff;
  }

  get cr8(): number {
    return this.state.tpr >> 4;
  }

  set cr8(value: number) {
    this.state.tpr = (value & 0xf) << 4;
  }

  get ppr(): number {
    const inService = Math.max(this.isr.highest(), 0) & 0xf0;
    return (this.state.tpr & 0xf0) >= inService ? this.state.tpr : inService;
  }

  pendingVector(): number {
    if (this.externalRequested()) return this.pins.externalVector();
    const vector = this.globallyEnabled ? this.irr.highest() : -1;
    return vector >> 4 > this.ppr >> 4 ? vector : -1;
  }

  interruptRequested(): boolean {
    return this.pendingVector() >= 0;
  }

  acknowledge(): number {
    if (this.externalRequested()) return this.pins.acknowledgeExternal();
    const vector = this.pendingVector();
    if (vector < 0) return -1;
    this.irr.remove(vector);
    this.isr.add(vector);
    return vector;
  }

  request(vector: number): void {
    this.acceptVector(vector, false);
  }

  endOfInterrupt(): void {
    const vector = this.isr.highest();
    if (vector < 0) return;
    this.isr.remove(vector);
    if (this.tmr.has(vector)) {
      this.clearRemoteIrr(vector);
      this.bus.endOfInterrupt(vector);
    }
  }

  // --- Pins and messages ---

  /** LINT0 or LINT1. ExtINT is level-sensitive by nature; other modes act on the rising edge. */
  setLint(pin: 0 | 1, level: boolean): void {
    const rising = level && !this.state.lines[pin];
    this.state.lines[pin] = level;
    if (rising) this.fireLvt(pin === 0 ? LVT_LINT0 : LVT_LINT1);
  }

  matches({ broadcast, logical, destination }: InterruptMessage): boolean {
    if (!this.globallyEnabled) return false;
    if (broadcast) return true;
    if (!logical) return destination === (this.x2apic ? this.id : this.state.xapicId);
    return this.x2apic
      ? matchesX2apicLogical(destination, this.id)
      : matchesXapicLogical(destination, this.state.ldr, this.state.dfr);
  }

  accept({ delivery, vector, level }: InterruptMessage): void {
    switch (delivery) {
      case DELIVERY.FIXED:
      case DELIVERY.LOWEST_PRIORITY:
        return this.acceptVector(vector, level);
      case DELIVERY.NMI:
        return this.pins.nmi();
      case DELIVERY.INIT:
        return this.pins.init();
      case DELIVERY.STARTUP:
        return this.pins.startup(vector);
    }
    // SMI: there is no SMM. ExtINT by message: no I/O APIC pin has an 8259 behind it here.
  }

  init(): void {
    this.timer.reset();
    for (const set of [this.irr, this.isr, this.tmr]) set.clear();
    const { base, xapicId, lines } = this.state;
    this.state = { ...initState(base, xapicId), lines };
  }

  /** What the PC's firmware leaves behind: enabled, LINT0 = ExtINT ("virtual wire"), LINT1 = NMI. */
  applyFirmwareSetup(): void {
    this.state.spurious = SPURIOUS_ENABLED | 0xff;
    this.state.lvt[LVT_LINT0] = LVT_LEVEL | (DELIVERY.EXTINT << 8);
    this.state.lvt[LVT_LINT1] = LVT_LEVEL | (DELIVERY.NMI << 8);
  }

  // --- MSRs ---

  ownsMsr(index: number): boolean {
    return (
      index === IA32_APIC_BASE ||
      index === IA32_TSC_DEADLINE ||
      (index >= X2APIC_FIRST && index <= X2APIC_LAST)
    );
  }

  readMsr(index: number): bigint | undefined {
    if (index === IA32_APIC_BASE) return this.state.base;
    if (index === IA32_TSC_DEADLINE) return this.timer.deadline;
    if (!this.x2apic) return undefined;
    const register = (index - X2APIC_FIRST) << 4;
    switch (register) {
      case ICR_LOW:
        return (BigInt(this.state.icrHigh) << 32n) | BigInt(this.state.icrLow);
      case ID:
        return BigInt(this.id);
      case LDR:
        return BigInt(x2apicLogicalId(this.id));
      case APR:
      case EOI:
      case DFR:
      case ICR_HIGH:
      case SELF_IPI:
        return undefined;
    }
    const value = this.readRegister(register);
    return value === undefined ? undefined : BigInt(value);
  }

  writeMsr(index: number, value: bigint): boolean {
    if (index === IA32_APIC_BASE) return this.writeBase(value);
    if (index === IA32_TSC_DEADLINE) {
      this.timer.deadline = value;
      return true;
    }
    if (!this.x2apic) return false;
    const register = (index - X2APIC_FIRST) << 4;
    if (register === ICR_LOW) {
      if (value & BigInt(ICR_RESERVED)) return false;
      this.state.icrHigh = Number(value >> 32n);
      return this.writeRegister(ICR_LOW, Number(value & 0xffffffffn));
    }
    if (value >> 32n) return false;
    const low = Number(value);
    switch (register) {
      case EOI:
      case ESR: // only zero may be written
        return low === 0 && this.writeRegister(register, 0);
      case SELF_IPI:
        if (low > 0xff) return false;
        this.sendToSelf(low);
        return true;
      case ID:
      case LDR:
      case DFR:
      case ICR_HIGH:
        return false;
      default:
        return !(low & ~x2apicWritable(register)) && this.writeRegister(register, low);
    }
  }

  // --- xAPIC page: 32-bit registers on 16-byte boundaries ---

  /** The bytes behind a register's four read zero. */
  readMemory(offset: number, size: AccessSize): number {
    const register = offset & 0xff0;
    const byte = offset & 0xf;
    if (byte + size > 4) return 0;
    const value = this.readRegister(register);
    if (value === undefined) {
      this.error(ESR_ILLEGAL_REGISTER);
      return 0;
    }
    return size === 4 ? value : (value >>> (8 * byte)) & (size === 2 ? 0xffff : 0xff);
  }

  /** Writes that are not one whole aligned register are ignored (undefined by the SDM). */
  writeMemory(offset: number, size: AccessSize, value: number): void {
    if (size !== 4 || offset & 0xf) return;
    if (!this.writeRegister(offset, value)) this.error(ESR_ILLEGAL_REGISTER);
  }

  save(): unknown {
    return structuredClone({
      state: this.state,
      timer: this.timer.save(),
      irr: this.irr.save(),
      isr: this.isr.save(),
      tmr: this.tmr.save(),
    });
  }

  restore(saved: unknown): void {
    const { state, timer, irr, isr, tmr } = structuredClone(saved) as Record<string, unknown>;
    this.state = state as State;
    this.timer.restore(timer);
    this.irr.restore(irr);
    this.isr.restore(isr);
    this.tmr.restore(tmr);
  }

  /** Undefined where there is no readable register. */
  private readRegister(register: number): number | undefined {
    const { state } = this;
    switch (register) {
      case ID:
        return (state.xapicId << 24) >>> 0;
      case VERSION:
        return VERSION_VALUE;
      case TPR:
        return state.tpr;
      case APR:
      case PPR:
        return this.ppr;
      case EOI: // write-only; reads as zero in the page
      case SELF_IPI:
        return register === EOI ? 0 : undefined;
      case LDR:
        return state.ldr;
      case DFR:
        return state.dfr;
      case SPURIOUS:
        return state.spurious;
      case ESR:
        return state.esr;
      case ICR_LOW:
        return state.icrLow;
      case ICR_HIGH:
        return state.icrHigh;
      case TIMER_INITIAL:
        return this.timer.initialCount;
      case TIMER_CURRENT:
        return this.timer.currentCount;
      case TIMER_DIVIDE:
        return this.timer.divideConfiguration;
    }
    if (register >= ISR && register < ESR) {
      const set = register < TMR ? this.isr : register < IRR ? this.tmr : this.irr;
      return set.word((register & 0x70) >> 4);
    }
    return state.lvt[register];
  }

  /** False where there is no writable register. */
  private writeRegister(register: number, value: number): boolean {
    const { state } = this;
    switch (register) {
      case ID:
        state.xapicId = value >>> 24;
        return true;
      case TPR:
        this.tpr = value;
        return true;
      case EOI:
        this.endOfInterrupt();
        return true;
      case LDR:
        state.ldr = (value & 0xff000000) >>> 0;
        return true;
      case DFR: // only the model in bits 31:28 can be written
        state.dfr = (value | 0x0fffffff) >>> 0;
        return true;
      case SPURIOUS:
        this.writeSpurious(value);
        return true;
      case ESR: // latches what has happened since the last write
        state.esr = state.errors;
        state.errors = 0;
        return true;
      case ICR_LOW:
        state.icrLow = value & ICR_WRITABLE;
        this.sendCommand();
        return true;
      case ICR_HIGH:
        state.icrHigh = (value & 0xff000000) >>> 0;
        return true;
      case TIMER_INITIAL:
        this.timer.initialCount = value;
        return true;
      case TIMER_DIVIDE:
        this.timer.divideConfiguration = value;
        return true;
    }
    const writable = LVT_WRITABLE[register];
    if (writable === undefined) return false;
    const forced = state.spurious & SPURIOUS_ENABLED ? 0 : LVT_MASKED;
    const readOnly = (state.lvt[register] ?? 0) & LVT_REMOTE_IRR;
    state.lvt[register] = (value & writable) | forced | readOnly;
    if (register === LVT_TIMER) this.timer.setMode((value >> 17) & 3);
    return true;
  }

  /** While the APIC is disabled by software all LVT mask bits are set and stay so. */
  private writeSpurious(value: number): void {
    this.state.spurious = value & SPURIOUS_WRITABLE;
    if (value & SPURIOUS_ENABLED) return;
    for (const entry of LVT_ENTRIES) this.state.lvt[entry] = (this.state.lvt[entry] ?? 0) | LVT_MASKED;
  }

  /** Figure "Local x2APIC State Transitions": only off <-> xAPIC, xAPIC -> x2APIC, x2APIC -> off. */
  private writeBase(value: bigint): boolean {
    const reserved = (~0n << BigInt(this.physicalAddressBits)) | 0x2ffn;
    if (value & reserved) return false;
    const enabled = (value & BASE_ENABLED) !== 0n;
    const x2apic = (value & BASE_X2APIC) !== 0n;
    if (x2apic && !enabled) return false;
    if (x2apic && !this.globallyEnabled) return false;
    if (!x2apic && enabled && this.x2apic) return false;
    const wasEnabled = this.globallyEnabled;
    this.state.base = value;
    if (wasEnabled && !enabled) {
      // Disabled: all but the task priority, which CR8 still reaches, is as after power-up.
      const { tpr } = this.state;
      this.init();
      this.state.tpr = tpr;
      this.state.xapicId = this.id;
    }
    return true;
  }

  private externalRequested(): boolean {
    if (!this.state.lines[0]) return false;
    // A disabled APIC is out of the way: LINT0 is the CPU's INTR pin.
    if (!this.globallyEnabled) return true;
    const entry = this.state.lvt[LVT_LINT0] ?? LVT_MASKED;
    return !(entry & LVT_MASKED) && ((entry >> 8) & 7) === DELIVERY.EXTINT;
  }

  private fireLvt(register: number): void {
    const entry = this.state.lvt[register] ?? LVT_MASKED;
    if (entry & LVT_MASKED || !this.globallyEnabled) return;
    const fixed = register === LVT_TIMER || register === LVT_ERROR;
    switch (fixed ? DELIVERY.FIXED : (entry >> 8) & 7) {
      case DELIVERY.FIXED: {
        const level = register === LVT_LINT0 && (entry & LVT_LEVEL) !== 0;
        if (level) this.state.lvt[register] = entry | LVT_REMOTE_IRR;
        return this.acceptVector(entry & 0xff, level);
      }
      case DELIVERY.NMI:
        return this.pins.nmi();
      case DELIVERY.INIT:
        return this.pins.init();
    }
  }

  /** EOI of a level-triggered LINT0 vector: it fires again while the pin is high. */
  private clearRemoteIrr(vector: number): void {
    const entry = this.state.lvt[LVT_LINT0] ?? 0;
    if (!(entry & LVT_REMOTE_IRR) || (entry & 0xff) !== vector) return;
    this.state.lvt[LVT_LINT0] = entry & ~LVT_REMOTE_IRR;
    if (this.state.lines[0]) this.fireLvt(LVT_LINT0);
  }

  private acceptVector(vector: number, level: boolean): void {
    if (!this.globallyEnabled || !(this.state.spurious & SPURIOUS_ENABLED)) return;
    if (vector < FIRST_LEGAL_VECTOR) return this.error(ESR_RECEIVE_ILLEGAL);
    if (level) this.tmr.add(vector);
    else this.tmr.remove(vector);
    this.irr.add(vector);
  }

  private error(bit: number): void {
    const news = !(this.state.errors & bit);
    this.state.errors |= bit;
    const vector = (this.state.lvt[LVT_ERROR] ?? 0) & 0xff;
    // An error interrupt whose own vector is illegal must not raise the next one.
    if (news && vector >= FIRST_LEGAL_VECTOR) this.fireLvt(LVT_ERROR);
  }

  private sendToSelf(vector: number): void {
    if (vector < FIRST_LEGAL_VECTOR) this.error(ESR_SEND_ILLEGAL);
    this.acceptVector(vector, false);
  }

  private sendCommand(): void {
    const command = decodeCommand(this.state.icrLow, this.state.icrHigh, this.x2apic);
    if (!command) return;
    const { message, shorthand } = command;
    if (carriesVector(message) && message.vector < FIRST_LEGAL_VECTOR) {
      this.error(ESR_SEND_ILLEGAL);
      if (shorthand === SHORTHAND.SELF) this.error(ESR_RECEIVE_ILLEGAL);
    } else if (shorthand === SHORTHAND.SELF) {
      this.accept(message);
    } else {
      this.bus.send(message, shorthand === SHORTHAND.OTHERS ? this : undefined);
    }
  }
}

/** State after INIT; `base` and the ID survive it. */
function initState(base: bigint, xapicId: number): State {
  return {
    base,
    xapicId,
    tpr: 0,
    ldr: 0,
    dfr: 0xffffffff,
    spurious: 0xff,
    errors: 0,
    esr: 0,
    icrLow: 0,
    icrHigh: 0,
    lvt: Object.fromEntries(LVT_ENTRIES.map((entry) => [entry, LVT_MASKED])),
    lines: [false, false],
  };
}
