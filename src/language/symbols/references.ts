/** From a place to the symbol there, to its definitions, and to everything that means the same symbol. */
import type { Position } from '../text/position';
import { meaningOf, namesakes, SIZE, targetOf, type Meaning, type PlacedDefinition } from './meaning';
import {
  isScoped,
  nameKey,
  placeOf,
  plainName,
  type Definition,
  type Occurrence,
  type Place,
} from './symbol';
import type { WorkspaceTables } from './workspace-tables';

export interface Location extends Place {
  readonly uri: string;
}

export interface Reference extends Location {
  readonly role: Occurrence['role'];
}

/** A symbol as one place means it. */
export interface SymbolAt extends Meaning {
  readonly uri: string;
  readonly occurrence: Occurrence;
  /** Where its name stands, without what only leads to it. */
  readonly place: Place;
}

export function symbolAt(tables: WorkspaceTables, uri: string, position: Position): SymbolAt | undefined {
  let last: SymbolAt | undefined;
  for (const occurrence of tables.symbols(uri)?.at(position) ?? []) {
    const meaning = meaningOf(tables, uri, occurrence);
    const place = placeIn(occurrence, meaning);
    last = { uri, occurrence, place, ...meaning };
    if (meaning.near.length > 0 || meaning.far.length > 0) return last;
  }
  return last;
}

/** Near ones first. Where there is none, what has the same name elsewhere, or where the file says that the name comes from outside. */
export function definitionsAt(tables: WorkspaceTables, uri: string, position: Position): readonly Location[] {
  const symbol = symbolAt(tables, uri, position);
  if (!symbol) return [];
  const { near, far, occurrence } = symbol;
  const found = [...near, ...far];
  if (found.length > 0) return locations(found);
  if (isScoped(occurrence.name)) return [];
  const others = namesakes(tables, occurrence);
  if (others.length > 0) return locations(others);
  const declared = tables.symbols(uri)?.named(nameKey(occurrence.name)) ?? [];
  return declared
    .filter(({ role, name }) => role === 'declaration' && name === occurrence.name)
    .map((each) => ({ uri, line: each.line, start: each.start, end: each.end }));
}

/** Everything that means the symbol, definitions and declarations too, file by file in the order of their lines. */
export function referencesOf(tables: WorkspaceTables, symbol: SymbolAt): readonly Reference[] {
  const { uri, occurrence } = symbol;
  const target = targetOf(symbol);
  // A name that nobody defines and that is used like an instruction may be one that we do not know.
  if (target.length === 0 && (occurrence.as === 'mnemonic' || isScoped(occurrence.name))) return [];
  const symbols = tables.symbols(uri);
  if (isScoped(occurrence.name) && symbols) {
    const name = nameKey(occurrence.name);
    const same = symbols.named(name).filter((each) => each.name === occurrence.name);
    return same.map((each) => referenceTo(uri, each, target));
  }
  const wanted = new Set(target.map(identity));
  const found: Reference[] = [];
  const structure = target.find(({ definition }) => definition.kind === 'structure')?.definition.name;
  const name = structure ?? target[0]?.definition.name ?? occurrence.name;
  const keys = [nameKey(name), ...(structure === undefined ? [] : [nameKey(structure + SIZE)])];
  for (const file of tables.mentioning(writtenPart(name, target))) {
    const means = meaningTest(tables, file.uri, wanted);
    for (const key of keys)
      for (const each of file.symbols.named(key))
        if (means(each)) found.push(referenceTo(file.uri, each, target));
  }
  return found;
}

export function identity({ uri, definition }: PlacedDefinition): string {
  return `${definition.line}:${definition.start}:${definition.name}:${uri}`;
}

/** Names of a file ask the same question again and again: it is answered once. */
function meaningTest(
  tables: WorkspaceTables,
  uri: string,
  wanted: ReadonlySet<string>,
): (occurrence: Occurrence) => boolean {
  const known = new Map<string, boolean>();
  return ({ name, as }) => {
    const key = `${as} ${name}`;
    let answer = known.get(key);
    if (answer === undefined) {
      const target = targetOf(meaningOf(tables, uri, { name, as }));
      // What nobody defines is the same wherever nobody defines it.
      answer = wanted.size === 0 ? target.length === 0 : target.some((each) => wanted.has(identity(each)));
      known.set(key, answer);
    }
    return answer;
  };
}

function referenceTo(uri: string, occurrence: Occurrence, target: readonly PlacedDefinition[]): Reference {
  return { uri, role: occurrence.role, ...placeIn(occurrence, { near: target, far: [] }) };
}

function placeIn(occurrence: Occurrence, meaning: Meaning): Place {
  const target = targetOf(meaning).map(({ definition }) => definition);
  const { line, start, end } = placeOf(occurrence, target);
  const sized = target.some(
    ({ kind, name }) => kind === 'structure' && nameKey(occurrence.name) === nameKey(name + SIZE),
  );
  return { line, start, end: sized ? end - SIZE.length : end };
}

/** What must stand in a text that has the name. */
function writtenPart(name: string, target: readonly { definition: Definition }[]): string {
  const local = target.some(({ definition }) => definition.local);
  return plainName(local ? name.slice(name.indexOf('.')) : name);
}

function locations(found: readonly PlacedDefinition[]): readonly Location[] {
  return found.map(({ uri, definition: { line, start, end } }) => ({ uri, line, start, end }));
}
