/**
 * What is in the way of a new name, in a sentence for the user: names that exist, macros that put names together, and what only
 * the linker knows.
 */
import { meaningOf, type PlacedDefinition } from './meaning';
import { ANYTHING, mayBecome } from './pasted-names';
import { identity, type SymbolAt } from './references';
import { fits, nameKey, plainName, scopedName, type Definition, type Usage } from './symbol';
import type { WorkspaceTables } from './workspace-tables';
import { fileName } from '../workspace/places';

export interface Renamable {
  readonly symbol: SymbolAt;
  readonly target: readonly PlacedDefinition[];
  /** One of the target, which are all of a kind. */
  readonly definition: Definition;
}

/** `files`: all that mean the symbol. */
export function obstacle(
  tables: WorkspaceTables,
  files: readonly string[],
  newName: string,
  found: Renamable,
): string | undefined {
  return (
    leavesFile(tables, newName, found) ??
    pastedSomewhere(tables, files, found) ??
    linkersChoice(tables, files, found) ??
    conflict(tables, files, newName, found)
  );
}

/** gas gives no symbol to the linker whose name starts with `.L`. */
function leavesFile(tables: WorkspaceTables, newName: string, { target }: Renamable): string | undefined {
  const exported = target.find(({ uri, definition }) => tables.table(uri).exported.has(definition.name));
  if (!exported || !newName.startsWith('.L') || tables.dialect(exported.uri) !== 'gas') return undefined;
  return `${exported.definition.name} is exported, and a name with .L in front does not leave its file.`;
}

/** A macro may put the name together, where nobody sees it. */
function pastedSomewhere(
  tables: WorkspaceTables,
  files: readonly string[],
  { target, definition }: Renamable,
): string | undefined {
  if (definition.kind === 'parameter') return undefined;
  const { name, start, end, local } = definition;
  const written = local ? plainName(name).slice(start - end) : plainName(name);
  // Texts are often a letter and a number; of labels one letter would say nothing.
  const least = definition.kind === 'text' ? 1 : 2;
  for (const uri of new Set([...files, ...target.map((each) => each.uri)])) {
    const symbols = tables.symbols(uri);
    // It becomes the name, or with this name in its place another one that there is (`name ## _size`).
    const pasted = symbols?.pasted.find(
      (each) =>
        mayBecome(each.name, written, least) ||
        symbols.definitions.meaning({ name: each.name.replace(ANYTHING, written), as: 'any' }).length > 0,
    );
    if (pasted)
      return `A macro in ${fileName(uri)}, line ${pasted.line + 1}, may put ${written} together from ${pasted.name}, which rename does not follow.`;
  }
  return undefined;
}

/** Several files export the name, and a file that uses it defines none. */
function linkersChoice(
  tables: WorkspaceTables,
  files: readonly string[],
  { symbol, target }: Renamable,
): string | undefined {
  const wanted = new Set(target.map(identity));
  for (const uri of files) {
    const { near, far } = meaningOf(tables, uri, symbol.occurrence);
    const other = near.length === 0 ? far.find((each) => !wanted.has(identity(each))) : undefined;
    if (other)
      return `${symbol.occurrence.name} is defined in ${fileName(target[0]!.uri)} and in ${fileName(other.uri)}, and ${fileName(uri)} may mean either.`;
  }
  return undefined;
}

/** Something has the new name already, or would mean the symbol from now on. */
function conflict(
  tables: WorkspaceTables,
  files: readonly string[],
  newName: string,
  { definition }: Renamable,
): string | undefined {
  const name = wholeName(newName, definition);
  if (name === definition.name) return undefined;
  const as: Usage = definition.kind === 'macro' ? 'mnemonic' : definition.kind === 'text' ? 'any' : 'operand';
  for (const uri of files) {
    const { near, far } = meaningOf(tables, uri, { name, as });
    // A macro that gets the same name in letters of another case does not meet itself.
    const [there] = [...near, ...far].filter((each) => each.definition.name !== definition.name);
    if (there)
      return `${newName} is already defined in ${fileName(there.uri)}, line ${there.definition.line + 1}.`;
    const used = tables
      .symbols(uri)
      ?.named(nameKey(name))
      .find((each) => fits({ ...definition, name }, each));
    if (used && nameKey(name) !== nameKey(definition.name))
      return `${newName} is used in ${fileName(uri)}, line ${used.line + 1}, and would mean another thing there.`;
  }
  return undefined;
}

function wholeName(written: string, { name, local, start, end }: Definition): string {
  const plain = plainName(name);
  if (plain !== name) return scopedName(written, name.slice(plain.length + 1));
  return local ? plain.slice(0, plain.length - (end - start)) + written : written;
}
