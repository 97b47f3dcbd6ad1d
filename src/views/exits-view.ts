/**
 * The VM Exits view: the timeline, newest first, in pages, so that a hundred thousand records cost what is shown of them. A record
 * opens into its decoded rows, asked for when it is opened.
 */
import * as vscode from 'vscode';
import type { DecodedRow } from '../protocol/decoded-row';
import type { TimelineItem } from '../protocol/timeline';
import type { DebugFocus } from './debug-focus';
import { rowAppearance, rowLine } from './row-appearance';
import { grouped, timelineAppearance, timelineLine } from './timeline-appearance';
import { Expansion, treeItem } from './tree-item';

const PAGE = 200;
/** A refresh asks again for the pages that are open, up to this many records. */
const MOST_REFRESHED = 2000;

export type ExitNode =
  | { readonly kind: 'record'; readonly item: TimelineItem }
  | { readonly kind: 'row'; readonly row: DecodedRow; readonly path: string }
  | { readonly kind: 'older' };

const { None } = vscode.TreeItemCollapsibleState;

export class ExitsView implements vscode.TreeDataProvider<ExitNode>, vscode.Disposable {
  private readonly refreshed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.refreshed.event;
  private readonly chosen = new vscode.EventEmitter<number>();
  /** The user selected a record; its number. */
  readonly onDidChoose = this.chosen.event;
  private readonly view: vscode.TreeView<ExitNode>;
  private readonly expansion = new Expansion();
  private readonly subscriptions: vscode.Disposable[];
  /** Newest first. */
  private items: TimelineItem[] = [];
  private more = false;
  /** Records made at the moment at which the machine stands, and the newest of them that is listed. */
  private made = 0;
  private shown: number | undefined;
  /** One can go to a record. */
  private travels = false;
  private filter = '';

