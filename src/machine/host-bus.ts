/**
 * The chip's bus, one for each topology. Bare: the board itself. Nested: a host without devices, because L0 owns the board
 * and L1 never reaches the bus; only the host's timer interrupt is there, which brings L0 back.
 */
import type { Bus } from '../cpu/bus';
import type { Board, LocalApicUnit } from '../platform/device';

/** Vector of L0's own timer interrupt: acknowledged by the chip, seen by L0 in the exit information. */
const HOST_TIMER_VECTOR = 0xec;

/** What the bus needs of its machine. `beforeAccess` brings the board's time up to the instruction. */
export interface BusOwner {
  readonly board: Board;
  /** Of the CPU that makes the access. */
  readonly apic: LocalApicUnit;
  beforeAccess(): void;
  /** A device may have changed an interrupt line or its next event. */
  afterAccess(): void;
}

export function bareBus(owner: BusOwner): Bus {
  const board = () => owner.board;
  const access = <T>(action: () => T): T => {
    owner.beforeAccess();
    const result = action();
    owner.afterAccess();
    return result;
  };
  return {
    portRead: (port, size) => access(() => board().portRead(port, size as 1 | 2 | 4)),
    portWrite: (port, size, value) => access(() => board().portWrite(port, size as 1 | 2 | 4, value)),
    memoryRead: (address, size) =>
      access(() => Number(board().memoryRead(address, size as 1 | 2 | 4, owner.apic.id))),
    memoryWrite: (address, size, value) =>
      access(() => board().memoryWrite(address, size as 1 | 2 | 4, BigInt(value), owner.apic.id)),
    msrRead: (index) => access(() => owner.apic.readMsr(index)),
    msrWrite: (index, value) => access(() => owner.apic.writeMsr(index, value)),
    interruptAcknowledge: () => access(() => owner.apic.acknowledge()),
    taskPriorityRead: () => owner.apic.cr8,
    taskPriorityWrite: (value) => access(() => void (owner.apic.cr8 = value)),
  };
}

/** Ports and memory outside RAM answer all ones; the only interrupt is the host timer's. */
export function nestedBus(lower: () => void): Bus {
  return {
    portRead: () => 0xffffffff,
    portWrite: () => undefined,
    memoryRead: () => 0xffffffff,
    memoryWrite: () => undefined,
    msrRead: () => undefined,
    msrWrite: () => false,
    interruptAcknowledge: () => {
      lower();
      return HOST_TIMER_VECTOR;
    },
    taskPriorityRead: () => 0,
    taskPriorityWrite: () => undefined,
  };
}
