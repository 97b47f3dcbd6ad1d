/**
 * Lines of GNU as into words, for sources that go through the C preprocessor and for those that do not: nothing in a file says
 * which it is. Knows comments, strings and sigils; what a word means in its statement is the parser's business.
 */
import { Class, endOf, isOf, operatorsOf } from './characters';
import { LineReader } from './line-reader';
import { characterValue, gasNumber } from './number-notation';
import { preprocessorDirective } from './preprocessor-directive';
import { registerNamed } from './register-names';
import type { Lexed, Token } from './token';

/** What a line leaves open, as bits, because states are compared with `===`. */
export const GasState = {
  /** Inside a block comment. */
  comment: 1,
  /** `.intel_syntax` holds. */
  intel: 2,
  /** Registers need no percent sign. */
  naked: 4,
  /** A backslash continued a statement, a line of the preprocessor, a comment. */
  statement: 8,
  preprocessor: 16,
  lineComment: 32,
} as const;

const LASTING = GasState.comment | GasState.intel | GasState.naked;

const NUMERIC_REFERENCE = /^[0-9]+[bfBF]$/;
const OPERATORS = operatorsOf('<< >> == != <> <= >= && || ##');

export function lexGas(text: string, state: number): Lexed {
  return new GasLine(text, state).lex();
}

class GasLine extends LineReader {
  private readonly continued: boolean;
  private preprocessor: boolean;
  private next: number;

  constructor(
    text: string,
    private readonly state: number,
  ) {
    super(text, OPERATORS);
    this.next = state & LASTING;
    this.preprocessor = (state & GasState.preprocessor) !== 0;
    this.continued = (state & (GasState.statement | GasState.preprocessor | GasState.lineComment)) !== 0;
  }

  lex(): Lexed {
    if (this.state & GasState.comment) this.blockComment(0);
    else if (this.state & GasState.lineComment) this.lineComment();
    this.readWords();
    const inComment = (this.next & (GasState.comment | GasState.lineComment)) !== 0;
    // A comment is a blank to the preprocessor, be it over several lines: the directive goes on behind it.
    const within = this.preprocessor && (this.next & GasState.comment) !== 0;
    const continues = within || (this.backslash && !inComment);
    const { tokens, continued } = this;
    const next = this.preprocessor ? this.next : afterSyntax(tokens, this.next);
    const carried = this.preprocessor ? GasState.preprocessor : GasState.statement;
    return { tokens, next: continues ? next | carried : next, continues, continued };
  }

  protected override word(code: number): void {
    const { text, at, end } = this;
    if (isOf(code, Class.blank)) this.at++;
    else if (isOf(code, Class.gasStart) || code === 92 /* backslash */) this.name();
    else if (isOf(code, Class.digit)) this.number();
    else if (code === 37 /* % */ && this.register()) return;
    else if (code === 35 /* # */ && !this.preprocessor) this.hash();
    else if (code === 47 /* / */ && text.charCodeAt(at + 1) === 42 /* * */) this.blockComment(at + 2);
    else if (code === 47 && this.isLineComment()) this.lineComment();
    else if (code === 34 /* " */) this.add('string', this.closingQuote(true), at, undefined);
    else if (code === 39 /* ' */ && at + 1 < end) this.character();
    else this.operator();
  }

  /** Ends where the name ends; what a macro fills in is a part of it. */
  private nameEnd(from: number): number {
    let place = endOf(this.text, from, this.end, Class.gasName);
    while (place < this.end && this.text.charCodeAt(place) === 92) {
      const code = this.text.charCodeAt(place + 1);
      const empty = code === 40 && this.text.charCodeAt(place + 2) === 41; /* ( ) */
      if (!empty && code !== 64 /* @ */ && !(code < 128 && isOf(code, Class.gasStart) && code !== 46)) break;
      place = endOf(this.text, Math.min(place + (empty ? 3 : 2), this.end), this.end, Class.gasName);
    }
    return place;
  }

  private name(): void {
    const stop = this.nameEnd(this.at);
    if (stop === this.at) return this.operator();
    const word = this.text.slice(this.at, stop);
    const naked = (this.next & GasState.naked) !== 0 && !this.preprocessor;
    if (word.includes('\\')) this.add('argument', stop, this.at, undefined);
    else this.add(naked && registerNamed(word, true) ? 'register' : 'name', stop, this.at, undefined);
  }

  private number(): void {
    const { text, at } = this;
    let stop = endOf(text, at, this.end, Class.number);
    if (text.charCodeAt(stop) === 36 /* $ */ && stop < this.end) stop++;
    const word = text.slice(at, stop);
    const value = gasNumber(word);
    const reference = value === undefined && NUMERIC_REFERENCE.test(word);
    this.add(reference ? 'numeric-reference' : 'number', stop, at, value);
  }

  /**
   * Behind a number or a closing parenthesis a percent sign divides; with a blank behind it, so it does before a word that is no
   * register.
   */
  private register(): boolean {
    const { tokens, text, at } = this;
    const before = tokens[tokens.length - 1];
    if (before?.kind === 'number' || before?.text === ')') return false;
    const start = endOf(text, at + 1, this.end, Class.blank);
    const code = text.charCodeAt(start);
    if (!(code < 128 && isOf(code, Class.gasStart)) && code !== 92) return false;
    const stop = this.nameEnd(start);
    if (stop === start || (start > at + 1 && !registerNamed(text.slice(start, stop), false))) return false;
    this.add('register', stop, start, undefined);
    return true;
  }

  private character(): void {
    const { text, at, end } = this;
    const body = Math.min(at + (text.charCodeAt(at + 1) === 92 ? 3 : 2), end);
    const stop = body < end && text.charCodeAt(body) === 39 ? body + 1 : body;
    this.add('number', stop, at, characterValue(text.slice(at + 1, body)));
  }

  private hash(): void {
    const first = this.tokens.every((token) => token.kind === 'comment') && !this.continued;
    const found = first ? preprocessorDirective(this.text, this.at) : undefined;
    if (!found) return this.lineComment();
    const { name, end } = found;
    this.preprocessor = true;
    this.tokens.push({ kind: 'name', start: this.at, end, text: `#${name}`, value: undefined });
    this.at = end;
  }

  /** A slash alone begins a comment only at the start of a line. */
  private isLineComment(): boolean {
    return this.text.charCodeAt(this.at + 1) === 47 || (this.tokens.length === 0 && !this.continued);
  }

  /** A comment up to the end of the line: a backslash at its end carries it on. */
  private lineComment(): void {
    this.add('comment', this.text.length, this.at, undefined);
    if (this.backslash) this.next |= GasState.lineComment;
  }

  private blockComment(from: number): void {
    const close = this.text.indexOf('*/', from);
    if (close < 0) this.next |= GasState.comment;
    else this.next &= ~GasState.comment;
    this.add('comment', close < 0 ? this.text.length : close + 2, this.at, undefined);
  }
}

/** `.intel_syntax noprefix` and `.att_syntax` decide how all lines behind are read. */
function afterSyntax(tokens: readonly Token[], state: number): number {
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'name') continue;
    const argument = tokens[index + 1]?.text;
    if (token.text === '.intel_syntax') return state | GasState.intel | GasState.naked;
    if (token.text === '.att_syntax')
      return (state & ~(GasState.intel | GasState.naked)) | (argument === 'noprefix' ? GasState.naked : 0);
  }
  return state;
}
