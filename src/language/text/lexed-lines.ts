/**
 * A text as lines, each with what a lexer made of it, kept up to date under edits. A line is read again only when its text
 * changed or when the line before it ends in another state (an open comment, a continued line): typing in a file of
 * 10,000 lines costs one line. Knows nothing of any language.
 */
import type { LinesChange } from './block-walk';
import type { Range } from './position';

/** Makes something of one line. `state` is what the line before left open; states are compared with `===`. */
export interface LineLexer<State, Line> {
  readonly initial: State;
  lex(text: string, state: State): { line: Line; next: State };
}

interface Entry<State, Line> {
  readonly text: string;
  readonly before: State;
  readonly line: Line;
  readonly next: State;
}

const LINE_BREAK = /\r\n|\n|\r/;

export class LexedLines<State, Line> {
  private entries: Entry<State, Line>[] = [];

  constructor(
    text: string,
    private readonly lexer: LineLexer<State, Line>,
  ) {
    this.entries = this.read(text.split(LINE_BREAK), lexer.initial);
  }

  /** Number of lines; an empty text has one. */
  get count(): number {
    return this.entries.length;
  }

  /** The text of a line without its line break; empty beyond the end. */
  text(line: number): string {
    return this.entries[line]?.text ?? '';
  }

  /** What the lexer made of a line. */
  at(line: number): Line | undefined {
    return this.entries[line]?.line;
  }

  /** The same object as long as the line and what stands open before it are the same: to keep by it what follows from them. */
  key(line: number): object | undefined {
    return this.entries[line];
  }

  /** What the lines before this one left open. */
  stateBefore(line: number): State {
    return this.entries[line]?.before ?? this.lexer.initial;
  }

  /**
   * Replaces a range. Places outside the text are moved to its nearest place: clients that are ahead of or behind us must
   * not break anything. Gives the lines that are other ones now, or are read in another way.
   */
  replace(range: Range, text: string): LinesChange {
    const last = this.entries.length - 1;
    const first = clamp(range.start.line, 0, last);
    const final = clamp(range.end.line, first, last);
    const head = range.start.line > last ? this.text(last) : this.text(first).slice(0, range.start.character);
    const tail = range.end.line > last ? '' : this.text(final).slice(range.end.character);
    const inserted = (head + text + tail).split(LINE_BREAK);
    const fresh = this.read(inserted, this.stateBefore(first));
    let state = fresh[fresh.length - 1]!.next;
    const removed = final - first + 1;
    this.splice(first, removed, fresh);
    let line = first + fresh.length;
    for (; line < this.entries.length; line++) {
      const entry = this.entries[line]!;
      if (entry.before === state) break;
      const again = this.entry(entry.text, state);
      this.entries[line] = again;
      state = again.next;
    }
    const added = line - first;
    return { first, removed: removed + added - fresh.length, added };
  }

  /** Array.splice takes its arguments on the stack, which a paste of a large file would overflow. */
  private splice(start: number, remove: number, fresh: Entry<State, Line>[]): void {
    if (fresh.length < 1000) this.entries.splice(start, remove, ...fresh);
    else this.entries = [...this.entries.slice(0, start), ...fresh, ...this.entries.slice(start + remove)];
  }

  /** Lines that read the same are one object: of a long source of assembly that is half of them. */
  private read(texts: readonly string[], state: State): Entry<State, Line>[] {
    const known = new Map<string, Entry<State, Line>>();
    let before = state;
    return texts.map((text) => {
      let entry = known.get(text);
      if (!entry || entry.before !== before) known.set(text, (entry = this.entry(text, before)));
      before = entry.next;
      return entry;
    });
  }

  private entry(text: string, before: State): Entry<State, Line> {
    const { line, next } = this.lexer.lex(text, before);
    return { text, before, line, next };
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
