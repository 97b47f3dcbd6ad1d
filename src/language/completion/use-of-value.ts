/**
 * What a constant that is being typed is for: the field or the value of the next VMREAD or VMWRITE, or the number of the next
 * RDMSR or WRMSR. Looks a few instructions ahead along the straight line, and not further than the register keeps its value.
 */
import type { AssemblyFile } from '../assembly/assembly-file';
import { RCX } from '../assembly/register-names';
import type { AssemblyOperand, InstructionStatement } from '../assembly/statement';
import { controlWordOf } from '../../decode/field-format';
import { vmcsFieldByEncoding } from '../../isa/vmcs-fields';
import type { ControlWord } from '../../isa/vmx-controls';
import type { Operation } from '../source/operation';
import { operationsNear } from '../source/source-file';
import { touches, type Position } from '../text/position';
import type { Cursor } from './cursor';

export type ValueUse =
  | { readonly kind: 'field'; readonly access: 'vmread' | 'vmwrite' }
  | { readonly kind: 'msr' }
  | { readonly kind: 'controls'; readonly word: ControlWord };

/** Lines that are looked at: who loads a register for an instruction does so near it. */
const LINES = 12;

export function useOfValue(file: AssemblyFile, cursor: Cursor): ValueUse | undefined {
  const { instruction, operand } = cursor;
  if (!instruction) return undefined;
  const place = cursor.range.end;
  const known = useInOperations(file, place);
  if (known) return known;
  if (!/^mov(abs)?$/.test(instruction.base)) return undefined;
  const { operands, destinationLast } = instruction;
  if (operand !== (destinationLast ? 0 : 1)) return undefined;
  const destination = operands.at(destinationLast ? 1 : 0);
  const register = destination && indexOf(destination);
  if (destination && register === undefined) return undefined;
  return useAhead(file, place.line, register);
}

/** The front end has seen what the operand is for. */
function useInOperations(file: AssemblyFile, place: Position): ValueUse | undefined {
  for (const operation of operationsNear(file, place.line)) {
    if (operation.kind === 'vmread' || operation.kind === 'vmwrite') {
      if (touches(operation.field.range, place)) return { kind: 'field', access: operation.kind };
      if (operation.kind === 'vmwrite' && operation.value && touches(operation.value.range, place))
        return controlsOf(operation);
    } else if (operation.kind === 'rdmsr' || operation.kind === 'wrmsr') {
      if (touches(operation.msr.range, place)) return { kind: 'msr' };
    }
  }
  return undefined;
}

function controlsOf(operation: Operation): ValueUse | undefined {
  if (operation.kind !== 'vmwrite' || operation.field.value === undefined) return undefined;
  const format = vmcsFieldByEncoding.get(Number(operation.field.value))?.format;
  const word = format && controlWordOf[format];
  return word && { kind: 'controls', word };
}

function indexOf(operand: AssemblyOperand | undefined): number | undefined {
  return operand?.kind === 'register' ? operand.register?.index : undefined;
}

/** @param register that the constant goes to; undefined while it is not typed yet, so that any will do */
function useAhead(file: AssemblyFile, line: number, register: number | undefined): ValueUse | undefined {
  const isIt = (index: number | undefined): boolean =>
    index !== undefined && (register === undefined || register === index);
  for (let ahead = line + 1; ahead <= line + LINES && ahead < file.lineCount; ahead++)
    for (const statement of file.line(ahead).statements) {
      if (statement.kind === 'directive' || statement.kind === 'definition') continue;
      if (statement.kind !== 'instruction') continue;
      const { base, effect } = statement;
      if (base === 'vmread' || base === 'vmwrite') {
        const { field, value } = vmcsOperands(statement, base);
        if (isIt(indexOf(field))) return { kind: 'field', access: base };
        if (base === 'vmwrite' && isIt(indexOf(value))) return valueOf(file, ahead);
      }
      if ((base === 'rdmsr' || base === 'wrmsr') && isIt(RCX)) return { kind: 'msr' };
      if (!effect || effect.writes === 'end' || effect.writes === 'everything') return undefined;
      if (register !== undefined && overwrites(statement, register)) return undefined;
    }
  return undefined;
}

/** VMREAD names its field last in Intel's order, VMWRITE first; AT&T turns the order round. */
function vmcsOperands(
  { operands, destinationLast }: InstructionStatement,
  base: 'vmread' | 'vmwrite',
): { field: AssemblyOperand | undefined; value: AssemblyOperand | undefined } {
  const [first, second] = operands;
  const fieldFirst = (base === 'vmwrite') !== destinationLast;
  return fieldFirst ? { field: first, value: second } : { field: second, value: first };
}

function valueOf(file: AssemblyFile, line: number): ValueUse | undefined {
  const operation = operationsNear(file, line).find(
    (each) => each.kind === 'vmwrite' && each.range.start.line === line,
  );
  return operation && controlsOf(operation);
}

function overwrites({ effect, operands, destinationLast }: InstructionStatement, register: number): boolean {
  if (effect?.also?.includes(register)) return true;
  if (effect?.writes === 'operands') return operands.some((operand) => indexOf(operand) === register);
  return (
    effect?.writes === 'destination' && indexOf(destinationLast ? operands.at(-1) : operands[0]) === register
  );
}
