/**
 * Expressions the debugger can evaluate at places of a source: registers and symbols of assembly, variables of C, and the
 * fields of the current VMCS wherever VMREAD and VMWRITE name them. Says what to ask, never what the answer is.
 */
import { vmcsFieldByEncoding } from '../../isa/vmcs-fields';
import { registerNamed } from '../assembly/register-names';
import { isAssembly } from '../source/language-id';
import type { Operation } from '../source/operation';
import { wordAt, type SourceFile, type Word } from '../source/source-file';
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

/** The field operand of a VMCS access, when its encoding is known and names a field. */
export function fieldExpression(operation: Operation): LiveExpression | undefined {
  if (operation.kind !== 'vmread' && operation.kind !== 'vmwrite') return undefined;
  const { value, range } = operation.field;
  if (value === undefined) return undefined;
  const field = vmcsFieldByEncoding.get(Number(value));
  return field && { range, expression: `${CURRENT_VMCS}.${field.name}` };
}

/** What a hover at a place shows the value of; undefined where nothing has one. */
export function liveExpression(file: SourceFile, position: Position): LiveExpression | undefined {
  for (const operation of file.analysis().operations) {
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
