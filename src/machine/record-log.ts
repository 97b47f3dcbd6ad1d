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
  /** Records made up to the moment at which the machine stands: in the past of a run some are known already. */
  private made = 0;
  /** How often records that were known never happened after all. */
  forks = 0;
  private raw: Uint32Array | undefined;
  private rawTotal = 0;
  private readonly rawSlots: number;

  /** At least `capacity` and at most twice as many records are kept. */
  constructor(private readonly capacity = 100_000) {
    this.rawSlots = capacity * 2;
  }

  push(record: MachineRecord): void {
    if (!this.madeAgain()) this.append(record);
  }

  /** One more record is made. True: it is known, because the machine passes its moment once more. */
  private madeAgain(): boolean {
    return this.made++ < this.known;
  }

  /** The machine stands at a moment up to which this many records were made; they all stay known. */
  goTo(made: number): void {
    this.made = made;
  }

  /** What was made after the present moment never happened. */
  forgetLater(): void {
    if (this.made === this.known) return;
    this.forks++;
    this.records.length = Math.max(0, this.made - this.first);
    this.first = Math.min(this.first, this.made);
  }

  /** Keeps a record of the chip's trace ring: 64 bytes from `at` in `words`. */
  pushRaw(words: Uint32Array, at: number): void {
    if (this.madeAgain()) return;
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
    return this.made;
  }

  /** The records of the whole run, as if the present were now. */
  get whole(): Pick<RecordLog, 'total' | 'oldest' | 'at' | 'slice' | 'forks'> {
    const { known: total, first: oldest, forks } = this;
    return {
      total,
      oldest,
      forks,
      at: (index) => this.at(index),
      slice: (from, limit) => this.slice(from, limit),
    };
  }

  /** Records of the whole run, those after the present moment included. */
  get known(): number {
    return this.first + this.records.length;
  }

  /** Index of the oldest record still held. */
  get oldest(): number {
    return Math.min(this.first, this.made);
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
    const end = Math.min(this.known, start + limit);
    return Array.from({ length: Math.max(0, end - start) }, (_, i) => this.at(start + i)!);
  }
}
