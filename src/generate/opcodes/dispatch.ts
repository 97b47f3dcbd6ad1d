/** The core's dispatch: from an operation of the decode map to the call that executes it. Pure: writes nothing. */
import type { OpcodeFamily } from '../../isa/opcodes/row';
import { header } from '../assembly-script';
import { importedNames, type Operation, operationNumbers } from './operations';

/** `src/core/gen/dispatch.ts`. */
export function dispatch(families: readonly OpcodeFamily[]): string {
  const { all } = operationNumbers(families);
  const cases = all.map(
    ({ number, call, names }) => `    case ${number}: // ${names.join(', ')}\n      return ${call};`,
  );
  return [
    header('From an operation of decode-map.ts to the call that executes it.'),
    "import { unimplemented } from '../leave';",
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
  for (const operation of operations) {
    const names = byFile.get(operation.exec) ?? new Set();
    for (const name of importedNames(operation)) names.add(name);
    byFile.set(operation.exec, names);
  }
  return [...byFile].map(([file, names]) => `import { ${[...names].sort().join(', ')} } from '../${file}';`);
}
