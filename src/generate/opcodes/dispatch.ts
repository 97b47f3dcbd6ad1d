/**
 * The core's dispatch: from an operation of the decode map to the call that executes it. A table of functions and no switch: the engine
 * compiles a function when it is first called, and those of a thousand instructions that no guest executes never. Pure: writes nothing.
 */
import type { OpcodeFamily } from '../../isa/opcodes/row';
import { constEnum, header } from '../assembly-script';
import { enumsOf, importedNames, type Operation, operationNumbers, SHARED_ENUMS } from './operations';

/** `src/core/gen/dispatch.ts`. */
export function dispatch(families: readonly OpcodeFamily[]): string {
  const { all } = operationNumbers(families);
  return [
    header('From an operation to the call that executes it.'),
    ...imports(all),
    '',
    ...all.filter((operation) => handler(operation) === operation.name).map(wrapper),
    '',
    '/** By operation. */',
    'const HANDLERS: StaticArray<(u: usize) => i32> = [',
    ...all.map((operation) => `  ${handler(operation)},${comment(operation)}`),
    '];',
    '',
    '/** Executes operation `op` of the micro-op at `u`; the answer is a Next. */',
    'export function dispatch(op: u32, u: usize): i32 {',
    '  return call_indirect<i32>(unchecked(HANDLERS[op]).index, u);',
    '}',
    '',
  ].join('\n');
}

/** The function that takes the micro-op alone: the rows' own, or one that adds the arguments. */
function handler({ name, call }: Operation): string {
  return /^(\w+)\(u\)$/.exec(call)?.[1] ?? name;
}

function wrapper({ name, call }: Operation): string {
  const parameter = /\bu\b/.test(call) ? 'u' : '_u';
  return `function ${name}(${parameter}: usize): i32 {\n  return ${call};\n}`;
}

/** What else it is called: by its operation, by the mnemonics of its rows. */
function comment(operation: Operation): string {
  const named = [operation.name, ...operation.names].filter((name) => name !== handler(operation));
  return named.length === 0 ? '' : ` // ${[...new Set(named)].join(', ')}`;
}

function imports(operations: readonly Operation[]): string[] {
  const byFile = new Map<string, Set<string>>();
  const add = (file: string, name: string): void => {
    byFile.set(file, (byFile.get(file) ?? new Set()).add(name));
  };
  for (const operation of operations) {
    for (const name of importedNames(operation)) add(`../${operation.exec}`, name);
    for (const name of enumsOf(operation.call)) if (SHARED_ENUMS[name]) add(SHARED_ENUMS[name], name);
  }
  return [...byFile].map(([file, names]) => `import { ${[...names].sort().join(', ')} } from '${file}';`);
}

/** `src/core/gen/operations.ts`. */
export function operations(families: readonly OpcodeFamily[]): string {
  return [
    header('Operations: one for each different call that the opcode rows name.'),
    constEnum(
      'Operation',
      operationNumbers(families).all.map(({ name, number }): [string, number] => [name, number]),
    ),
  ].join('\n');
}
