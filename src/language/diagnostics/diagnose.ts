/**
 * All findings in a source. Every rule reads the operations of the file and nothing else of the language, and is silent where
 * they leave a doubt.
 */
import type { Operation } from '../source/operation';
import { isAssembly } from '../source/language-id';
import type { SourceFile } from '../source/source-file';
import { comparePositions } from '../text/position';
import { comparisonFindings } from './comparison-rules';
import { controlPairFindings } from './control-pairs';
import { controlFindings } from './control-rules';
import { encodingFindings } from './encoding-rules';
import { accessedField, highHalf } from './field-operand';
import { fieldValueFindings } from './field-value';
import type { Finding } from './finding';
import { instructionFindings } from './instruction-rules';
import { msrFindings } from './msr-rules';
import type { RuleId } from './rules';

/** In the order of their places. */
export function diagnose(file: SourceFile): readonly Finding[] {
  const { operations, instructions } = file.analysis();
  const { language } = file;
  const splitFields = highHalvesWritten(operations);
  const findings = [
    ...operations.flatMap((operation) => operationFindings(operation, splitFields)),
    ...controlPairFindings(file, operations),
    ...(isAssembly(language) ? instructions.flatMap((use) => instructionFindings(use, language)) : []),
  ].sort((a, b) => comparePositions(a.range.start, b.range.start));
  return isProcessor(operations) ? findings.filter(({ rule }) => !FOR_SOFTWARE.has(rule)) : findings;
}

function operationFindings(operation: Operation, splitFields: ReadonlySet<number>): Finding[] {
  switch (operation.kind) {
    case 'vmread':
    case 'vmwrite':
      return [
        ...encodingFindings(operation),
        ...controlFindings(operation),
        ...fieldValueFindings(operation, splitFields),
      ];
    case 'rdmsr':
    case 'wrmsr':
      return msrFindings(operation);
    case 'comparison':
      return comparisonFindings(operation);
    case 'cpuid':
    case 'register-write':
      return [];
  }
}

/** Rules that hold for whoever executes VMREAD and VMWRITE, not for whoever implements them. */
const FOR_SOFTWARE: ReadonlySet<RuleId> = new Set([
  'vmcs-read-only-write',
  'vmcs-unknown-encoding',
  'vmcs-no-high-half',
]);
/** So many VM-exit information fields no software writes by mistake. */
const MANY = 2;

/** A source that records VM exits in the VMCS is a processor: an emulator has functions named VMread and VMwrite too. */
function isProcessor(operations: readonly Operation[]): boolean {
  const written = new Set<string>();
  for (const operation of operations) {
    const row = operation.kind === 'vmwrite' ? accessedField(operation) : undefined;
    if (row?.type === 'read-only') written.add(row.name);
  }
  return written.size >= MANY;
}

function highHalvesWritten(operations: readonly Operation[]): ReadonlySet<number> {
  return new Set(
    operations.flatMap((operation) =>
      operation.kind === 'vmwrite' && operation.field.value !== undefined && highHalf(operation.field.value)
        ? [Number(operation.field.value)]
        : [],
    ),
  );
}
