/** Names for completion: those of the file itself, those of what it includes, nearest first, and those that other files export. */
import { AssemblyFile } from '../assembly/assembly-file';
import { isAssembly, languageOf, type AssemblyDialect } from '../source/language-id';
import { FileSymbols } from '../symbols/file-symbols';
import { isScoped, type DefinitionKind } from '../symbols/symbol';
import type { WorkspaceTables } from '../symbols/workspace-tables';
import { fileName } from '../workspace/places';
import type { SourceSet } from '../workspace/source-set';
import type { CompletionSymbols, NamedSymbol } from './completion';

/** Includes of includes end somewhere: reading all headers of a kernel for one list would take too long. */
const FILES = 24;

/** What of a definition the list shows; names that only a part of the file knows are left out. */
const kinds: Partial<Record<DefinitionKind, NamedSymbol['kind']>> = {
  label: 'label',
  constant: 'constant',
  text: 'constant',
  macro: 'macro',
};

export class KnownSymbols {
  /** Names of included files, by URI, as long as their text is the same. */
  private readonly included = new Map<
    string,
    { readonly text: string; readonly names: readonly NamedSymbol[] }
  >();

  constructor(
    private readonly sources: SourceSet,
    private readonly tables: WorkspaceTables,
  ) {}

  of(uri: string): CompletionSymbols {
    return {
      names: (line) => this.names(uri, line),
      elsewhere: (wanted) => this.elsewhere(wanted),
    };
  }

  private *elsewhere(wanted: (name: string) => boolean): Generator<NamedSymbol> {
    const known = new Set<string>();
    for (const { uri, name } of this.tables.exportedNames())
      if (wanted(name) && !known.has(name)) {
        known.add(name);
        yield { name, kind: 'label', detail: fileName(uri) };
      }
  }

  private *names(uri: string, line: number): Generator<NamedSymbol> {
    const own = this.sources.at(uri);
    if (!(own instanceof AssemblyFile)) return;
    yield* localNames(own, line);
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
  private namesOf(uri: string, dialect: AssemblyDialect): readonly NamedSymbol[] {
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

function namesIn(file: AssemblyFile): readonly NamedSymbol[] {
  const constants = file.constants();
  return FileSymbols.of(file).definitions.definitions.flatMap(({ name, kind, local }): NamedSymbol[] => {
    const shown = kinds[kind];
    if (!shown || local || isScoped(name)) return [];
    const value = constants.get(name);
    return [{ name, kind: shown, ...(value !== undefined && { detail: `0x${value.toString(16)}` }) }];
  });
}

/** NASM's labels with a dot in front, as one writes them behind the label that a line belongs to. */
function* localNames(file: AssemblyFile, line: number): Generator<NamedSymbol> {
  const { definitions } = FileSymbols.of(file).definitions;
  const labels = definitions.filter(({ kind }) => kind === 'label');
  const parent = labels.findLast((label) => !label.local && label.line <= line)?.name ?? '';
  for (const { name, local } of labels)
    if (local && !isScoped(name) && name.startsWith(`${parent}.`))
      yield { name: name.slice(parent.length), kind: 'label' };
}
