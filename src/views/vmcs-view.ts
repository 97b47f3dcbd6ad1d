/**
 * The VMCS view: vmcs12, vmcs02 and vmcs01 as one native tree. Rows arrive decoded; this class keeps what belongs to the user across
 * stops (what is open, the filter) and follows the focused thread. It asks only when it can be seen.
 */
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import type { CheckFailure } from '../protocol/custom-requests';
import type { DecodedRow, VmcsName, VmcsTree } from '../protocol/decoded-row';
import type { DebugFocus } from './debug-focus';
import { entryCheckRows } from './entry-check-text';
import { changedRows, rowAppearance, rowLine } from './row-appearance';
import { Expansion, treeItem } from './tree-item';
import { VmcsTrees } from './vmcs-trees';

/** How long a run may take before the rows are called old: a step is over sooner, and must not flicker. */
const RUNNING_NOTE_MS = 500;

export interface VmcsNode {
  readonly row: DecodedRow;
  /** The VMCS it belongs to; undefined for the list of failing checks. */
  readonly vmcs?: VmcsName | undefined;
  readonly parent?: VmcsNode | undefined;
}

export class VmcsView implements vscode.TreeDataProvider<VmcsNode>, vscode.Disposable {
  private readonly refreshed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.refreshed.event;
  private readonly view: vscode.TreeView<VmcsNode>;
  private readonly expansion = new Expansion();
  private readonly trees: VmcsTrees;
  private readonly subscriptions: vscode.Disposable[];
  private roots: VmcsNode[] = [];
  /** Children by parent, so that the same row stays the same object while it is shown. */
  private readonly childNodes = new WeakMap<VmcsNode, VmcsNode[]>();
  private focusedVmcs: VmcsName | undefined;
  private filter = '';
  /** The filter of the rows that are shown: their ids depend on it. */
  private shownFilter = '';
  private onlyChanged = false;
  private note: NodeJS.Timeout | undefined;
  private refreshing: Promise<void> | undefined;
  private outdated = false;

