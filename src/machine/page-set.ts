/** A set of pages of RAM, a bit for each: many are kept, one for each epoch of a run. */
export class PageSet {
  private readonly bits: Uint8Array;

  constructor(ramBytes: number, pages: Iterable<number> = []) {
    this.bits = new Uint8Array(Math.ceil(ramBytes / 4096 / 8));
    for (const page of pages) this.bits[page >> 3]! |= 1 << (page & 7);
  }

  has(page: number): boolean {
    return ((this.bits[page >> 3] ?? 0) & (1 << (page & 7))) !== 0;
  }

  /** All pages of the other one, too. */
  add({ bits }: PageSet): void {
    for (let at = 0; at < bits.length; at++) this.bits[at]! |= bits[at]!;
  }
}
