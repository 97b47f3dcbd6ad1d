/** Reads the operands of an opcode row: SDM volume 2, A.2.1 and A.2.2, with the accesses the row adds. */
import type { OpcodeRow, StateUse } from '../../isa/opcodes/row';

/** Where an operand is: the letters of `OpcodeRow.operands`. */
export type Place =
  | 'E' | 'G' | 'R' | 'M' | 'B' | 'Z' | 'V' | 'W' | 'U' | 'H' | 'L' | 'P' | 'Q' | 'N' | 'I' | 'sI' | 'ST0' | 'STi' | 'AX' | 'vm'; // prettier-ignore

export interface Operand {
  place: Place;
  /** Letters of its size; '' for an address alone, a register that has but one size, and vm32x and its kin. */
  size: string;
  /** Size of the memory form where it differs (`Ry/Mw`). */
  memorySize?: string;
  access: 'read' | 'write' | 'read-write';
}

const FORM = /^([=+]?)(sI|ST0|STi|AX|[EGRMBZVWUHLPQNI])(b|w|dq|d|qq|q|t|v|y|z)?(?:\/M(b|w|d|q))?$/;
const VECTOR_MEMORY = /^([=+]?)vm(?:32|64)[xy]$/;

/** @throws Error when one is not understood */
export function parseOperands(row: OpcodeRow): Operand[] {
  if (row.operands === undefined) return [];
  return row.operands.split(', ').map((text) => {
    const indexed = VECTOR_MEMORY.exec(text);
    if (indexed) return { place: 'vm', size: '', access: access(indexed[1]!) };
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

/** The operand whose size is `Uop.WIDTH`: the first general register, else the rm operand. */
function sizingOperand(operands: readonly Operand[]): Operand | undefined {
  return operands.find(({ place }) => 'EGRBZ'.includes(place)) ?? rmOperand(operands);
}

/** Letters of the sizes that `Uop.WIDTH` gets with a register and with memory in the rm place; '' is the operand size. */
export function widths(operands: readonly Operand[]): { register: string; memory: string } {
  const operand = sizingOperand(operands);
  const register = operand?.size ?? '';
  return { register, memory: operand?.memorySize ?? register };
}