  constructor(private readonly focus: DebugFocus) {
    this.trees = new VmcsTrees(focus);
    this.view = vscode.window.createTreeView('turtlescope.vmcs', {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    this.subscriptions = [
      this.view,
      this.refreshed,
      focus.onDidChange(() => void this.refresh()),
      this.view.onDidChangeVisibility(() => void this.refresh()),
      this.view.onDidExpandElement(({ element }) => this.expansion.set(element.row.id, true)),
      this.view.onDidCollapseElement(({ element }) => this.expansion.set(element.row.id, false)),
    ];
  }

  /** Words that shown rows must contain; the empty text shows everything. */
  async showMatching(filter: string, onlyChanged = false): Promise<void> {
    this.filter = filter.trim();
    this.onlyChanged = onlyChanged;
    await vscode.commands.executeCommand('setContext', 'turtlescope.vmcsFiltered', this.filtered);
    await this.refresh();
  }

  get currentFilter(): string {
    return this.filter;
  }

  private get filtered(): boolean {
    return this.filter !== '' || this.onlyChanged;
  }

  /** One at a time: VS Code logs an error when the rows that it is to show and open are replaced meanwhile. */
  async refresh(): Promise<void> {
    this.outdated = true;
    await (this.refreshing ??= this.untilCurrent());
  }

  private async untilCurrent(): Promise<void> {
    try {
      while (this.outdated) {
        this.outdated = false;
        await this.showCurrent();
      }
    } finally {
      this.refreshing = undefined;
    }
  }

  private async showCurrent(): Promise<void> {
    clearTimeout(this.note);
    if (!this.focus.session) return this.show([], undefined);
    if (!this.view.visible) return;
    if (!this.focus.stopped) {
      // The rows stay: they keep their places, and a step brings new values in a moment.
      this.note = setTimeout(() => {
        if (this.roots.length > 0) this.view.message = 'Running. Values are those of the last stop.';
      }, RUNNING_NOTE_MS);
      return;
    }
    const { threadId } = this.focus;
    const answer = await this.trees.ask({
      filter: this.filter,
      ...(threadId !== undefined && { threadId }),
    });
    if (!answer) return;
    if ('error' in answer) return this.show([], answer.error);
    const { trees, empty } = answer;
    const failures = await this.failures(trees);
    if (failures === undefined) return;
    const roots = trees.map((tree) => this.rootNode(tree)).filter((root) => root !== undefined);
    this.show([...failures, ...roots], trees.length === 0 ? empty : undefined);
    await this.followFocus(trees);
  }

  /** The failing entry checks as rows, when a row says that there are some; undefined when the machine moved on. */
  private async failures(trees: readonly VmcsTree[]): Promise<VmcsNode[] | undefined> {
    if (this.filtered || !trees.some((tree) => tree.groups.some((group) => group.error !== undefined)))
      return [];
    const answer = await this.focus.ask('turtlescope/checkEntry', {});
    if (!answer) return undefined;
    const failing: readonly CheckFailure[] = 'body' in answer ? answer.body.failures : [];
    return failing.length === 0 ? [] : [{ row: entryCheckRows(failing) }];
  }

  private rootNode(tree: VmcsTree): VmcsNode | undefined {
    const children = this.onlyChanged ? changedRows(tree.groups) : tree.groups;
    if (this.filtered && children.length === 0) return undefined;
    const row: DecodedRow = {
      id: tree.vmcs,
      label: tree.vmcs,
      value: '',
      meaning: `${tree.title.replace(`${tree.vmcs}: `, '')} \u00b7 ${tree.summary}`,
      kind: 'group',
      children,
    };
    return { row: tree.focused ? { ...row, on: true } : row, vmcs: tree.vmcs };
  }

  private show(roots: VmcsNode[], message: string | undefined): void {
    this.view.message = message ?? (this.filtered && roots.length > 0 ? this.filterText() : '');
    if (roots.length === 0) this.focusedVmcs = undefined;
    // Rows that say the same stay the same: VS Code loses its place in a tree that is replaced while somebody walks through it.
    const filter = this.filtered ? this.filterText() : '';
    if (filter === this.shownFilter && isDeepStrictEqual(roots, this.roots)) return;
    this.shownFilter = filter;
    this.roots = roots;
    this.refreshed.fire();
  }

  private filterText(): string {
    return this.onlyChanged ? 'Only fields that changed since the previous stop' : `Filter: ${this.filter}`;
  }

  /** Shows the focused thread's VMCS when the user has moved to another thread; the same thread's next stop scrolls nothing. */
  private async followFocus(trees: readonly VmcsTree[]): Promise<void> {
    const focused = trees.find((tree) => tree.focused)?.vmcs;
    const moved = focused !== undefined && focused !== this.focusedVmcs;
    this.focusedVmcs = focused;
    const node = this.roots.find((root) => root.vmcs === focused);
    if (!moved || !node || !this.view.visible) return;
    try {
      await this.view.reveal(node, { select: false, focus: false, expand: true });
    } catch {
      // The tree was replaced while it scrolled; the next stop scrolls again.
      this.focusedVmcs = undefined;
    }
  }

  getChildren(node?: VmcsNode): VmcsNode[] {
    if (!node) return this.roots;
    const known = this.childNodes.get(node);
    if (known) return known;
    const children = (node.row.children ?? []).map((row) => ({ row, vmcs: node.vmcs, parent: node }));
    this.childNodes.set(node, children);
    return children;
  }

  getParent(node: VmcsNode): VmcsNode | undefined {
    return node.parent;
  }

  getTreeItem(node: VmcsNode): vscode.TreeItem {
    const { row, parent } = node;
    const look = rowAppearance(row, parent?.row.editable);
    // Another id while filtering: matches are open then, and what was open before is still open afterwards.
    const id = this.filtered ? `${row.id}?${this.filter}` : row.id;
    const item = treeItem(id, look, this.collapsible(node));
    if (!parent && node.vmcs) {
      item.iconPath = new vscode.ThemeIcon(
        row.on ? 'layers-active' : 'layers',
        row.on ? new vscode.ThemeColor('charts.blue') : undefined,
      );
    }
    return item;
  }

  private collapsible({ row, parent }: VmcsNode): vscode.TreeItemCollapsibleState {
    if (!row.children?.length) return vscode.TreeItemCollapsibleState.None;
    if (this.filtered && (!parent || row.kind === 'group')) return vscode.TreeItemCollapsibleState.Expanded;
    return this.expansion.state(row.id, !parent && row.on === true);
  }

  /** The row as text, for the clipboard. */
  static line({ row }: VmcsNode): string {
    return rowLine(row);
  }

  dispose(): void {
    clearTimeout(this.note);
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}
