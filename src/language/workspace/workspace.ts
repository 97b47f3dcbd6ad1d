/**
 * The sources of a workspace: open documents, files on disk, and the constants that go from one to another through includes.
 * Whoever asks for a source gets it as it stands now; whoever shows answers of long ago is told that they may have changed.
 * Knows no protocol.
 */
import { existsSync } from 'node:fs';
import type { ConstantScope, SourceFile } from '../source/source-file';
import { includesIn } from './include-lines';
import { IncludePaths } from './include-paths';
import { IncludedConstants, type IncludedFile } from './included-constants';
import { OpenDocument, type TextChange } from './open-document';
import { pathOf, uriOf } from './places';
import { SourceIndex, type IndexResult } from './source-index';
import type { PlacedFile, SourceSet } from './source-set';
import { StoredSources } from './stored-sources';

export type CreateSource = (
  languageId: string,
  path: string,
  text: string,
  scope: ConstantScope,
) => SourceFile | undefined;

export class Workspace implements SourceSet {
  private readonly open = new Map<string, OpenDocument>();
  private readonly openByPath = new Map<string, OpenDocument>();
  private readonly index = new SourceIndex();
  private readonly stored: StoredSources;
  private readonly constants: IncludedConstants;
  private includePaths: IncludePaths;
  private folders: readonly string[] = [];
  private walks = 0;
  private readonly watchers: ((uri: string | undefined) => void)[] = [];

  constructor(private readonly create: CreateSource) {
    this.includePaths = this.lookIn([]);
    this.constants = new IncludedConstants({
      at: (path) => this.includedFile(path),
      resolve: (name, from) => this.includePaths.resolve(name, from),
    });
    this.stored = new StoredSources((path, text) => create('', path, text, this.constants.scope(path)));
  }

  // --- open documents -------------------------------------------------------------------------------------------------

  didOpen(uri: string, languageId: string, version: number, text: string): void {
    this.didClose(uri);
    const path = pathOf(uri);
    const place = path ?? uri;
    const scope = this.constants.scope(place);
    const document = OpenDocument.open({ uri, path, version }, text, (given) =>
      this.create(languageId, place, given, scope),
    );
    if (!document) return;
    this.open.set(uri, document);
    if (path !== undefined) this.openByPath.set(path, document);
    this.cameOrWent(place);
    this.tell(uri, path);
  }

  /** True when other open documents read constants of this one. */
  didChange(uri: string, version: number, changes: readonly TextChange[]): boolean {
    const document = this.open.get(uri);
    document?.change(version, changes);
    this.tell(uri);
    return document !== undefined && this.changed(placeOf(document));
  }

  didClose(uri: string): void {
    const document = this.open.get(uri);
    if (!document) return;
    this.open.delete(uri);
    this.tell(uri, document.path);
    if (document.path === undefined) return;
    this.openByPath.delete(document.path);
    this.stored.forget(document.path);
    this.cameOrWent(document.path);
  }

  document(uri: string): OpenDocument | undefined {
    return this.open.get(uri);
  }

  get documents(): Iterable<OpenDocument> {
    return this.open.values();
  }

  // --- files ----------------------------------------------------------------------------------------------------------

  /** Looks for sources below the folders; undefined when another call came meanwhile. */
  async setFolders(
    folders: readonly string[],
    settings: readonly string[],
  ): Promise<IndexResult | undefined> {
    this.folders = folders;
    this.setIncludePaths(settings);
    this.index.clear();
    const walk = ++this.walks;
    const result = await this.index.walk(folders, () => walk === this.walks);
    this.tell(undefined);
    return walk === this.walks ? result : undefined;
  }

  setIncludePaths(settings: readonly string[]): void {
    this.includePaths = this.lookIn(settings);
    this.includesChanged();
  }