  constructor(private readonly focus: DebugFocus) {
    this.view = vscode.window.createTreeView('turtlescope.exits', {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    this.subscriptions = [
      this.view,
      this.refreshed,
      this.chosen,
      this.view.onDidChangeSelection(({ selection: [node] }) => {
        if (node?.kind === 'record') this.chosen.fire(node.item.index);
      }),
      focus.onDidChange(() => void this.refresh()),
      this.view.onDidChangeVisibility(() => void this.refresh()),
      this.view.onDidExpandElement(({ element }) => this.remember(element, true)),
      this.view.onDidCollapseElement(({ element }) => this.remember(element, false)),
    ];
  }

  get currentFilter(): string {
    return this.filter;
  }

  /** @param filter in the words of `turtlescope/timeline`; empty shows everything */
  async showMatching(filter: string): Promise<void> {
    this.filter = filter.trim();
    this.items = [];
    await vscode.commands.executeCommand('setContext', 'turtlescope.exitsFiltered', this.filter !== '');
    await this.refresh();
  }

  async refresh(): Promise<void> {
    if (!this.focus.session) return this.show([], false, undefined);
    if (!this.view.visible || !this.focus.stopped) return;
    const limit = Math.max(PAGE, Math.min(this.items.length, MOST_REFRESHED));
    const answer = await this.focus.ask('turtlescope/timeline', { limit, filter: this.filter });
    if (!answer) return;
    if ('error' in answer) return this.show([], false, answer.error);
    const { items, total, dropped, made, empty } = answer.body;
    this.made = made ?? total;
    this.travels = answer.body.kept;
    await vscode.commands.executeCommand('setContext', 'turtlescope.inPast', made !== undefined);
    const lost = dropped > 0 ? ` \u00b7 the oldest ${grouped(String(dropped))} are gone` : '';
    const past = made === undefined ? '' : ` \u00b7 in the past: ${grouped(String(made))} have happened`;
    const filtered = this.filter === '' ? '' : ` \u00b7 filter: ${this.filter}`;
    const message =
      past + lost + filtered === ''
        ? undefined
        : `${grouped(String(total))} records${past}${lost}${filtered}`;
    const newest = this.items[0]?.index;
    this.show(items.reverse(), items.length === limit, items.length === 0 ? empty : message);
    const here = this.items.find(({ index }) => index < this.made);
    if (this.items[0]?.index !== newest || here?.index !== this.shown) await this.reveal(here);
    this.shown = here?.index;
  }

  /** Shows the newest record that has happened. */
  private async reveal(item: TimelineItem | undefined): Promise<void> {
    if (!item || !this.view.visible) return;
    try {
      await this.view.reveal({ kind: 'record', item }, { select: false, focus: false });
    } catch {
      // The list was replaced while it scrolled; the next stop scrolls again.
    }
  }

  /** Selects a record that was chosen in another view. Of one that a filter or a page hides, all up to it are shown. */
  async choose(index: number): Promise<void> {
    let item = this.items.find((each) => each.index === index);
    if (!item) {
      const [newest] = this.items;
      const limit = newest ? newest.index - index + PAGE : PAGE;
      if (this.filter !== '') await this.showMatching('');
      const answer = await this.focus.ask('turtlescope/timeline', { limit: Math.min(limit, MOST_REFRESHED) });
      if (!answer || 'error' in answer) return;
      const items = answer.body.items.reverse();
      this.show(items, items.length > 0, this.view.message);
      // What is told together with its exit has no row of its own: the exit's stands for it.
      item = items.find((each) => each.index <= index);
    }
    if (item) await this.view.reveal({ kind: 'record', item }, { select: true, focus: false });
  }

  /** The page before the oldest record shown. */
  async loadOlder(): Promise<void> {
    const oldest = this.items.at(-1);
    if (!oldest) return;
    const answer = await this.focus.ask('turtlescope/timeline', {
      before: oldest.index,
      limit: PAGE,
      filter: this.filter,
    });
    if (!answer || 'error' in answer) return;
    const { items } = answer.body;
    this.show([...this.items, ...items.reverse()], items.length === PAGE, this.view.message);
  }

  private show(items: TimelineItem[], more: boolean, message: string | undefined): void {
    this.items = items;
    this.more = more;
    this.view.message = message ?? '';
    this.refreshed.fire();
  }

  private remember(node: ExitNode, expanded: boolean): void {
    const id = this.id(node);
    this.expansion.set(id, expanded);
  }

  private id(node: ExitNode): string {
    // Record numbers start again with every session.
    const session = this.focus.session?.id ?? '';
    if (node.kind === 'record') return `${session}/${node.item.index}`;
    return node.kind === 'row' ? `${session}/${node.path}` : 'older';
  }

  async getChildren(node?: ExitNode): Promise<ExitNode[]> {
    if (!node) {
      const records: ExitNode[] = this.items.map((item) => ({ kind: 'record', item }));
      return this.more ? [...records, { kind: 'older' }] : records;
    }
    if (node.kind === 'older') return [];
    if (node.kind === 'row') return rowNodes(node.row.children ?? [], node.path);
    const answer = await this.focus.ask('turtlescope/timelineItem', { index: node.item.index });
    return answer && 'body' in answer ? rowNodes(answer.body.rows, String(node.item.index)) : [];
  }

  /** Only records are ever revealed, and they have no parent. */
  getParent(): undefined {
    return undefined;
  }

  getTreeItem(node: ExitNode): vscode.TreeItem {
    switch (node.kind) {
      case 'record':
        return this.record(node);
      case 'row': {
        const state = node.row.children?.length ? this.expansion.state(this.id(node), false) : None;
        return treeItem(this.id(node), rowAppearance(node.row), state);
      }
      case 'older': {
        const item = new vscode.TreeItem('Older records...', None);
        item.iconPath = new vscode.ThemeIcon('history');
        item.command = { command: 'turtlescope.exits.older', title: 'Load older records' };
        return item;
      }
    }
  }

  /** A click goes to where it was made; the arrow before it shows what it says. */
  private record(node: ExitNode & { kind: 'record' }): vscode.TreeItem {
    const appearance = timelineAppearance(node.item, node.item.index >= this.made);
    const item = treeItem(this.id(node), appearance, this.expansion.state(this.id(node), false));
    if (this.travels)
      item.command = { command: 'turtlescope.exits.goTo', title: 'Go to This Moment', arguments: [node] };
    return item;
  }

  /** The node as text, for the clipboard. */
  static line(node: ExitNode): string {
    if (node.kind === 'record') return timelineLine(node.item);
    return node.kind === 'row' ? rowLine(node.row) : '';
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}

function rowNodes(rows: readonly DecodedRow[], path: string): ExitNode[] {
  return rows.map((row) => ({ kind: 'row', row, path: `${path}/${row.id}` }));
}
