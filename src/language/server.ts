/**
 * The language server: the analysis behind the Language Server Protocol. Only this file and `server/` know the protocol; they
 * turn its requests into questions to the analysis and the answers back, and decide nothing about sources.
 */
import {
  CodeActionKind,
  createConnection,
  ProposedFeatures,
  TextDocumentSyncKind,
  type Connection,
  type InitializeParams,
  type InitializeResult,
} from 'vscode-languageserver/node';
import { defaultLanguageSettings } from '../protocol/language-requests';
import { createSourceFile } from './source-files';
import { Answering } from './server/answering';
import { abilitiesOf } from './server/client-abilities';
import { bindCompletion } from './server/completing';
import { Diagnostics } from './server/diagnostics';
import { bindLiveAnswers } from './server/live-answers';
import { bindReading } from './server/reading';
import { bindRuleTexts, RULE_SCHEME } from './server/rule-texts';
import type { Session } from './server/session';
import { Settling } from './server/settling';
import { bindSymbolAnswers } from './server/symbol-answers';
import { registerSymbolRequests, symbolCapabilities } from './server/symbol-requests';
import { UpToDateTables } from './server/up-to-date-tables';
import { WorkspaceSync } from './server/workspace-sync';
import { WorkspaceTables } from './symbols/workspace-tables';
import { Workspace, type CreateSource } from './workspace/workspace';

/** Serves one client until it is gone. */
export function serve(connection: Connection, create: CreateSource = createSourceFile): void {
  const answering = new Answering(connection);
  const workspace = new Workspace(create);
  const session: Session = {
    connection,
    answering,
    workspace,
    tables: new WorkspaceTables(workspace),
    abilities: abilitiesOf(undefined),
    settings: defaultLanguageSettings,
  };
  const diagnostics = new Diagnostics(session);
  const settling = new Settling(answering);
  const tables = new UpToDateTables(session, settling);
  const sync = new WorkspaceSync(session, (uri) => {
    diagnostics.changed(uri);
    // Of a document that was edited itself the client asks for hints by itself.
    if (uri === undefined && session.abilities.refreshesHints)
      settling.later('hints', () => connection.languages.inlayHint.refresh());
    if (uri === undefined) tables.mayDiffer();
  });
  bindRuleTexts(session);
  bindReading(session);
  bindCompletion(session, tables);
  bindLiveAnswers(session);
  bindSymbolAnswers(session, tables);
  connection.onInitialize((params) => {
    session.abilities = abilitiesOf(params.capabilities);
    sync.initialize(params);
    return initializeResult(session, params);
  });
  connection.onInitialized(() => {
    answering.background(registerSymbolRequests(connection, session.abilities));
    answering.background(sync.start());
  });
  connection.listen();
}

/** Over this process's standard streams, or its channel to the parent: as the command line says. */
export function serveParent(): void {
  // The parent went away without a word.
  process.on('disconnect', () => process.exit(1));
  serve(createConnection(ProposedFeatures.all));
}

function initializeResult(
  { abilities }: Session,
  { initializationOptions }: InitializeParams,
): InitializeResult {
  // A client that asks for inline values by itself, because it does so only in sessions of its own debugger.
  const asks = (initializationOptions as { inlineValues?: unknown } | null)?.inlineValues === 'client';
  return {
    serverInfo: { name: 'turtlescope-language-server' },
    capabilities: {
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
      workspace: {
        workspaceFolders: { supported: true, changeNotifications: true },
        ...(abilities.opensOurTexts && { textDocumentContent: { schemes: [RULE_SCHEME] } }),
      },
      ...(abilities.pullsDiagnostics && {
        diagnosticProvider: { interFileDependencies: true, workspaceDiagnostics: false },
      }),
      hoverProvider: true,
      inlayHintProvider: true,
      codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.RefactorRewrite] },
      ...symbolCapabilities(abilities),
      ...(!asks && { inlineValueProvider: true }),
    },
  };
}
