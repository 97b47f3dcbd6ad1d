/** All statements of a source in order, each with what a backslash carried to the lines behind it, dead ones left out. */
import type { LexedLines } from '../text/lexed-lines';
import type { SourceLine, Statement } from './statement';
import type { Token } from './token';

export type AssemblyLines = LexedLines<number, SourceLine>;

/** `more`: what the statement has on further lines; undefined when it ends where it begins. */
type Visit = (statement: Statement, line: number, more: readonly Token[] | undefined) => void;

/** A block that a conditional directive opened. `taken`: its condition is a bare number that is not 0. */
interface Conditional {
  readonly outside: boolean;
  readonly taken: boolean;
}

/** Lines under `#if 0` and the like say nothing; of all other conditions both outcomes count. */
export function walkSource(lines: AssemblyLines, visit: Visit): void {
  const open: Conditional[] = [];
  let live = true;
  let comment = false;
  for (let line = 0; line < lines.count; line++) {
    const source = lines.at(line);
    if (!source) continue;
    const { statements } = source;
    for (let index = 0; index < statements.length; index++) {
      const statement = statements[index]!;
      const block = statement.kind === 'directive' ? statement.meaning.block : undefined;
      if (block?.family === 'comment') comment = block.edge === 'open';
      if (comment) continue;
      if (statement.kind === 'directive' && block?.family === 'conditional') {
        const top = open[open.length - 1];
        if (block.edge === 'open') {
          const [condition, ...more] = statement.arguments;
          const plain = /^[#.%]?if$/i.test(statement.name.text) && more.length === 0;
          const value = plain && condition?.kind === 'number' ? condition.value : undefined;
          open.push({ outside: live, taken: value !== undefined && value !== 0n });
          if (live) visit(statement, line, undefined);
          if (value === 0n) live = false;
          continue;
        }
        if (top && block.edge === 'middle') {
          live = top.outside && !top.taken;
        } else if (top) {
          live = top.outside;
          open.pop();
        }
        if (top?.outside ?? live) visit(statement, line, undefined);
        continue;
      }
      if (!live) continue;
      const goesOn = source.continues && index === statements.length - 1;
      visit(statement, line, goesOn ? restOf(lines, line) : undefined);
    }
  }
}

function restOf(lines: AssemblyLines, line: number): readonly Token[] {
  const rest: Token[] = [];
  for (let next = line + 1; next < lines.count; next++) {
    const source = lines.at(next);
    for (const token of source?.rest ?? []) rest.push(token);
    if (!source?.continues) break;
  }
  return rest;
}
