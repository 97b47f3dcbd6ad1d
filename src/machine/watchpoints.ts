/**
 * Data watches of a machine: requests become ranges of host memory and words of the chip, follow their translations, and what
 * the chip finds becomes events that name the request and who did it. Nothing here runs while nothing is watched.
 */
import { VmcsPage } from '../abi/vmcs-page';
import type { Cpu } from '../cpu/cpu';
import type { WatchHit, WatchRange } from '../cpu/watches';
import { strandNamed, type StrandName } from './strand';
import type { TopologyDriver } from './topology-driver';
import { FieldWatch } from './watch-field';
import type { Accessor, WatchEvent, WatchRequest } from './watch-request';
import { WordWatches } from './watch-words';

const PAGE = 4096n;
/** A paging-structure entry of any paging mode. */
const ENTRY_BYTES = 8;

/** Bytes of one request in host memory. */
interface Piece {
  readonly request: WatchRequest;
  readonly address: bigint;
  readonly bytes: number;
}

export class Watchpoints {
  private requests: readonly WatchRequest[] = [];
  private pieces: Piece[] = [];
  private entries = new Set<bigint>();
  /** Bytes of each request at the last look. */
  private known = new Map<number, Uint8Array | undefined>();
  private readonly cached: FieldWatch;
  private readonly words: WordWatches;

  constructor(
    private readonly cpu: Cpu,
    private readonly driver: TopologyDriver,
  ) {
    this.cached = new FieldWatch(driver);
    this.words = new WordWatches(cpu, driver);
  }

  /** Replaces all requests. Ask before a run. */
  set(requests: readonly WatchRequest[]): void {
    this.requests = requests;
    const { watches, physical } = this.cpu;
    this.cached.set(requests);
    this.words.set(requests);
    this.translate();
    physical.watcher = this.any ? (kind, address, bytes) => watches.note(kind, address, bytes) : undefined;
  }

  get any(): boolean {
    return this.requests.length > 0;
  }

  /** The levels' changes must be seen as they happen: the words belong to one of them. */
  get needsCrossings(): boolean {
    return this.words.any;
  }

  /** A run begins: what the debugger read and wrote since the last one is forgotten. */
  begin(): void {
    if (!this.any) return;
    this.cpu.watches.take();
    this.cached.begin();
    this.translate();
    this.words.begin();
    this.cpu.watches.active = true;
  }

  end(): void {
    this.cpu.watches.active = false;
    this.cached.end();
  }

  /** After L0's turn and before the chip goes on: what L0 did, and where addresses lead now. */
  beforeChip(): WatchEvent[] {
    if (!this.any) return [];
    const events = this.collect();
    this.translate();
    return [...events, ...this.words.beforeChip()];
  }

  /** After the chip stopped and before anybody handles that. */
  afterChip(): WatchEvent[] {
    return this.any ? this.collect() : [];
  }

  private collect(): WatchEvent[] {
    const { watches } = this.cpu;
    const moved = watches.moved();
    const hits = watches.pending ? watches.take() : [];
    const level = this.driver.currentStrand();
    const events = [...hits.flatMap((hit) => this.eventsOf(hit, level)), ...this.cached.take()];
    const remapped = hits.some((hit) => hit.kind === 'write' && this.concernsEntry(hit));
    if (moved || remapped) this.translate();
    return merged(events);
  }

  private eventsOf(hit: WatchHit, level: StrandName): WatchEvent[] {
    if (hit.kind === 'word') return this.words.event(hit);
    const end = hit.address + BigInt(hit.bytes);
    const ids = new Set<number>();
    return this.pieces.flatMap(({ request, address, bytes }) => {
      const wanted = hit.kind === 'read' ? request.read : request.write;
      if (!wanted || hit.address >= address + BigInt(bytes) || end <= address || ids.has(request.id))
        return [];
      ids.add(request.id);
      const before = this.known.get(request.id);
      const after = this.bytesOf(request);
      this.known.set(request.id, after);
      const by = this.accessor(hit, request, level);
      return [{ id: request.id, access: hit.kind, by, rip: hit.rip, before, after }];
    });
  }

