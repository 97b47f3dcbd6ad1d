/**
 * An appearance as VS Code's TreeItem. The only place where the two meet.
 */
import * as vscode from 'vscode';
import { markUri } from './row-decorations';
import type { RowAppearance } from './row-appearance';

export function treeItem(
  id: string,
  look: RowAppearance,
  collapsible: vscode.TreeItemCollapsibleState,
): vscode.TreeItem {
  const item = new vscode.TreeItem(look.label, collapsible);
  item.id = id;
  item.description = look.description;
  item.tooltip = new vscode.MarkdownString(look.tooltip, true);
  item.contextValue = look.context;
  item.accessibilityInformation = { label: look.spoken };
  if (look.icon)
    item.iconPath = new vscode.ThemeIcon(
      look.icon.name,
      look.icon.color === undefined ? undefined : new vscode.ThemeColor(look.icon.color),
    );
  if (look.mark) item.resourceUri = markUri(id, look.mark);
  return item;
}

/** What the user opened and closed, by row id: it outlives rows that come and go with sessions. */
export class Expansion {
  private readonly states = new Map<string, boolean>();

  /** @param initially for a row the user has not touched */
  state(id: string, initially: boolean): vscode.TreeItemCollapsibleState {
    return (this.states.get(id) ?? initially)
      ? vscode.TreeItemCollapsibleState.Expanded
      : vscode.TreeItemCollapsibleState.Collapsed;
  }

  set(id: string, expanded: boolean): void {
    this.states.set(id, expanded);
  }
}
