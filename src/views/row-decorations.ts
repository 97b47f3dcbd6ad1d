/**
 * Colours and badges of marked rows. VS Code colours tree labels by the decoration of a row's resource; the resource of a row is
 * its id and its mark, so that a row that changes its mark is another resource and needs no invalidation.
 */
import * as vscode from 'vscode';
import { markColors, type RowMark } from './row-appearance';

const SCHEME = 'turtlescope-row';

const badges: Readonly<Record<RowMark, { badge: string; tooltip: string }>> = {
  changed: { badge: '\u25cf', tooltip: 'changed since the previous stop' },
  failed: { badge: '!', tooltip: 'fails a VM-entry check' },
};

export function markUri(id: string, mark: RowMark): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: `/${id}`, query: mark });
}

export const rowDecorations: vscode.FileDecorationProvider = {
  provideFileDecoration({ scheme, query }) {
    if (scheme !== SCHEME || !(query in badges)) return undefined;
    const mark = query as RowMark;
    const { badge, tooltip } = badges[mark];
    return new vscode.FileDecoration(badge, tooltip, new vscode.ThemeColor(markColors[mark]));
  },
};
