/**
 * The Event in Flight view, extension side: asks, and hands the answer to the webview.
 */
import * as vscode from 'vscode';
import type { DebugFocus } from './debug-focus';
import type { EventViewReady, EventViewState } from './event-message';
import { showPage } from './webview-page';

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
    view.webview.onDidReceiveMessage(({ kind }: EventViewReady) => {
      if (kind === 'ready') void this.refresh();
    });
    view.onDidChangeVisibility(() => void this.refresh());
    view.onDidDispose(() => (this.view = undefined));
    showPage(view.webview, this.extensionUri, {
      title: 'Event in Flight',
      script: 'webview.js',
      style: 'event-in-flight.css',
    });
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

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}
