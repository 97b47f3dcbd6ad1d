/**
 * A source in C, C++ or Rust as the features see it: only what it says about VMX, MSRs, CPUID and control registers. It has no
 * opinion on the language; what it does not know for sure it does not say.
 */
import type { CFamily } from '../source/language-id';
import type { Analysis, ConstantScope, SourceFile, Word, WordRole } from '../source/source-file';
import { LexedLines } from '../text/lexed-lines';
import { lineRange, type Range } from '../text/position';
import { LazyConstants } from './lazy-constants';
import { readSource, type ReadSource } from './source-analysis';
import { CFamilyLexer } from './line-lexer';
import { TokenRow } from './source-tokens';
import type { LexedLine, Token, TokenKind } from './token';

/** Keywords are no names: nobody should look for their values. */
const roles: Readonly<Record<TokenKind, WordRole>> = {
  identifier: 'identifier',
  keyword: 'directive',
  number: 'number',
  string: 'string',
  character: 'string',
  lifetime: 'operator',
  punctuator: 'operator',
  directive: 'directive',
  header: 'string',
  comment: 'comment',
};

export class CFamilyFile implements SourceFile {
  private readonly lines: LexedLines<string, LexedLine>;
  private readonly rows = { code: new TokenRow(), preprocessor: new TokenRow() };
  private source: ReadSource | undefined;
  private known: Analysis | undefined;
  private computed: ReadonlyMap<string, bigint> | undefined;

  constructor(
    readonly language: CFamily,
    text: string,
    private readonly scope: ConstantScope,
  ) {
    this.lines = new LexedLines(text, new CFamilyLexer(language));
  }

  get lineCount(): number {
    return this.lines.count;
  }

  lineText(line: number): string {
    return this.lines.text(line);
  }

  words(line: number): readonly Word[] {
    return (this.lines.at(line)?.tokens ?? []).map((token) => wordOf(token, line));
  }

  analysis(): Analysis {
    return (this.known ??= this.read().analysis());
  }

  edit(range: Range, text: string): void {
    this.lines.replace(range, text);
    this.source = undefined;
    this.known = undefined;
    this.computed = undefined;
  }

  constants(): ReadonlyMap<string, bigint> {
    return (this.computed ??= new LazyConstants(this.read().constants));
  }

  constant(name: string): bigint | undefined {
    // A name that this file defines in two ways is unknown, whatever others say.
    return this.read().constants.integer(name)?.value;
  }

  includes(): readonly string[] {
    return this.read().includes;
  }

  private read(): ReadSource {
    return (this.source ??= readSource(this.lines, this.language, this.scope, this.rows));
  }
}

function wordOf({ kind, start, end, text, integer }: Token, line: number): Word {
  return {
    range: lineRange(line, start, end),
    text,
    role: roles[kind],
    ...(integer && { value: integer.value }),
  };
}
