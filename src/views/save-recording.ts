/** The command that puts the run under debug into a file, for whoever is to see the same run. */
import * as vscode from 'vscode';
import type { DebugFocus } from './debug-focus';

const WITH_FILES = 'With its files';
const BY_HASH = 'Without its files';

export async function saveRecording(focus: DebugFocus): Promise<void> {
  const { session } = focus;
  if (!session) return;
  const choice = await vscode.window.showQuickPick(
    [
      { label: WITH_FILES, description: 'image and symbols are in it: it opens on any computer' },
      { label: BY_HASH, description: 'small: whoever opens it needs the same image' },
    ],
    { title: 'Save Recording' },
  );
  if (!choice) return;
  const name = `${session.name.replace(/[^\w.-]+/g, '-')}.recording`;
  const folder = session.workspaceFolder?.uri ?? vscode.workspace.workspaceFolders?.[0]?.uri;
  const file = await vscode.window.showSaveDialog({
    title: 'Save Recording',
    filters: { 'Turtlescope recording': ['recording'] },
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, name) }),
  });
  if (!file) return;
  const embed = choice.label === WITH_FILES;
  const answer = await focus.ask('turtlescope/saveRecording', { path: file.fsPath, embed });
  if (answer && 'error' in answer) await vscode.window.showErrorMessage(answer.error);
  else if (answer)
    await vscode.window.showInformationMessage(
      `${vscode.workspace.asRelativePath(file)}: F5 on it, or "turtlescope replay", runs it again.`,
    );
}
