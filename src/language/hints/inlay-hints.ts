/**
 * Names beside bare numbers: what a field, an MSR, an exit reason or a word of bits is. Only numbers get a hint, and only where
 * the operation they belong to says what they are. A double click puts in a name that the file knows.
 */
import { cpuidLeafByNumber } from '../../isa/cpuid-leaves';
import { factMarkdown } from '../hover/fact-text';
import type { Fact } from '../knowledge/fact';
import { FileNames } from '../meaning/file-names';
import { meaningsOf, type Meaning, type NamedPart } from '../meaning/operand-meaning';
import type { Operand } from '../source/operation';
import { operationsNear, type SourceFile } from '../source/source-file';
import { comparePositions, type Position, type Range } from '../text/position';

export interface Hint {
  /** Right behind the number. */
  readonly position: Position;
  readonly label: string;
  /** Markdown. */
  readonly tooltip?: string;
  /** What stands for the number in code that knows the name. */
  readonly replacement?: { readonly range: Range; readonly text: string };
}

/** Names of bits in one hint; the rest is counted. */
const NAMES = 3;

/** In the order of their places. */
export function inlayHints(file: SourceFile, range: Range): readonly Hint[] {
  const names = new FileNames(file);
  const hints = new Map<string, Hint>();
  for (const operation of operationsNear(file, range.start.line, range.end.line)) {
    if (!overlaps(operation.range, range)) continue;
    for (const meaning of meaningsOf(operation)) {
      const { operand } = meaning;
      if (!operand.literal || !overlaps(operand.range, range)) continue;
      const hint = hintOf(meaning, names);
      // A number that two operations read is explained once.
      const place = `${operand.range.end.line}:${operand.range.end.character}`;
      if (hint && !hints.has(place)) hints.set(place, hint);
    }
  }
  return [...hints.values()].sort((a, b) => comparePositions(a.position, b.position));
}

function overlaps(a: Range, b: Range): boolean {
  return comparePositions(a.start, b.end) <= 0 && comparePositions(b.start, a.end) <= 0;
}

function hintOf({ operand, fact, parts }: Meaning, names: FileNames): Hint | undefined {
  if (fact) return factHint(operand, fact, names);
  return parts && { position: operand.range.end, label: partsLabel(parts), tooltip: partsTooltip(parts) };
}

function factHint(operand: Operand, fact: Fact, names: FileNames): Hint | undefined {
  const label = fact.kind === 'cpuid-leaf' ? cpuidLeafByNumber.get(fact.leaf)?.title : names.spelled(fact);
  if (label === undefined) return undefined;
  const name = operand.value === undefined ? undefined : names.known(fact, operand.value);
  return {
    position: operand.range.end,
    label: name ?? label,
    tooltip: factMarkdown(fact),
    ...(name !== undefined && { replacement: { range: operand.range, text: name } }),
  };
}

function partsLabel(parts: readonly NamedPart[]): string {
  const shown = parts.slice(0, NAMES).map(({ text }) => text);
  const more = parts.length - shown.length;
  return shown.join(' | ') + (more > 0 ? ` +${more}` : '');
}

function partsTooltip(parts: readonly NamedPart[]): string {
  return parts.map(({ text, title }) => `- \`${text}\`: ${title}`).join('\n');
}
