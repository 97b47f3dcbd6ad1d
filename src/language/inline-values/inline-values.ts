/**
 * Values that the editor shows at the ends of lines while a debug session is stopped. A value is the one of now, so each is
 * shown once, where it was mentioned last up to the stopped line; below that line nothing has happened yet.
 */
import { isAssembly } from '../source/language-id';
import { operationsNear, type SourceFile, type Word } from '../source/source-file';
import { comparePositions, type Range } from '../text/position';
import { fieldExpression, registerExpression, type LiveExpression } from './live-expressions';

export type InlineValue =
  | ({ readonly kind: 'expression' } & LiveExpression)
  /** A name that may be a variable of the selected frame. */
  | { readonly kind: 'variable'; readonly range: Range; readonly name: string };

/** A closing brace at the margin ends a function: names above it are another function's. */
const FUNCTION_END = /^\}/;
/** What stands before the name of a member and behind that of a function, which are no variables. */
const MEMBER = /(?:\.|->|::)\s*$/;
const CALL = /^\s*\(/;

/** `view`: what the editor shows. `stopped`: where the selected frame stands. */
export function inlineValues(file: SourceFile, view: Range, stopped: Range): readonly InlineValue[] {
  const last = Math.min(stopped.end.line, view.end.line, file.lineCount - 1);
  const assembly = isAssembly(file.language);
  const fields = fieldsByLine(file, view.start.line, last);
  const values = new Map<string, InlineValue>();
  const add = (name: string, value: InlineValue): void => {
    if (!values.has(name)) values.set(name, value);
  };
  for (let line = last; line >= Math.max(view.start.line, 0); line--) {
    if (!assembly && line < stopped.start.line && FUNCTION_END.test(file.lineText(line))) break;
    for (const field of fields.get(line) ?? []) add(field.expression, { kind: 'expression', ...field });
    for (const word of file.words(line)) {
      const value = assembly ? registerValue(word) : variableValue(file, word);
      if (value) add(word.text.toLowerCase(), value);
    }
  }
  return [...values.values()].sort((a, b) => comparePositions(a.range.start, b.range.start));
}

function fieldsByLine(file: SourceFile, first: number, last: number): Map<number, LiveExpression[]> {
  const fields = new Map<number, LiveExpression[]>();
  for (const operation of operationsNear(file, first, last)) {
    const field = fieldExpression(operation);
    const line = field?.range.start.line;
    if (!field || line === undefined || line < first || line > last) continue;
    fields.set(line, [...(fields.get(line) ?? []), field]);
  }
  return fields;
}

function registerValue(word: Word): InlineValue | undefined {
  const expression = registerExpression(word);
  return expression === undefined ? undefined : { kind: 'expression', range: word.range, expression };
}

function variableValue(file: SourceFile, { role, text, range }: Word): InlineValue | undefined {
  if (role !== 'identifier') return undefined;
  const line = file.lineText(range.start.line);
  const named =
    MEMBER.test(line.slice(0, range.start.character)) || CALL.test(line.slice(range.end.character));
  return named ? undefined : { kind: 'variable', range, name: text };
}
