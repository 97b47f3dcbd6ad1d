/**
 * Levels over Time, extension side: a lane for each level, arrows for entries and exits. The page says what part of the run it shows;
 * the adapter makes the picture of it.
 */
import * as vscode from 'vscode';
import type { DebugFocus } from './debug-focus';
import type { LevelsViewRequest, LevelsViewState } from './levels-message';
import { go } from './travel';
import { showPage } from './webview-page';

export class LevelsView implements vscode.WebviewViewProvider, vscode.Disposable {
  private view: vscode.WebviewView | undefined;
  private readonly chosen = new vscode.EventEmitter<number>();
  /** The user clicked on a record. */
  readonly onDidChoose = this.chosen.event;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly focus: DebugFocus,
    private readonly extensionUri: vscode.Uri,
  ) {
    this.subscriptions = [
      this.chosen,
      vscode.window.registerWebviewViewProvider('turtlescope.levels', this),
      focus.onDidChange(() => void this.refresh()),
    ];
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    view.webview.onDidReceiveMessage((request: LevelsViewRequest) => void this.answer(request));
    view.onDidChangeVisibility(() => void this.refresh());
    view.onDidDispose(() => (this.view = undefined));
    showPage(view.webview, this.extensionUri, {
      title: 'Levels over Time',
      script: 'levels.js',
      style: 'levels.css',
    });
  }

  /** Marks a record that was chosen in another view. */
  async choose(index: number): Promise<void> {
    await this.tell({ kind: 'chosen', index });
  }

  private async refresh(): Promise<void> {
    if (!this.view?.visible) return;
    if (!this.focus.session) await this.tell({ kind: 'none' });
    else if (this.focus.stopped) {
      await this.tell({ kind: 'moved' });
      const answer = await this.focus.ask('turtlescope/past', {});
      if (answer && 'body' in answer) await this.tell({ kind: 'past', past: answer.body });
    }
  }

  private async answer(request: LevelsViewRequest): Promise<void> {
    switch (request.kind) {
      case 'ready':
        return this.refresh();
      case 'choose':
        return this.chosen.fire(request.index);
      case 'go':
        return go(this.focus, request.where);
      case 'ask': {
        const { index } = request;
        const answer = await this.focus.ask('turtlescope/timelineItem', { index });
        // A record that is gone has nothing to say beyond its title, which the page has.
        if (answer && 'body' in answer) await this.tell({ kind: 'record', index, ...answer.body });
        return;
      }
      case 'show': {
        const { scale, from, to, columns } = request;
        const answer = await this.focus.ask('turtlescope/levels', {
          scale,
          columns,
          ...(from !== undefined && { from }),
          ...(to !== undefined && { to }),
        });
        if (!answer) return;
        await this.tell(
          'error' in answer
            ? { kind: 'failed', error: answer.error }
            : { kind: 'picture', picture: answer.body },
        );
      }
    }
  }

  private async tell(state: LevelsViewState): Promise<void> {
    await this.view?.webview.postMessage(state);
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}
