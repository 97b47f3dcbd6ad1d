/**
 * Which part of the run the page shows. Pure: positions are in units of the scale, places in pixels.
 */
import type { LevelSpan } from '../../../protocol/levels';

/** Closer than this nothing more can be seen. */
const SHORTEST = 4;

export class Viewport {
  /** @param known the whole run  @param span the part shown, within it  @param width in pixels */
  constructor(
    readonly known: LevelSpan,
    readonly span: LevelSpan,
    readonly width: number,
  ) {}

  static whole(known: LevelSpan, width: number): Viewport {
    return new Viewport(known, known, width);
  }

  get length(): number {
    return this.span.to - this.span.from;
  }

  /** Pixels from the left edge. */
  place(position: number): number {
    return ((position - this.span.from) / this.length) * this.width;
  }

  position(place: number): number {
    return this.span.from + (place / this.width) * this.length;
  }

  get isWhole(): boolean {
    return this.span.from <= this.known.from && this.span.to >= this.known.to;
  }

  /** The last event is in sight: new ones are wanted in sight too. */
  get atEnd(): boolean {
    return this.span.to >= this.known.to;
  }

  /** @param factor below 1 comes closer; the position under `place` stays there */
  zoom(factor: number, place: number): Viewport {
    const whole = this.known.to - this.known.from;
    const length = Math.min(whole, Math.max(Math.min(SHORTEST, whole), this.length * factor));
    const from = this.position(place) - (place / this.width) * length;
    return this.at(from, length);
  }

  /** @param pixels to the right */
  pan(pixels: number): Viewport {
    return this.at(this.span.from + (pixels / this.width) * this.length, this.length);
  }

  /** Moves just as far as needed to have a position in sight. */
  reveal(position: number): Viewport {
    const margin = this.length / 10;
    if (position < this.span.from + margin) return this.at(position - margin, this.length);
    if (position > this.span.to - margin) return this.at(position + margin - this.length, this.length);
    return this;
  }

  /** The run has grown, or the page another width: the end stays in sight if it was. */
  within(known: LevelSpan, width: number): Viewport {
    const grown = new Viewport(known, this.span, width);
    if (this.isWhole) return Viewport.whole(known, width);
    return grown.at(this.atEnd ? known.to - this.length : this.span.from, this.length);
  }

  private at(from: number, length: number): Viewport {
    const start = Math.max(this.known.from, Math.min(this.known.to - length, from));
    const to = Math.min(this.known.to, start + length);
    return new Viewport(this.known, { from: start, to }, this.width);
  }
}
