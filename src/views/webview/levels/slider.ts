/**
 * A slider over the whole run: its thumb is where the machine stands, and it goes where the thumb is let go. Above it are marks: bookmarks,
 * which one can click, and what failed.
 */
import type { Bookmark, Past, PlaceOfRun } from '../../../protocol/past';
import type { LevelPicture, LevelScale } from '../../../protocol/levels';
import { failedKinds } from '../../../protocol/timeline';
import { element } from '../element';

export interface Travel {
  /** The user let the thumb go at this position, in units of the scale. */
  goTo(position: number, scale: LevelScale): void;
  toBookmark(id: number): void;
  toPresent(): void;
}

export class Slider {
  private readonly input = document.createElement('input');
  private readonly marks = element('div', 'marks');
  private readonly place = element('span', 'status');
  private readonly present = document.createElement('button');
  readonly element: HTMLElement;
  private past: Past | undefined;
  private scale: LevelScale = 'events';

  constructor(private readonly travel: Travel) {
    const { input, present } = this;
    input.type = 'range';
    input.min = '0';
    input.setAttribute('aria-label', 'Moment of the run');
    input.addEventListener('input', () => this.tell(Number(input.value)));
    input.addEventListener('change', () => travel.goTo(Number(input.value), this.scale));
    present.textContent = 'Back to the Present';
    present.addEventListener('click', () => travel.toPresent());
    const track = element('div', 'track', this.marks, input);
    this.element = element('div', 'slider', track, present, this.place);
    this.element.hidden = true;
  }

  /** The machine stands somewhere, or the scale is another one. */
  show(past: Past | undefined, scale: LevelScale, picture: LevelPicture | undefined): void {
    this.past = past;
    this.scale = scale;
    this.element.hidden = !past?.kept || this.of(past.present) === 0;
    if (!past || this.element.hidden) return;
    this.input.max = String(this.of(past.present));
    this.input.value = String(this.of(past.now));
    this.present.hidden = !past.inPast;
    this.marks.replaceChildren(
      ...(picture ? failures(picture).map((at) => this.tick('failed', at, 'failed here')) : []),
      ...past.bookmarks.map((bookmark) => this.bookmark(bookmark)),
    );
    this.tell(this.of(past.now));
  }

  private of({ records, instructions }: PlaceOfRun): number {
    return this.scale === 'events' ? records : instructions;
  }

  private tell(position: number): void {
    const { past } = this;
    if (!past) return;
    const unit = this.scale === 'events' ? 'record' : 'instruction';
    const number = (value: number): string => value.toLocaleString('en');
    const present = this.of(past.present);
    const text =
      past.inPast || position < present
        ? `in the past, ${unit} ${number(position)} of ${number(present)}`
        : `the present, ${unit} ${number(present)}`;
    this.place.textContent = text;
    this.input.setAttribute('aria-valuetext', text);
  }

  private tick(kind: string, at: number, title: string): HTMLElement {
    const tick = element('span', `tick ${kind}`);
    tick.title = title;
    tick.style.left = `${(100 * at) / Math.max(1, Number(this.input.max))}%`;
    return tick;
  }

  private bookmark(bookmark: Bookmark): HTMLElement {
    const tick = this.tick('bookmark', this.of(bookmark), bookmark.name);
    tick.setAttribute('role', 'button');
    tick.setAttribute('aria-label', `Go to bookmark ${bookmark.name}`);
    tick.addEventListener('click', () => this.travel.toBookmark(bookmark.id));
    return tick;
  }
}

/** Positions at which something failed, as far as the picture shows the run. */
function failures({ marks, columns, from, to }: LevelPicture): number[] {
  if (!columns) return marks.filter(({ kind }) => failedKinds.includes(kind)).map(({ at }) => at);
  return columns.failures.map((column) => from + (column / columns.exits.length) * (to - from));
}
