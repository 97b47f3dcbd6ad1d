/**
 * Host-physical memory as bytes. Reads and writes are clipped by their caller: an address without RAM is answered with
 * `undefined` or `false`, never with an exception, because addresses come from guests.
 */
import { PageAttribute, Region } from '../abi/memory-map';
import type { CoreInstance } from './core-module';

export class PhysicalMemory {
  /** Told of every access before it is made, while data watches are set. */
  watcher: ((kind: 'read' | 'write', address: bigint, length: number) => void) | undefined;
  readonly view: DataView;
  private readonly bytes: Uint8Array;

  constructor(
    private readonly core: CoreInstance,
    readonly ramBytes: number,
  ) {
    this.view = new DataView(core.memory.buffer);
    this.bytes = new Uint8Array(core.memory.buffer);
  }

  /** Offset in linear memory of `length` bytes of RAM at `address`, or -1 when not all of it is RAM. */
  offset(address: bigint, length: number): number {
    if (address < 0n || address + BigInt(length) > BigInt(this.ramBytes)) return -1;
    return Region.RAM + Number(address);
  }

  has(address: bigint, length: number): boolean {
    return this.offset(address, length) >= 0;
  }

  /** A live view of RAM: it shows later writes. Write through `write`, which also drops decoded code. */
  read(address: bigint, length: number): Uint8Array | undefined {
    const at = this.offset(address, length);
    if (at < 0) return undefined;
    this.watcher?.('read', address, length);
    return this.bytes.subarray(at, at + length);
  }

  write(address: bigint, data: Uint8Array): boolean {
    const at = this.offset(address, data.length);
    if (at < 0) return false;
    this.watcher?.('write', address, data.length);
    this.bytes.set(data, at);
    this.written(address, data.length);
    return true;
  }

  fill(address: bigint, length: number, value: number): boolean {
    const at = this.offset(address, length);
    if (at < 0) return false;
    this.watcher?.('write', address, length);
    this.bytes.fill(value, at, at + length);
    this.written(address, length);
    return true;
  }

  /** A 32-bit word; `undefined` outside RAM. */
  read32(address: bigint): number | undefined {
    const at = this.offset(address, 4);
    if (at < 0) return undefined;
    this.watcher?.('read', address, 4);
    return this.view.getUint32(at, true);
  }

  write32(address: bigint, value: number): boolean {
    const at = this.offset(address, 4);
    if (at < 0) return false;
    this.watcher?.('write', address, 4);
    this.view.setUint32(at, value >>> 0, true);
    this.written(address, 4);
    return true;
  }

  /** A 64-bit word; `undefined` outside RAM. */
  read64(address: bigint): bigint | undefined {
    const at = this.offset(address, 8);
    if (at < 0) return undefined;
    this.watcher?.('read', address, 8);
    return this.view.getBigUint64(at, true);
  }

  write64(address: bigint, value: bigint): boolean {
    const at = this.offset(address, 8);
    if (at < 0) return false;
    this.watcher?.('write', address, 8);
    this.view.setBigUint64(at, value, true);
    this.written(address, 8);
    return true;
  }

  /** A page of RAM by its number, for snapshots: a live view that nobody is told of. */
  page(number: number): Uint8Array {
    const at = Region.RAM + number * 4096;
    return this.bytes.subarray(at, at + 4096);
  }

  /** Bytes of the page of an address in RAM are written past this class: the next snapshot has to copy it. */
  markWritten(address: number): void {
    this.bytes[Region.PAGE_ATTRIBUTES + (address >>> 12)]! |= PageAttribute.DIRTY;
  }

  private written(address: bigint, length: number): void {
    this.core.exports.ramWritten(Number(address >> 32n), Number(address & 0xffffffffn), length);
  }
}
