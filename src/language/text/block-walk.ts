/**
 * What a walk over all lines of a text makes of them, kept in blocks of lines: after an edit only those blocks are walked again
 * whose lines changed, or that are entered in another state than before. Knows nothing of any language.
 */
export interface LineWalk<State, Result> {
  /** A state says nothing of where something stands: it is the same behind the same lines at another place. */
  readonly initial: State;
  same(a: State, b: State): boolean;
  /**
   * Walks over lines from `first`. Stops in front of a line where no more is carried over than the state says, for which
   * `mayEnd` is true, or at the end of the text.
   */
  walk(first: number, enter: State, mayEnd: (line: number) => boolean): Walked<State, Result>;
  /** The result of lines that stand so much further down now; without this they are walked again. */
  moved?(result: Result, by: number): Result;
}

export interface Walked<State, Result> {
  /** The first line that was not walked over. */
  readonly next: number;
  readonly leave: State;
  readonly result: Result;
}

/** Change of a text in lines: those that went, and those that came in their place. */
export interface LinesChange {
  readonly first: number;
  readonly removed: number;
  readonly added: number;
}

interface Kept<State, Result> {
  readonly enter: State;
  readonly leave: State;
  /** Where the block stood when the result was made. */
  first: number;
  result: Result;
}

interface Block<State, Result> {
  readonly lines: number;
  readonly kept?: Kept<State, Result>;
}

/** Walking over so many lines costs less than a key press, and keeping fewer apart would cost more. */
export const BLOCK_LINES = 64;

export class BlockWalk<State, Result> {
  private blocks: Block<State, Result>[];

  /** `blockLines`: a block has at least so many lines where the walk lets it end. */
  constructor(
    private readonly walk: LineWalk<State, Result>,
    lineCount: number,
    private readonly blockLines = BLOCK_LINES,
  ) {
    this.blocks = [{ lines: lineCount }];
  }

  /** Lines changed. The line before them counts too: where a block may end depends on the line behind it. */
  changed({ first, removed, added }: LinesChange): void {
    const from = Math.max(0, first - 1);
    let start = 0;
    let begin = 0;
    while (begin < this.blocks.length - 1 && start + this.blocks[begin]!.lines <= from)
      start += this.blocks[begin++]!.lines;
    let end = begin;
    let lines = this.blocks[begin]!.lines;
    while (end < this.blocks.length - 1 && start + lines < first + removed)
      lines += this.blocks[++end]!.lines;
    this.blocks.splice(begin, end - begin + 1, { lines: lines - removed + added });
  }

  /** What lines are worth depends on more than the text, and that changed. */
  forget(): void {
    this.blocks = [{ lines: this.blocks.reduce((sum, { lines }) => sum + lines, 0) }];
  }

  /** Of the blocks that have one of the lines, in order. A block that did not change gives the same object again. */
  results(from = 0, to = Infinity): Result[] {
    const found: Result[] = [];
    let state = this.walk.initial;
    let first = 0;
    for (let index = 0; index < this.blocks.length && first <= to; index++) {
      const kept = this.keptAt(index, first, state);
      const { lines } = this.blocks[index]!;
      if (first + lines > from) found.push(this.resultOf(kept, first, lines));
      state = kept.leave;
      first += lines;
    }
    return found;
  }

  private keptAt(index: number, first: number, enter: State): Kept<State, Result> {
    const { kept } = this.blocks[index]!;
    return kept && this.walk.same(kept.enter, enter) ? kept : this.walkFrom(index, first, enter);
  }

  /** Goes on to where a block begins that is there already, so that it can stay; what is walked before is cut in blocks. */
  private walkFrom(index: number, first: number, enter: State): Kept<State, Result> {
    let last = index;
    let end = first + this.blocks[index]!.lines;
    const reach = (line: number): void => {
      while (end < line && last < this.blocks.length - 1) end += this.blocks[++last]!.lines;
    };
    const { next, leave, result } = this.walk.walk(first, enter, (line) => {
      reach(line);
      return line === end || Math.min(line - first, end - line) >= this.blockLines;
    });
    reach(next);
    const kept = { enter, leave, first, result };
    const rest = end > next ? [{ lines: end - next }] : [];
    this.blocks.splice(index, last - index + 1, { lines: next - first, kept }, ...rest);
    return kept;
  }

  private resultOf(kept: Kept<State, Result>, first: number, lines: number): Result {
    if (kept.first === first) return kept.result;
    const { walk } = this;
    kept.result = walk.moved
      ? walk.moved(kept.result, first - kept.first)
      : walk.walk(first, kept.enter, (line) => line === first + lines).result;
    kept.first = first;
    return kept.result;
  }
}
