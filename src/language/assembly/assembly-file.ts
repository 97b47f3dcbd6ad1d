/**
 * One assembly source: its lines as statements, kept up to date under edits, and what follows from all of them together, made
 * again after an edit when somebody asks. Never throws.
 */
import type { AssemblyDialect } from '../source/language-id';
import type { Analysis, ConstantScope, SourceFile, Word } from '../source/source-file';
import { LexedLines, type LineLexer } from '../text/lexed-lines';
import type { Range } from '../text/position';
import { Constants } from './constants';
import { GasState, lexGas } from './gas-lexer';
import { lexNasm } from './nasm-lexer';
import { analyse } from './operations';
import { walkSource, type AssemblyLines } from './source-walk';
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

/** What the definitions of a source give. */
interface Names {
  readonly constants: Constants;
  readonly macros: ReadonlySet<string>;
  readonly includes: readonly string[];
}

const NO_LINE: SourceLine = { statements: [], continues: false, rest: [] };

export class AssemblyFile implements SourceFile {
  private readonly lexer: StatementLexer;
  private readonly lines: AssemblyLines;
  private names: Names | undefined;
  private known: Analysis | undefined;
  private edits = 0;

  constructor(
    readonly language: AssemblyDialect,
    text: string,
    private readonly scope: ConstantScope,
  ) {
    this.lexer = new StatementLexer(language);
    this.lines = new LexedLines(text, this.lexer);
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

  /** Grows with each edit. */
  get revision(): number {
    return this.edits;
  }

  words(line: number): readonly Word[] {
    const tokens = this.tokens(line);
    const { macros } = this.allNames();
    return wordsOf(line, tokens, this.line(line), this.language, (name) => macros.has(name));
  }

  analysis(): Analysis {
    if (this.known) return this.known;
    const { constants, macros } = this.allNames();
    return (this.known = analyse(this.lines, this.language, constants, macros));
  }

  edit(range: Range, text: string): void {
    this.lines.replace(range, text);
    this.edits++;
    this.names = undefined;
    this.known = undefined;
  }

  constants(): ReadonlyMap<string, bigint> {
    return this.allNames().constants.all();
  }

  constant(name: string): bigint | undefined {
    return this.allNames().constants.value(name);
  }

  includes(): readonly string[] {
    return this.allNames().includes;
  }

  private allNames(): Names {
    if (this.names) return this.names;
    const constants = new Constants(this.language, this.scope);
    const macros = new Set<string>();
    const includes: string[] = [];
    walkSource(this.lines, (statement, line, more) => {
      if (statement.kind === 'definition') {
        constants.define(statement, line, more);
        if (statement.what === 'macro' || statement.parameters) macros.add(statement.name.text);
      } else if (statement.kind === 'directive' && statement.path !== undefined) {
        includes.push(statement.path);
      }
    });
    return (this.names = { constants, macros, includes });
  }
}
