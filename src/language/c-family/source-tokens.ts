/**
 * The words of a whole file in a row, without comments: code in one row, preprocessor directives in another, because a
 * directive may stand in the middle of any statement. What `#if 0` takes out is in neither.
 */
import { firstWhere } from '../text/bisection';
import type { LexedLines } from '../text/lexed-lines';
import type { LexedLine, Token } from './token';

export interface Directive {
  /** Without the `#`. */
  readonly name: string;
  /** Its words behind the name, in the row of directives. */
  readonly start: number;
  readonly end: number;
  /** The word of the code before which it stands. */
  readonly at: number;
}

export interface TokenRows {
  readonly code: TokenRow;
  readonly preprocessor: TokenRow;
}

export interface SourceTokens extends TokenRows {
  readonly directives: readonly Directive[];
  /** Some name or header is of VMX. */
  readonly vmx: boolean;
}

/** Filled anew after every edit, in the same place: such large arrays, thrown away at each key, keep the collector busy. */
export class TokenRow {
  readonly tokens: Token[] = [];
  /** Lines that have words here, and the place of the first of them. */
  private readonly lines: number[] = [];
  private readonly starts: number[] = [];
  private count = 0;
  private lineCount = 0;

  begin(): void {
    this.count = this.lineCount = 0;
  }

  /** How many words there are so far. */
  get length(): number {
    return this.count;
  }

  add(tokens: readonly Token[], first: number, line: number): void {
    if (tokens.length <= first) return;
    this.lines[this.lineCount] = line;
    this.starts[this.lineCount++] = this.count;
    for (let at = first; at < tokens.length; at++) this.tokens[this.count++] = tokens[at]!;
  }

  /** What stands behind is of the time before. */
  end(): void {
    this.tokens.length = this.count;
    this.lines.length = this.starts.length = this.lineCount;
  }

  lineOf(at: number): number {
    const { starts } = this;
    const behind = firstWhere(starts.length, (index) => starts[index]! > at);
    return this.lines[Math.max(0, behind - 1)] ?? 0;
  }
}

/** `rows`: to be filled; what was read from them before is not to be asked any more. */
export function sourceTokens(lines: LexedLines<string, LexedLine>, rows: TokenRows): SourceTokens {
  const { code, preprocessor } = rows;
  code.begin();
  preprocessor.begin();
  const directives: Directive[] = [];
  let vmx = false;
  /** Depth of conditionals inside of an `#if 0`; 0 outside of any. */
  let dead = 0;
  for (let line = 0; line < lines.count; line++) {
    const read = lines.at(line)!;
    if (!read.directive) {
      if (dead > 0) continue;
      code.add(read.code, 0, line);
      vmx ||= read.vmx;
      continue;
    }
    if (read.continued) {
      const last = directives.at(-1);
      if (dead > 0 || !last) continue;
      preprocessor.add(read.code, 0, line);
      directives[directives.length - 1] = { ...last, end: preprocessor.length };
      continue;
    }
    const name = read.code[0]?.text.replace(/^#[ \t]*/, '') ?? '';
    dead = stillDead(dead, name, read.code);
    if (dead > 0) continue;
    const start = preprocessor.length;
    preprocessor.add(read.code, 1, line);
    directives.push({ name, start, end: preprocessor.length, at: code.length });
    vmx ||= read.vmx;
  }
  code.end();
  preprocessor.end();
  return { code, preprocessor, directives, vmx };
}

function stillDead(depth: number, name: string, words: readonly Token[]): number {
  if (depth === 0) return name === 'if' && words.length === 2 && words[1]!.text === '0' ? 1 : 0;
  if (name.startsWith('if')) return depth + 1;
  if (name === 'endif') return depth - 1;
  // The other branch is alive.
  return depth === 1 && (name === 'else' || name === 'elif') ? 0 : depth;
}
