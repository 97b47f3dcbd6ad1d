/**
 * Gives a symbol another name wherever it is meant, or says why that is not possible. Refuses rather than leave a program in
 * pieces. Sources in other languages that use the symbol are not looked at.
 */
import { basename } from 'node:path';
import { wordAt, type SourceFile, type WordRole } from '../source/source-file';
import type { Position } from '../text/position';
import { meaningOf, targetOf, type PlacedDefinition } from './meaning';
import { isInstruction } from './instruction-words';
import { refusal } from './new-name';
import { identity, referencesOf, symbolAt, type Location, type SymbolAt } from './references';
import { fits, nameKey, plainName, scopedName, type Definition, type Place, type Usage } from './symbol';
import type { WorkspaceTables } from './workspace-tables';

/** What is in the way, in a sentence for the user. */
export interface Refused {
  readonly refused: string;
}

export interface Renaming {
  /** As it is written at each place. */
  readonly newName: string;
  readonly places: readonly Location[];
}

interface Renamable {
  readonly symbol: SymbolAt;
  readonly target: readonly PlacedDefinition[];
  /** One of the target, which are all of a kind. */
  readonly definition: Definition;
}

/** NASM's names that each expansion of a macro makes anew. */
const GENERATED = '%%';

/** Where the name at a position stands, as it will be replaced. */
export function prepareRename(
  tables: WorkspaceTables,
  uri: string,
  file: SourceFile,
  position: Position,
): { place: Place; name: string } | Refused {
  const found = renamable(tables, uri, file, position);
  if ('refused' in found) return found;
  const { place } = found.symbol;
  return { place, name: file.lineText(place.line).slice(place.start, place.end) };
}

export function rename(
  tables: WorkspaceTables,
  uri: string,
  file: SourceFile,
  position: Position,
  wanted: string,
): Renaming | Refused {
  const found = renamable(tables, uri, file, position);
  if ('refused' in found) return found;
  const { symbol, definition } = found;
  const generated = definition.name.startsWith(GENERATED);
  const bare = generated && wanted.startsWith(GENERATED) ? wanted.slice(GENERATED.length) : wanted;
  const reason = refusal(bare, definition, tables.dialect(uri) ?? 'gas');
  if (reason !== undefined) return { refused: `"${bare}" ${reason}.` };
  const newName = generated ? GENERATED + bare : bare;
  const places = referencesOf(tables, symbol);
  const files = [...new Set(places.map((place) => place.uri))];
  const refused =
    leavesFile(tables, newName, found) ??
    linkersChoice(tables, files, found) ??
    conflict(tables, files, newName, found);
  return refused ?? { newName, places };
}

function renamable(
  tables: WorkspaceTables,
  uri: string,
  file: SourceFile,
  position: Position,
): Renamable | Refused {
  const symbol = symbolAt(tables, uri, position);
  if (!symbol) return { refused: noSymbol(file, position) };
  const name = plainName(symbol.occurrence.name);
  const target = targetOf(symbol);
  const definition = target[0]?.definition;
  if (!definition) {
    const instruction =
      symbol.occurrence.as === 'mnemonic' && isInstruction(name, tables.dialect(uri) ?? 'gas');
    const why = instruction
      ? 'is an instruction.'
      : 'is not defined in any assembly source of the workspace.';
    return { refused: `${name} ${why}` };
  }
  if (definition.kind === 'number')
    return { refused: `${name}: is a number, for which 1b and 1f look; it has no name.` };
  if (/^%\d/.test(name) || /^%[-+]/.test(name))
    return { refused: `${name} is known by its number; it has no name.` };
  const outside = target.find((each) => !tables.symbols(each.uri));
  if (outside)
    return {
      refused: `${name} is defined in ${fileName(outside.uri)}, which is not an assembly source of the workspace.`,
    };
  if (file.lineText(symbol.place.line)[symbol.place.start - 1] === '"')
    return { refused: `"${name}" is written in quotes, which rename does not follow.` };
  return { symbol, target, definition };
}

const roleNames: Partial<Record<WordRole, string>> = {
  mnemonic: 'an instruction',
  prefix: 'a prefix of instructions',
  register: 'a register',
  number: 'a number',
  directive: 'a directive',
};

function noSymbol(file: SourceFile, position: Position): string {
  const word = wordAt(file, position);
  const role = word && roleNames[word.role];
  return role === undefined ? 'There is no symbol here.' : `${word!.text} is ${role}, not a symbol.`;
}

/** gas gives no symbol to the linker whose name starts with `.L`. */
function leavesFile(tables: WorkspaceTables, newName: string, { target }: Renamable): Refused | undefined {
  const exported = target.find(({ uri, definition }) => tables.table(uri).exported.has(definition.name));
  if (!exported || !newName.startsWith('.L') || tables.dialect(exported.uri) !== 'gas') return undefined;
  return {
    refused: `${exported.definition.name} is exported, and a name with .L in front does not leave its file.`,
  };
}

/** Several files export the name, and a file that uses it defines none. */
function linkersChoice(
  tables: WorkspaceTables,
  files: readonly string[],
  { symbol, target }: Renamable,
): Refused | undefined {
  const wanted = new Set(target.map(identity));
  for (const uri of files) {
    const { near, far } = meaningOf(tables, uri, symbol.occurrence);
    const other = near.length === 0 ? far.find((each) => !wanted.has(identity(each))) : undefined;
    if (other)
      return {
        refused: `${symbol.occurrence.name} is defined in ${fileName(target[0]!.uri)} and in ${fileName(other.uri)}, and ${fileName(uri)} may mean either.`,
      };
  }
  return undefined;
}

/** Something has the new name already, or would mean the symbol from now on. */
function conflict(
  tables: WorkspaceTables,
  files: readonly string[],
  newName: string,
  { definition }: Renamable,
): Refused | undefined {
  const name = wholeName(newName, definition);
  if (name === definition.name) return undefined;
  const as: Usage = definition.kind === 'macro' ? 'mnemonic' : definition.kind === 'text' ? 'any' : 'operand';
  for (const uri of files) {
    const { near, far } = meaningOf(tables, uri, { name, as });
    // A macro that gets the same name in letters of another case does not meet itself.
    const [there] = [...near, ...far].filter((each) => each.definition.name !== definition.name);
    if (there)
      return {
        refused: `${newName} is already defined in ${fileName(there.uri)}, line ${there.definition.line + 1}.`,
      };
    const used = tables
      .symbols(uri)
      ?.named(nameKey(name))
      .find((each) => fits({ ...definition, name }, each));
    if (used && nameKey(name) !== nameKey(definition.name))
      return {
        refused: `${newName} is used in ${fileName(uri)}, line ${used.line + 1}, and would mean another thing there.`,
      };
  }
  return undefined;
}

function wholeName(written: string, { name, local, start, end }: Definition): string {
  const plain = plainName(name);
  if (plain !== name) return scopedName(written, name.slice(plain.length + 1));
  return local ? plain.slice(0, plain.length - (end - start)) + written : written;
}

function fileName(uri: string): string {
  try {
    return basename(decodeURIComponent(uri));
  } catch {
    return basename(uri);
  }
}
