/**
 * The page of a webview. It may run only its own script and read only its own style.
 */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

export interface PageParts {
  readonly title: string;
  /** Script below dist/. */
  readonly script: string;
  /** Style sheet below media/. */
  readonly style: string;
}

/** Shows a page with an empty `<main id="content">` for its script to fill. Listen to it before: the script runs at once. */
export function showPage(webview: vscode.Webview, extensionUri: vscode.Uri, parts: PageParts): void {
  const folders = ['dist', 'media'].map((folder) => vscode.Uri.joinPath(extensionUri, folder));
  webview.options = { enableScripts: true, localResourceRoots: folders };
  webview.html = pageText(webview, extensionUri, parts);
}

function pageText(webview: vscode.Webview, extensionUri: vscode.Uri, parts: PageParts): string {
  const nonce = randomBytes(16).toString('base64');
  const uri = (...path: string[]): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, ...path)).toString();
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'; font-src ${webview.cspSource};">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${uri('media', parts.style)}">
<title>${parts.title}</title>
</head>
<body>
<main id="content"></main>
<script nonce="${nonce}" src="${uri('dist', parts.script)}"></script>
</body>
</html>`;
}
