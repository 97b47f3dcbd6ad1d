/**
 * The definitions of all assembly sources of a workspace, by file and by name, and which file sees which through includes. A table
 * is made again only when its file changed.
 */
import { AssemblyFile } from '../assembly/assembly-file';
import { isAssembly, languageOf, type AssemblyDialect } from '../source/language-id';
import type { SourceSet } from '../workspace/source-set';
import { DefinitionTable } from './definition-table';
import { FileSymbols } from './file-symbols';

/** Files that one file may include, headers of headers too: a limit for circles of generated code. */
const MAXIMUM_INCLUDED = 300;
/** Tables of files in a language that is not theirs (headers of C), kept at a time. */
const MAXIMUM_FOREIGN = 400;

const empty = new DefinitionTable([], new Set(), new Set());

export class WorkspaceTables {
  private readonly tables = new Map<string, DefinitionTable>();
  /** Files that define a name, by the name's key. */
  private readonly definers = new Map<string, Set<string>>();
  private readonly foreign = new Map<string, DefinitionTable>();
  /** Read again before the next answer. */
  private readonly stale = new Set<string>();
  private unlisted = true;
  private changed = 0;
  /** What each table's file includes by itself. */
  private readonly includes = new Map<string, readonly string[]>();
  /** Computed from what files include, and dropped when one includes something else. */
  private readonly closures = new Map<string, readonly string[]>();
  private including: Map<string, string[]> | undefined;

  constructor(private readonly sources: SourceSet) {
    sources.watch((uri) => {
      if (uri === undefined) {
        this.unlisted = true;
        return;
      }
      this.stale.add(uri);
      for (const dialect of ['gas', 'nasm']) this.foreign.delete(dialect + uri);
    });
  }

  /** Brings the tables up to date, one file between two steps: whoever has other work can do it there. */
  *refresh(): Generator<void> {
    if (this.unlisted) {
      this.unlisted = false;
      const listed = new Set(this.sources.uris);
      for (const uri of listed) if (!this.tables.has(uri)) this.stale.add(uri);
      for (const uri of this.tables.keys()) if (!listed.has(uri)) this.drop(uri);
      for (const uri of this.tables.keys()) this.includes.set(uri, this.sources.includes(uri));
      this.forgetClosures();
    }
    for (const uri of this.stale) {
      this.stale.delete(uri);
      const included = this.includes.get(uri)?.join();
      const table = this.symbols(uri)?.definitions;
      const includes = table ? this.sources.includes(uri) : [];
      // Typing seldom changes what a file includes, or defines. What a header includes is known nowhere else.
      const includesTheSame = table !== undefined && includes.join() === included;
      if (!includesTheSame) this.forgetClosures();
      else if (table === this.tables.get(uri)) continue;
      this.drop(uri);
      if (!table) continue;
      this.tables.set(uri, table);
      this.includes.set(uri, includes);
      for (const key of table.keys) {
        const files = this.definers.get(key);
        if (files) files.add(uri);
        else this.definers.set(key, new Set([uri]));
      }
      yield;
    }
  }

  /** Grows when the definitions of any file are other ones than before. */
  get changes(): number {
    return this.changed;
  }

  /** Names that assembly sources show to the linker, as far as the tables are up to date. */
  *exportedNames(): Iterable<{ readonly uri: string; readonly name: string }> {
    for (const [uri, { exported }] of this.tables) for (const name of exported) yield { uri, name };
  }

  /** Assembly sources that are open or indexed, in order. */
  get uris(): readonly string[] {
    return [...this.tables.keys()].sort();
  }

  /** Names of an assembly source; undefined for other files. */
  symbols(uri: string): FileSymbols | undefined {
    const file = this.sources.at(uri);
    return file instanceof AssemblyFile ? FileSymbols.of(file) : undefined;
  }

  dialect(uri: string): AssemblyDialect | undefined {
    const language = this.sources.at(uri)?.language;
    return language !== undefined && isAssembly(language) ? language : undefined;
  }

