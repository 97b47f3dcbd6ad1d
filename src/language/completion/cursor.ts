/** Where in a line of assembly somebody is typing: the word so far, and what may stand there. */
import type { AssemblyFile } from '../assembly/assembly-file';
import type { InstructionStatement, Statement } from '../assembly/statement';
import { lineRange, type Position, type Range } from '../text/position';

export interface Cursor {
  /** The word being typed, without its sigil. */
  readonly typed: string;
  /** Where the word stands, up to the cursor. */
  readonly range: Range;
  /** `%` of a register, `$` of an immediate; empty where none is typed. */
  readonly sigil: string;
  /** `line`: at the start of a statement. `operand`: behind a mnemonic. `argument`: behind a directive. */
  readonly place: 'line' | 'operand' | 'argument';
  /** Behind a mnemonic. */
  readonly instruction?: InstructionStatement;
  /** Number of the operand, from 0. */
  readonly operand: number;
  /** Something of the operand stands in front of the word. */
  readonly begun: boolean;
}

/** The word so far. A point starts directives and local labels; a percent sign starts NASM's directives and AT&T's registers. */
const WORD = /([%$]?)([#.%]?[A-Za-z_0-9.@]*)$/;

/** Undefined in comments, in strings and in numbers. */
export function cursorAt(file: AssemblyFile, { line, character }: Position): Cursor | undefined {
  const before = file.lineText(line).slice(0, character);
  const match = WORD.exec(before);
  if (!match) return undefined;
  const typed = match[2]!;
  const start = before.length - typed.length;
  if (/^\d/.test(typed) || inText(file, line, start, character)) return undefined;
  const begin = start - match[1]!.length;
  const statement = statementBefore(file, line, begin);
  const here = { typed, range: lineRange(line, start, before.length), sigil: match[1]! };
  if (statement?.kind === 'instruction')
    return {
      ...here,
      place: 'operand',
      instruction: statement,
      ...operandAt(before, statement, begin),
    };
  return { ...here, place: statement ? 'argument' : 'line', operand: 0, begun: false };
}

function inText(file: AssemblyFile, line: number, start: number, character: number): boolean {
  return file
    .words(line)
    .some(
      ({ role, range }) =>
        (role === 'comment' || role === 'string') &&
        range.start.character < Math.max(character, start + 1) &&
        range.end.character >= character,
    );
}

/** The statement whose name stands in front of the place. */
function statementBefore(file: AssemblyFile, line: number, place: number): Statement | undefined {
  let found: Statement | undefined;
  for (const statement of file.line(line).statements) {
    const name = nameEnd(statement);
    if (name !== undefined && name <= place) found = statement;
  }
  // A semicolon behind it ends it: the next one has no word yet.
  const end = found?.kind === 'instruction' ? found.end : 0;
  const behind = file.lineText(line).slice(end, place);
  return file.language === 'gas' && /;\s*$/.test(behind) ? undefined : found;
}

function nameEnd(statement: Statement): number | undefined {
  switch (statement.kind) {
    case 'instruction':
      return statement.mnemonic.end;
    case 'directive':
      return statement.name.end;
    case 'definition':
      return Math.max(statement.directive.end, statement.name.end);
    case 'label':
      return undefined;
  }
}

/** Commas outside of parentheses and brackets part operands. */
function operandAt(
  before: string,
  statement: InstructionStatement,
  place: number,
): { operand: number; begun: boolean } {
  let depth = 0;
  let operand = 0;
  let begun = false;
  for (const sign of before.slice(statement.mnemonic.end, place)) {
    if (sign === '(' || sign === '[') depth++;
    else if (sign === ')' || sign === ']') depth--;
    const parts = sign === ',' && depth === 0;
    if (parts) operand++;
    begun = !parts && (begun || sign.trim() !== '');
  }
  return { operand, begun };
}
