/** Words of a line of C, C++ or Rust. Places count characters within the line: lines move, words do not. */
import type { Integer } from './integer';
import type { NameMeaning } from './name-meaning';

export type TokenKind =
  | 'identifier'
  | 'keyword'
  | 'number'
  | 'string'
  | 'character'
  /** `'a` in Rust, not `'a'`. */
  | 'lifetime'
  | 'punctuator'
  /** `#define` and its kin, with the `#`. */
  | 'directive'
  /** `<stdio.h>` behind `#include`. */
  | 'header'
  | 'comment';

export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  /** As written. Of a string or comment over several lines, the part in this line. */
  readonly text: string;
  /** Of numbers that are integers. */
  readonly integer?: Integer;
  /** Of identifiers whose own letters say that they belong to VMX, MSRs or CPUID. */
  readonly meaning?: NameMeaning;
}

/** What the lexer makes of a line. */
export interface LexedLine {
  readonly tokens: readonly Token[];
  /** The tokens without comments; the same array when there are none. */
  readonly code: readonly Token[];
  /** Some name or header in it is of VMX. */
  readonly vmx: boolean;
  /** The line belongs to a preprocessor directive. */
  readonly directive: boolean;
  /** The directive began in a line above. */
  readonly continued: boolean;
}
