/**
 * Who gets which guest memory at boot: the image says where it must lie, tables and modules are put where room
 * is. Writes are collected in order. Nothing below is guest-visible; RAM is zero before, so zeros are not written.
 */
import { EBDA_BASE, HIGH_MEMORY_BASE, MIB, VGA_HOLE_BASE, VGA_HOLE_END } from '../memory-map';
import type { MemoryRangeToClear, MemoryWrite } from './boot-image';
import { LoadError } from './boot-image';

/** Interrupt vectors and BIOS data area: never given away, though an image may demand them. */
const LOWEST = 0x1000;

interface Claim {
  readonly start: number;
  readonly end: number;
}

export class MemoryPlan {
  readonly writes: MemoryWrite[] = [];
  readonly clears: MemoryRangeToClear[] = [];
  private readonly claims: Claim[] = [];

  constructor(
    private readonly memoryBytes: number,
    private readonly name: string,
  ) {}

  /** End of the highest claim so far. */
  get end(): number {
    return this.claims.reduce((end, claim) => Math.max(end, claim.end), 0);
  }

  /** Puts `bytes` at `address`, followed by zeros up to `length`. `LoadError` when there is no RAM. */
  load(address: number, bytes: Uint8Array, length = bytes.length): void {
    const end = address + length;
    if (!Number.isSafeInteger(end) || end > this.memoryBytes) {
      const needed = Math.ceil(end / MIB);
      const advice =
        end <= 3 * 1024 * MIB
          ? `set memory to ${needed} MiB or more`
          : 'link it at a physical address below 3 GiB';
      throw new LoadError(
        `${this.name} needs memory up to 0x${end.toString(16)}, the machine has ${this.memoryBytes / MIB} MiB: ${advice}`,
      );
    }
    if (address < VGA_HOLE_END && end > VGA_HOLE_BASE) {
      throw new LoadError(
        `${this.name} covers 0xa0000-0xbffff, where a PC has no RAM: link it at 1 MiB (0x100000) or above`,
      );
    }
    this.claims.push({ start: address, end });
    this.clears.push({ address, length });
    // Only over something written before (firmware tables, another segment) must the zeros be written too.
    const covers = this.writes.some((w) => w.address < end && w.address + w.bytes.length > address);
    if (!covers || length === bytes.length) return this.write(address, bytes);
    const padded = new Uint8Array(length);
    padded.set(bytes);
    this.write(address, padded);
  }

  /**
   * Finds `length` free bytes, in conventional memory first, else behind the image, and takes them.
   * `LoadError` when memory is full.
   */
  reserve(length: number, alignment: number): number {
    const low = this.firstFree(LOWEST, EBDA_BASE, length, alignment);
    return low ?? this.reserveHigh(length, alignment);
  }

  /** As `reserve`, but above 1 MiB and behind everything claimed. */
  reserveHigh(length: number, alignment: number): number {
    const start = Math.ceil(Math.max(this.end, HIGH_MEMORY_BASE) / alignment) * alignment;
    if (start + length > this.memoryBytes) {
      throw new LoadError(
        `${this.name} and what is loaded with it do not fit into ${this.memoryBytes / MIB} MiB: ` +
          `set memory to ${Math.ceil((start + length) / MIB)} MiB or more`,
      );
    }
    this.claims.push({ start, end: start + length });
    return start;
  }

  /** The highest free bytes of RAM whose last one lies at `highest` or below, and behind everything claimed below them. */
  reserveTop(length: number, alignment: number, highest: number): number {
    let end = Math.min(this.memoryBytes, highest + 1);
    for (;;) {
      const start = Math.floor((end - length) / alignment) * alignment;
      if (start < HIGH_MEMORY_BASE) {
        throw new LoadError(
          `${this.name} and what is loaded with it do not fit into ${this.memoryBytes / MIB} MiB: ` +
            `set memory to ${Math.ceil((this.end + length) / MIB) + 1} MiB or more`,
        );
      }
      const hit = this.claims.find((claim) => claim.start < start + length && claim.end > start);
      if (!hit) {
        this.claims.push({ start, end: start + length });
        return start;
      }
      end = hit.start;
    }
  }

  /** Fills memory that was reserved. */
  write(address: number, bytes: Uint8Array): void {
    if (bytes.length) this.writes.push({ address, bytes });
  }

  private firstFree(from: number, to: number, length: number, alignment: number): number | undefined {
    let start = Math.ceil(from / alignment) * alignment;
    while (start + length <= to) {
      const end = start + length;
      const hit = this.claims.find((claim) => claim.start < end && claim.end > start);
      if (!hit) {
        this.claims.push({ start, end });
        return start;
      }
      start = Math.ceil(hit.end / alignment) * alignment;
    }
    return undefined;
  }
}
