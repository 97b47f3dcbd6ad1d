/** Everything the analysis says about a source, as one text: two sources with the same text must say the same. */
import { codeActions } from '../../../src/language/actions/code-actions';
import { diagnose } from '../../../src/language/diagnostics/diagnose';
import { inlayHints } from '../../../src/language/hints/inlay-hints';
import { hover } from '../../../src/language/hover/hover';
import type { SourceFile } from '../../../src/language/source/source-file';
import type { Position, Range } from '../../../src/language/text/position';
import { inlineValues } from '../../../src/language/inline-values/inline-values';
import { liveExpression } from '../../../src/language/inline-values/live-expressions';

/** What does not depend on a place. */
export function wholeAnswers(file: SourceFile): string {
  const lines = Array.from({ length: file.lineCount }, (_, line) => line);
  const all: Range = { start: { line: 0, character: 0 }, end: { line: file.lineCount, character: 0 } };
  return textOf({
    lines: lines.map((line) => file.lineText(line)),
    words: lines.map((line) => file.words(line)),
    analysis: file.analysis(),
    constants: [...file.constants()],
    includes: file.includes(),
    findings: diagnose(file),
    hints: inlayHints(file, all),
    values: inlineValues(file, all, { start: all.end, end: all.end }),
  });
}

export function answersAt(file: SourceFile, position: Position): string {
  return textOf({
    hover: hover(file, position),
    actions: codeActions(file, { start: position, end: position }),
    live: liveExpression(file, position),
  });
}

function textOf(answers: object): string {
  return JSON.stringify(
    answers,
    (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value),
    1,
  );
}