  /** Files on disk came, changed or went. True when open documents may read them. */
  filesChanged(changes: readonly { uri: string; gone: boolean }[]): boolean {
    const paths = changes.flatMap(({ uri, gone }) => {
      const path = pathOf(uri);
      if (path === undefined) return [];
      if (gone) this.index.delete(path);
      else this.index.add(path);
      this.stored.forget(path);
      this.tell(uri, path);
      // An open document is what the editor shows, whatever the disk says.
      return this.openByPath.has(path) ? [] : [path];
    });
    if (paths.length === 0) return false;
    this.includesChanged();
    return true;
  }

  // --- for features ---------------------------------------------------------------------------------------------------

  at(uri: string): SourceFile | undefined {
    const document = this.open.get(uri);
    if (document) return document.file;
    const path = pathOf(uri);
    return path !== undefined && this.index.has(path) ? this.stored.source(path) : undefined;
  }

  get uris(): Iterable<string> {
    const files = [...this.index.paths].filter((path) => !this.openByPath.has(path));
    return [...this.open.keys(), ...files.map(uriOf)];
  }

  text(uri: string): string | undefined {
    const document = this.open.get(uri);
    if (document) return [...document.lines].join('\n');
    const path = pathOf(uri);
    return path === undefined ? undefined : this.stored.text(path);
  }

  includes(uri: string): readonly string[] {
    const document = this.open.get(uri);
    const path = document ? document.path : pathOf(uri);
    if (path === undefined) return [];
    const names = document ? includesIn(document.lines) : this.stored.includes(path);
    return names.flatMap((name) => {
      const included = this.includePaths.resolve(name, path);
      return included === undefined ? [] : [this.openByPath.get(included)?.uri ?? uriOf(included)];
    });
  }

  watch(changed: (uri: string | undefined) => void): void {
    this.watchers.push(changed);
  }

  *mentioning(text: string): Iterable<PlacedFile> {
    for (const { uri, file } of [...this.open.values()]) yield { uri, file };
    const wanted = text.toLowerCase();
    for (const path of [...this.index.paths]) {
      if (this.openByPath.has(path) || !this.stored.text(path)?.toLowerCase().includes(wanted)) continue;
      const file = this.stored.source(path);
      if (file) yield { uri: uriOf(path), file };
    }
  }

  /** A document has the client's URI for its path, a file on disk ours. */
  private tell(uri: string | undefined, path?: string): void {
    for (const changed of this.watchers) {
      changed(uri);
      if (path !== undefined && uriOf(path) !== uri) changed(uriOf(path));
    }
  }

  private includedFile(path: string): IncludedFile | undefined {
    const document = this.openByPath.get(path);
    if (document)
      return {
        includes: includesIn(document.lines),
        mayDefine: () => true,
        constants: () => document.file.constants(),
      };
    if (this.stored.text(path) === undefined) return undefined;
    return {
      includes: this.stored.includes(path),
      mayDefine: (name) => this.stored.mayDefine(path, name),
      constants: () => this.stored.source(path)?.constants() ?? new Map<string, bigint>(),
    };
  }

  /** The text at `path` is another one: whoever read its constants reads them anew. */
  private changed(path: string): boolean {
    const readers = [...this.open.values()].filter((each) => this.constants.hasRead(placeOf(each), path));
    for (const reader of readers) reader.invalidate();
    if (this.constants.changed(path)) this.stored.forgetSources();
    return readers.length > 0;
  }

  /** A document was opened or closed. One that is not on disk yet is a new file for those who include it. */
  private cameOrWent(path: string): void {
    if (existsSync(path)) this.changed(path);
    else this.includesChanged();
  }

  private lookIn(settings: readonly string[]): IncludePaths {
    return new IncludePaths(this.folders, settings, (path) => this.openByPath.has(path) || existsSync(path));
  }

  /** Files came or went, or are looked for elsewhere: every include may mean another file. */
  private includesChanged(): void {
    this.tell(undefined);
    this.includePaths.forget();
    for (const document of this.open.values()) document.invalidate();
    this.constants.forget();
    this.stored.forgetSources();
  }
}

/** What stands for a document among paths, also when it has none. */
function placeOf({ path, uri }: OpenDocument): string {
  return path ?? uri;
}
