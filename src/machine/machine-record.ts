/**
 * Records of everything that happened between levels: L0's own (nested topology), or the chip's (bare topology), which
 * has no L0 to explain itself. Numbered in order; bounded memory.
 */
import type { L0Record } from '../l0/records';

/** A VMX instruction failed, as the chip saw it (bare topology). */
export interface ChipFailRecord {
  readonly kind: 'vm-fail';
  readonly count: number;
  readonly level: 'L1';
  readonly rip: bigint;
  /** VM-instruction error; 0 for VMfailInvalid. */
  readonly error: number;
}

export type MachineRecord = L0Record | ChipFailRecord;

/** The newest records, at most `capacity`; older ones are dropped and counted. */
export class RecordLog {
  private records: MachineRecord[] = [];
  private first = 0;

  constructor(private readonly capacity = 100_000) {}

  push(record: MachineRecord): void {
    this.records.push(record);
    // Dropping in large blocks keeps a push cheap.
    if (this.records.length >= this.capacity * 2) {
      this.records = this.records.slice(this.capacity);
      this.first += this.capacity;
    }
  }

  /** Records made since the start, dropped ones included. */
  get total(): number {
    return this.first + this.records.length;
  }

  /** Index of the oldest record still held. */
  get oldest(): number {
    return this.first;
  }

  /** The record with this index; undefined when it was dropped or is not made yet. */
  at(index: number): MachineRecord | undefined {
    return this.records[index - this.first];
  }

  /** Records from `from` on (inclusive), at most `limit`. */
  slice(from: number, limit: number): MachineRecord[] {
    const start = Math.max(0, from - this.first);
    return this.records.slice(start, start + limit);
  }
}
