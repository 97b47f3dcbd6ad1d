/**
 * QEMU's pc-testdev, which kvm-unit-tests use: a port that remembers what was written, a "flush page" port,
 * 24 interrupt lines as ports, and 64 KiB of device memory that behaves like RAM.
 */
import type { AccessSize, InterruptLine, MemoryDevice, PortDevice } from '../device';
import { TEST_DEVICE_BASE } from '../memory-map';

const DATA = 0xe0; // any width
const FLUSH = 0xe4; // page to unmap and map again: nothing is cached across it here
const DATA_BYTEWISE = 0xe8; // the same register, bytes
const IRQ_LINES = 0x2000;

const LINES = 24;
const MEMORY_BYTES = 0x10000;

export class PcTestdev implements PortDevice {
  readonly name = 'pc-testdev';
  readonly ports = [
    { first: DATA, count: 4 },
    { first: FLUSH, count: 4 },
    { first: DATA_BYTEWISE, count: 4 },
    { first: IRQ_LINES, count: LINES },
  ];
  readonly widest = 4;

  private data = new Uint8Array(4);

  /** `lines[n]` is what port 0x2000 + n drives; a missing one drives nothing. */
  constructor(private readonly lines: readonly InterruptLine[]) {}

  readPort(port: number, size: AccessSize): number {
    if (port >= IRQ_LINES || (port >= FLUSH && port < DATA_BYTEWISE)) return 0;
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + (this.data[(port & 3) + i] ?? 0);
    return value;
  }

  writePort(port: number, size: AccessSize, value: number): void {
    if (port >= IRQ_LINES) {
      if (size === 1) this.lines[port - IRQ_LINES]?.set(value !== 0);
    } else if (port < FLUSH || port >= DATA_BYTEWISE) {
      // Bytes past the register's end fall off.
      for (let i = 0; i < size; i++) this.data[(port & 3) + i] = value >>> (8 * i);
    }
  }

  save(): unknown {
    return this.data.slice();
  }

  restore(saved: unknown): void {
    this.data = Uint8Array.from(saved as Uint8Array);
  }
}

/** The device memory at 0xFF000000. */
export class PcTestdevMemory implements MemoryDevice {
  readonly name = 'pc-testdev-memory';
  readonly base = TEST_DEVICE_BASE;
  readonly length = MEMORY_BYTES;

  private bytes = new Uint8Array(MEMORY_BYTES);

  readMemory(offset: number, size: AccessSize): number {
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + (this.bytes[offset + i] ?? 0);
    return value;
  }

  writeMemory(offset: number, size: AccessSize, value: number): void {
    for (let i = 0; i < size; i++) this.bytes[offset + i] = value >>> (8 * i);
  }

  save(): unknown {
    return this.bytes.slice();
  }

  restore(saved: unknown): void {
    this.bytes = Uint8Array.from(saved as Uint8Array);
  }
}
