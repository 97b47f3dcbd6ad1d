/**
 * Where the views stand: beside VS Code's own in Run and Debug, or in the panel of Levels over Time. Users can drag them anywhere;
 * the commands do it for all at once.
 */
import * as vscode from 'vscode';

export const debugContainer = 'workbench.view.debug';
/** VS Code's name for the container `turtlescope` of package.json. */
export const ownContainer = 'workbench.view.extension.turtlescope';

const viewIds = ['turtlescope.vmcs', 'turtlescope.exits', 'turtlescope.event'];

export async function moveViews(destinationId: string): Promise<void> {
  await vscode.commands.executeCommand('vscode.moveViews', { viewIds, destinationId });
  await vscode.commands.executeCommand(`${viewIds[0]}.focus`);
}
