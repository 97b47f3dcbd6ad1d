/**
 * Compare VMCSs, extension side: an editor with vmcs12, vmcs02 and vmcs01 beside each other. One at most; it follows the stops.
 */
import * as vscode from 'vscode';
import type { CompareReady, CompareState } from './compare-message';
import type { DebugFocus } from './debug-focus';
import { VmcsTrees } from './vmcs-trees';
import { showPage } from './webview-page';

export class ComparePanel implements vscode.Disposable {
  private readonly vmcs: VmcsTrees;
  private panel: vscode.WebviewPanel | undefined;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly focus: DebugFocus,
    private readonly extensionUri: vscode.Uri,
  ) {
    this.vmcs = new VmcsTrees(focus);
    this.subscription = focus.onDidChange(() => void this.refresh());
  }

  show(): void {
    if (this.panel) return this.panel.reveal();
    const title = 'Compare VMCSs';
    const panel = vscode.window.createWebviewPanel('turtlescope.compare', title, vscode.ViewColumn.Active, {
      enableFindWidget: true,
    });
    this.panel = panel;
    panel.iconPath = vscode.Uri.joinPath(this.extensionUri, 'media', 'vmcs.svg');
    panel.onDidDispose(() => (this.panel = undefined));
    panel.onDidChangeViewState(() => void this.refresh());
    panel.webview.onDidReceiveMessage(({ kind }: CompareReady) => {
      if (kind === 'ready') void this.refresh();
    });
    showPage(panel.webview, this.extensionUri, {
      title,
      script: 'compare.js',
      style: 'compare.css',
    });
  }

  private async refresh(): Promise<void> {
    if (!this.panel?.visible) return;
    const state = await this.state();
    // The editor may have been closed while the machine answered.
    if (state) await this.panel?.webview.postMessage(state);
  }

  private async state(): Promise<CompareState | undefined> {
    if (!this.focus.session) return { kind: 'empty', text: 'No debug session.' };
    // The last stop stays readable while the machine runs.
    if (!this.focus.stopped) return undefined;
    const answer = await this.vmcs.ask({});
    if (!answer) return undefined;
    if ('error' in answer) return { kind: 'empty', text: answer.error };
    const { trees, empty } = answer;
    return empty === undefined ? { kind: 'trees', trees } : { kind: 'empty', text: empty };
  }

  dispose(): void {
    this.subscription.dispose();
    this.panel?.dispose();
  }
}
