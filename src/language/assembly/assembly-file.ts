/**
 * One assembly source: its lines as statements, kept up to date under edits, and what follows from all of them together, which is
 * brought up to date after an edit when somebody asks. Never throws.
 */
import type { AssemblyDialect } from '../source/language-id';
import type { Analysis, ConstantScope, SourceFile, Word } from '../source/source-file';
import { BLOCK_LINES, BlockWalk, type LinesChange } from '../text/block-walk';
import { LexedLines, type LineLexer } from '../text/lexed-lines';
import type { Range } from '../text/position';
import { AnalysisWalk, type AnalysisState } from './analysis-walk';
import { GasState, lexGas } from './gas-lexer';
import { lexNasm } from './nasm-lexer';
import { SourceNames } from './source-names';
import type { AssemblyLines } from './source-walk';
import type { SourceLine } from './statement';
import { parseLine } from './statement-parser';
import type { Lexed, Token } from './token';
import { wordsOf } from './words';

/** Only programs write longer lines, and reading one at each key would take longer than the key. */
const LONGEST_LINE = 10_000;

/** What a line may say that is too long to be read. */
const OPAQUE: SourceLine = {
  statements: [
    {
      kind: 'directive',
      labels: [],
      name: { kind: 'operator', start: 0, end: 0, text: '', value: undefined },
      meaning: { what: 'unknown' },
      arguments: [],
    },
  ],
  continues: false,
  rest: [],
};

/** Words are left out; a comment that goes on behind the line is not. */
function unread(text: string, gasState: number | undefined): Lexed {
  if (gasState === undefined) return { tokens: [], next: 0, continues: false, continued: false };
  const open = text.lastIndexOf('/*');
  const close = text.lastIndexOf('*/');
  const comment = open === close ? gasState & GasState.comment : open > close ? GasState.comment : 0;
  const next = (gasState & (GasState.intel | GasState.naked)) | comment;
  return { tokens: [], next, continues: false, continued: false };
}

class StatementLexer implements LineLexer<number, SourceLine> {
  readonly initial = 0;

  constructor(private readonly dialect: AssemblyDialect) {}

  tokens(text: string, state: number): Lexed {
    if (text.length > LONGEST_LINE) return unread(text, this.dialect === 'gas' ? state : undefined);
    return this.dialect === 'gas' ? lexGas(text, state) : lexNasm(text, state);
  }

  lex(text: string, state: number): { line: SourceLine; next: number } {
    const lexed = this.tokens(text, state);
    if (text.length > LONGEST_LINE) return { line: OPAQUE, next: lexed.next };
    // The line that switches the syntax is a directive, whose words are the same in both.
    const intel = this.dialect === 'gas' && (state & GasState.intel) !== 0;
    return { line: parseLine(text, lexed, this.dialect, intel), next: lexed.next };
  }
}

const NO_LINE: SourceLine = { statements: [], continues: false, rest: [] };

export class AssemblyFile implements SourceFile {
  private readonly lexer: StatementLexer;
  private readonly lines: AssemblyLines;
  private readonly analysed: BlockWalk<AnalysisState, Analysis>;
  private readonly watchers: ((change: LinesChange) => void)[] = [];
  private names: SourceNames | undefined;
  private namesAreStale = false;
  private whole: Analysis | undefined;

  /** `blockLines`: what depends on several lines is kept in blocks of so many. */
  constructor(
    readonly language: AssemblyDialect,
    text: string,
    private readonly scope: ConstantScope,
    readonly blockLines = BLOCK_LINES,
  ) {
    this.lexer = new StatementLexer(language);
    this.lines = new LexedLines(text, this.lexer);
    const walk = new AnalysisWalk(this.lines, language, () => this.upToDateNames());
    this.analysed = new BlockWalk(walk, this.lines.count, blockLines);
  }

  get lineCount(): number {
    return this.lines.count;
  }

  lineText(line: number): string {
    return this.lines.text(line);
  }

  /** What a line says. */
  line(line: number): SourceLine {
    return this.lines.at(line) ?? NO_LINE;
  }

  /** The words of a line as the lexer sees them, comments too. Not kept. */
  tokens(line: number): readonly Token[] {
    return this.lexer.tokens(this.lines.text(line), this.lines.stateBefore(line)).tokens;
  }

  /** The same object as long as the line reads the same, wherever it moves: to keep by it what follows from the line alone. */
  lineKey(line: number): object {
    return this.lines.key(line) ?? NO_LINE;
  }

  words(line: number): readonly Word[] {
    const tokens = this.tokens(line);
    const { macros } = this.upToDateNames();
    return wordsOf(line, tokens, this.line(line), this.language, (name) => macros.has(name));
  }

  analysis(): Analysis {
    if (this.whole) return this.whole;
    const parts = this.analysisParts();
    return (this.whole = {
      operations: parts.flatMap(({ operations }) => operations),
      instructions: parts.flatMap(({ instructions }) => instructions),
    });
  }

  analysisParts(first?: number, last?: number): readonly Analysis[] {
    // Other constants make other operations anywhere, so that they are looked for first.
    this.upToDateNames();
    return this.analysed.results(first, last);
  }

  edit(range: Range, text: string): void {
    const change = this.lines.replace(range, text);
    this.namesAreStale = true;
    this.whole = undefined;
    this.analysed.changed(change);
    for (const changed of this.watchers) changed(change);
  }

  /** Is told of every edit. */
  watch(changed: (change: LinesChange) => void): void {
    this.watchers.push(changed);
  }

  constants(): ReadonlyMap<string, bigint> {
    return this.upToDateNames().constants.all();
  }

  constant(name: string): bigint | undefined {
    return this.upToDateNames().constants.value(name);
  }

  includes(): readonly string[] {
    return this.upToDateNames().includes;
  }

  private upToDateNames(): SourceNames {
    if (this.names && !this.namesAreStale) return this.names;
    const names = new SourceNames(this.lines, this.language, this.scope);
    if (this.names && !names.same(this.names)) this.analysed.forget();
    this.namesAreStale = false;
    return (this.names = names);
  }
}
