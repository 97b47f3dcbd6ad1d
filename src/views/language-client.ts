/**
 * The editor's side of the language server: starts it when the settings want it, and while one of our debug sessions runs
 * offers inline values and what to evaluate under the mouse. Other debuggers keep their own.
 */
import { join } from 'node:path';
import * as vscode from 'vscode';
import {
  InlineValueRequest,
  LanguageClient,
  TransportKind,
  type LanguageClientOptions,
  type ServerOptions,
} from 'vscode-languageclient/node';
import { DEBUG_TYPE } from '../protocol/launch-configuration';
import {
  assemblyLanguageIds,
  cFamilyLanguageIds,
  EVALUATABLE_EXPRESSION,
  LANGUAGE_SECTION,
  type EvaluatableExpression,
} from '../protocol/language-requests';

const languages = [...assemblyLanguageIds, ...cFamilyLanguageIds];
/** Untitled documents have no folder for includes; everything else works there too. */
const selector = languages.flatMap((language) => [
  { scheme: 'file', language },
  { scheme: 'untitled', language },
]);

/** How long a server that does not answer may delay the end of the editor. */
const STOP_MS = 2000;

function isWanted(): boolean {
  return vscode.workspace.getConfiguration(LANGUAGE_SECTION).get<boolean>('enabled', true);
}

export class LanguageService implements vscode.Disposable {
  private readonly client: LanguageClient;
  private readonly subscriptions: vscode.Disposable[];
  private live: vscode.Disposable | undefined;
  /** Starts and stops in turn: the client refuses one while it is about the other. */
  private work: Promise<void> = Promise.resolve();

  constructor(extensionPath: string) {
    const module = join(extensionPath, 'dist/language-server.js');
    const server: ServerOptions = {
      run: { module, transport: TransportKind.ipc },
      debug: { module, transport: TransportKind.ipc, options: { execArgv: ['--nolazy', '--inspect=0'] } },
    };
    const options: LanguageClientOptions = {
      documentSelector: selector,
      outputChannelName: 'Turtlescope Language Server',
      middleware: {
        workspace: {
          // The change may be the one that ends the server: then nobody is there to be told of it.
          didChangeConfiguration: (sections, next) =>
            isWanted() && this.client.isRunning() ? next(sections) : Promise.resolve(),
        },
      },
      initializationOptions: () => ({
        ...vscode.workspace.getConfiguration(LANGUAGE_SECTION),
        inlineValues: 'client',
      }),
    };
    this.client = new LanguageClient(LANGUAGE_SECTION, 'Turtlescope Language Server', server, options);
    this.subscriptions = [
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`${LANGUAGE_SECTION}.enabled`)) this.follow();
      }),
      vscode.debug.onDidStartDebugSession(() => this.sessionsChanged()),
      vscode.debug.onDidChangeActiveDebugSession(() => this.sessionsChanged()),
      vscode.debug.onDidTerminateDebugSession(() => this.sessionsChanged()),
    ];
    this.follow();
  }

  /** Runs the server when the settings want it, and not otherwise. */
  private follow(): void {
    this.work = this.work
      .then(async () => {
        const wanted = isWanted();
        if (wanted && this.client.needsStart()) await this.client.start();
        if (!wanted && this.client.needsStop()) await this.client.stop(STOP_MS);
      })
      // The client has shown why; the extension goes on without it.
      .catch((error: unknown) => this.client.error('The language server does not start.', error, false));
  }

  private sessionsChanged(): void {
    const ours = vscode.debug.activeDebugSession?.type === DEBUG_TYPE;
    if (ours) this.live ??= this.registerLive();
    if (ours) return;
    this.live?.dispose();
    this.live = undefined;
  }

  private registerLive(): vscode.Disposable {
    return vscode.Disposable.from(
      vscode.languages.registerInlineValuesProvider(selector, {
        provideInlineValues: (document, viewPort, context, token) =>
          this.inlineValues(document, viewPort, context, token),
      }),
      vscode.languages.registerEvaluatableExpressionProvider(selector, {
        provideEvaluatableExpression: (document, position, token) =>
          this.evaluatableExpression(document, position, token),
      }),
    );
  }

  private async inlineValues(
    document: vscode.TextDocument,
    viewPort: vscode.Range,
    context: vscode.InlineValueContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineValue[] | undefined> {
    if (!this.client.isRunning()) return undefined;
    const { code2ProtocolConverter: toServer, protocol2CodeConverter: toEditor } = this.client;
    const values = await this.client.sendRequest(
      InlineValueRequest.type,
      {
        textDocument: toServer.asTextDocumentIdentifier(document),
        range: toServer.asRange(viewPort),
        context: toServer.asInlineValueContext(context),
      },
      token,
    );
    return toEditor.asInlineValues(values, token);
  }

  private async evaluatableExpression(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.EvaluatableExpression | undefined> {
    if (!this.client.isRunning()) return undefined;
    const { code2ProtocolConverter: toServer, protocol2CodeConverter: toEditor } = this.client;
    const found = await this.client.sendRequest<EvaluatableExpression | null>(
      EVALUATABLE_EXPRESSION,
      toServer.asTextDocumentPositionParams(document, position),
      token,
    );
    return found
      ? new vscode.EvaluatableExpression(toEditor.asRange(found.range), found.expression)
      : undefined;
  }

  dispose(): void {
    this.live?.dispose();
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  /** At the end of the extension: the editor waits for the server. */
  async stop(): Promise<void> {
    await this.work;
    if (this.client.needsStop()) await this.client.stop(STOP_MS).catch(() => undefined);
  }
}
