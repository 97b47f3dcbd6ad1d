/**
 * Marks of the pages of RAM that snapshots need: which were written since they were last asked for, and which the chip knows to
 * hold code. The latter decide which stores go round the software TLB, so a repeated run must begin with the same ones.
 */
import { PageAttribute, Region } from '../abi/memory-map';

/** Pages with decoded code: numbers, and for each the bits of its lines of 64 bytes. */
export interface CodeMarks {
  readonly pages: Uint32Array;
  readonly lines: BigUint64Array;
}

/** An attribute in each of four pages' bytes. */
const FOUR = 0x01010101;

export class PageMarks {
  private readonly bytes: Uint8Array;
  private readonly words: Uint32Array;
  private readonly lines: BigUint64Array;

  /** @param memory of the core */
  constructor(memory: ArrayBuffer, ramBytes: number) {
    const pages = ramBytes >>> 12;
    this.bytes = new Uint8Array(memory, Region.PAGE_ATTRIBUTES, pages);
    this.words = new Uint32Array(memory, Region.PAGE_ATTRIBUTES, pages >>> 2);
    this.lines = new BigUint64Array(memory, Region.CODE_LINES, pages);
  }

  /** Pages written since `clearWritten`, ascending. */
  written(): number[] {
    return this.with(PageAttribute.DIRTY);
  }

  /** To be followed by `Cpu.beginEpoch`, so that the next store to each page is noticed. */
  clearWritten(): void {
    for (const page of this.written()) this.bytes[page]! &= ~PageAttribute.DIRTY;
  }

  /** To be called when every store is noticed, or when these pages are all that can be stored to without notice. */
  setWritten(pages: readonly number[]): void {
    for (const page of pages) this.bytes[page]! |= PageAttribute.DIRTY;
  }

  code(): CodeMarks {
    const pages = Uint32Array.from(this.with(PageAttribute.CODE));
    return { pages, lines: BigUint64Array.from(pages, (page) => this.lines[page]!) };
  }

  /** To be called when no code is decoded. */
  setCode({ pages, lines }: CodeMarks): void {
    pages.forEach((page, index) => {
      this.bytes[page]! |= PageAttribute.CODE;
      this.lines[page] = lines[index]!;
    });
  }

  private with(attribute: PageAttribute): number[] {
    const found: number[] = [];
    const mask = attribute * FOUR;
    const { words, bytes } = this;
    for (let word = 0; word < words.length; word++) {
      if ((words[word]! & mask) === 0) continue;
      for (let page = word * 4; page < word * 4 + 4; page++)
        if ((bytes[page]! & attribute) !== 0) found.push(page);
    }
    return found;
  }
}
