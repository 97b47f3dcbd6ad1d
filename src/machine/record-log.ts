/**
 * The newest records, numbered from the start, in bounded memory. The chip's own records are kept as the bytes the chip wrote and decoded
 * only when somebody looks: in the bare topology there may be hundreds of thousands a second.
 */
import { TraceRing } from '../abi/trace-records';
import type { MachineRecord } from './machine-record';
import { decodeTraceRecord } from './trace-ring';

const WORDS = TraceRing.RECORD_SIZE / 4;

export class RecordLog {
  /** A record, or the slot in `raw` that holds its bytes. */
  private records: (MachineRecord | number)[] = [];
  private first = 0;
  private raw: Uint32Array | undefined;
  private rawTotal = 0;
  private readonly rawSlots: number;

  /** At least `capacity` and at most twice as many records are kept. */
  constructor(private readonly capacity = 100_000) {
    this.rawSlots = capacity * 2;
  }

  push(record: MachineRecord): void {
    this.append(record);
  }

  /** Keeps a record of the chip's trace ring: 64 bytes from `at` in `words`. */
  pushRaw(words: Uint32Array, at: number): void {
    this.raw ??= new Uint32Array(this.rawSlots * WORDS);
    const slot = this.rawTotal++ % this.rawSlots;
    for (let i = 0; i < WORDS; i++) this.raw[slot * WORDS + i] = words[at + i]!;
    this.append(slot);
  }

  private append(entry: MachineRecord | number): void {
    this.records.push(entry);
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
    const entry = this.records[index - this.first];
    if (typeof entry !== 'number') return entry;
    return decodeTraceRecord(new DataView(this.raw!.buffer), entry * TraceRing.RECORD_SIZE);
  }

  /** Records from `from` on (inclusive), at most `limit`. */
  slice(from: number, limit: number): MachineRecord[] {
    const start = Math.max(this.first, from);
    const end = Math.min(this.total, start + limit);
    return Array.from({ length: Math.max(0, end - start) }, (_, i) => this.at(start + i)!);
  }
}
