/** Operations of a source as lines of text, for the tables of these tests. */
import { CFamilyFile } from '../../../src/language/c-family/c-family-file';
import type { CFamily } from '../../../src/language/source/language-id';
import type { Operand, Operation } from '../../../src/language/source/operation';

function operand({ text, value, literal, name, expression }: Operand): string {
  const marks = [
    ...(value === undefined ? [] : [`=${value.toString(16)}`]),
    ...(literal ? ['literal'] : []),
    ...(name === undefined ? [] : ['name']),
    ...(expression === undefined ? [] : [`@${expression}`]),
  ];
  return [text, ...marks].join(' ');
}

function shown(operation: Operation): string {
  switch (operation.kind) {
    case 'vmread':
    case 'vmwrite': {
      const { kind, bits, field, value } = operation;
      return `${kind}${bits ?? ''} ${[field, ...(value ? [value] : [])].map(operand).join(', ')}`;
    }
    case 'rdmsr':
    case 'wrmsr':
      return `${operation.kind} ${[operation.msr, ...(operation.value ? [operation.value] : [])].map(operand).join(', ')}`;
    case 'cpuid':
      return `cpuid ${[operation.leaf, ...(operation.subleaf ? [operation.subleaf] : [])].map(operand).join(', ')}`;
    case 'comparison':
      return `${operation.with}: ${operand(operation.value)}`;
    case 'register-write':
      return `${operation.register}: ${operand(operation.value)}`;
  }
}

export function operations(language: CFamily, text: string): string[] {
  return new CFamilyFile(language, text, { constant: () => undefined }).analysis().operations.map(shown);
}
