// Every instruction, one row each (`instructions/`), by family, with what the whole family shares filled in. Intel SDM
// volume 2. Rows and lookups only; how assemblers spell a mnemonic and what a decoder knows stands elsewhere.

import { avx } from './instructions/avx';
import { avx512Float } from './instructions/avx512-float';
import { avx512Integer } from './instructions/avx512-integer';
import { bitManipulation } from './instructions/bit-manipulation';
import { bounds } from './instructions/bounds';
import { conditional } from './instructions/conditional';
import { controlFlow } from './instructions/control-flow';
import { crypto } from './instructions/crypto';
import { extendedState } from './instructions/extended-state';
import { fusedMultiply } from './instructions/fused-multiply';
import { halfPrecision } from './instructions/half-precision';
import { integer } from './instructions/integer';
import { mask } from './instructions/mask';
import { memory } from './instructions/memory';
import { packedInteger } from './instructions/packed-integer';
import { prefix } from './instructions/prefix';
import type { InstructionFault, InstructionRow } from './instructions/row';
import { shadowStack } from './instructions/shadow-stack';
import {
  avxFloatShared,
  avxShared,
  packedIntegerShared,
  type Shared,
  sseShared,
  tileShared,
  x87Shared,
} from './instructions/shared-by-family';
import { sse } from './instructions/sse';
import { string } from './instructions/string';
import { svm } from './instructions/svm';
import { system } from './instructions/system';
import { tile } from './instructions/tile';
import { trusted } from './instructions/trusted';
import { vmx } from './instructions/vmx';
import { x87 } from './instructions/x87';

export type { InstructionExit, InstructionFault, InstructionRow, ProcessorMode } from './instructions/row';

export type InstructionFamily =
  | 'integer'
  | 'conditional'
  | 'control-flow'
  | 'string'
  | 'prefix'
  | 'bit-manipulation'
  | 'memory'
  | 'system'
  | 'vmx'
  | 'svm'
  | 'extended-state'
  | 'shadow-stack'
  | 'trusted'
  | 'bounds'
  | 'x87'
  | 'sse'
  | 'packed-integer'
  | 'crypto'
  | 'avx'
  | 'avx512'
  | 'tile';

/** A row with its family, the faults of the family, and its place in the manual. */
export interface Instruction extends InstructionRow {
  family: InstructionFamily;
  faults: readonly InstructionFault[];
  sdm: string;
  /** The SSE instruction that this one is the VEX form of: another destination, upper bits zeroed, no alignment needed. */
  formOf?: string;
}

/** Fills in what the family shares; what a row says of itself goes before it. */
function inFamily(
  family: InstructionFamily,
  rows: readonly InstructionRow[],
  shared: Shared = {},
): readonly Instruction[] {
  return rows.map((row) => ({
    sdm: `volume 2, ${row.name}`,
    ...shared,
    ...row,
    family,
    faults: [...(row.faults ?? []), ...(shared.faults ?? [])],
  }));
}

/** The manual describes an SSE instruction and its VEX form under the name of the first. */
function vexForms(rows: readonly InstructionRow[], shared: Shared): readonly Instruction[] {
  return inFamily(
    'avx',
    rows.filter((row) => row.avx),
    shared,
  ).map(({ avx: _, ...row }) => ({
    ...row,
    name: `V${row.name}`,
    ...(row.aliases && { aliases: row.aliases.map((alias) => `V${alias}`) }),
    formOf: row.name,
  }));
}

export const instructions: readonly Instruction[] = [
  ...inFamily('integer', integer),
  ...inFamily('conditional', conditional),
  ...inFamily('control-flow', controlFlow),
  ...inFamily('string', string),
  ...inFamily('prefix', prefix),
  ...inFamily('bit-manipulation', bitManipulation),
  ...inFamily('memory', memory),
  ...inFamily('system', system),
  ...inFamily('vmx', vmx),
  ...inFamily('svm', svm),
  ...inFamily('extended-state', extendedState),
  ...inFamily('shadow-stack', shadowStack),
  ...inFamily('trusted', trusted),
  ...inFamily('bounds', bounds),
  ...inFamily('x87', x87, x87Shared),
  ...inFamily('packed-integer', packedInteger, packedIntegerShared),
  ...inFamily('sse', sse, sseShared),
  ...inFamily('crypto', crypto),
  ...inFamily('avx', avx, avxShared),
  ...inFamily('avx', fusedMultiply, avxFloatShared),
  ...vexForms(packedInteger, avxShared),
  ...vexForms(sse, avxFloatShared),
  ...vexForms(crypto, avxShared),
  ...inFamily('avx512', avx512Integer, avxShared),
  ...inFamily('avx512', avx512Float, avxFloatShared),
  ...inFamily('avx512', halfPrecision, avxFloatShared),
  ...inFamily('avx512', mask, avxShared),
  ...inFamily('tile', tile, tileShared),
];

const named = new Map<string, Instruction[]>();
for (const row of instructions)
  for (const name of [row.name, ...(row.aliases ?? [])]) named.set(name, [...(named.get(name) ?? []), row]);

/** The rows of each mnemonic in Intel syntax, aliases too; more than one for MOVSD and CMPSD. */
export const instructionsNamed: ReadonlyMap<string, readonly Instruction[]> = named;
