/**
 * Which operations of vectors have a fast half in the core (`src/core/hot-vector.ts`), by the function their rows name and its
 * argument. Pure: writes nothing.
 */
import type { OpcodeFamily } from '../../isa/opcodes/row';
import { header } from '../assembly-script';
import { operationNumbers } from './operations';

/** Functions with a fast half, and the kind of HotVector that is theirs. */
const KINDS: Readonly<Record<string, string>> = {
  execPacked: 'PACKED',
  execPackedControl: 'CONTROL',
  execPackedUnary: 'UNARY',
  execPackedShiftImmediate: 'SHIFT',
  execMoveVectorLoad: 'LOAD',
  execMoveVectorStore: 'STORE',
  execMoveScalarLoad: 'SCALAR_LOAD',
  execMoveScalarStore: 'SCALAR_STORE',
  execMoveQuadLoad: 'QUAD_LOAD',
  execMoveQuadStore: 'QUAD_STORE',
  execMovdLoad: 'FROM_GENERAL',
  execMovdStore: 'TO_GENERAL',
  execMoveMask: 'BYTE_MASK',
};
const ENUMS = ['ControlOp', 'HotVector', 'ShiftOp', 'UnaryOp', 'VectorOp'];

/** `src/core/gen/hot-vectors.ts`. */
export function hotVectors(families: readonly OpcodeFamily[]): string {
  const cases = operationNumbers(families).all.flatMap(({ number, call }) => {
    const [, name, argument] = /^(\w+)\(u(?:, ([\w.]+))?\)$/.exec(call) ?? [];
    const kind = KINDS[name ?? ''];
    // Of the sign masks only that of bytes.
    if (!kind || (kind === 'BYTE_MASK' && argument !== '1')) return [];
    return [`    case ${number}: // ${call}\n      return HotVector.${kind} | ${argument ?? '0'};`];
  });
  return [
    header('The fast halves of vector operations.'),
    `import { ${ENUMS.join(', ')} } from '../exec/vector-ops';`,
    '',
    '/** What Uop.HOT_VECTOR is to be for an operation; NONE without a fast half. */',
    'export function hotVectorForm(operation: u32): u32 {',
    '  switch (operation) {',
    ...cases,
    '    default:',
    '      return HotVector.NONE;',
    '  }',
    '}',
    '',
  ].join('\n');
}
