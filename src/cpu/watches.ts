/**
 * Data watches of the chip: which host-physical bytes and which words of the state block it compares, and what it found.
 * Accesses that go round the chip (L0's, a device's) are told by `PhysicalMemory` and by the VMCS accessors, as the same hits.
 */
import { PageAttribute, Region, WatchAccess, WatchTable } from '../abi/memory-map';
import type { State } from '../abi/state-block';
import type { CoreInstance } from './core-module';

/** Host-physical bytes. */
export interface WatchRange {
  readonly address: bigint;
  readonly bytes: number;
  readonly read: boolean;
  readonly write: boolean;
}

/** A word of the state block, compared after every instruction while it is watched. */
export interface WatchWord {
  readonly place: State;
  readonly mask: bigint;
}

/** One access of a watched byte, or one change of a watched word. */
export type WatchHit =
  | {
      readonly kind: 'read' | 'write';
      readonly address: bigint;
      readonly bytes: number;
      /** The instruction that did it; undefined when it was not the chip. */
      readonly rip: bigint | undefined;
      readonly nonRoot: boolean;
    }
  | {
      readonly kind: 'word';
      /** Index in the list of words. */
      readonly index: number;
      readonly rip: bigint;
      readonly nonRoot: boolean;
    };

const PAGE = 12n;
const TABLE = Region.WATCHES;

export class Watches {
  private readonly view: DataView;
  private pages = new Set<number>();
  private ranges: readonly WatchRange[] = [];
  private words: readonly WatchWord[] = [];
  private outside: WatchHit[] = [];
  /** Accesses count while the machine runs; those of the debugger do not. */
  active = false;

  constructor(
    private readonly core: CoreInstance,
    private readonly ramBytes: number,
  ) {
    this.view = new DataView(core.memory.buffer);
  }

  /** Most ranges and words that can be watched at a time. */
  static readonly MOST = WatchTable.MAX_RANGES;
  static readonly MOST_WORDS = WatchTable.MAX_WORDS;

  get any(): boolean {
    return this.ranges.length > 0 || this.words.length > 0;
  }

  /** Replaces all ranges. Bytes without RAM are left out: nobody can access them through the chip's memory. */
  setRanges(wanted: readonly WatchRange[]): void {
    const inRam = wanted.filter(({ address, bytes }) => address + BigInt(bytes) <= BigInt(this.ramBytes));
    this.ranges = inRam.slice(0, WatchTable.MAX_RANGES);
    this.view.setUint32(TABLE + WatchTable.RANGES, this.ranges.length, true);
    this.ranges.forEach(({ address, bytes, read, write }, index) => {
      const row = TABLE + WatchTable.RANGE_ROWS + index * WatchTable.RANGE_SIZE;
      this.view.setBigUint64(row + WatchTable.FIRST, address, true);
      this.view.setBigUint64(row + WatchTable.LAST, address + BigInt(bytes - 1), true);
      const access = (read ? WatchAccess.READ : 0) | (write ? WatchAccess.WRITE : 0);
      this.view.setUint32(row + WatchTable.ACCESS, access, true);
    });
    this.markPages();
  }

  private markPages(): void {
    const pages = new Set<number>();
    for (const { address, bytes } of this.ranges)
      for (let page = address >> PAGE; page <= (address + BigInt(bytes - 1)) >> PAGE; page++)
        pages.add(Number(page));
    const same = pages.size === this.pages.size && [...pages].every((page) => this.pages.has(page));
    if (same) return;
    const change = (page: number, watched: boolean) => {
      const at = Region.PAGE_ATTRIBUTES + page;
      const rest = this.view.getUint8(at) & ~PageAttribute.WATCHED;
      this.view.setUint8(at, watched ? rest | PageAttribute.WATCHED : rest);
    };
    for (const page of this.pages) change(page, false);
    for (const page of pages) change(page, true);
    this.pages = pages;
    this.core.exports.watchesChanged();
  }

  /** Replaces all words; each begins with the value it has now. */
  setWords(wanted: readonly WatchWord[]): void {
    this.words = wanted.slice(0, WatchTable.MAX_WORDS);
    this.view.setUint32(TABLE + WatchTable.WORDS, this.words.length, true);
    this.words.forEach((word, index) => {
      const row = TABLE + WatchTable.WORD_ROWS + index * WatchTable.WORD_SIZE;
      this.view.setUint32(row + WatchTable.PLACE, Region.STATE + word.place, true);
      this.view.setBigUint64(row + WatchTable.MASK, word.mask, true);
      this.view.setBigUint64(row + WatchTable.VALUE, this.word(word), true);
    });
  }

  /** Value of a word now. */
  word({ place, mask }: WatchWord): bigint {
    return this.view.getBigUint64(Region.STATE + place, true) & mask;
  }

  /** An access that goes round the chip, before it is made. */
  note(kind: 'read' | 'write', address: bigint, bytes: number): void {
    if (!this.active) return;
    const end = address + BigInt(bytes);
    const concerned = this.ranges.some(
      (range) => range[kind] && address < range.address + BigInt(range.bytes) && range.address < end,
    );
    if (!concerned) return;
    this.outside.push({ kind, address, bytes, rip: undefined, nonRoot: false });
  }

  get pending(): boolean {
    return this.outside.length > 0 || this.view.getUint32(TABLE + WatchTable.HITS, true) > 0;
  }

  /** Ranges are translated addresses: from now on a change of the translation stops the chip, and `moved` tells once. */
  set translated(translated: boolean) {
    this.view.setUint32(TABLE + WatchTable.TRANSLATED, translated ? 1 : 0, true);
    this.moved();
  }

  moved(): boolean {
    const moved = this.view.getUint32(TABLE + WatchTable.RETRANSLATE, true) !== 0;
    this.view.setUint32(TABLE + WatchTable.RETRANSLATE, 0, true);
    return moved;
  }

  /** What was found since the last call, in order of the instructions. */
  take(): WatchHit[] {
    const hits = this.outside.splice(0);
    const count = this.view.getUint32(TABLE + WatchTable.HITS, true);
    for (let i = 0; i < count; i++)
      hits.push(this.hit(TABLE + WatchTable.HIT_ROWS + i * WatchTable.HIT_SIZE));
    this.view.setUint32(TABLE + WatchTable.HITS, 0, true);
    return hits;
  }

  private hit(row: number): WatchHit {
    const access = this.view.getUint32(row + WatchTable.KIND, true) as WatchAccess;
    const bytes = this.view.getUint32(row + WatchTable.BYTES, true);
    const rip = this.view.getBigUint64(row + WatchTable.RIP, true);
    const nonRoot = this.view.getUint32(row + WatchTable.NON_ROOT, true) !== 0;
    if (access === WatchAccess.WORD) return { kind: 'word', index: bytes, rip, nonRoot };
    const address = this.view.getBigUint64(row + WatchTable.ADDRESS, true);
    const kind = access === WatchAccess.READ ? 'read' : 'write';
    return { kind, address, bytes, rip, nonRoot };
  }
}
