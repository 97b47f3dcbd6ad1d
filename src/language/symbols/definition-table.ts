/** Definitions by name: what a file says to other files, small enough to be kept for all files of a workspace. */
import { fits, nameKey, type Definition, type Usage } from './symbol';

const none: readonly Definition[] = [];

export class DefinitionTable {
  private readonly byName = new Map<string, Definition[]>();

  constructor(
    /** In the order of the file. */
    readonly definitions: readonly Definition[],
    /** Names that the linker shows to other files. */
    readonly exported: ReadonlySet<string>,
    /** Names that the file takes from others, in its own words. */
    readonly imported: ReadonlySet<string>,
  ) {
    for (const definition of definitions) {
      const key = nameKey(definition.name);
      const same = this.byName.get(key);
      if (same) same.push(definition);
      else this.byName.set(key, [definition]);
    }
  }

  /** Of every definition, as `nameKey` makes them. */
  get keys(): Iterable<string> {
    return this.byName.keys();
  }

  /** What the name used in this way can mean here. */
  meaning(used: { name: string; as: Usage }): readonly Definition[] {
    const same = this.byName.get(nameKey(used.name));
    if (!same) return none;
    const fitting = same.filter((definition) => fits(definition, used));
    const exact = fitting.filter(({ name }) => name === used.name);
    const found = exact.length > 0 ? exact : fitting;
    // Where a word stands for an instruction or for text, a macro goes first.
    const macros = used.as === 'any' ? found.filter(({ kind }) => kind === 'macro' || kind === 'text') : [];
    return macros.length > 0 ? macros : found;
  }
}
