/**
 * Screen, extension side: the VGA text screen of the session that is looked at. The view is there from a session's first text on, and
 * shows itself then without taking the focus; what stood there last stays until the next session.
 */
import * as vscode from 'vscode';
import type { Screen } from '../protocol/people';
import { DEBUG_TYPE } from '../protocol/launch-configuration';
import type { DebugFocus } from './debug-focus';
import type { ScreenViewRequest, ScreenViewState } from './screen-message';
import { typeInto } from './typing';
import { showPage } from './webview-page';

/** In `when` of package.json. */
const WRITTEN = 'turtlescope.screenWritten';

export class ScreenView implements vscode.WebviewViewProvider, vscode.Disposable {
  private view: vscode.WebviewView | undefined;
  private readonly screens = new Map<string, Screen>();
  private readonly ended = new Set<string>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly focus: DebugFocus,
    private readonly extensionUri: vscode.Uri,
  ) {
    const { debug } = vscode;
    this.subscriptions = [
      vscode.window.registerWebviewViewProvider('turtlescope.screen', this),
      focus.onDidChange(() => this.draw()),
      debug.onDidStartDebugSession(({ type }) => type === DEBUG_TYPE && void this.forgetEnded()),
      debug.onDidTerminateDebugSession(({ id }) => this.ended.add(id)),
      debug.onDidReceiveDebugSessionCustomEvent(({ event, session, body }) => {
        if (event === 'turtlescope/screen' && session.type === DEBUG_TYPE)
          void this.changed(session.id, body as Screen);
      }),
    ];
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    view.webview.onDidReceiveMessage((request: ScreenViewRequest) => {
      const { session } = this.focus;
      if (request.kind === 'ready') this.draw();
      else if (session) void typeInto(session, 'keys', request.bytes);
    });
    view.onDidChangeVisibility(() => this.draw());
    view.onDidDispose(() => (this.view = undefined));
    showPage(view.webview, this.extensionUri, { title: 'Screen', script: 'screen.js', style: 'screen.css' });
  }

  private async changed(id: string, screen: Screen): Promise<void> {
    const first = !this.screens.has(id);
    // The newest at the end: it is what is shown when no session is left.
    this.screens.delete(id);
    this.screens.set(id, screen);
    if (first) {
      await vscode.commands.executeCommand('setContext', WRITTEN, true);
      await vscode.commands.executeCommand('turtlescope.screen.focus', { preserveFocus: true });
    }
    this.draw();
  }

  private async forgetEnded(): Promise<void> {
    for (const id of this.ended) this.screens.delete(id);
    this.ended.clear();
    if (this.screens.size === 0) await vscode.commands.executeCommand('setContext', WRITTEN, false);
  }

  private draw(): void {
    if (!this.view?.visible) return;
    const { session, stopped } = this.focus;
    const screen = session ? this.screens.get(session.id) : [...this.screens.values()].at(-1);
    this.tell({ kind: 'stands', stands: stopped });
    this.tell(screen ? { kind: 'screen', screen } : { kind: 'none' });
  }

  private tell(state: ScreenViewState): void {
    void this.view?.webview.postMessage(state);
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}
