/**
 * What a record says when the mouse rests on it: its title at once, its decoded rows when they come.
 */
import type { DecodedRow } from '../../../protocol/decoded-row';
import type { LevelMark } from '../../../protocol/levels';
import { element } from '../element';

export class Tip {
  readonly element = element('div', 'tip');
  private index: number | undefined;
  private x = 0;
  private y = 0;

  constructor() {
    this.element.hidden = true;
  }

  /** @returns whether it is another record than before */
  show(mark: LevelMark, x: number, y: number): boolean {
    this.x = x;
    this.y = y;
    const fresh = this.index !== mark.index;
    if (fresh) {
      this.index = mark.index;
      this.element.replaceChildren(element('div', 'title', mark.title));
    }
    this.element.hidden = false;
    this.place();
    return fresh;
  }

  fill(index: number, title: string, rows: readonly DecodedRow[]): void {
    if (index !== this.index) return;
    const words = rows.flatMap((row) => [
      element('dt', '', row.label),
      element('dd', '', row.meaning ?? row.value),
    ]);
    const list = element('dl', '', ...words);
    this.element.replaceChildren(element('div', 'title', title), list);
    this.place();
  }

  hide(): void {
    this.index = undefined;
    this.element.hidden = true;
  }

  /** Beside the mouse, and never past the edges. */
  private place(): void {
    const { clientWidth, clientHeight } = document.documentElement;
    const { offsetWidth, offsetHeight } = this.element;
    this.element.style.left = `${Math.max(0, Math.min(this.x + 12, clientWidth - offsetWidth - 4))}px`;
    this.element.style.top = `${Math.max(0, Math.min(this.y + 12, clientHeight - offsetHeight - 4))}px`;
  }
}
