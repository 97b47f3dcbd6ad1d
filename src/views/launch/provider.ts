/**
 * Launch configurations: F5 without launch.json, entries for every image of the workspace, relative paths. Validates nothing: the
 * adapter does, for every client alike.
 */
import * as vscode from 'vscode';
import { ASKS_BEFORE_FORK, DEBUG_TYPE } from '../../protocol/launch-configuration';
import { configurationFor, withAbsolutePaths } from './configuration';
import { chooseImage, workspaceImages } from './images';

export class LaunchProvider implements vscode.DebugConfigurationProvider {
  async resolveDebugConfiguration(
    folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    // VS Code hands in an empty object when there is no launch.json.
    if (configuration.type || configuration.request || configuration.name) return configuration;
    const program = await chooseImage(folder);
    return program === undefined ? undefined : { ...configurationFor(program) };
  }

  resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): vscode.DebugConfiguration {
    const root = folder?.uri.fsPath ?? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    // `fork-question` asks the user.
    const asking = { ...configuration, [ASKS_BEFORE_FORK]: true };
    return root === undefined ? asking : withAbsolutePaths(asking, root);
  }

  /** For a new launch.json, and for "Select and Start Debugging". */
  async provideDebugConfigurations(folder?: vscode.WorkspaceFolder): Promise<vscode.DebugConfiguration[]> {
    const images = await workspaceImages(folder);
    const root = folder?.uri.fsPath;
    const written = images.map((path) =>
      root !== undefined && path.startsWith(root) ? `\${workspaceFolder}${path.slice(root.length)}` : path,
    );
    const programs = written.length > 0 ? written : ['${workspaceFolder}/hypervisor.elf'];
    return programs.flatMap((program) => [
      { ...configurationFor(program) },
      { ...configurationFor(program, 'bare') },
    ]);
  }
}

/** Registers the provider for resolving, for new launch.json files and for the dynamic list. */
export function registerLaunchProvider(): vscode.Disposable {
  const provider = new LaunchProvider();
  const { Initial, Dynamic } = vscode.DebugConfigurationProviderTriggerKind;
  return vscode.Disposable.from(
    ...[Initial, Dynamic].map((kind) =>
      vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, provider, kind),
    ),
  );
}

/**
 * Debugs one file: by the launch configuration that names it, if there is one (it may carry a command line, modules, symbols), or
 * with nothing but the file.
 */
export async function debugImage(uri: vscode.Uri): Promise<void> {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  const known = vscode.workspace
    .getConfiguration('launch', folder)
    .get<vscode.DebugConfiguration[]>('configurations', [])
    .find((each) => each.type === DEBUG_TYPE && programPath(each, folder) === uri.fsPath);
  await vscode.debug.startDebugging(folder, known ?? { ...configurationFor(uri.fsPath) });
}

function programPath(
  { program }: vscode.DebugConfiguration,
  folder: vscode.WorkspaceFolder | undefined,
): string | undefined {
  if (typeof program !== 'string' || !folder) return undefined;
  const path = program.replace(/\$\{workspaceFolder\}/g, folder.uri.fsPath);
  return vscode.Uri.joinPath(folder.uri, path.replace(folder.uri.fsPath, '')).fsPath;
}
