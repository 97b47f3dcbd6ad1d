/**
 * Watched registers and MSRs. The chip compares them while their level runs; what happened to them meanwhile (L0 wrote one for
 * its guest, a level waited) shows when the level runs again.
 */
import type { Cpu } from '../cpu/cpu';
import type { WatchHit } from '../cpu/watches';
import { strandNamed, type StrandName } from './strand';
import type { TopologyDriver } from './topology-driver';
import type { WatchEvent, WatchRequest, WatchTarget } from './watch-request';

type WordRequest = WatchRequest & { readonly target: WatchTarget & { kind: 'word' } };

const BYTES = 8;

export class WordWatches {
  private requests: readonly WordRequest[] = [];
  /** Those of the running level, in the chip's order. */
  private present: readonly WordRequest[] = [];
  /** Value of each when its level last ran. */
  private readonly known = new Map<number, bigint>();

  constructor(
    private readonly cpu: Cpu,
    private readonly driver: TopologyDriver,
  ) {}

  set(requests: readonly WatchRequest[]): void {
    this.requests = requests.filter((request): request is WordRequest => request.target.kind === 'word');
    this.known.clear();
    this.present = [];
    this.cpu.watches.setWords([]);
  }

  get any(): boolean {
    return this.requests.length > 0;
  }

  begin(): void {
    for (const { id } of this.present) this.known.delete(id);
    this.present = [];
  }

  /** Words of the level that runs next; those that are not as the level left them. */
  beforeChip(): WatchEvent[] {
    if (!this.any) return [];
    const level = this.running();
    this.present = this.requests.filter(({ target }) => target.level === level);
    this.cpu.watches.setWords(this.present.map(({ target }) => target));
    return this.present.flatMap((request) => {
      const by = this.driver.runner ? 'L0' : 'processor';
      return this.changed(request, by, undefined);
    });
  }

  event(hit: WatchHit & { kind: 'word' }): WatchEvent[] {
    const request = this.present[hit.index];
    // The chip has left the level: the register is another level's now.
    if (!request || this.running() !== request.target.level) return [];
    return this.changed(request, request.target.level, hit.rip);
  }

  private changed(request: WordRequest, by: WatchEvent['by'], rip: bigint | undefined): WatchEvent[] {
    const before = this.known.get(request.id);
    const after = this.cpu.watches.word(request.target);
    this.known.set(request.id, after);
    if (before === undefined || before === after) return [];
    return [{ id: request.id, access: 'write', by, rip, before: bytesOf(before), after: bytesOf(after) }];
  }

  /** The level whose registers the chip holds. */
  private running(): StrandName {
    const current = this.driver.currentStrand();
    const guest = this.driver.standsIn(strandNamed(current).vcpu);
    return this.driver.registerHome(guest)?.kind === 'chip' ? guest : current;
  }
}

function bytesOf(value: bigint): Uint8Array {
  return Uint8Array.from({ length: BYTES }, (_, index) => Number((value >> BigInt(index * 8)) & 0xffn));
}
