/**
 * Places in a text. Lines and characters count from 0 and characters are UTF-16 code units, as editors count, so that the
 * protocol's skin has nothing to convert.
 */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** Half open: `end` is the first place behind it. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** Negative when `a` stands before `b`, 0 when they are the same place. */
export function comparePositions(a: Position, b: Position): number {
  return a.line - b.line || a.character - b.character;
}

/** True inside the range and right behind it: a cursor behind the last letter of a word is still at the word. */
export function touches(range: Range, position: Position): boolean {
  return comparePositions(range.start, position) <= 0 && comparePositions(position, range.end) <= 0;
}

/** A range within one line. */
export function lineRange(line: number, start: number, end: number): Range {
  return { start: { line, character: start }, end: { line, character: end } };
}
