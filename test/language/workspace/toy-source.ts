/**
 * A source of a toy language, so that the workspace is tested apart from the front ends: `#include "FILE"`, and
 * `#define NAME VALUE` where the value is a number or another name.
 */
import type { ConstantScope, SourceFile } from '../../../src/language/source/source-file';
import type { Range } from '../../../src/language/text/position';
import { LexedLines } from '../../../src/language/text/lexed-lines';

export class ToySource implements SourceFile {
  readonly language = 'c';
  private readonly lines: LexedLines<undefined, undefined>;
  private known: Map<string, bigint> | undefined;

  constructor(
    text: string,
    private readonly scope: ConstantScope,
  ) {
    const lex = () => ({ line: undefined, next: undefined });
    this.lines = new LexedLines<undefined, undefined>(text, { initial: undefined, lex });
  }

  get lineCount(): number {
    return this.lines.count;
  }
  lineText(line: number): string {
    return this.lines.text(line);
  }
  words(): [] {
    return [];
  }
  /** Constants of this file and of those it includes. */
  value(name: string): bigint | undefined {
    return this.constants().get(name) ?? this.scope.constant(name);
  }
  analysis() {
    return { operations: [], instructions: [] };
  }
  edit(range: Range, text: string): void {
    this.lines.replace(range, text);
    this.known = undefined;
  }
  constants(): ReadonlyMap<string, bigint> {
    if (this.known) return this.known;
    const known = new Map<string, bigint>();
    for (const [, name, value] of this.all(/^#define (\w+) (\w+)/)) {
      const number = /^\d/.test(value!) ? BigInt(value!) : (known.get(value!) ?? this.scope.constant(value!));
      if (number !== undefined) known.set(name!, number);
    }
    return (this.known = known);
  }
  includes(): string[] {
    return this.all(/^#include "(.*)"/).map((match) => match[1]!);
  }
  private all(pattern: RegExp): RegExpExecArray[] {
    return Array.from({ length: this.lineCount }, (_, line) => pattern.exec(this.lineText(line))).filter(
      (match) => match !== null,
    );
  }
}
