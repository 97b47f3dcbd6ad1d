/** What the definitions of a source give: constants, macros and includes. Other lines have no part in it. */
import type { AssemblyDialect } from '../source/language-id';
import type { ConstantScope } from '../source/source-file';
import { Constants } from './constants';
import { SourceWalk, type AssemblyLines } from './source-walk';
import type { DefinitionStatement } from './statement';
import type { Token } from './token';

interface Defined {
  readonly statement: DefinitionStatement;
  readonly more: readonly Token[] | undefined;
}

export class SourceNames {
  readonly constants: Constants;
  readonly macros = new Set<string>();
  readonly includes: string[] = [];
  private readonly defined: Defined[] = [];

  constructor(lines: AssemblyLines, dialect: AssemblyDialect, scope: ConstantScope) {
    this.constants = new Constants(dialect, scope);
    const walk = new SourceWalk(lines, (statement, line, more) => {
      if (statement.kind === 'definition') {
        this.defined.push({ statement, more });
        this.constants.define(statement, line, more);
        if (statement.what === 'macro' || statement.parameters) this.macros.add(statement.name.text);
      } else if (statement.kind === 'directive' && statement.path !== undefined) {
        this.includes.push(statement.path);
      }
    });
    for (let line = 0; line < lines.count; line++) walk.line(line);
  }

  /** True when the same lines of the same source define the same: statements are the same objects as long as their line is. */
  same({ defined }: SourceNames): boolean {
    return (
      defined.length === this.defined.length &&
      this.defined.every(({ statement, more }, index) => {
        const other = defined[index]!;
        return statement === other.statement && sameTokens(more, other.more);
      })
    );
  }
}

function sameTokens(a: readonly Token[] | undefined, b: readonly Token[] | undefined): boolean {
  if (!a || !b) return a === b;
  return a.length === b.length && a.every((token, index) => token === b[index]);
}
