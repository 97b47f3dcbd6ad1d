/** The tables of isa that `npm run coverage:isa` goes through: their rows by id, and whether this machine claims each. */
import { implementedRows } from '../../src/debugger/implemented-rows';
import { cpuProfiles } from '../../src/isa/cpu-profiles';
import { exitReasons } from '../../src/isa/exit-reasons';
import { faultReasons } from '../../src/isa/fault-reasons';
import { idtVectoringScenarios } from '../../src/isa/idt-vectoring-scenarios';
import { msrAccess, type MsrAccessRow } from '../../src/isa/msr-access';
import { opcodeFamilies, type OpcodeRow } from '../../src/isa/opcodes';

export type IsaTable =
  | 'instructions'
  | 'entry-checks'
  | 'exit-reasons'
  | 'vm-instruction-errors'
  | 'vmx-controls'
  | 'l0-controls'
  | 'vmcs-fields'
  | 'l0-decisions'
  | 'fault-reasons'
  | 'idt-vectoring'
  | 'msrs';

/** Row id -> claimed. */
type Rows = ReadonlyMap<string, boolean>;

/** Features of all profiles. */
const features = new Set<string>([
  ...Object.values(cpuProfiles).flatMap((profile): readonly string[] => profile.features),
]);

/** An instruction's id: several encodings are several rows. */
export function instructionId({ name, code }: Pick<OpcodeRow, 'name' | 'code'>): string {
  return `${name}: ${code}`;
}

const rows = opcodeFamilies.flatMap(({ rows }): readonly OpcodeRow[] => rows);

/** Ids of all rows of these mnemonics that are claimed; a mnemonic without any is a mistake. */
export function instructionsNamed(...names: string[]): string[] {
  return names.flatMap((name) => {
    const found = rows.filter((row) => row.name.split('/').includes(name) && claimed(row));
    if (found.length === 0) throw new Error(`no claimed instruction is called ${name}`);
    return found.map(instructionId);
  });
}

function claimed({ run, feature }: OpcodeRow): boolean {
  return run !== undefined && [feature ?? []].flat().every((name) => features.has(name));
}

function implemented(table: string): Rows {
  return new Map(
    implementedRows().flatMap((row) => (row.table === table ? [[row.row, row.implemented] as const] : [])),
  );
}

const all = (ids: readonly string[]): Rows => new Map(ids.map((id) => [id, true]));
const exits = implemented('exit-reasons');

export const isaTables: Readonly<Record<IsaTable, Rows>> = {
  instructions: new Map(rows.map((row) => [instructionId(row), claimed(row)])),
  'entry-checks': implemented('entry-checks'),
  'exit-reasons': exits,
  'vm-instruction-errors': implemented('vm-instruction-errors'),
  'vmx-controls': implemented('vmx-controls'),
  'l0-controls': implemented('l0-controls'),
  'vmcs-fields': implemented('vmcs-fields'),
  'l0-decisions': new Map(exitReasons.map(({ name }) => [name, exits.get(name) === true])),
  'fault-reasons': all(faultReasons.map(({ id }) => id)),
  'idt-vectoring': new Map(
    idtVectoringScenarios.map(({ id, exit }) => [id, exit === undefined || exits.get(exit) === true]),
  ),
  msrs: new Map(
    (Object.entries(msrAccess) as [string, MsrAccessRow][]).map(([name, { feature }]) => [
      name,
      feature === undefined || features.has(feature),
    ]),
  ),
};
