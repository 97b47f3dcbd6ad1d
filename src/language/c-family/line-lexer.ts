/**
 * Reads one line of C, C++ or Rust. What a line leaves open (a block comment, a raw string, a directive that goes on) is a
 * short string: the state for the next line. Any text is a line of some tokens; nothing is an error here.
 */
import type { CFamily } from '../source/language-id';
import type { LineLexer } from '../text/lexed-lines';
import { keywords } from './keywords';
import {
  CHARACTER_C,
  CHARACTER_RUST,
  C_HEXADECIMAL,
  C_NUMBER,
  DIRECTIVE_NAME,
  HEADER,
  LIFETIME,
  NAME,
  PUNCTUATOR,
  RAW_STRING_C,
  RAW_STRING_RUST,
  RUST_NUMBER,
  SPACES,
  STRING_PART,
  STRING_START,
  continuationOf,
  delimiter,
  isDigit,
  mayPrefix,
} from './line-patterns';
import { meaningOf } from './name-meaning';
import { integerLiteral } from './number-literal';
import type { LexedLine, Token, TokenKind } from './token';

/** In a directive; in front of what else is open. */
const DIRECTIVE = '#';
/** What is open: `/` and the depth of block comments; `"`; `r` and the end of a raw string; `l`, a line comment that goes on. */
const LINE_COMMENT = 'l';

export class CFamilyLexer implements LineLexer<string, LexedLine> {
  readonly initial = '';

  constructor(private readonly language: CFamily) {}

  lex(text: string, state: string): { line: LexedLine; next: string } {
    return new LineReading(text, state, this.language).read();
  }
}

class LineReading {
  private readonly tokens: Token[] = [];
  private at = 0;
  private open: string;
  private directive: boolean;
  private comments = false;
  private vmx = false;
  /** Where the backslash stands that joins this line and the next; -1 without one. */
  private readonly continuation: number;

  constructor(
    private readonly text: string,
    private readonly state: string,
    private readonly language: CFamily,
  ) {
    this.directive = state.startsWith(DIRECTIVE);
    this.open = this.directive ? state.slice(1) : state;
    this.continuation = language === 'rust' ? -1 : continuationOf(text);
  }

  read(): { line: LexedLine; next: string } {
    const { text } = this;
    if (this.open !== '') this.closeOpen();
    while (this.open === '' && (this.match(SPACES), this.at < text.length)) this.token();
    const goesOn = this.continuation >= 0;
    // A string or a line comment ends with its line, unless that goes on; only in Rust a string does not.
    if (!goesOn && (this.open === LINE_COMMENT || (this.open === '"' && this.language !== 'rust')))
      this.open = '';
    const inDirective = this.directive && (goesOn || this.open !== '');
    return {
      line: {
        tokens: this.tokens,
        code: this.comments ? this.tokens.filter((token) => token.kind !== 'comment') : this.tokens,
        vmx: this.vmx,
        directive: this.directive,
        continued: this.state.startsWith(DIRECTIVE),
      },
      next: (inDirective ? DIRECTIVE : '') + this.open,
    };
  }

  /** Goes on with what the line before left open. */
  private closeOpen(): void {
    const { open } = this;
    if (open === LINE_COMMENT) this.rest('comment');
    else if (open === '"') this.string(0);
    else if (open.startsWith('/')) this.comment(0, Number(open.slice(1)));
    else this.rawString(0, open.slice(1));
  }

