/** Reads the operands of an opcode row: SDM volume 2, A.2.1 and A.2.2, with the accesses the row adds. */
import type { OpcodeRow, StateUse } from '../../isa/opcodes/row';

/** Where an operand is: the letters of `OpcodeRow.operands`. */
// prettier-ignore
export type Place =
  | 'E' | 'G' | 'R' | 'M' | 'B' | 'Z' | 'V' | 'W' | 'U' | 'H' | 'L' | 'P' | 'Q' | 'N' | 'S' | 'C' | 'D'
  | 'I' | 'sI' | 'J' | 'A' | 'O' | 'X' | 'Y' | 'vm' | Named;
type Named =
  'ST0' | 'STi' | 'AL' | 'rAX' | 'eAX' | 'AX' | 'CL' | 'DX' | '1' | 'ES' | 'CS' | 'SS' | 'DS' | 'FS' | 'GS';

/** Operands without letters of a size. */
const NAMED = 'ST0 STi AL rAX eAX AX CL DX 1 ES CS SS DS FS GS'.split(' ');
const NAMED_SIZES: Partial<Record<Place, string>> = { AL: 'b', rAX: 'v', eAX: 'z', AX: 'w' };

export interface Operand {
  place: Place;
  /** Letters of its size; '' for an address alone, a register that has but one size, and vm32x and its kin. */
  size: string;
  /** Size of the memory form where it differs (`Ry/Mw`). */
  memorySize?: string;
  access: 'read' | 'write' | 'read-write';
}

const FORM = /^([=+]?)(sI|[EGRMBZVWUHLPQNSCDIJAOXY])(b|w|dq|d|qq|q|t|v|y|z|p|s)?(?:\/M(b|w|d|q))?$/;
const VECTOR_MEMORY = /^([=+]?)vm(?:32|64)[xy]$/;

/** @throws Error when one is not understood */
export function parseOperands(row: OpcodeRow): Operand[] {
  if (row.operands === undefined) return [];
  return row.operands.split(', ').map((text) => {
    const indexed = VECTOR_MEMORY.exec(text);
    if (indexed) return { place: 'vm', size: '', access: access(indexed[1]!) };
    const name = text.replace(/^[=+]/, '') as Place;
    if (NAMED.includes(name))
      return { place: name, size: NAMED_SIZES[name] ?? '', access: access(text.slice(0, -name.length)) };
    const found = FORM.exec(text);
    if (!found)
      throw new Error(`opcode row "${row.code}" (${row.name}): operand "${text}" is not understood`);
    const [, mark, place, size = '', memorySize] = found;
    return { place: place as Place, size, ...(memorySize && { memorySize }), access: access(mark!) };
  });
}

function access(mark: string): Operand['access'] {
  return mark === '=' ? 'write' : mark === '+' ? 'read-write' : 'read';
}

/** The operand in the rm place of ModRM. */
export function rmOperand(operands: readonly Operand[]): Operand | undefined {
  return operands.find(({ place }) => 'ERMWUQN'.includes(place) || place === 'vm');
}

/** What the rm place takes. A row with ModRM and no operand there fixes it by its ModRM byte. */
export function rmForms(operands: readonly Operand[]): { memory: boolean; register: boolean } {
  const rm = rmOperand(operands);
  if (!rm) return { memory: false, register: true };
  const memory = 'EMWQ'.includes(rm.place) || rm.place === 'vm' || rm.memorySize !== undefined;
  return { memory, register: rm.place !== 'M' && rm.place !== 'vm' };
}

const isVector = ({ place }: Operand): boolean => 'VWUHL'.includes(place) || place === 'vm';
const isMmx = ({ place }: Operand): boolean => 'PQN'.includes(place);

/** The state an instruction uses, by its operands and its place in the maps, unless the row says so. */
export function stateUse(row: OpcodeRow, operands: readonly Operand[]): StateUse {
  if (row.state) return row.state;
  if (/^D[89A-F] /.test(row.code)) return 'x87';
  const vector = operands.some(isVector);
  if (row.code.startsWith('VEX.')) return vector ? 'avx' : 'none';
  if (operands.some(isMmx)) return vector ? 'sse-mmx' : 'mmx';
  return vector ? 'sse' : 'none';
}

const SIZING: readonly Place[] = ['E', 'G', 'R', 'B', 'Z', 'X', 'Y', 'AL', 'rAX', 'eAX'];

/** The operand whose size is `Uop.WIDTH`: the first general register or string, else the rm operand. */
function sizingOperand(operands: readonly Operand[]): Operand | undefined {
  return operands.find(({ place }) => SIZING.includes(place)) ?? rmOperand(operands);
}

/** Sizes that `Uop.WIDTH` gets with a register and with memory in the rm place, by letters or by the row's rule; '' is the operand size. */
export function widths(
  operands: readonly Operand[],
  rule?: OpcodeRow['size'],
): { register: string; memory: string } {
  if (rule) return { register: rule, memory: rule };
  const operand = sizingOperand(operands);
  const register = operand?.size ?? '';
  return { register, memory: operand?.memorySize ?? register };
}

/** A register that takes the rm place without ModRM: that of the opcode, DX as a port, or the accumulator. */
export function impliedRegister(operands: readonly Operand[]): 'none' | 'opcode' | 'accumulator' | 'port' {
  if (operands.some(({ place }) => place === 'Z')) return 'opcode';
  if (operands.some(({ place }) => place === 'DX')) return 'port';
  const [first, second] = operands;
  // One that is only written (IN, MOV from an offset) stands where reg would.
  const read = first !== undefined && first.access !== 'write' && ['AL', 'rAX'].includes(first.place);
  return read && (second?.place === 'I' || second?.place === 'sI') ? 'accumulator' : 'none';
}
