/** Words of an assembly line, the same for both dialects. Places count characters within the line: lines move, words do not. */

export interface Span {
  readonly start: number;
  readonly end: number;
}

export type TokenKind =
  | 'name'
  | 'number'
  | 'string'
  /** A register by its name, or anything behind AT&T's percent sign (`%_ASM_AX`). */
  | 'register'
  /** Something only the expansion of a macro fills in (`\field`, `%1`, `%%again`), alone or inside a name (`stub_\vector`). */
  | 'argument'
  /** `1b`, `2f`. */
  | 'numeric-reference'
  | 'operator'
  | 'comment';

export interface Token extends Span {
  readonly kind: TokenKind;
  /** As written, without the sigil of a register (`%eax`) and of NASM's escaped names (`$eax`): those stand before the text. */
  readonly text: string;
  /** Of numbers, of character constants and of strings that NASM takes as numbers. */
  readonly value: bigint | undefined;
}

/** What a lexer makes of a line. */
export interface Lexed {
  readonly tokens: readonly Token[];
  /** What the line leaves open, for the next one. */
  readonly next: number;
  /** The statement goes on in the next line. */
  readonly continues: boolean;
  /** The line goes on with what the line before began. */
  readonly continued: boolean;
}

/** Shared by whatever has no tokens, because that is most of what could have some. */
export const NO_TOKENS: readonly Token[] = [];

/** The tokens behind the first `count`, in an array of their number: one that was pushed to has room for 17. */
export function tokensBehind(tokens: readonly Token[], count: number): readonly Token[] {
  return count < tokens.length ? tokens.slice(count) : NO_TOKENS;
}

/** Where the text of a token starts: behind its sigil. */
export function textStart(token: Token): number {
  return token.end - token.text.length;
}

/** True when the line ends in a backslash, blanks behind it forgiven as compilers do. */
export function endsInBackslash(text: string): boolean {
  let last = text.length - 1;
  while (last >= 0 && (text[last] === ' ' || text[last] === '\t')) last--;
  return text[last] === '\\';
}
