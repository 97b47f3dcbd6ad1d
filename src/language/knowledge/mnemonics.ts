/**
 * Which instruction a mnemonic of a source is, as GNU as and NASM read it. What the instruction does stands in its row. A macro
 * may have any name, so an unknown mnemonic is no mistake.
 */
import { type Instruction, instructions, instructionsNamed } from '../../isa/instructions';
import type { AssemblyDialect } from '../source/language-id';

/** AT&T's suffixes for the operand size: `l` and `q` in general, `s`, `t` and `ll` on the x87. */
const SIZE_SUFFIX = /^(.{2,}?)([BWLQ])$/;
const X87_SIZE_SUFFIX = /^(F.+?)(S|L|T|Q|LL)$/;
/** The size of a source in memory, where the registers do not tell (`vcvtpd2psx`). */
const VECTOR_SIZE_SUFFIX = /^(V?CVT.+)([XYZ])$/;

const VECTOR_REGISTER = /(?:^|[^a-z0-9_])[xyz]?mm\d/i;

let attNames: ReadonlyMap<string, Instruction> | undefined;

/**
 * `operands` is the text behind the mnemonic. It decides between two instructions of one name: MOVSD and CMPSD move and compare
 * strings or scalars, and `movq` in AT&T syntax is MOV unless a vector register is there.
 */
export function findInstruction(
  spelling: string,
  dialect: AssemblyDialect,
  operands = '',
): Instruction | undefined {
  const word = spelling.toUpperCase();
  const found = dialect === 'gas' ? [...named(word, true), ...withoutSuffix(word)] : named(word, false);
  const vector = VECTOR_REGISTER.test(operands);
  return found.find((row) => isVector(row) === vector) ?? found[0];
}

function isVector(row: Instruction): boolean {
  return row.family === 'sse' || row.family === 'packed-integer';
}

function named(word: string, att: boolean): readonly Instruction[] {
  const rows = instructionsNamed.get(word);
  if (rows) return rows;
  if (!att) return [];
  attNames ??= new Map(instructions.flatMap((row) => (row.attNames ?? []).map((name) => [name, row])));
  const row = attNames.get(word);
  return row ? [row] : [];
}

function withoutSuffix(word: string): readonly Instruction[] {
  for (const pattern of [SIZE_SUFFIX, X87_SIZE_SUFFIX, VECTOR_SIZE_SUFFIX]) {
    const stem = pattern.exec(word)?.[1];
    const rows = stem === undefined ? [] : named(stem, true);
    if (rows.length > 0 && (pattern !== X87_SIZE_SUFFIX || rows[0]!.family === 'x87')) return rows;
  }
  return [];
}
