/** Every different call that the rows name is an operation: one number, one case of the dispatch. */
import type { OpcodeFamily, OpcodeRow } from '../../isa/opcodes/row';

/** Rows without a function: the gap. */
export const MISSING = 0;

export interface Operation {
  number: number;
  /** File below src/core. */
  exec: string;
  call: string;
  /** Names of the rows it executes. */
  names: string[];
}

export interface Operations {
  all: readonly Operation[];
  of(row: OpcodeRow, family: OpcodeFamily): number;
}

const CALL = /^(exec\w+)\(([^()]*)\)$/;

/** Numbers operations in the order in which the rows first name them, from 1. */
export function operationNumbers(families: readonly OpcodeFamily[]): Operations {
  const known = new Map<string, Operation>();
  for (const { exec, rows } of families)
    for (const { run, name } of rows) {
      if (run === undefined) continue;
      const key = `${exec} ${run}`;
      const operation = known.get(key) ?? { number: known.size + 1, exec, call: run, names: [] };
      if (!operation.names.includes(name)) operation.names.push(name);
      known.set(key, operation);
    }
  return {
    all: [...known.values()],
    of: (row, { exec }) => (row.run === undefined ? MISSING : known.get(`${exec} ${row.run}`)!.number),
  };
}

/** What a call needs from its file: the function, and the enums its arguments are members of. */
export function importedNames({ call }: Operation): string[] {
  const found = CALL.exec(call);
  if (!found) throw new Error(`"run: '${call}'" is not a call of an exec function with plain arguments`);
  const enums = found[2]!.split(', ').flatMap((argument) => /^([A-Z]\w*)\.\w+$/.exec(argument)?.[1] ?? []);
  return [found[1]!, ...enums];
}
