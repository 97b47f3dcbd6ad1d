/**
 * Keeps the workspace as the client says it is: documents, folders, files, settings. Tells `changed` what may look different now: one
 * document, or (undefined) any of them.
 */
import {
  DidChangeConfigurationNotification,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidChangeWorkspaceFoldersNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  FileChangeType,
  type DidChangeTextDocumentParams,
  type InitializeParams,
} from 'vscode-languageserver/node';
import { LANGUAGE_SECTION } from '../../protocol/language-requests';
import type { TextChange } from '../workspace/open-document';
import { pathOf } from '../workspace/places';
import { MAXIMUM_FILES } from '../workspace/source-index';
import { objectsIn, rangeOf, uriIn, type Untrusted } from './answering';
import type { Session } from './session';
import { settingsOf } from './settings';

/** Sources that are indexed, and headers that constants come from. */
const WATCHED = '**/*.{s,S,asm,nasm,inc,h,hh,hpp}';

export class WorkspaceSync {
  private folders: string[] = [];

  constructor(
    private readonly session: Session,
    private readonly changed: (uri: string | undefined) => void,
  ) {
    const { answering, workspace } = session;
    answering.notification(DidOpenTextDocumentNotification.type, (params) => {
      const { uri, languageId, version, text } = params?.textDocument ?? {};
      if (typeof uri !== 'string' || typeof text !== 'string') return;
      workspace.didOpen(uri, String(languageId), Number(version), text);
      this.changed(uri);
    });
    answering.notification(DidChangeTextDocumentNotification.type, (params) => {
      const uri = uriIn(params);
      if (uri === undefined) return;
      const others = workspace.didChange(uri, Number(params?.textDocument?.version), changesIn(params));
      this.changed(others ? undefined : uri);
    });
    answering.notification(DidCloseTextDocumentNotification.type, (params) => {
      const uri = uriIn(params);
      if (uri === undefined) return;
      workspace.didClose(uri);
      this.changed(uri);
    });
    answering.notification(DidChangeWatchedFilesNotification.type, (params) => {
      const files = objectsIn(params?.changes).map(({ uri, type }) => ({
        uri: String(uri),
        gone: type === FileChangeType.Deleted,
      }));
      if (workspace.filesChanged(files)) this.changed(undefined);
    });
    answering.notification(DidChangeConfigurationNotification.type, (params) =>
      answering.background(this.readSettings(params?.settings)),
    );
  }

  /** Before the answer to `initialize`: nothing can be asked yet. */
  initialize({ workspaceFolders, rootUri, initializationOptions }: InitializeParams): void {
    this.folders = pathsOf(workspaceFolders ?? (rootUri ? [{ uri: rootUri }] : []));
    this.session.settings = settingsOf(initializationOptions);
  }

  /** After it: asks for settings, watches, and looks for sources. */
  async start(): Promise<void> {
    const { connection, abilities, answering } = this.session;
    if (abilities.announcesConfigurationChanges)
      answering.background(
        connection.client.register(DidChangeConfigurationNotification.type, { section: LANGUAGE_SECTION }),
      );
    if (abilities.watchesFiles)
      answering.background(
        connection.client.register(DidChangeWatchedFilesNotification.type, {
          watchers: [{ globPattern: WATCHED }],
        }),
      );
    // Not earlier: the library has a handler of its own until now.
    answering.notification(DidChangeWorkspaceFoldersNotification.type, (params) => {
      const { added, removed } = params?.event ?? {};
      const gone = new Set(pathsOf(removed));
      this.folders = [...this.folders.filter((path) => !gone.has(path)), ...pathsOf(added)];
      answering.background(this.index());
    });
    if (abilities.configuration) await this.readSettings(undefined);
    await this.index();
  }

  /** `sent`: what a client that cannot be asked says by itself. */
  private async readSettings(sent: unknown): Promise<void> {
    const { connection, abilities, workspace } = this.session;
    const given: unknown = abilities.configuration
      ? await connection.workspace.getConfiguration(LANGUAGE_SECTION)
      : sectionOf(sent);
    const settings = settingsOf(given);
    if (JSON.stringify(settings) === JSON.stringify(this.session.settings)) return;
    this.session.settings = settings;
    workspace.setIncludePaths(settings.includePaths);
    this.changed(undefined);
  }

  private async index(): Promise<void> {
    const { connection, workspace, settings } = this.session;
    const result = await workspace.setFolders(this.folders, settings.includePaths);
    if (!result) return;
    const limit = result.limited
      ? `; that is the limit (${MAXIMUM_FILES} files), deeper folders are not known`
      : '';
    connection.console.info(`${result.files} assembly sources in the workspace${limit}.`);
    this.changed(undefined);
  }
}

function pathsOf(folders: unknown): string[] {
  return objectsIn(folders)
    .map(({ uri }) => pathOf(String(uri)))
    .filter((path) => path !== undefined);
}

/** Changes that can be applied, in their order. */
function changesIn(params: Untrusted<DidChangeTextDocumentParams>): TextChange[] {
  return objectsIn(params?.contentChanges).flatMap(({ range: given, text }) => {
    if (typeof text !== 'string') return [];
    if (given === undefined) return [{ text }];
    const range = rangeOf(given);
    return range ? [{ range, text }] : [];
  });
}

/** Clients send the whole tree of settings, or our part of it. */
function sectionOf(settings: unknown): unknown {
  const part = LANGUAGE_SECTION.split('.').reduce<unknown>(
    (object, name) => (object as Record<string, unknown> | null | undefined)?.[name],
    settings,
  );
  return part ?? settings;
}
