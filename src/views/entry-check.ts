/**
 * The command Check VM Entry: a dry run of the processor's checks, shown as a page. While the page is open it is written again at
 * every stop and edit, so that the list is seen to get shorter.
 */
import * as vscode from 'vscode';
import type { DebugFocus } from './debug-focus';
import { entryCheckPage } from './entry-check-text';

const SCHEME = 'turtlescope';
const PAGE = vscode.Uri.from({ scheme: SCHEME, path: '/VM entry.md' });

export class EntryCheck implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly written = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.written.event;
  private readonly subscriptions: vscode.Disposable[];
  private text = '';

  constructor(private readonly focus: DebugFocus) {
    this.subscriptions = [
      this.written,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      focus.onDidChange(() => {
        if (this.open && this.focus.stopped) void this.update();
      }),
    ];
  }

  /** Runs the checks and shows the page beside the source. */
  async show(): Promise<void> {
    if (!this.focus.session) {
      void vscode.window.showInformationMessage('Check VM Entry needs a stopped Turtlescope session.');
      return;
    }
    if (!(await this.update())) return;
    try {
      await vscode.commands.executeCommand('markdown.showPreviewToSide', PAGE);
    } catch {
      // The Markdown extension can be switched off; the text reads well enough without it.
      await vscode.window.showTextDocument(PAGE, { viewColumn: vscode.ViewColumn.Beside, preview: true });
    }
  }

  private get open(): boolean {
    return vscode.workspace.textDocuments.some(({ uri }) => uri.toString() === PAGE.toString());
  }

  private async update(): Promise<boolean> {
    const answer = await this.focus.ask('turtlescope/checkEntry', {});
    if (!answer) return false;
    this.text = 'body' in answer ? entryCheckPage(answer.body) : `# VM entry\n\n${answer.error}\n`;
    this.written.fire(PAGE);
    return true;
  }

  provideTextDocumentContent(): string {
    return this.text;
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}
