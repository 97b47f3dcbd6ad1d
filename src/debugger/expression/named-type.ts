/**
 * Types as expressions name them: C's own integers, and those of the program.
 */
import { builtinType, type BuiltinType } from './builtin-types';
import type { ExpressionScope, ProgramType } from './scope';
import { ExpressionError } from './tokens';

export const U64: BuiltinType = { name: 'u64', bytes: 8, signed: false };
export const POINTER_BYTES = 8;

export type NamedType = BuiltinType | ProgramType;

/** @throws ExpressionError when there is no such type */
export function namedType(scope: ExpressionScope, name: string): NamedType {
  const found = builtinType(name.split(' ')) ?? scope.type(name);
  if (!found) throw new ExpressionError(`"${name}" is not a type of the programs here.`);
  return found;
}

export function isProgramType(type: NamedType): type is ProgramType {
  return 'at' in type;
}

/** `struct page **`. */
export function pointerName(type: NamedType, pointers: number): string {
  return pointers > 0 ? `${type.name} ${'*'.repeat(pointers)}` : type.name;
}
