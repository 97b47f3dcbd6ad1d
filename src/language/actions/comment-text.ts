/** A comment that says what a number is, where the language has room for one. */
import type { Operand } from '../source/operation';
import type { SourceFile } from '../source/source-file';
import { lineRange, type Range } from '../text/position';

/** The comment as an edit; undefined where the line already has one, which may say the same. */
export function explained(
  file: SourceFile,
  { range }: Operand,
  what: string,
): { range: Range; text: string } | undefined {
  const { line } = range.end;
  if (file.words(line).some((word) => word.role === 'comment')) return undefined;
  if (file.language !== 'nasm')
    return { range: { start: range.end, end: range.end }, text: ` /* ${what} */` };
  // NASM's comments go to the end of the line, and a line that ends in a backslash goes on.
  const text = file.lineText(line);
  if (text.endsWith('\\')) return undefined;
  const end = text.trimEnd().length;
  return { range: lineRange(line, end, end), text: ` ; ${what}` };
}
