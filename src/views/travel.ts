/**
 * Commands that take the machine to another moment of its run. The adapter answers at once; a stop tells when the machine is there.
 */
import * as vscode from 'vscode';
import type { RequestArguments } from '../protocol/custom-requests';
import type { Past } from '../protocol/past';
import type { DebugFocus } from './debug-focus';
import type { ExitNode } from './exits-view';
import type { VmcsNode } from './vmcs-view';

/** What VS Code hands to a command of the Variables view. */
export interface VariableContext {
  readonly container: { readonly variablesReference?: number };
  readonly variable: { readonly name: string; readonly evaluateName?: string };
}

export async function goToRecord(focus: DebugFocus, node: ExitNode): Promise<void> {
  if (node.kind === 'record') await go(focus, { record: node.item.index });
}

/** Of a VMCS's field, or of a line of the Variables view. */
export async function goToLastWrite(focus: DebugFocus, node: VmcsNode | VariableContext): Promise<void> {
  if ('row' in node) return go(focus, { lastWriteOf: `${node.vmcs}.${node.row.label}` });
  const { variablesReference = 0 } = node.container;
  await go(focus, { lastWriteOf: node.variable.name, variablesReference });
}

export async function goToPresent(focus: DebugFocus): Promise<void> {
  await go(focus, {});
}

/** Asks for a name and keeps it for the moment at which the machine stands. */
export async function addBookmark(focus: DebugFocus): Promise<void> {
  const answer = await focus.ask('turtlescope/past', {});
  if (!answer || 'error' in answer) return;
  const { instructions } = answer.body.now;
  const name = await vscode.window.showInputBox({
    title: 'Bookmark This Moment',
    prompt: 'A name for it',
    value: `instruction ${instructions}`,
    validateInput: (text) => (text.trim() === '' ? 'A bookmark has a name.' : undefined),
  });
  if (name !== undefined) await focus.ask('turtlescope/bookmark', { name: name.trim() });
}

interface BookmarkItem extends vscode.QuickPickItem {
  readonly id: number;
}

/** Offers all bookmarks; a button beside each takes it away. */
export async function goToBookmark(focus: DebugFocus): Promise<void> {
  const picker = vscode.window.createQuickPick<BookmarkItem>();
  const remove = { iconPath: new vscode.ThemeIcon('trash'), tooltip: 'Remove' };
  const show = ({ bookmarks }: Past): void => {
    picker.items = bookmarks.map(({ id, name, instructions }) => ({
      id,
      label: name,
      description: `instruction ${instructions.toLocaleString('en')}`,
      buttons: [remove],
    }));
  };
  const answer = await focus.ask('turtlescope/past', {});
  if (!answer || 'error' in answer) return picker.dispose();
  show(answer.body);
  picker.title = 'Go to Bookmark';
  picker.placeholder =
    answer.body.bookmarks.length > 0
      ? 'A moment of the run'
      : 'No bookmarks yet: "Bookmark This Moment" makes one';
  picker.onDidHide(() => picker.dispose());
  picker.onDidTriggerItemButton(async ({ item }) => {
    const after = await focus.ask('turtlescope/bookmark', { remove: item.id });
    if (after && 'body' in after) show(after.body);
  });
  picker.onDidAccept(() => {
    const [chosen] = picker.selectedItems;
    picker.hide();
    if (chosen) void go(focus, { bookmark: chosen.id });
  });
  picker.show();
}

export async function go(focus: DebugFocus, where: RequestArguments<'turtlescope/goTo'>): Promise<void> {
  const answer = await focus.ask('turtlescope/goTo', where);
  if (answer && 'error' in answer) await vscode.window.showErrorMessage(answer.error);
}
