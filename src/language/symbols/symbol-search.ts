/** Symbols of a whole workspace whose names have the letters of a query, in their order. */
import { isScoped, nameKey, type Definition } from './symbol';
import type { PlacedDefinition } from './meaning';
import type { WorkspaceTables } from './workspace-tables';

export interface FoundSymbol extends PlacedDefinition {
  readonly exported: boolean;
}

/** More are of no use to anybody: the next letter brings fewer. */
const MAXIMUM_FOUND = 500;

/** Names that begin with the query first, then those that contain it, exported ones before others. */
export function searchSymbols(tables: WorkspaceTables, query: string): readonly FoundSymbol[] {
  const wanted = nameKey(query.trim());
  const ranked: FoundSymbol[][] = Array.from({ length: 6 }, () => []);
  for (const uri of tables.uris) {
    const table = tables.table(uri);
    for (const definition of table.definitions) {
      if (!isSearched(definition)) continue;
      const rank = rankOf(nameKey(definition.name), wanted);
      const exported = table.exported.has(definition.name);
      if (rank !== undefined) ranked[rank * 2 + (exported ? 0 : 1)]!.push({ uri, definition, exported });
    }
  }
  return ranked.flat().slice(0, MAXIMUM_FOUND);
}

/** What only a part of a file knows is no symbol of the workspace; nor are the labels that compilers count. */
function isSearched({ name, kind }: Definition): boolean {
  return kind !== 'parameter' && !isScoped(name) && !/^\.L[A-Z]*\d+$/.test(name);
}

function rankOf(name: string, query: string): number | undefined {
  const at = name.indexOf(query);
  if (at >= 0) return at === 0 ? 0 : 1;
  let from = 0;
  for (const letter of query) {
    from = name.indexOf(letter, from) + 1;
    if (from === 0) return undefined;
  }
  return 2;
}
