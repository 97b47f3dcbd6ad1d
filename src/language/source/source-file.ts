/**
 * One open or indexed source as every feature sees it. The front ends (`assembly`, `c-family`) implement it; it never throws,
 * whatever the text is, and answers for the text as it is now.
 */
import type { Position, Range } from '../text/position';
import type { Language } from './language-id';
import type { Operation } from './operation';

export type WordRole =
  | 'mnemonic'
  | 'prefix'
  | 'register'
  | 'number'
  | 'identifier'
  | 'label'
  | 'directive'
  | 'string'
  | 'comment'
  | 'operator';

/** One word of a line with what it is there. */
export interface Word {
  readonly range: Range;
  /** As written, without the sigils of AT&T syntax (`%`, `$`). */
  readonly text: string;
  readonly role: WordRole;
  /** Of numbers, in whatever notation the language has. */
  readonly value?: bigint;
}

/** Code bits of assembly at a place: what `.code16` or `BITS 16` said last. Unknown where nothing said it. */
export type CodeBits = 16 | 32 | 64;

/** An instruction of an assembly source. There are as many as lines: it is small. */
export interface InstructionUse {
  readonly line: number;
  readonly mnemonic: { readonly text: string; readonly start: number; readonly end: number };
  readonly codeBits: CodeBits | undefined;
}

export interface Analysis {
  /** In the order of their places. */
  readonly operations: readonly Operation[];
  /** Every instruction; empty for the C family. */
  readonly instructions: readonly InstructionUse[];
}

/** Constants that stand in other files (headers, includes). */
export interface ConstantScope {
  constant(name: string): bigint | undefined;
}

export interface SourceFile {
  readonly language: Language;
  readonly lineCount: number;
  lineText(line: number): string;
  /** Words of one line in order; comments and strings are words too. */
  words(line: number): readonly Word[];
  /** Of the whole source. Kept until the next edit. */
  analysis(): Analysis;
  /**
   * Of some lines and what belongs to them, which an edit elsewhere does not change; all lines without arguments. A part that says
   * the same is the same object. Without it there is one part.
   */
  analysisParts?(first?: number, last?: number): readonly Analysis[];
  edit(range: Range, text: string): void;
  /** Constants this file defines by itself (`#define`, `enum`, `equ`, `.set`), by name, with what it could compute. */
  constants(): ReadonlyMap<string, bigint>;
  /** A constant as this file sees it: its own, or one of its scope. Without it only `constants` are known. */
  constant?(name: string): bigint | undefined;
  /** Names of files it includes, as written. */
  includes(): readonly string[];
}

export function partsOf(file: SourceFile, first?: number, last?: number): readonly Analysis[] {
  return file.analysisParts?.(first, last) ?? [file.analysis()];
}

/** All operations that have to do with some lines, and maybe others. */
export function operationsNear(file: SourceFile, first: number, last = first): Operation[] {
  return partsOf(file, first, last).flatMap(({ operations }) => operations);
}

/** The word at a place, the one that starts there where two meet. */
export function wordAt(file: SourceFile, position: Position): Word | undefined {
  let found: Word | undefined;
  for (const word of file.words(position.line)) {
    if (word.range.start.character > position.character) break;
    if (word.range.end.character >= position.character) found = word;
  }
  return found;
}
