/**
 * Where everything of a picture stands on the page: lanes, bars, arrows, the words that have room. Pure; `paint.ts` puts it on a
 * canvas and `main.ts` asks it what lies under the mouse.
 */
import type { LevelLane, LevelMark, LevelPicture } from '../../../protocol/levels';
import type { Viewport } from './viewport';

/** Room for the names of the lanes, "L1 CPU 7", in pixels. */
export const GUTTER = 64;
const TOP = 20;
const LANE = 20;
/** Between lanes: room for arrows and their words. */
const GAP = 26;
/** How near the mouse must come to a record, in pixels. */
const REACH = 7;

export interface PlacedMark {
  readonly mark: LevelMark;
  readonly x: number;
  readonly y: number;
  /** End of the arrow. */
  readonly toY?: number;
}

export interface Label {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

export class Scene {
  readonly marks: readonly PlacedMark[];
  readonly labels: readonly Label[];

  /** @param measure width of a text in pixels */
  constructor(
    readonly picture: LevelPicture,
    readonly view: Viewport,
    measure: (text: string) => number,
  ) {
    this.marks = picture.marks
      .map((mark) => this.placed(mark))
      .filter(({ x }) => x >= GUTTER - 1 && x <= GUTTER + view.width + 1);
    this.labels = labels(this.marks, GUTTER + view.width, measure);
  }

  static height(lanes: number): number {
    return TOP + lanes * LANE + (lanes - 1) * GAP + TOP;
  }

  /** Top of a lane. */
  top({ level, cpu }: LevelLane): number {
    const row = this.picture.lanes.findIndex((lane) => lane.level === level && lane.cpu === cpu);
    return TOP + row * (LANE + GAP);
  }

  get laneHeight(): number {
    return LANE;
  }

  /** A position of the run in pixels of the page. */
  x(position: number): number {
    return GUTTER + this.view.place(position);
  }

  /** The record nearest to a place of the page, if one is near. */
  near(x: number, y: number): PlacedMark | undefined {
    let best: PlacedMark | undefined;
    let nearest = REACH;
    for (const placed of this.marks) {
      const top = Math.min(placed.y, placed.toY ?? placed.y) - LANE / 2;
      const bottom = Math.max(placed.y, placed.toY ?? placed.y) + LANE / 2;
      const distance = Math.abs(placed.x - x);
      if (y < top || y > bottom || distance >= nearest) continue;
      best = placed;
      nearest = distance;
    }
    return best;
  }

  private placed(mark: LevelMark): PlacedMark {
    const middle = (lane: LevelLane): number => this.top(lane) + LANE / 2;
    return {
      mark,
      x: this.x(mark.at),
      y: middle(mark),
      ...(mark.to && { toY: middle({ ...mark, level: mark.to }) }),
    };
  }
}

/** Words beside arrows, as far as they do not run into the next words of the same row. */
function labels(marks: readonly PlacedMark[], edge: number, measure: (text: string) => number): Label[] {
  const free = new Map<number, number>();
  const all: Label[] = [];
  for (const { mark, x, y, toY } of marks) {
    // An entry goes where its arrow goes: a word would say it again.
    if (toY === undefined || (mark.kind === 'entry' && !mark.nested)) continue;
    // Beside the arrow's tail, in the gap it crosses first.
    const row = y + (Math.sign(toY - y) * (LANE + GAP)) / 2;
    const end = x + 4 + measure(mark.title) + 6;
    if (x < (free.get(row) ?? 0) || end > edge) continue;
    free.set(row, end);
    all.push({ text: mark.title, x: x + 4, y: row });
  }
  return all;
}
