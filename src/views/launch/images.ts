/**
 * Images a user may mean: the open file, or the ELF files of the workspace. Looks at names and at the first bytes, no further.
 */
import { open } from 'node:fs/promises';
import * as vscode from 'vscode';
import { nearestFirst } from './configuration';

/** More than this in one workspace is somebody's build tree; the first ones are enough to choose from. */
const MOST_IMAGES = 50;

const ELF_MAGIC = [0x7f, 0x45, 0x4c, 0x46];
const BEGINNINGS = [Buffer.from(ELF_MAGIC), Buffer.from('turtlescope recording ')];
const LONGEST = 32;

/** True for a readable file that begins as ELF files do, or as recordings of runs do. */
export async function isImage(path: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST), 0, LONGEST, 0);
      const found = buffer.subarray(0, bytesRead);
      return BEGINNINGS.some((beginning) => found.subarray(0, beginning.length).equals(beginning));
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}

/** The file of the active tab, whatever editor shows it: binary files have no text editor. */
export function activeFile(): string | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const uri =
    input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom
      ? input.uri
      : vscode.window.activeTextEditor?.document.uri;
  return uri?.scheme === 'file' ? uri.fsPath : undefined;
}

/** ELF files of a folder (or of all folders), those near the open file first. */
export async function workspaceImages(folder?: vscode.WorkspaceFolder): Promise<string[]> {
  const pattern = '**/*.elf';
  const found = await vscode.workspace.findFiles(
    folder ? new vscode.RelativePattern(folder, pattern) : pattern,
    '**/node_modules/**',
    MOST_IMAGES,
  );
  const paths = found.map((uri) => uri.fsPath);
  const elf = await Promise.all(paths.map(isImage));
  return nearestFirst(
    paths.filter((_, index) => elf[index]),
    activeFile(),
  );
}

/** The image to run when nobody has said which: the open one, the only one, or the one the user picks. */
export async function chooseImage(folder?: vscode.WorkspaceFolder): Promise<string | undefined> {
  const active = activeFile();
  if (active !== undefined && (await isImage(active))) return active;
  const images = await workspaceImages(folder);
  if (images.length === 0) return noImage();
  if (images.length === 1) return images[0];
  const picked = await vscode.window.showQuickPick(
    images.map((path) => ({ label: vscode.workspace.asRelativePath(path), path })),
    { title: 'Turtlescope: which image?', placeHolder: 'An ELF image to boot as L1' },
  );
  return picked?.path;
}

async function noImage(): Promise<undefined> {
  const sample = 'Open a Sample';
  const choice = await vscode.window.showErrorMessage(
    'There is no .elf file to debug here. Build your hypervisor, open its image, or name it as "program" in launch.json.',
    sample,
  );
  if (choice === sample) await vscode.commands.executeCommand('turtlescope.openSample');
  return undefined;
}
