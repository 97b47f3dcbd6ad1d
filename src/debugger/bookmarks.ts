/** Moments of the run under names of the user's, in the order of the run. */
import { compareMoments, isBefore, type Moment } from '../machine/moment';

export interface Marked {
  readonly id: number;
  readonly name: string;
  readonly moment: Moment;
  /** Records made before it. */
  readonly records: number;
}

export class Bookmarks {
  private marked: Marked[] = [];
  private highest = 0;

  get all(): readonly Marked[] {
    return this.marked;
  }

  add(name: string, moment: Moment, records: number): void {
    this.marked.push({ id: ++this.highest, name, moment, records });
    this.marked.sort((a, b) => compareMoments(a.moment, b.moment));
  }

  find(id: number): Marked | undefined {
    return this.marked.find((each) => each.id === id);
  }

  remove(id: number): void {
    this.marked = this.marked.filter((each) => each.id !== id);
  }

  /** What came after a moment never happens. */
  forgetLater(than: Moment): void {
    this.marked = this.marked.filter(({ moment }) => !isBefore(than, moment));
  }
}