  /** Assembly sources whose text has this somewhere, in letters of either case, one at a time. */
  *mentioning(text: string): Iterable<{ uri: string; symbols: FileSymbols }> {
    for (const { uri, file } of this.sources.mentioning(text))
      if (file instanceof AssemblyFile) yield { uri, symbols: FileSymbols.of(file) };
  }

  /** Of an assembly source; empty for other files. */
  table(uri: string): DefinitionTable {
    return this.tables.get(uri) ?? empty;
  }

  /** Files that define a name, by `nameKey`. In order, so that an answer does not depend on what was edited last. */
  defining(key: string): readonly string[] {
    return [...(this.definers.get(key) ?? [])].sort();
  }

  /** Everything a file includes, directly or through others, nearest first. Without `headers` assembly sources only. */
  includedBy(uri: string, headers = true): readonly string[] {
    return this.kept(`< ${headers} ${uri}`, () =>
      headers
        ? closure(uri, (each) => this.includes.get(each) ?? this.sources.includes(each))
        : this.includedBy(uri).filter((each) => this.tables.has(each)),
    );
  }

  /** Assembly sources that include a file, directly or through others, nearest first, and everything those include. */
  around(uri: string, headers = true): readonly string[] {
    return this.kept(`> ${headers} ${uri}`, () => {
      const includers = closure(uri, (each) => this.directIncluders().get(each) ?? []);
      const files = new Set(includers.flatMap((each) => [each, ...this.includedBy(each, headers)]));
      files.delete(uri);
      return [...files];
    });
  }

  /**
   * What an included file defines for whoever includes it, read as the assembler reads it then: in the dialect of the includer.
   * What is not an assembly source (a header) gives what the preprocessor and the assembler take from it: no labels.
   */
  includedTable(uri: string, name: string, dialect: AssemblyDialect): DefinitionTable {
    const own = this.sources.at(uri);
    if (own?.language === dialect) return this.table(uri);
    const text = this.sources.text(uri);
    if (!text?.includes(name)) return empty;
    const key = dialect + uri;
    let table = this.foreign.get(key);
    if (!table) {
      table = FileSymbols.of(new AssemblyFile(dialect, text, { constant: () => undefined })).definitions;
      const language = languageOf('', uri);
      if (language === undefined || !isAssembly(language)) table = withoutLabels(table);
      if (this.foreign.size >= MAXIMUM_FOREIGN) this.foreign.clear();
      this.foreign.set(key, table);
    }
    return table;
  }

  private kept(key: string, make: () => readonly string[]): readonly string[] {
    let found = this.closures.get(key);
    if (!found) this.closures.set(key, (found = make()));
    return found;
  }

  private directIncluders(): ReadonlyMap<string, readonly string[]> {
    if (this.including) return this.including;
    const including = new Map<string, string[]>();
    for (const uri of this.uris)
      for (const next of this.includes.get(uri) ?? []) {
        const files = including.get(next);
        if (files) files.push(uri);
        else including.set(next, [uri]);
      }
    return (this.including = including);
  }

  private forgetClosures(): void {
    this.closures.clear();
    this.including = undefined;
  }

  private drop(uri: string): void {
    this.changed++;
    for (const key of this.table(uri).keys) {
      const files = this.definers.get(key);
      files?.delete(uri);
      if (files?.size === 0) this.definers.delete(key);
    }
    this.tables.delete(uri);
    this.includes.delete(uri);
  }
}

/** Everything that can be reached from a file, itself left out. Circles of includes are usual among headers. */
function closure(uri: string, next: (uri: string) => readonly string[]): readonly string[] {
  const seen = new Set([uri]);
  for (const each of seen) for (const other of next(each)) if (seen.size <= MAXIMUM_INCLUDED) seen.add(other);
  seen.delete(uri);
  return [...seen];
}

function withoutLabels({ definitions, imported }: DefinitionTable): DefinitionTable {
  const kept = definitions.filter(({ kind }) => kind === 'text' || kind === 'macro');
  return new DefinitionTable(kept, new Set(), imported);
}
