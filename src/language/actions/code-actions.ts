/**
 * What the editor offers to change at a place: remedies of findings, names for numbers, named bits for control words. A text is
 * offered only if it means the same to the compiler, so names must be known to the file; where none is, a comment explains.
 */
import { diagnose } from '../diagnostics/diagnose';
import type { Finding } from '../diagnostics/finding';
import type { RuleId } from '../diagnostics/rules';
import { FileNames } from '../meaning/file-names';
import { meaningsOf, type Meaning } from '../meaning/operand-meaning';
import type { Operand } from '../source/operation';
import { operationsNear, type SourceFile } from '../source/source-file';
import { comparePositions, type Range } from '../text/position';
import { explained } from './comment-text';
import { namedBits } from './named-bits';
import { inNotationOf } from './number-text';

export interface Edit {
  readonly range: Range;
  readonly text: string;
}

export interface Action {
  readonly title: string;
  readonly kind: 'quickfix' | 'refactor.rewrite';
  readonly edits: readonly Edit[];
  /** The rule whose finding a quick fix removes. */
  readonly rule?: RuleId;
}

export function codeActions(file: SourceFile, range: Range): readonly Action[] {
  const meanings = operationsNear(file, range.start.line, range.end.line)
    .filter((operation) => overlaps(operation.range, range))
    .flatMap(meaningsOf);
  const rewrites = meanings.filter(({ operand }) => operand.literal && overlaps(operand.range, range));
  const names = new FileNames(file);
  return unique([...remedies(file, range), ...rewrites.flatMap((meaning) => rewrite(file, meaning, names))]);
}

function overlaps(a: Range, b: Range): boolean {
  return comparePositions(a.start, b.end) <= 0 && comparePositions(b.start, a.end) <= 0;
}

/** Two operations may read one number. */
function unique(actions: readonly Action[]): Action[] {
  const titles = new Set<string>();
  return actions.filter(({ title }) => !titles.has(title) && titles.add(title));
}

function remedies(file: SourceFile, range: Range): Action[] {
  return diagnose(file)
    .filter((finding) => finding.remedy && overlaps(finding.range, range))
    .flatMap((finding) => {
      const text = remedyText(file, finding);
      if (text === undefined || !finding.remedy) return [];
      const { title, range: place } = finding.remedy;
      return [{ title, kind: 'quickfix' as const, edits: [{ range: place, text }], rule: finding.rule }];
    });
}

/** The text that makes the value right, where the source writes it in one place. */
function remedyText(file: SourceFile, { remedy }: Finding): string | undefined {
  if (!remedy) return undefined;
  const operand = operandAt(file, remedy.range);
  if (operand?.value === undefined || operand.elsewhere) return undefined;
  if (operand.literal) return inNotationOf(operand.text, remedy.value);
  // An expression can get more bits; taking some away would mean to rewrite it.
  const added = remedy.value & ~operand.value;
  if ((operand.value & ~remedy.value) !== 0n || operand.value > remedy.value) return undefined;
  const expression = /^[\w.$%]+$/.test(operand.text) ? operand.text : `(${operand.text})`;
  return `${expression} | 0x${added.toString(16)}`;
}

function operandAt(file: SourceFile, range: Range): Operand | undefined {
  for (const operation of operationsNear(file, range.start.line))
    for (const operand of Object.values(operation) as unknown[])
      if (isOperand(operand) && comparePositions(operand.range.start, range.start) === 0) return operand;
  return undefined;
}

function isOperand(value: unknown): value is Operand {
  return typeof value === 'object' && value !== null && 'text' in value && 'range' in value;
}

function rewrite(file: SourceFile, meaning: Meaning, names: FileNames): Action[] {
  const { operand, fact, parts } = meaning;
  const { value, text, range } = operand;
  if (value === undefined) return [];
  const action = (title: string, edit: Edit | undefined): Action[] =>
    edit ? [{ title, kind: 'refactor.rewrite', edits: [edit] }] : [];
  const sigil = text.startsWith('$') ? '$' : '';
  if (parts) {
    const bits = namedBits(file, operand, parts, names);
    return bits === undefined
      ? action(
          `Explain ${text} with a comment`,
          explained(file, operand, parts.map((part) => part.text).join(' | ')),
        )
      : action(`Write ${text} as ${bits}`, { range, text: sigil + bits });
  }
  if (!fact || fact.kind === 'cpuid-leaf') return [];
  const name = names.known(fact, value);
  return name === undefined
    ? action(`Explain ${text} with a comment`, explained(file, operand, names.spelled(fact)))
    : action(`Replace ${text} with ${name}`, { range, text: sigil + name });
}
