/** All names of one assembly source: where each is defined and where it occurs. Made anew after an edit, when somebody asks. */
import type { AssemblyFile } from '../assembly/assembly-file';
import type { Position } from '../text/position';
import { DefinitionTable } from './definition-table';
import { nameKey, type Occurrence } from './symbol';
import { SymbolWalk } from './symbol-walk';

const none: readonly Occurrence[] = [];

export class FileSymbols {
  private readonly table: DefinitionTable;
  /** In the order of their lines. */
  readonly occurrences: readonly Occurrence[];
  /** Names that an expansion completes, with stars where it puts something in. */
  readonly pasted: readonly Occurrence[];
  private byName: Map<string, Occurrence[]> | undefined;

  private constructor(file: AssemblyFile) {
    const walk = new SymbolWalk(file);
    this.table = new DefinitionTable(walk.definitions, walk.exported, walk.imported);
    this.occurrences = walk.occurrences;
    this.pasted = walk.pasted;
  }

  private static readonly kept = new WeakMap<AssemblyFile, { revision: number; symbols: FileSymbols }>();

  static of(file: AssemblyFile): FileSymbols {
    const { revision } = file;
    const before = FileSymbols.kept.get(file);
    if (before?.revision === revision) return before.symbols;
    const symbols = new FileSymbols(file);
    FileSymbols.kept.set(file, { revision, symbols });
    return symbols;
  }

  get definitions(): DefinitionTable {
    return this.table;
  }

  /** Where a name occurs, in whatever role; `key` as `nameKey` makes it. */
  named(key: string): readonly Occurrence[] {
    if (!this.byName) {
      this.byName = new Map();
      for (const occurrence of this.occurrences) {
        const name = nameKey(occurrence.name);
        const same = this.byName.get(name);
        if (same) same.push(occurrence);
        else this.byName.set(name, [occurrence]);
      }
    }
    return this.byName.get(key) ?? none;
  }

  /** Index of the first occurrence on this line or behind it. */
  firstOn(line: number): number {
    let low = 0;
    let high = this.occurrences.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.occurrences[middle]!.line < line) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Names at a place, a cursor behind the last letter included. The part of a name that is a name by itself comes first. */
  at({ line, character }: Position): readonly Occurrence[] {
    const found: Occurrence[] = [];
    for (let at = this.firstOn(line); this.occurrences[at]?.line === line; at++) {
      const occurrence = this.occurrences[at]!;
      if (occurrence.start <= character && character <= occurrence.end) found.push(occurrence);
    }
    // Where two words meet, the one that starts there.
    return found.sort((a, b) => Number(a.end === character) - Number(b.end === character));
  }
}
