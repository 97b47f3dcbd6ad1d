/**
 * The words of a whole file in a row, without comments: code in one row, preprocessor directives in another, because a
 * directive may stand in the middle of any statement. What `#if 0` takes out is in neither.
 */
import type { LexedLines } from '../text/lexed-lines';
import type { LexedLine, Token } from './token';

export interface TokenRow {
  readonly tokens: readonly Token[];
  /** The line of each. */
  readonly lines: readonly number[];
}

export interface Directive {
  /** Without the `#`. */
  readonly name: string;
  /** Its words behind the name, in the row of directives. */
  readonly start: number;
  readonly end: number;
  /** The word of the code before which it stands. */
  readonly at: number;
}

export interface SourceTokens {
  readonly code: TokenRow;
  readonly preprocessor: TokenRow;
  readonly directives: readonly Directive[];
  /** Some name or header is of VMX. */
  readonly vmx: boolean;
}

class Row implements TokenRow {
  readonly tokens: Token[] = [];
  readonly lines: number[] = [];
  vmx = false;

  add(tokens: readonly Token[], line: number): void {
    for (const token of tokens) {
      if (token.kind === 'comment') continue;
      if (token.meaning?.vmx || (token.kind === 'header' && /vmx/i.test(token.text))) this.vmx = true;
      this.tokens.push(token);
      this.lines.push(line);
    }
  }
}

export function sourceTokens(lines: LexedLines<string, LexedLine>): SourceTokens {
  const code = new Row();
  const preprocessor = new Row();
  const directives: Directive[] = [];
  /** Depth of conditionals inside of an `#if 0`; 0 outside of any. */
  let dead = 0;
  for (let line = 0; line < lines.count; line++) {
    const { tokens, directive, continued } = lines.at(line)!;
    if (!directive) {
      if (dead === 0) code.add(tokens, line);
      continue;
    }
    if (continued) {
      const last = directives.at(-1);
      if (dead > 0 || !last) continue;
      preprocessor.add(tokens, line);
      directives[directives.length - 1] = { ...last, end: preprocessor.tokens.length };
      continue;
    }
    const words = tokens.filter((token) => token.kind !== 'comment');
    const name = words[0]?.text.replace(/^#[ \t]*/, '') ?? '';
    dead = stillDead(dead, name, words);
    if (dead > 0) continue;
    const start = preprocessor.tokens.length;
    preprocessor.add(words.slice(1), line);
    directives.push({ name, start, end: preprocessor.tokens.length, at: code.tokens.length });
  }
  return { code, preprocessor, directives, vmx: code.vmx || preprocessor.vmx };
}

function stillDead(depth: number, name: string, words: readonly Token[]): number {
  if (depth === 0) return name === 'if' && words.length === 2 && words[1]!.text === '0' ? 1 : 0;
  if (name.startsWith('if')) return depth + 1;
  if (name === 'endif') return depth - 1;
  // The other branch is alive.
  return depth === 1 && (name === 'else' || name === 'elif') ? 0 : depth;
}
