/** The walk that finds the names of a source, in blocks of lines. */
import type { AssemblyFile } from '../assembly/assembly-file';
import type { LineWalk, Walked } from '../text/block-walk';
import { sameEntries, sameMembers } from '../text/equality';
import type { Definition, Moving, Occurrence, Place } from './symbol';
import { SymbolReader, type SymbolState } from './symbol-reader';

/** Names of a block of lines, in their order. */
export interface BlockSymbols {
  readonly definitions: Moving<Definition>[];
  readonly occurrences: readonly Moving<Occurrence>[];
  /** Names that an expansion completes, with stars where it puts something in. */
  readonly pasted: readonly Moving<Occurrence>[];
  readonly exported: ReadonlySet<string>;
  readonly imported: ReadonlySet<string>;
}

export class SymbolWalk implements LineWalk<SymbolState, BlockSymbols> {
  readonly initial: SymbolState = {
    parent: '',
    macros: { words: new Set(), macros: new Set() },
    numbers: new Map(),
    scopes: 0,
  };

  constructor(private readonly file: AssemblyFile) {}

  same(a: SymbolState, b: SymbolState): boolean {
    return (
      a.parent === b.parent &&
      a.scopes === b.scopes &&
      sameMembers(a.macros.words, b.macros.words) &&
      sameMembers(a.macros.macros, b.macros.macros) &&
      sameEntries(a.numbers, b.numbers)
    );
  }

  walk(
    first: number,
    enter: SymbolState,
    mayEnd: (line: number) => boolean,
  ): Walked<SymbolState, BlockSymbols> {
    const reader = new SymbolReader(this.file, enter);
    let line = first;
    do reader.read(line++);
    while (line < this.file.lineCount && !(reader.quiet && mayEnd(line)));
    const { definitions, occurrences, pasted, exported, imported, state } = reader;
    return { next: line, leave: state, result: { definitions, occurrences, pasted, exported, imported } };
  }

  moved(block: BlockSymbols, by: number): BlockSymbols {
    for (const list of [block.definitions, block.occurrences, block.pasted] as readonly Moving<Place>[][])
      for (const each of list) each.line += by;
    return block;
  }
}
