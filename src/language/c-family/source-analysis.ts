/** Everything a source says about the hardware, in the order of its places. */
import type { CFamily } from '../source/language-id';
import type { Operation } from '../source/operation';
import type { Analysis, ConstantScope } from '../source/source-file';
import type { LexedLines } from '../text/lexed-lines';
import { comparePositions } from '../text/position';
import { CallReader } from './call-reader';
import { ComparisonReader } from './comparison-reader';
import { ConstantTable } from './constant-table';
import { OperandReader } from './operand-reader';
import { outlineOf, type Outline } from './source-outline';
import { sourceTokens, type TokenRows } from './source-tokens';
import type { LexedLine } from './token';

/** What a source defines and includes, known before anybody asks what it does. */
export interface ReadSource {
  readonly constants: ConstantTable;
  readonly includes: readonly string[];
  /** Asks for constants of other files, whose scope may ask this one for what it includes. */
  analysis(): Analysis;
}

/** `rows`: of the file, in which the words are put; the source that was read before is worth nothing then. */
export function readSource(
  lines: LexedLines<string, LexedLine>,
  language: CFamily,
  scope: ConstantScope,
  rows: TokenRows,
): ReadSource {
  const source = sourceTokens(lines, rows);
  const constants = new ConstantTable(language, scope);
  const outline = outlineOf(source, language, constants);
  const textOf = (line: number): string => lines.text(line);
  const reader = (tokens: ConstructorParameters<typeof OperandReader>[0]): OperandReader =>
    new OperandReader(tokens, textOf, constants, language === 'rust');
  const analysis = (): Analysis => {
    const operations = codeOperations(outline, reader(source.code), source.vmx);
    const macros = new CallReader(reader(source.preprocessor));
    for (const at of outline.macroCalls) {
      const operation = macros.operation(at);
      if (operation) operations.push(operation);
    }
    operations.sort((a, b) => comparePositions(a.range.start, b.range.start));
    return { operations, instructions: [] };
  };
  return { constants, includes: outline.includes, analysis };
}

function codeOperations(outline: Outline, code: OperandReader, vmx: boolean): Operation[] {
  const calls = new CallReader(code);
  const comparisons = new ComparisonReader(code);
  const byPlace = new Map<number, Operation>();
  for (const { at, within } of outline.calls) {
    const operation = calls.operation(at);
    if (!operation) continue;
    byPlace.set(at, operation);
    comparisons.note(operation, within);
  }
  const operations = [...byPlace.values()];
  const read = (at: number): Operation | undefined => byPlace.get(at);
  const add = (comparison: Operation | undefined): void => {
    // A file that never mentions VMX has other exits and other errors.
    if (comparison?.kind === 'comparison' && (vmx || !ofVmx.has(comparison.with)))
      operations.push(comparison);
  };
  for (const block of outline.switches) comparisons.labels(block, read).forEach(add);
  for (const { at, within } of outline.comparisons) add(comparisons.equality(at, within, read));
  for (const { index, array } of outline.designators) add(comparisons.designator(index, array));
  return operations;
}

const ofVmx: ReadonlySet<string> = new Set(['exit-reason', 'vm-instruction-error', 'vmcs-field']);
