/** The core's dispatch: from an operation of the decode map to the call that executes it. Pure: writes nothing. */
import type { OpcodeFamily } from '../../isa/opcodes/row';
import { constEnum, header } from '../assembly-script';
import { enumsOf, importedNames, type Operation, operationNumbers, SHARED_ENUMS } from './operations';

/** `src/core/gen/dispatch.ts`. */
export function dispatch(families: readonly OpcodeFamily[]): string {
  const { all } = operationNumbers(families);
  const cases = all.map(({ name, call, names }) => {
    const rows = names.join() === name ? '' : ` // ${names.join(', ')}`;
    return `    case Operation.${name}:${rows}\n      return ${call};`;
  });
  return [
    header('From an operation to the call that executes it.'),
    "import { Operation } from './operations';",
    ...imports(all),
    '',
    '/** Executes operation `op` of the micro-op at `u`; the answer is a Next. */',
    'export function dispatch(op: u32, u: usize): i32 {',
    '  switch (op) {',
    ...cases,
    '    default:',
    '      return unimplemented();',
    '  }',
    '}',
    '',
  ].join('\n');
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
