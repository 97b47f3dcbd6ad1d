/**
 * What a device knows, and what the machine and L0 know of the board. Interfaces only, no behaviour.
 *
 * A device knows a clock, an interrupt line and bytes. It must never see the machine or another device; the
 * board (board.ts) wires them. Guest misbehaviour is answered with what hardware answers (all ones, ignored
 * writes, `false` for #GP), never with an exception.
 */

import type { TextScreen } from './text-screen';

/** Width of a port access or of one device memory access, in bytes. */
export type AccessSize = 1 | 2 | 4;

/** A scheduled event. Cancelling one that has fired or was cancelled does nothing. */
export interface Alarm {
  cancel(): void;
}

/**
 * The only time there is: ticks since reset, one tick a retired instruction, nominally 1 ns (1 GHz).
 * Integers below 2^53. Alarms due at the same tick fire in the order in which the board made their clocks.
 */
export interface Clock {
  now(): number;
  /** Calls `fire` once when time reaches `at` (or, when `at` is past, at the next chance). `now()` in it is `at`. */
  schedule(at: number, fire: () => void): Alarm;
}

/** One wire. Setting the level it already has does nothing. */
export interface InterruptLine {
  set(level: boolean): void;
}

/** `count` consecutive I/O ports from `first` on. */
export interface PortRange {
  readonly first: number;
  readonly count: number;
}

/** Saved state is plain data that survives structured cloning, and restoring it gives the same future. */
export interface Snapshotable {
  save(): unknown;
  /** `saved` is what `save()` of the same class gave. Alarms are scheduled anew from it. */
  restore(saved: unknown): void;
}

/** Where people reach the board: COM1's line, and the keyboard. */
export type InputSource = 'serial' | 'keys';

/** Something that comes from outside, at a tick. */
export interface InputEvent {
  readonly at: number;
  readonly source: InputSource;
  /** Bytes of the serial line, or scan codes of set 1. */
  readonly bytes: Uint8Array;
}

/** Guest memory as a device reaches it: RAM by physical address. Elsewhere reads give all ones and writes are lost. */
export interface Dma {
  /** A copy. */
  read(address: number, length: number): Uint8Array;
  write(address: number, bytes: Uint8Array): void;
}

/** A device in the I/O space. Values are unsigned, `size` bytes wide. */
export interface PortDevice extends Snapshotable {
  readonly name: string;
  readonly ports: readonly PortRange[];
  /** Widest access the device takes at once. The board splits wider ones over consecutive ports. */
  readonly widest: AccessSize;
  readPort(port: number, size: AccessSize): number;
  writePort(port: number, size: AccessSize, value: number): void;
}

/** A device in physical memory. `offset` counts from `base`; the board splits 8-byte accesses into two. */
export interface MemoryDevice extends Snapshotable {
  readonly name: string;
  readonly base: number;
  readonly length: number;
  readMemory(offset: number, size: AccessSize): number;
  writeMemory(offset: number, size: AccessSize, value: number): void;
}

/**
 * A local APIC as its CPU sees it (SDM vol. 3, chapter "APIC"): MSRs, CR8, and the interrupt it offers.
 * Its MMIO page is reached through `Board.memoryRead` and `memoryWrite`.
 */
export interface LocalApicUnit {
  readonly id: number;
  /** True for IA32_APIC_BASE (0x1b), IA32_TSC_DEADLINE (0x6e0) and the x2APIC range 0x800-0x8ff. */
  ownsMsr(index: number): boolean;
  /** The MSR's value, or undefined where RDMSR raises #GP(0). */
  readMsr(index: number): bigint | undefined;
  /** False where WRMSR raises #GP(0); then nothing has changed. */
  writeMsr(index: number, value: bigint): boolean;
  /** IA32_APIC_BASE, whole. */
  readonly apicBase: bigint;
  /** IA32_APIC_BASE bit 11: what CPUID.1:EDX.APIC shows. */
  readonly globallyEnabled: boolean;
  /** IA32_APIC_BASE bits 11 and 10 are both set. */
  readonly x2apic: boolean;
  /** The task-priority register, 8 bits. CR8 is its upper four. */
  tpr: number;
  /** CR8: 0-15. */
  cr8: number;
  /** Processor priority: TPR or the vector in service, 8 bits. */
  readonly ppr: number;
  /**
   * Vector that `acknowledge()` would return now: the 8259 pair's where LINT0 passes it on (ExtINT), else the
   * highest requested vector above PPR. -1 when there is none. Reading it changes nothing.
   */
  pendingVector(): number;
  /** `pendingVector() >= 0`. */
  interruptRequested(): boolean;
  /** The INTA cycle: moves the vector from IRR to ISR (or acknowledges the 8259) and returns it; -1 when none. */
  acknowledge(): number;
  /** Requests a fixed, edge-triggered interrupt, as an arriving message would (for L0 and tests). */
  request(vector: number): void;
  /** Write to the EOI register, for virtualised APIC accesses. */
  endOfInterrupt(): void;
  /** IA32_TSC minus the tick count; TSC-deadline needs it. Set it whenever the guest's TSC is moved. */
  tscOffset: bigint;
  /** INIT: registers to their INIT values, ID and IA32_APIC_BASE stay. */
  init(): void;
}

/** The board as the machine and L0 use it. Made by `createBoard` in board.ts. */
export interface Board extends Snapshotable {
  readonly ramBytes: number;
  /** CPU 0's. */
  readonly localApic: LocalApicUnit;
  /** One for each CPU. */
  readonly localApics: readonly LocalApicUnit[];
  /** RESET: devices as after power-on. Time goes on, and with it the real-time clock; bytes on the serial line stay there. */
  reset(): void;
  /** Something comes from outside at the tick it says, or at the next one when that is past. */
  input(event: InputEvent): void;
  /** What stands on the VGA text screen now. */
  screen(): TextScreen;

  /** Reads of ports without a device give all ones. */
  portRead(port: number, size: AccessSize): number;
  portWrite(port: number, size: AccessSize, value: number): void;
  /** True when a device answers at `gpa`. RAM is the machine's own; no device lies below `ramBytes`. */
  isMemoryMapped(gpa: bigint | number, cpu?: number): boolean;
  /** Unsigned, `size` bytes. Where no device answers: all ones. */
  memoryRead(gpa: bigint | number, size: 1 | 2 | 4 | 8, cpu?: number): bigint;
  memoryWrite(gpa: bigint | number, size: 1 | 2 | 4 | 8, value: bigint, cpu?: number): void;

  /** Ticks at which the next alarm is due; undefined when no alarm is set. */
  nextEventAt(): number | undefined;
  /**
   * Advances time to `now` (never back) and fires what is due, in order of time. Call it before every device
   * access with the exact count of retired instructions, and never run the CPU past `nextEventAt()`.
   */
  runEventsUntil(now: number): void;
  /** Ticks since reset, as last told. */
  now(): number;
}
