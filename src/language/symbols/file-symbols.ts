/**
 * All names of one assembly source: where each is defined and where it occurs. Brought up to date after an edit when somebody asks;
 * what the edit did not touch are the same objects, with the lines where they stand now.
 */
import type { AssemblyFile } from '../assembly/assembly-file';
import { firstWhere } from '../text/bisection';
import { BlockWalk } from '../text/block-walk';
import { sameMembers } from '../text/equality';
import type { Position } from '../text/position';
import { DefinitionTable } from './definition-table';
import { nameKey, type Definition, type Occurrence } from './symbol';
import type { SymbolState } from './symbol-reader';
import { SymbolWalk, type BlockSymbols } from './symbol-walk';

export class FileSymbols {
  private readonly walk: BlockWalk<SymbolState, BlockSymbols>;
  private stale = true;
  private blocks: readonly BlockSymbols[] = [];
  private table = new DefinitionTable([], new Set(), new Set());
  private all: readonly Occurrence[] | undefined;

  private constructor(file: AssemblyFile) {
    this.walk = new BlockWalk(new SymbolWalk(file), file.lineCount, file.blockLines);
    file.watch((change) => {
      this.walk.changed(change);
      this.stale = true;
    });
  }

  private static readonly kept = new WeakMap<AssemblyFile, FileSymbols>();

  /** As the file is now, until its next edit. */
  static of(file: AssemblyFile): FileSymbols {
    let symbols = FileSymbols.kept.get(file);
    if (!symbols) FileSymbols.kept.set(file, (symbols = new FileSymbols(file)));
    if (symbols.stale) symbols.refresh();
    return symbols;
  }

  /** The same object as long as the same names are defined, whatever else changes. */
  get definitions(): DefinitionTable {
    return this.table;
  }

  /** In the order of their lines. */
  get occurrences(): readonly Occurrence[] {
    return (this.all ??= this.blocks.flatMap(({ occurrences }) => occurrences));
  }

  /** Names that an expansion completes, with stars where it puts something in. */
  get pasted(): readonly Occurrence[] {
    return this.blocks.flatMap(({ pasted }) => pasted);
  }

  /** Where a name occurs, in whatever role; `key` as `nameKey` makes it. */
  named(key: string): readonly Occurrence[] {
    return this.occurrences.filter(({ name }) => nameKey(name) === key);
  }

  /** Index of the first occurrence on this line or behind it. */
  firstOn(line: number): number {
    const { occurrences } = this;
    return firstWhere(occurrences.length, (index) => occurrences[index]!.line >= line);
  }

  /** Names at a place, a cursor behind the last letter included. The part of a name that is a name by itself comes first. */
  at({ line, character }: Position): readonly Occurrence[] {
    const { occurrences } = this;
    const found: Occurrence[] = [];
    for (let at = this.firstOn(line); occurrences[at]?.line === line; at++) {
      const occurrence = occurrences[at]!;
      if (occurrence.start <= character && character <= occurrence.end) found.push(occurrence);
    }
    // Where two words meet, the one that starts there.
    return found.sort((a, b) => Number(a.end === character) - Number(b.end === character));
  }

  private refresh(): void {
    this.stale = false;
    const blocks = this.walk.results();
    const same =
      blocks.length === this.blocks.length && blocks.every((block, index) => block === this.blocks[index]);
    if (same) return;
    this.blocks = blocks;
    this.all = undefined;
    const exported = new Set(blocks.flatMap((block) => [...block.exported]));
    const imported = new Set(blocks.flatMap((block) => [...block.imported]));
    if (sameMembers(exported, this.table.exported) && sameMembers(imported, this.table.imported)) {
      if (this.keepsDefinitions()) return;
    }
    this.table = new DefinitionTable(
      blocks.flatMap(({ definitions }) => definitions),
      exported,
      imported,
    );
  }

  /** Puts the definitions that the table has in place of new ones that say the same. False, and nothing done, when one does not. */
  private keepsDefinitions(): boolean {
    const before = this.table.definitions;
    const count = this.blocks.reduce((sum, { definitions }) => sum + definitions.length, 0);
    if (count !== before.length) return false;
    let next = 0;
    for (const { definitions } of this.blocks)
      for (const definition of definitions) if (!sayTheSame(definition, before[next++]!)) return false;
    next = 0;
    for (const { definitions } of this.blocks)
      definitions.forEach((definition, index) => {
        const kept = before[next++]! as (typeof definitions)[number];
        kept.line = definition.line;
        definitions[index] = kept;
      });
    return true;
  }
}

function sayTheSame(a: Definition, b: Definition): boolean {
  if (a === b) return true;
  return (
    a.name === b.name &&
    a.kind === b.kind &&
    a.start === b.start &&
    a.end === b.end &&
    a.anyCase === b.anyCase &&
    a.local === b.local
  );
}
