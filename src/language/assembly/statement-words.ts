/** The words of one statement behind its labels, with what reading them takes: what every reader of a statement gets. */
import type { AssemblyDialect } from '../source/language-id';
import type { Syntax } from './operands';
import type { Label } from './statement';
import type { Token } from './token';

export interface StatementWords {
  /** The text of the line. */
  readonly text: string;
  readonly dialect: AssemblyDialect;
  readonly syntax: Syntax;
  readonly labels: readonly Label[];
  /** At least one. */
  readonly words: readonly Token[];
}
