/** Every different call that the rows name is an operation: one number, one case of the dispatch. */
import type { OpcodeFamily, OpcodeRow } from '../../isa/opcodes/row';

/** What the decoder chooses without a row; MISSING is a row without a function. */
const WITHOUT_ROW = [
  { name: 'MISSING', exec: 'leave', call: 'unimplemented()' },
  { name: 'UNCLAIMED', exec: 'exec/coprocessor', call: 'execUnclaimed(u)' },
  { name: 'TOO_LONG', exec: 'exec/coprocessor', call: 'execTooLong()' },
];
/** Opcodes that nobody has are those of UD2. */
export const UNDEFINED = 'execUd(u)';

export interface Operation {
  number: number;
  /** Its name in the core's enum. */
  name: string;
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

const CALL = /^((?:exec|unim)\w+)\(([^()]*)\)$/;

/** Numbers operations: those of one function follow each other in the order of their arguments. */
export function operationNumbers(families: readonly OpcodeFamily[]): Operations {
  const names = new Map<string, { exec: string; call: string; names: string[] }>();
  for (const { exec, rows } of families)
    for (const { run, name } of rows) {
      if (run === undefined) continue;
      const key = `${exec} ${run}`;
      const known = names.get(key) ?? { exec, call: run, names: [] };
      if (!known.names.includes(name)) known.names.push(name);
      names.set(key, known);
    }
  const ordered = [...names.values()].sort((a, b) => compare(a.exec, b.exec) || compare(a.call, b.call));
  const all = [
    ...WITHOUT_ROW.map((fixed) => ({ ...fixed, names: [fixed.name] })),
    ...ordered.map((found) => ({ ...found, name: operationName(found.call) })),
  ].map((operation, number): Operation => ({ ...operation, number }));
  const numbers = new Map(all.map(({ exec, call, number }) => [`${exec} ${call}`, number]));
  return { all, of: ({ run }, { exec }) => (run === undefined ? 0 : numbers.get(`${exec} ${run}`)!) };
}

function compare(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** `execAluStore(u, 4)` is ALU_STORE_4. */
function operationName(call: string): string {
  const [name, args] = call.replace(/^exec/, '').replace(/\)$/, '').split('(') as [string, string];
  const words = args.split(', ').filter((argument) => argument !== 'u' && argument !== '');
  return [name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_'), ...words.map((word) => word.replace('.', '_'))]
    .join('_')
    .toUpperCase();
}

/** Enums that arguments may name whatever the file of the function. */
export const SHARED_ENUMS: Readonly<Record<string, string>> = {
  Seg: '../../abi/state-block',
  Flag: '../flags',
};

/** Enums that the arguments are members of. */
export function enumsOf(text: string): string[] {
  return [...text.matchAll(/\b([A-Z]\w*)\.\w+/g)].map((found) => found[1]!);
}

/** What a call needs from its file: the function, and the enums its arguments are members of. */
export function importedNames({ call }: Operation): string[] {
  const found = CALL.exec(call);
  if (!found) throw new Error(`"run: '${call}'" is not a call of an exec function with plain arguments`);
  return [found[1]!, ...enumsOf(found[2]!).filter((name) => !(name in SHARED_ENUMS))];
}
