/**
 * Lines of NASM into words. Sources of MASM pass through here too, because they have the same file extension: they need not be
 * understood, but nothing may break on them.
 */
import { Class, endOf, isOf, operatorsOf } from './characters';
import { LineReader } from './line-reader';
import { nasmNumber, stringValue } from './number-notation';
import { registerNamed } from './register-names';
import type { Lexed, TokenKind } from './token';

/** What a line leaves open: a backslash at its end joins any line with the next, comments included. */
const NasmState = { statement: 1, comment: 2 } as const;

const DIRECTIVE = /%([a-z]+)(?![\w:%])/iy;
const ARGUMENT = /%(?:\{[^}]{0,100}\}|[-+]?[0-9]+|\?\??|\$+[\w.$#@~?]+|%[A-Za-z_.?@][\w.$#@~?]*|![\w]+)/y;
const OPERATORS = operatorsOf('<<< >>> <=> << >> == != <> <= >= && || ^^ // %% %+ %[ $$');

export function lexNasm(text: string, state: number): Lexed {
  return new NasmLine(text, state).lex();
}

class NasmLine extends LineReader {
  private comment: boolean;

  constructor(
    text: string,
    private readonly state: number,
  ) {
    super(text, OPERATORS);
    this.comment = state === NasmState.comment;
  }

  lex(): Lexed {
    this.readWords();
    const { tokens, backslash, comment } = this;
    const next = !backslash ? 0 : comment ? NasmState.comment : NasmState.statement;
    return { tokens, next, continues: backslash && !comment, continued: this.state !== 0 };
  }

  /** What stands side by side with a parameter becomes one name with it. */
  protected override add(kind: TokenKind, stop: number, from: number, value: bigint | undefined): void {
    const last = this.tokens[this.tokens.length - 1];
    if (last?.end !== this.at || !joins(last.kind, kind)) return super.add(kind, stop, from, value);
    this.tokens.pop();
    this.at = last.start;
    super.add('argument', stop, last.start, undefined);
  }

  protected override word(code: number): void {
    const { text, at, end } = this;
    if (this.comment || code === 59 /* ; */) {
      this.comment = true;
      this.add('comment', end, at, undefined);
    } else if (isOf(code, Class.blank)) this.at++;
    else if (isOf(code, Class.nasmStart)) this.name(at);
    else if (isOf(code, Class.digit)) this.number(at);
    else if (code === 36 /* $ */ && at + 1 < end && isOf(text.charCodeAt(at + 1), Class.digit))
      this.number(at + 1);
    else if (code === 36 && at + 1 < end && isOf(text.charCodeAt(at + 1), Class.nasmStart)) this.name(at + 1);
    else if (code === 34 || code === 39 || code === 96 /* " ' ` */) this.string(code === 96);
    else if (code === 37 /* % */) this.percent();
    else this.operator();
  }

  /** `from` is behind the dollar sign that makes a name of what would be a register. */
  private name(from: number): void {
    const stop = endOf(this.text, from, this.end, Class.nasmName);
    const register = from === this.at && registerNamed(this.text.slice(from, stop), true);
    this.add(register ? 'register' : 'name', stop, from, undefined);
  }

  private number(from: number): void {
    const { text, end } = this;
    let stop = endOf(text, from, end, Class.number);
    // The exponent of a float has a sign inside.
    const sign = text.charCodeAt(stop);
    if (
      (sign === 43 || sign === 45) &&
      /[eEpP]/.test(text[stop - 1]!) &&
      /^\d+\.|^\d+e|^0x/i.test(text.slice(from, from + 40))
    )
      if (stop + 1 < end && isOf(text.charCodeAt(stop + 1), Class.digit))
        stop = endOf(text, stop + 1, end, Class.digit);
    this.add('number', stop, this.at, nasmNumber(text.slice(this.at, stop)));
  }

  private string(escapes: boolean): void {
    const stop = this.closingQuote(escapes);
    const body = this.text.slice(this.at + 1, stop - 1);
    const value = escapes && body.includes('\\') ? undefined : stringValue(body);
    this.add('string', stop, this.at, value);
  }

  private percent(): void {
    const { text, at, end } = this;
    if (this.tokens.length === 0 && this.state === 0) {
      DIRECTIVE.lastIndex = at;
      const directive = DIRECTIVE.exec(text);
      if (directive) return this.add('name', Math.min(at + directive[0].length, end), at, undefined);
    }
    ARGUMENT.lastIndex = at;
    const argument = ARGUMENT.exec(text);
    if (argument) this.add('argument', Math.min(at + argument[0].length, end), at, undefined);
    else this.operator();
  }
}

function joins(before: TokenKind, now: TokenKind): boolean {
  const word = (kind: TokenKind): boolean =>
    kind === 'name' || kind === 'argument' || kind === 'number' || kind === 'register';
  return (before === 'argument' && word(now)) || (now === 'argument' && word(before));
}
