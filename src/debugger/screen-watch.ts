/**
 * The VGA text screen as somebody sees it who looks some times a second: it is told when it has changed, and not before something has
 * been written there, which most guests never do.
 */
import type { Machine } from '../machine/machine';
import type { Screen, ScreenRun } from '../protocol/people';

type Board = Machine['board'];
type TextScreen = ReturnType<Board['screen']>;

/** Milliseconds between two looks while the machine runs: nobody reads faster. */
const LOOK_MS = 50;

export class ScreenWatch {
  private last = '';
  private lookedAt = 0;

  /** @param written something was written to the screen that this one takes the place of: it is shown, empty or not */
  constructor(
    private readonly board: Board,
    private written = false,
  ) {}

  /** Something has been written to it. */
  hasText(): boolean {
    this.written ||= this.board.screen().lines.some((line) => line !== '');
    return this.written;
  }

  /** As `look`, unless somebody has looked just now. */
  glance(): Screen | undefined {
    const now = Date.now();
    if (now - this.lookedAt < LOOK_MS) return undefined;
    this.lookedAt = now;
    return this.look();
  }

  /** What stands on the screen, if that is something else than at the last look. */
  look(): Screen | undefined {
    if (!this.hasText()) return undefined;
    const shown = this.board.screen();
    const screen: Screen = { rows: runs(shown), ...(shown.cursor && { cursor: shown.cursor }) };
    const text = JSON.stringify(screen);
    if (text === this.last) return undefined;
    this.last = text;
    return screen;
  }
}

function runs({ lines, attributes }: TextScreen): ScreenRun[][] {
  const columns = attributes.length / lines.length;
  return lines.map((line, row) => {
    const made: ScreenRun[] = [];
    for (let column = 0; column < columns; column++) {
      const attribute = attributes[row * columns + column]!;
      const character = line[column] ?? ' ';
      const last = made.at(-1);
      if (last?.attribute === attribute) last.text += character;
      else made.push({ text: character, attribute });
    }
    return made;
  });
}
