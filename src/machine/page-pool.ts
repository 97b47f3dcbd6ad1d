/**
 * Copies of pages of 4 KiB in a few large buffers: thousands are kept and given up again each second, which small buffers of their
 * own would make the garbage collector's work.
 */
const PAGE = 4096;
const PAGES_A_CHUNK = 256;

export class PagePool {
  private readonly chunks: Uint8Array[] = [];
  private free: number[] = [];
  /** Pages in use. */
  private used = 0;

  get bytes(): number {
    return this.used * PAGE;
  }

  /** A place with a copy of the page. */
  keep(page: Uint8Array): number {
    if (this.free.length === 0) this.grow();
    const place = this.free.pop()!;
    this.at(place).set(page);
    this.used++;
    return place;
  }

  giveUp(place: number): void {
    this.free.push(place);
    this.used--;
  }

  at(place: number): Uint8Array {
    const start = (place % PAGES_A_CHUNK) * PAGE;
    return this.chunks[Math.floor(place / PAGES_A_CHUNK)]!.subarray(start, start + PAGE);
  }

  private grow(): void {
    const first = this.chunks.length * PAGES_A_CHUNK;
    this.chunks.push(new Uint8Array(PAGES_A_CHUNK * PAGE));
    for (let place = first + PAGES_A_CHUNK - 1; place >= first; place--) this.free.push(place);
  }
}
