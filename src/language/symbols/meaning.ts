/**
 * What a name means at a place, across files: first what the file itself and its includes define, then what those define who
 * include the file, then what other files show to the linker.
 */
import { isScoped, nameKey, type Definition, type Usage } from './symbol';
import type { WorkspaceTables } from './workspace-tables';

export interface PlacedDefinition {
  readonly uri: string;
  readonly definition: Definition;
}

export interface Meaning {
  /** In the file, in what it includes, or else in what includes it: what the assembler sees. */
  readonly near: readonly PlacedDefinition[];
  /** In other files, exported: what the linker may take. Empty when the name does not leave the file. */
  readonly far: readonly PlacedDefinition[];
}

interface Used {
  readonly name: string;
  readonly as: Usage;
}

/** NASM names the size of a structure so: `name_size`. */
export const SIZE = '_size';

/** What the assembler takes, or else what the linker takes. */
export function targetOf({ near, far }: Meaning): readonly PlacedDefinition[] {
  return near.length > 0 ? near : far;
}

/** `headers`: sources of other languages that a file includes count, which takes reading them. */
export function meaningOf(tables: WorkspaceTables, uri: string, used: Used, headers = true): Meaning {
  const symbols = tables.symbols(uri);
  if (!symbols) return { near: [], far: [] };
  const find = (name: Used): readonly PlacedDefinition[] => {
    const own = placed(uri, symbols.definitions.meaning(name));
    return isScoped(name.name) ? own : nearMeaning(tables, uri, name, own, headers);
  };
  const near = find(used);
  if (isScoped(used.name)) return { near, far: [] };
  if (near.length === 0 && used.name.endsWith(SIZE) && used.as !== 'mnemonic') {
    const structures = find({ name: used.name.slice(0, -SIZE.length), as: 'operand' }).filter(
      ({ definition }) => definition.kind === 'structure',
    );
    if (structures.length > 0) return { near: structures, far: [] };
  }
  const leaves = near.length === 0 || near.some((each) => tables.table(each.uri).exported.has(used.name));
  if (used.as === 'mnemonic' || !(leaves || symbols.definitions.exported.has(used.name)))
    return { near, far: [] };
  const files = new Set(near.map((each) => each.uri));
  return { near, far: exportedElsewhere(tables, used, (each) => each !== uri && !files.has(each)) };
}

/** Definitions that nothing leads to for the assembler or the linker, but that have the name: better than no answer. */
export function namesakes(tables: WorkspaceTables, used: Used): readonly PlacedDefinition[] {
  return tables.defining(nameKey(used.name)).flatMap((uri) => placed(uri, tables.table(uri).meaning(used)));
}

function nearMeaning(
  tables: WorkspaceTables,
  uri: string,
  used: Used,
  own: readonly PlacedDefinition[],
  headers: boolean,
): readonly PlacedDefinition[] {
  const dialect = tables.dialect(uri);
  if (dialect === undefined) return own;
  const within = (files: readonly string[]): PlacedDefinition[] =>
    files.flatMap((each) => {
      const table = headers ? tables.includedTable(each, used.name, dialect) : tables.table(each);
      return placed(each, table.meaning(used));
    });
  const near = [...own, ...within(tables.includedBy(uri, headers))];
  return near.length > 0 ? near : within(tables.around(uri, headers));
}

function exportedElsewhere(
  tables: WorkspaceTables,
  used: Used,
  wanted: (uri: string) => boolean,
): PlacedDefinition[] {
  return tables
    .defining(nameKey(used.name))

    .filter((uri) => wanted(uri) && tables.table(uri).exported.has(used.name))
    .flatMap((uri) => placed(uri, tables.table(uri).meaning(used)));
}

function placed(uri: string, definitions: readonly Definition[]): PlacedDefinition[] {
  return definitions.map((definition) => ({ uri, definition }));
}
