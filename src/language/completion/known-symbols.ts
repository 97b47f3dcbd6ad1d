/** Names for completion: those of the file itself, and those of what it includes, nearest first. */
import { AssemblyFile } from '../assembly/assembly-file';
import { isAssembly, languageOf, type AssemblyDialect } from '../source/language-id';
import { FileSymbols } from '../symbols/file-symbols';
import { isScoped, type DefinitionKind } from '../symbols/symbol';
import type { SourceSet } from '../workspace/source-set';
import type { CompletionSymbols } from './completion';

type Named = ReturnType<CompletionSymbols['names']> extends Iterable<infer Name> ? Name : never;

/** Includes of includes end somewhere: reading all headers of a kernel for one list would take too long. */
const FILES = 24;

/** What of a definition the list shows; names that only a part of the file knows are left out. */
const kinds: Partial<Record<DefinitionKind, Named['kind']>> = {
  label: 'label',
  constant: 'constant',
  text: 'constant',
  macro: 'macro',
};

export class KnownSymbols {
  /** Names of included files, by URI, as long as their text is the same. */
  private readonly included = new Map<string, { readonly text: string; readonly names: readonly Named[] }>();

  constructor(private readonly sources: SourceSet) {}

  of(uri: string): CompletionSymbols {
    return { names: () => this.names(uri) };
  }

  private *names(uri: string): Generator<Named> {
    const own = this.sources.at(uri);
    if (!(own instanceof AssemblyFile)) return;
    const known = new Set<string>();
    const files = new Set([uri]);
    for (const each of files) {
      for (const named of each === uri ? namesIn(own) : this.namesOf(each, own.language))
        if (!known.has(named.name)) {
          known.add(named.name);
          yield named;
        }
      for (const next of this.sources.includes(each)) if (files.size < FILES) files.add(next);
    }
  }

  /** An included file is read as the assembler reads it; a header of C gives it no labels. */
  private namesOf(uri: string, dialect: AssemblyDialect): readonly Named[] {
    const text = this.sources.text(uri) ?? '';
    const before = this.included.get(uri);
    if (before?.text === text) return before.names;
    const language = languageOf('', uri);
    const header = language === undefined || !isAssembly(language);
    const all = namesIn(new AssemblyFile(dialect, text, { constant: () => undefined }));
    const names = header ? all.filter(({ kind }) => kind !== 'label') : all;
    if (this.included.size >= 2 * FILES) this.included.clear();
    this.included.set(uri, { text, names });
    return names;
  }
}

function namesIn(file: AssemblyFile): readonly Named[] {
  const constants = file.constants();
  return FileSymbols.of(file).definitions.definitions.flatMap(({ name, kind, local }): Named[] => {
    const shown = kinds[kind];
    if (!shown || local || isScoped(name)) return [];
    const value = constants.get(name);
    return [{ name, kind: shown, ...(value !== undefined && { detail: `0x${value.toString(16)}` }) }];
  });
}
