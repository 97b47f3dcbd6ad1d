// Every instruction, one row each (`instructions/`), by family, with what the whole family shares filled in. Intel SDM
// volume 2. Rows and lookups only; how assemblers spell a mnemonic and what a decoder knows stands elsewhere.

import { integer } from './instructions/integer';
import type { InstructionRow } from './instructions/row';
import { system } from './instructions/system';
import { vmx } from './instructions/vmx';

export type { InstructionExit, InstructionFault, InstructionRow, ProcessorMode } from './instructions/row';

const families = { integer, system, vmx } satisfies Record<string, readonly InstructionRow[]>;

export type InstructionFamily = keyof typeof families;

/** A row with its family and its place in the manual. */
export interface Instruction extends InstructionRow {
  family: InstructionFamily;
  sdm: string;
}

export const instructions: readonly Instruction[] = Object.entries(families).flatMap(([family, rows]) =>
  rows.map((row) => ({ sdm: `volume 2, ${row.name}`, ...row, family: family as InstructionFamily })),
);

const named = new Map<string, Instruction[]>();
for (const row of instructions)
  for (const name of [row.name, ...(row.aliases ?? [])]) named.set(name, [...(named.get(name) ?? []), row]);

/** The rows of each mnemonic in Intel syntax, aliases too; more than one for MOVSD and CMPSD. */
export const instructionsNamed: ReadonlyMap<string, readonly Instruction[]> = named;
