/**
 * What the CPU needs from outside: the bus and the interrupt controller. The machine implements it on the board (bare
 * topology), or on nothing but a host timer (nested topology, where L0 owns the board). Interface only.
 */
export interface Bus {
  /** IN: `size` is 1, 2 or 4 bytes; unsigned. */
  portRead(port: number, size: number): number;
  portWrite(port: number, size: number, value: number): void;
  /** Access to host-physical space without RAM; `size` is 1, 2 or 4 bytes; unsigned. */
  memoryRead(address: bigint, size: number): number;
  memoryWrite(address: bigint, size: number, value: number): void;
  /** MSRs outside the core: x2APIC, IA32_APIC_BASE, TSC deadline. `undefined` raises #GP(0). */
  msrRead(index: number): bigint | undefined;
  /** `false` raises #GP(0). */
  msrWrite(index: number, value: bigint): boolean;
  /** The INTA cycle: vector of the interrupt announced by State.INTR. */
  interruptAcknowledge(): number;
  /** CR8, 0-15. */
  taskPriorityRead(): number;
  taskPriorityWrite(value: number): void;
}
