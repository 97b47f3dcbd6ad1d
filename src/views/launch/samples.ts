/**
 * The command Open Sample: copies the samples to where the user may change them, opens one and starts it.
 */
import * as vscode from 'vscode';
import { configurationFor, type NamedConfiguration } from './configuration';

interface Sample {
  readonly label: string;
  readonly detail: string;
  /** Folder below samples/, and the source to open in it. */
  readonly folder: string;
  readonly source: string;
  readonly bare?: true;
  /** Function to stop in first, so that the run does not end before it was seen. */
  readonly stopIn?: string;
}

const samples: readonly Sample[] = [
  {
    label: 'hello-nested',
    detail:
      'A small hypervisor as L1 under L0; its guest L2 makes every kind of exit. Stops at the first one.',
    folder: 'hello-nested',
    source: 'exits.c',
    stopIn: 'handle_exit',
  },
  {
    label: 'hello-nested, bare',
    detail: 'The same in VMX root operation, without L0.',
    folder: 'hello-nested',
    source: 'exits.c',
    bare: true,
    stopIn: 'handle_exit',
  },
  {
    label: 'broken-entry',
    detail: 'Four mistakes in vmcs12: the VM entry fails, and Turtlescope says why.',
    folder: 'broken-entry',
    source: 'main.c',
  },
  {
    label: 'lost-event',
    detail:
      'L2 sleeps for ever: the event that would wake it was lost long ago. Its README finds it, backwards.',
    folder: 'lost-event',
    source: 'README.md',
  },
];

/** @param name of a sample; asks when it is left out */
export async function openSample(context: vscode.ExtensionContext, name?: string): Promise<void> {
  const sample =
    samples.find(({ label }) => label === name) ??
    (await vscode.window.showQuickPick(samples, {
      title: 'Turtlescope: Open Sample',
      placeHolder: 'A guest to run',
      matchOnDetail: true,
    }));
  if (!sample) return;
  const folder = await ownCopy(context);
  const path = (file: string): vscode.Uri => vscode.Uri.joinPath(folder, sample.folder, file);
  await vscode.window.showTextDocument(path(sample.source), { preview: false });
  if (sample.stopIn !== undefined) stopIn(sample.stopIn);
  const image = path(`${sample.folder}.elf`).fsPath;
  const configuration: NamedConfiguration = configurationFor(image, sample.bare ? 'bare' : 'nested');
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(folder), { ...configuration });
}

/** The samples of the open workspace, if it has them; else a copy that belongs to the user and is made once. */
async function ownCopy(context: vscode.ExtensionContext): Promise<vscode.Uri> {
  for (const { uri } of vscode.workspace.workspaceFolders ?? [])
    if (await exists(vscode.Uri.joinPath(uri, 'hello-nested', 'hello-nested.elf'))) return uri;
  const version = (context.extension.packageJSON as { version: string }).version;
  const copy = vscode.Uri.joinPath(context.globalStorageUri, `samples-${version}`);
  if (!(await exists(copy)))
    await vscode.workspace.fs.copy(vscode.Uri.joinPath(context.extensionUri, 'samples'), copy);
  return copy;
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

/** A function breakpoint, once: it stays in the Breakpoints view for the user to keep or remove. */
function stopIn(functionName: string): void {
  const known = vscode.debug.breakpoints.some(
    (breakpoint) =>
      breakpoint instanceof vscode.FunctionBreakpoint && breakpoint.functionName === functionName,
  );
  if (!known) vscode.debug.addBreakpoints([new vscode.FunctionBreakpoint(functionName)]);
}
