/**
 * What the lexers of both dialects share: a place in a line that moves from word to word, and the tokens behind it. Which words
 * there are is the dialect's business.
 */
import { operatorLength, type Operators } from './characters';
import { endsInBackslash, type Token, type TokenKind } from './token';

export abstract class LineReader {
  protected readonly tokens: Token[] = [];
  /** A backslash ends the line, and joins it with the next. */
  protected readonly backslash: boolean;
  /** Where the words end, in front of that backslash. */
  protected readonly end: number;
  protected at = 0;

  protected constructor(
    protected readonly text: string,
    private readonly operators: Operators,
  ) {
    this.backslash = endsInBackslash(text);
    this.end = this.backslash ? text.lastIndexOf('\\') : text.length;
  }

  protected readWords(): void {
    while (this.at < this.end) this.word(this.text.charCodeAt(this.at));
  }

  /** Reads one word, or a blank, and moves behind it. `code` is the character at the place. */
  protected abstract word(code: number): void;

  /** The word from here to `stop`; its text begins at `from`, behind a sigil. */
  protected add(kind: TokenKind, stop: number, from: number, value: bigint | undefined): void {
    this.tokens.push({ kind, start: this.at, end: stop, text: this.text.slice(from, stop), value });
    this.at = stop;
  }

  protected operator(): void {
    const { text, at, end } = this;
    this.add('operator', Math.min(at + operatorLength(text, at, this.operators), end), at, undefined);
  }

  /** Behind the quote that closes the string which begins here; one that nothing closes reaches to the end of the line. */
  protected closingQuote(escapes: boolean): number {
    const { text, end } = this;
    const quote = text[this.at]!;
    for (let at = this.at + 1; at < end; at++) {
      if (text[at] === '\\' && escapes) at++;
      else if (text[at] === quote) return at + 1;
    }
    return end;
  }
}
