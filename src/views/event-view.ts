/**
 * The Event in Flight view, extension side: asks, and hands the answer to the webview. The page may run only its own script and read
 * only its own style.
 */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { DebugFocus } from './debug-focus';
import type { EventViewReady, EventViewState } from './event-message';

export class EventView implements vscode.WebviewViewProvider, vscode.Disposable {
  private view: vscode.WebviewView | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly focus: DebugFocus,
    private readonly extensionUri: vscode.Uri,
  ) {
    this.subscriptions = [
      vscode.window.registerWebviewViewProvider('turtlescope.event', this),
      focus.onDidChange(() => void this.refresh()),
    ];
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    const roots = ['dist', 'media'].map((folder) => vscode.Uri.joinPath(this.extensionUri, folder));
    view.webview.options = { enableScripts: true, localResourceRoots: roots };
    view.webview.onDidReceiveMessage(({ kind }: EventViewReady) => {
      if (kind === 'ready') void this.refresh();
    });
    view.onDidChangeVisibility(() => void this.refresh());
    view.onDidDispose(() => (this.view = undefined));
    view.webview.html = this.page(view.webview);
  }

  async refresh(): Promise<void> {
    if (!this.view?.visible) return;
    const state = await this.state();
    // The view may have been closed while the machine answered.
    if (state) await this.view?.webview.postMessage(state);
  }

  private async state(): Promise<EventViewState | undefined> {
    if (!this.focus.session) return { kind: 'none' };
    if (!this.focus.stopped) return { kind: 'running' };
    const { threadId } = this.focus;
    const answer = await this.focus.ask('turtlescope/eventInFlight', {
      ...(threadId !== undefined && { threadId }),
    });
    if (!answer) return undefined;
    return 'error' in answer
      ? { kind: 'failed', error: answer.error }
      : { kind: 'event', event: answer.body };
  }

  private page(webview: vscode.Webview): string {
    const nonce = randomBytes(16).toString('base64');
    const uri = (...path: string[]): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(this.extensionUri, ...path)).toString();
    return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'; font-src ${webview.cspSource};">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${uri('media', 'event-in-flight.css')}">
<title>Event in Flight</title>
</head>
<body>
<main id="content"></main>
<script nonce="${nonce}" src="${uri('dist', 'webview.js')}"></script>
</body>
</html>`;
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}
