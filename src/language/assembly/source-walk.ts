/** All statements of a source in order, each with what a backslash carried to the lines behind it, dead ones left out. */
import type { LexedLines } from '../text/lexed-lines';
import type { SourceLine, Statement } from './statement';
import type { Token } from './token';

export type AssemblyLines = LexedLines<number, SourceLine>;

/** `more`: what the statement has on further lines; undefined when it ends where it begins. */
export type Visit = (statement: Statement, line: number, more: readonly Token[] | undefined) => void;

/** A block that a conditional directive opened. `taken`: its condition is a bare number that is not 0. */
interface Conditional {
  readonly outside: boolean;
  readonly taken: boolean;
}

/** Lines under `#if 0` and the like say nothing; of all other conditions both outcomes count. */
export class SourceWalk {
  private readonly open: Conditional[] = [];
  private live = true;
  private comment = false;

  constructor(
    private readonly lines: AssemblyLines,
    private readonly visit: Visit,
  ) {}

  /** Nothing stands open that would change what the next line says. */
  get quiet(): boolean {
    return this.open.length === 0 && !this.comment;
  }

  /** To be called for each line in order. */
  line(line: number): void {
    const source = this.lines.at(line);
    if (!source) return;
    const { statements } = source;
    for (let index = 0; index < statements.length; index++) {
      const statement = statements[index]!;
      const block = statement.kind === 'directive' ? statement.meaning.block : undefined;
      if (block?.family === 'comment') this.comment = block.edge === 'open';
      if (this.comment) continue;
      if (statement.kind === 'directive' && block?.family === 'conditional') {
        this.conditional(statement, block.edge, line);
        continue;
      }
      if (!this.live) continue;
      const goesOn = source.continues && index === statements.length - 1;
      this.visit(statement, line, goesOn ? this.restOf(line) : undefined);
    }
  }

  private conditional(
    statement: Extract<Statement, { kind: 'directive' }>,
    edge: 'open' | 'middle' | 'close',
    line: number,
  ): void {
    if (edge === 'open') {
      const [condition, ...more] = statement.arguments;
      const plain = /^[#.%]?if$/i.test(statement.name.text) && more.length === 0;
      const value = plain && condition?.kind === 'number' ? condition.value : undefined;
      this.open.push({ outside: this.live, taken: value !== undefined && value !== 0n });
      if (this.live) this.visit(statement, line, undefined);
      if (value === 0n) this.live = false;
      return;
    }
    const top = this.open[this.open.length - 1];
    if (top && edge === 'middle') {
      this.live = top.outside && !top.taken;
    } else if (top) {
      this.live = top.outside;
      this.open.pop();
    }
    if (top?.outside ?? this.live) this.visit(statement, line, undefined);
  }

  private restOf(line: number): readonly Token[] {
    const rest: Token[] = [];
    for (let next = line + 1; next < this.lines.count; next++) {
      const source = this.lines.at(next);
      for (const token of source?.rest ?? []) rest.push(token);
      if (!source?.continues) break;
    }
    return rest;
  }
}
