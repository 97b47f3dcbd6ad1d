/**
 * Walk Address, extension side: an editor with all tables behind an address beside each other. One at most; it walks again at each
 * stop.
 */
import * as vscode from 'vscode';
import type { DebugFocus } from './debug-focus';
import type { ExitNode } from './exits-view';
import type { VariableContext } from './travel';
import type { AskedWalk, WalkRequest, WalkState } from './walk-message';
import { showPage } from './webview-page';

export class WalkPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private asked: AskedWalk | undefined;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly focus: DebugFocus,
    private readonly extensionUri: vscode.Uri,
  ) {
    this.subscription = focus.onDidChange(() => void this.refresh());
  }

  /** Of a variable or register, of the address an exit is about, or of what the user types. */
  async show(node?: VariableContext | ExitNode): Promise<void> {
    const asked = askedBy(node) ?? (await this.ask());
    if (!asked) return;
    this.asked = asked;
    if (this.panel) {
      this.panel.reveal();
      return this.refresh();
    }
    this.open();
  }

  private open(): void {
    const title = 'Walk Address';
    const panel = vscode.window.createWebviewPanel('turtlescope.walk', title, vscode.ViewColumn.Active, {
      enableFindWidget: true,
    });
    this.panel = panel;
    panel.iconPath = vscode.Uri.joinPath(this.extensionUri, 'media', 'vmcs.svg');
    panel.onDidDispose(() => (this.panel = undefined));
    panel.onDidChangeViewState(() => void this.refresh());
    panel.webview.onDidReceiveMessage((message: WalkRequest) => {
      if (message.kind === 'walk') this.asked = { expression: message.expression, access: message.access };
      void this.refresh();
    });
    showPage(panel.webview, this.extensionUri, { title, script: 'walk.js', style: 'walk.css' });
  }

  private async ask(): Promise<AskedWalk | undefined> {
    const expression = await vscode.window.showInputBox({
      title: 'Walk Address',
      prompt: 'An expression: $rsp, page_table, L2:0x201000, L2gpa:0x1000, vmcs12.GUEST_RIP',
      value: this.asked?.expression ?? '$rip',
    });
    return expression === undefined || expression.trim() === ''
      ? undefined
      : { expression, access: this.asked?.access ?? 'read' };
  }

  private async refresh(): Promise<void> {
    if (!this.panel?.visible || !this.asked) return;
    const state = await this.state(this.asked);
    // The editor may have been closed while the machine answered.
    if (state) await this.panel?.webview.postMessage(state);
  }

  private async state(asked: AskedWalk): Promise<WalkState | undefined> {
    if (!this.focus.session) return { kind: 'note', asked, text: 'No debug session.' };
    // The last stop stays readable while the machine runs.
    if (!this.focus.stopped) return undefined;
    const item = vscode.debug.activeStackItem;
    const frame =
      item instanceof vscode.DebugStackFrame && item.session.id === this.focus.session.id
        ? { frameId: item.frameId }
        : {};
    const answer = await this.focus.ask('turtlescope/walk', { ...asked, ...frame });
    if (!answer) return undefined;
    if ('error' in answer) return { kind: 'note', asked, text: answer.error };
    return { kind: 'walk', asked, walk: answer.body };
  }

  dispose(): void {
    this.subscription.dispose();
    this.panel?.dispose();
  }
}

function askedBy(node: VariableContext | ExitNode | undefined): AskedWalk | undefined {
  if (!node) return undefined;
  if ('kind' in node) return node.kind === 'record' ? node.item.walk : undefined;
  const { evaluateName } = node.variable;
  return evaluateName === undefined ? undefined : { expression: evaluateName, access: 'read' };
}
