/**
 * What the place under the pointer is, in words. First what an operation says about it (a number is a field, an MSR or an exit
 * reason only by what is done with it), then the word itself. Nothing certain, nothing shown.
 */
import type { VmcsField } from '../../isa/vmcs-fields';
import { factNumbered, factsNamed } from '../knowledge/lookup';
import type { Fact } from '../knowledge/fact';
import { nameOf } from '../knowledge/spelling';
import { isAssembly } from '../source/language-id';
import type { Operand, Operation } from '../source/operation';
import { wordAt, type SourceFile, type Word } from '../source/source-file';
import { touches, type Position, type Range } from '../text/position';
import { contradicts, numbersOf } from './fact-number';
import { factMarkdown } from './fact-text';
import { instructionText } from './instruction-text';
import { registerText } from './register-text';
import { fieldValueText, msrValueText, registerValueText } from './value-text';

export interface Hover {
  readonly range: Range;
  readonly markdown: string;
}

export function hover(file: SourceFile, position: Position): Hover | undefined {
  const word = wordAt(file, position);
  // An operand may stand in another line than its instruction: a register is given its value some lines above.
  for (const operation of file.analysis().operations) {
    const meaning = meanings(operation).find(({ operand }) => touches(operand.range, position));
    const found = meaning && operandHover(file, meaning, word);
    if (found) return found;
  }
  return word && wordHover(file, word);
}

/** One operand of an operation and what it is there. */
interface Meaning {
  readonly operand: Operand;
  /** The fact whose number it is. */
  readonly kind?: Fact['kind'];
  /** The value in words, for constants that are written somewhere. */
  readonly value?: (value: bigint) => string | undefined;
}

function meanings(operation: Operation): Meaning[] {
  switch (operation.kind) {
    case 'vmread':
      return [{ operand: operation.field, kind: 'field' }];
    case 'vmwrite':
      return [
        { operand: operation.field, kind: 'field' },
        ...written(operation.value, (value) => {
          const field = writtenField(operation.field);
          return field && fieldValueText(field, value);
        }),
      ];
    case 'rdmsr':
    case 'wrmsr':
      return [
        { operand: operation.msr, kind: 'msr' },
        ...written(operation.value, (value) => {
          const msr =
            operation.msr.value === undefined ? undefined : factNumbered('msr', operation.msr.value);
          return msr?.kind === 'msr' ? msrValueText(msr.row, value) : undefined;
        }),
      ];
    case 'cpuid':
      return [{ operand: operation.leaf, kind: 'cpuid-leaf' }];
    case 'comparison':
      return [{ operand: operation.value, kind: operation.with === 'vmcs-field' ? 'field' : operation.with }];
    case 'register-write':
      return [
        { operand: operation.value, value: (written) => registerValueText(operation.register, written) },
      ];
  }
}

function written(operand: Operand | undefined, value: (value: bigint) => string | undefined): Meaning[] {
  return operand ? [{ operand, value }] : [];
}

/** The field a constant goes into; a value for one half of a field cannot be read by the field's format. */
function writtenField(operand: Operand): VmcsField | undefined {
  const fact = operand.value === undefined ? undefined : factNumbered('field', operand.value);
  return fact?.kind === 'field' && !fact.high ? fact.row : undefined;
}

function operandHover(file: SourceFile, meaning: Meaning, word: Word | undefined): Hover | undefined {
  const { operand, kind, value } = meaning;
  // A name within a value means more than the value: `CPU_BASED_HLT_EXITING | ...`.
  const named = word && kind === undefined ? namedHover(file, word) : undefined;
  if (named) return named;
  if (operand.value === undefined) return undefined;
  const fact = kind && factNumbered(kind, operand.value);
  const markdown = fact ? factMarkdown(fact) : value?.(operand.value);
  return markdown === undefined ? undefined : { range: operand.range, markdown };
}

function wordHover(file: SourceFile, word: Word): Hover | undefined {
  switch (word.role) {
    case 'register': {
      const markdown = isAssembly(file.language) ? registerText(word.text) : undefined;
      return markdown === undefined ? undefined : { range: word.range, markdown };
    }
    case 'mnemonic':
    case 'prefix':
      return instructionHover(file, word);
    case 'identifier':
    case 'label':
      return namedHover(file, word);
    default:
      return undefined;
  }
}

function instructionHover(file: SourceFile, word: Word): Hover | undefined {
  if (!isAssembly(file.language)) return undefined;
  const { line, character } = word.range.end;
  const operands = file.lineText(line).slice(character);
  const markdown = instructionText(word.text, file.language, operands, subjectOf(file, word));
  return markdown === undefined ? undefined : { range: word.range, markdown };
}

/** What this very instruction reads or writes, where the source tells. */
function subjectOf(file: SourceFile, word: Word): string | undefined {
  const operation = file.analysis().operations.find(({ range }) => touches(range, word.range.start));
  const meaning = operation && meanings(operation).find(({ kind }) => kind !== undefined);
  const number = meaning?.operand.value;
  const fact = meaning?.kind && number !== undefined ? factNumbered(meaning.kind, number) : undefined;
  return fact && nameOf(fact);
}

/** The path in front of a member or of a name in a module: `vmcs12->`, `vmcs::guest::`. */
const pathBefore = /(?:[A-Za-z_]\w*(?:::|\.|->))+$/;

function namedHover(file: SourceFile, word: Word): Hover | undefined {
  if (word.role !== 'identifier' && word.role !== 'label') return undefined;
  const path =
    pathBefore.exec(file.lineText(word.range.start.line).slice(0, word.range.start.character))?.[0] ?? '';
  const own = factsNamed(word.text);
  const facts = own.length > 0 || path === '' ? own : factsNamed(path.replaceAll('->', '.') + word.text);
  // A source that defines the name with another number means another thing by it.
  const value = file.constant?.(word.text) ?? file.constants().get(word.text);
  const sure = facts.filter((fact) => value === undefined || !contradicts(numbersOf(fact), value));
  if (sure.length === 0) return undefined;
  return { range: word.range, markdown: sure.map(factMarkdown).join('\n\n---\n\n') };
}
