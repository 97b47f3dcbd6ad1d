/** The caller's registers, as an entry of the ROM saved them on the stack: read, changed, and written back. */
import type { Dma } from '../device';
import { FRAME } from './rom';

const CARRY = 1 << 0;
const ZERO = 1 << 6;

export class Frame {
  private readonly view: DataView;

  constructor(
    readonly memory: Dma,
    private readonly address: number,
  ) {
    const bytes = memory.read(address, FRAME.BYTES);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get vector(): number {
    return this.view.getUint16(FRAME.VECTOR, true);
  }

  /** A 16-bit register, at its offset in the frame: AX is `get(FRAME.EAX)`. */
  get(register: number): number {
    return this.view.getUint16(register, true);
  }

  set(register: number, value: number): void {
    this.view.setUint16(register, value, true);
  }

  get32(register: number): number {
    return this.view.getUint32(register, true);
  }

  set32(register: number, value: number): void {
    this.view.setUint32(register, value >>> 0, true);
  }

  /** AL, BL ...: bits 7:0 of a register. */
  low(register: number): number {
    return this.view.getUint8(register);
  }

  setLow(register: number, value: number): void {
    this.view.setUint8(register, value);
  }

  /** AH, BH ...: bits 15:8 of a register. */
  high(register: number): number {
    return this.view.getUint8(register + 1);
  }

  setHigh(register: number, value: number): void {
    this.view.setUint8(register + 1, value);
  }

  /** SEGMENT:OFFSET as a linear address. */
  linear(segment: number, offset: number): number {
    return this.get(segment) * 16 + this.get(offset);
  }

  /** Carry says "error" to the callers of most services. */
  set carry(set: boolean) {
    this.flag(CARRY, set);
  }

  set zero(set: boolean) {
    this.flag(ZERO, set);
  }

  private flag(mask: number, set: boolean): void {
    const flags = this.get(FRAME.FLAGS);
    this.set(FRAME.FLAGS, set ? flags | mask : flags & ~mask);
  }

  /** Back to the stack, from where the entry takes them. */
  writeBack(): void {
    this.memory.write(this.address, new Uint8Array(this.view.buffer, this.view.byteOffset, FRAME.BYTES));
  }
}