  private accessor(hit: WatchHit, { target }: WatchRequest, level: StrandName): Accessor {
    const nested = this.driver.runner !== undefined;
    if (hit.rip === undefined) return nested ? 'L0' : 'device';
    // In non-root operation nobody but the processor writes to a VMCS of the chip: it saves a guest's state.
    if (target.kind === 'field' && hit.nonRoot) return 'processor';
    if (nested) return level;
    const { vcpu } = strandNamed(level);
    const depth = hit.nonRoot ? this.driver.innermost : this.driver.outermost;
    return this.driver.strands.find((strand) => strand.vcpu === vcpu && strand.depth === depth)!.name;
  }

  private concernsEntry(hit: WatchHit & { kind: 'read' | 'write' }): boolean {
    const last = hit.address + BigInt(hit.bytes) - 1n;
    return [...this.entries].some((entry) => hit.address < entry + BigInt(ENTRY_BYTES) && entry <= last);
  }

  /** Where the requests lead now. Entries of the paging structures on the way are watched too: they decide that. */
  private translate(): void {
    const { watches } = this.cpu;
    const active = watches.active;
    watches.active = false;
    this.entries = new Set();
    this.pieces = this.requests.flatMap((request) => this.piecesOf(request));
    const ranges: WatchRange[] = this.pieces.map(({ request: { read, write }, address, bytes }) => ({
      address,
      bytes,
      read,
      write,
    }));
    for (const address of this.entries)
      ranges.push({ address, bytes: ENTRY_BYTES, read: false, write: true });
    watches.setRanges(ranges);
    watches.translated = this.requests.some(({ target }) => target.kind !== 'word');
    this.known = new Map(this.requests.map((request) => [request.id, this.bytesOf(request)]));
    watches.active = active;
  }

  private piecesOf(request: WatchRequest): Piece[] {
    const { target } = request;
    if (target.kind === 'word') return [];
    if (target.kind === 'field') {
      if (this.cached.concerns(target.vmcs)) return [];
      const pointer =
        this.driver.hardwareVmcs?.(target.vmcs) ??
        this.driver.vmcss().find(({ name }) => name === target.vmcs)?.pointer;
      if (pointer === undefined) return [];
      return [{ request, address: this.cpu.fieldAddress(target.field, pointer), bytes: VmcsPage.SLOT }];
    }
    const pieces: Piece[] = [];
    for (let at = target.address, left = target.bytes; left > 0;) {
      const bytes = Math.min(left, Number(PAGE - (at % PAGE)));
      const address = this.driver.translate(target.space, at, (entry) => this.entries.add(entry));
      if (address !== undefined) pieces.push({ request, address, bytes });
      at = BigInt.asUintN(64, at + BigInt(bytes));
      left -= bytes;
    }
    return pieces;
  }

  private bytesOf(request: WatchRequest): Uint8Array | undefined {
    const { watches, physical } = this.cpu;
    const active = watches.active;
    watches.active = false;
    const parts = this.pieces
      .filter((piece) => piece.request === request)
      .map(({ address, bytes }) => physical.read(address, bytes));
    watches.active = active;
    if (parts.length === 0 || parts.some((part) => part === undefined)) return undefined;
    return Uint8Array.from(parts.flatMap((part) => [...part!]));
  }
}

/** Events of one request and one access are one: the first value before, the last value after. */
function merged(events: readonly WatchEvent[]): WatchEvent[] {
  const found = new Map<string, WatchEvent>();
  for (const event of events) {
    const key = `${event.id} ${event.access}`;
    const first = found.get(key);
    found.set(key, first ? { ...event, before: first.before } : event);
  }
  return [...found.values()];
}