  private token(): void {
    const { text, at, language } = this;
    const rust = language === 'rust';
    const code = text.charCodeAt(at);
    if (code === 0x2f /* slash */) {
      const second = text.charCodeAt(at + 1);
      if (second === 0x2f) {
        this.open = LINE_COMMENT;
        this.rest('comment');
        return;
      }
      if (second === 0x2a) {
        this.at += 2;
        this.comment(at, 1);
        return;
      }
    }
    if (code === 0x23 /* # */ && !rust && !this.directive && this.isFirst()) {
      this.directive = true;
      this.match(DIRECTIVE_NAME);
      this.push('directive', at);
      return;
    }
    if (at === this.continuation) {
      this.at = text.length;
      return;
    }
    if (isDigit(code) || (code === 0x2e && !rust && isDigit(text.charCodeAt(at + 1)))) {
      if (rust) this.match(RUST_NUMBER);
      else if (!this.match(C_HEXADECIMAL)) this.match(C_NUMBER);
      this.number(at);
      return;
    }
    // `"` and `'`, and the letters that may stand in front of them.
    if ((code === 0x22 || code === 0x27 || mayPrefix(code)) && this.quoted(at, rust)) return;
    if (code === 0x3c /* < */ && this.directive && this.tokens.length === 1 && this.isInclude()) {
      this.match(HEADER);
      this.push('header', at);
      this.vmx ||= /vmx/i.test(this.tokens.at(-1)!.text);
      return;
    }
    if (this.match(NAME)) this.name(at);
    else {
      this.match(PUNCTUATOR);
      this.push('punctuator', at);
    }
  }

  private quoted(at: number, rust: boolean): boolean {
    if (this.match(rust ? RAW_STRING_RUST : RAW_STRING_C)) {
      const opening = this.text.slice(at, this.at);
      this.rawString(
        at,
        rust ? `"${/#*/.exec(opening.replace(/^[bcr]+/, ''))![0]}` : `)${delimiter(opening)}"`,
      );
    } else if (this.match(STRING_START)) this.string(at);
    else if (this.match(rust ? CHARACTER_RUST : CHARACTER_C)) this.push('character', at);
    else if (rust && this.match(LIFETIME)) this.push('lifetime', at);
    else return false;
    return true;
  }

  private comment(start: number, depth: number): void {
    const nested = this.language === 'rust';
    let open = depth;
    while (open > 0) {
      const end = this.text.indexOf('*/', this.at);
      const inner = nested ? this.text.indexOf('/*', this.at) : -1;
      if (inner >= 0 && (end < 0 || inner < end)) {
        open++;
        this.at = inner + 2;
      } else if (end >= 0) {
        open--;
        this.at = end + 2;
      } else {
        this.at = this.text.length;
        break;
      }
    }
    this.open = open === 0 ? '' : `/${open}`;
    this.push('comment', start);
  }

  private string(start: number): void {
    while (this.match(STRING_PART));
    if (this.text[this.at] === '"') {
      this.at++;
      this.open = '';
    } else {
      this.at = this.text.length;
      this.open = '"';
    }
    this.push('string', start);
    if (this.directive) this.vmx ||= /vmx/i.test(this.text.slice(start, this.at));
  }

  private rawString(start: number, ending: string): void {
    const end = this.text.indexOf(ending, this.at);
    this.at = end < 0 ? this.text.length : end + ending.length;
    this.open = end < 0 ? `r${ending}` : '';
    this.push('string', start);
  }

  private number(start: number): void {
    const text = this.text.slice(start, this.at);
    const integer = integerLiteral(text, this.language === 'rust');
    this.tokens.push({ kind: 'number', start, end: this.at, text, ...(integer && { integer }) });
  }

  private name(start: number): void {
    const text = this.text.slice(start, this.at);
    if (keywords[this.language].has(text)) {
      this.push('keyword', start);
      return;
    }
    const meaning = meaningOf(text);
    this.vmx ||= meaning?.vmx === true;
    this.tokens.push({ kind: 'identifier', start, end: this.at, text, ...(meaning && { meaning }) });
  }

  private rest(kind: TokenKind): void {
    const start = this.at;
    this.at = this.text.length;
    this.push(kind, start);
  }

  private push(kind: TokenKind, start: number): void {
    this.comments ||= kind === 'comment';
    if (this.at > start)
      this.tokens.push({ kind, start, end: this.at, text: this.text.slice(start, this.at) });
  }

  private match(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) return false;
    this.at = pattern.lastIndex;
    return true;
  }

  /** Only comments stand before it. */
  private isFirst(): boolean {
    return this.tokens.every((token) => token.kind === 'comment');
  }

  private isInclude(): boolean {
    return /include|import/.test(this.tokens[0]!.text);
  }
}
