/** What people type on its way to the guest. */
import * as vscode from 'vscode';
import type { InputSource } from '../protocol/people';

export async function typeInto(
  session: vscode.DebugSession,
  source: InputSource,
  bytes: readonly number[],
): Promise<void> {
  try {
    await session.customRequest('turtlescope/input', { source, bytes });
  } catch (error) {
    // Keys come in dozens: a message box for each would bury the workbench.
    vscode.window.setStatusBarMessage(error instanceof Error ? error.message : String(error), 5000);
  }
}
