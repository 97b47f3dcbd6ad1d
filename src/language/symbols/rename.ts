/**
 * Gives a symbol another name wherever it is meant, or says why that is not possible. Refuses rather than leave a program in
 * pieces. Sources in other languages that use the symbol are not looked at.
 */
import { wordAt, type SourceFile, type WordRole } from '../source/source-file';
import type { Position } from '../text/position';
import { fileName } from '../workspace/places';
import { targetOf } from './meaning';
import { isDecoration } from '../assembly/operands';
import { isInstruction } from './instruction-words';
import { refusal } from './new-name';
import { referencesOf, symbolAt, type Location } from './references';
import { obstacle, type Renamable } from './rename-obstacles';
import { plainName, type Place } from './symbol';
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
  const refused = obstacle(tables, files, newName, found);
  return refused === undefined ? { newName, places } : { refused };
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
  if (isDecoration(name, tables.dialect(uri) ?? 'gas'))
    return { refused: `${name} is a word of the assembler too.` };
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
