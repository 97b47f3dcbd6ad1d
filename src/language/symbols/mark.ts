/** One name in a line of assembly, as the line alone shows it, and what it is there. */
import type { Span } from '../assembly/token';

export type MarkKind =
  /** Definitions. `common` is a label too; `generated` is NASM's `%%name`. */
  | 'label'
  | 'exported-label'
  | 'number'
  | 'generated'
  | 'common'
  | 'constant'
  | 'text'
  | 'macro'
  | 'structure'
  | 'parameter'
  /**
   * Uses. `member` is a field of the structure that `istruc` named, `any` may be an operand or a macro, `word` is an instruction or
   * a directive unless a macro has its name. `pasted` is a name that only an expansion completes.
   */
  | 'use'
  | 'call'
  | 'word'
  | 'any'
  | 'member'
  | 'numeric-reference'
  | 'argument'
  | 'pasted'
  | 'export'
  | 'import'
  /** Where something begins and ends that later lines need. */
  | 'instance'
  | 'end-instance'
  | 'repetition'
  | 'end-repetition'
  | 'end-macro';

export interface Mark extends Span {
  readonly kind: MarkKind;
  readonly name: string;
  /** The name is found in letters of either case. */
  readonly anyCase?: true;
}
