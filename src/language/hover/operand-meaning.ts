/**
 * What the operands of an operation are: the number of a fact, or a value written somewhere. Kept by line for each part of the analysis, so
 * that a hover in a file with thousands of operations looks at the few of its line.
 */
import type { VmcsField } from '../../isa/vmcs-fields';
import type { Fact } from '../knowledge/fact';
import { factNumbered } from '../knowledge/lookup';
import type { Operand, Operation } from '../source/operation';
import { partsOf, type Analysis, type SourceFile } from '../source/source-file';
import { fieldValueText, msrValueText, registerValueText } from './value-text';

/** One operand of an operation and what it is there. */
export interface Meaning {
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
        {
          operand: operation.value,
          value: (written) =>
            registerValueText(operation.register, written, operation.sets ? 'sets' : 'value'),
        },
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

/** The fact that an operation is about: the field, the MSR, the leaf. */
export function subject(operation: Operation): Fact | undefined {
  const meaning = meanings(operation).find(({ kind }) => kind !== undefined);
  const number = meaning?.operand.value;
  return meaning?.kind && number !== undefined ? factNumbered(meaning.kind, number) : undefined;
}

const byPart = new WeakMap<Analysis, ReadonlyMap<number, readonly Meaning[]>>();

/**
 * Operands that stand in a line. That need not be the line of the instruction: a register is given its value some lines above.
 */
export function meaningsAt(file: SourceFile, line: number): readonly Meaning[] {
  return partsOf(file, line, line).flatMap((part) => {
    let lines = byPart.get(part);
    if (!lines) {
      lines = byLine(part.operations);
      byPart.set(part, lines);
    }
    return lines.get(line) ?? [];
  });
}

function byLine(operations: readonly Operation[]): ReadonlyMap<number, readonly Meaning[]> {
  const lines = new Map<number, Meaning[]>();
  for (const meaning of operations.flatMap(meanings)) {
    const { start, end } = meaning.operand.range;
    for (let line = start.line; line <= end.line; line++) {
      const list = lines.get(line);
      if (list) list.push(meaning);
      else lines.set(line, [meaning]);
    }
  }
  return lines;
}
