/**
 * Expressions the debugger can evaluate at places of a source: registers and symbols of assembly, variables of C, and the
 * fields of the current VMCS wherever VMREAD and VMWRITE name them. Says what to ask, never what the answer is.
 */
import { vmcsFieldByEncoding } from '../../isa/vmcs-fields';
import { registerNamed } from '../assembly/register-names';
import { factsNamed } from '../knowledge/lookup';
import { isAssembly } from '../source/language-id';
import type { Operand, Operation } from '../source/operation';
import { operationsNear, wordAt, type SourceFile, type Word } from '../source/source-file';
import { lineRange, touches, type Position, type Range } from '../text/position';

export interface LiveExpression {
  readonly range: Range;
  readonly expression: string;
}

/** The debugger's name for the VMCS that VMREAD and VMWRITE of the selected frame work on. */
const CURRENT_VMCS = 'vmcs';

/** Members of an object belong to it, as in `vcpu->arch.regs`; what stands behind a word does not. */
const PATH_BEFORE = /(?:[A-Za-z_]\w*(?:\.|->))+$/;

/** Registers that the debugger has values of; a parameter of a macro in their place is none. */
const EVALUATED = /^(?:general|segment|instruction-pointer)$/;
const EVALUATED_CONTROL = /^cr[0234]$/i;

/** The debugger's name of a register; undefined for one it does not show. */
export function registerExpression({ role, text }: Word): string | undefined {
  if (role !== 'register') return undefined;
  const kind = registerNamed(text, false)?.kind;
  const known = kind !== undefined && (EVALUATED.test(kind) || EVALUATED_CONTROL.test(text));
  return known ? text.toLowerCase() : undefined;
}

/** The field operand of a VMCS access, when it is known which field it is. */
export function fieldExpression(operation: Operation): LiveExpression | undefined {
  if (operation.kind !== 'vmread' && operation.kind !== 'vmwrite') return undefined;
  const { field } = operation;
  const name =
    field.value === undefined ? fieldNamed(field) : vmcsFieldByEncoding.get(Number(field.value))?.name;
  return name === undefined ? undefined : { range: field.range, expression: `${CURRENT_VMCS}.${name}` };
}

/** By the letters of its name, when the header that has the number is not there. */
function fieldNamed({ name }: Operand): string | undefined {
  const fact = name === undefined ? undefined : factsNamed(name).find(({ kind }) => kind === 'field');
  return fact?.kind === 'field' ? fact.row.name : undefined;
}

/** What a hover at a place shows the value of; undefined where nothing has one. */
export function liveExpression(file: SourceFile, position: Position): LiveExpression | undefined {
  for (const operation of operationsNear(file, position.line)) {
    const field = fieldExpression(operation);
    if (field && touches(field.range, position)) return field;
  }
  const word = wordAt(file, position);
  if (!word) return undefined;
  const register = registerExpression(word);
  if (register !== undefined) return { range: word.range, expression: register };
  if (word.role !== 'identifier' && word.role !== 'label') return undefined;
  return isAssembly(file.language) ? { range: word.range, expression: word.text } : memberPath(file, word);
}

function memberPath(file: SourceFile, word: Word): LiveExpression {
  const { line, character } = word.range.start;
  const path = PATH_BEFORE.exec(file.lineText(line).slice(0, character))?.[0] ?? '';
  const range = lineRange(line, character - path.length, word.range.end.character);
  return { range, expression: path + word.text };
}
