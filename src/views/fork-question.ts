/**
 * Asks before a change of state drops a future: the request that would do it waits for the answer.
 */
import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../protocol/launch-configuration';

const DROP = 'Drop the Future';

export function asksBeforeFork(): vscode.Disposable {
  return vscode.debug.onDidReceiveDebugSessionCustomEvent(({ event, session }) => {
    if (event === 'turtlescope/futureAtStake' && session.type === DEBUG_TYPE) void ask(session);
  });
}

async function ask(session: vscode.DebugSession): Promise<void> {
  const answer = await vscode.window.showWarningMessage(
    'This changes the past.',
    {
      modal: true,
      detail: 'What came after this moment is dropped, and from here on the run is another one.',
    },
    DROP,
  );
  await session.customRequest('turtlescope/fork', { agreed: answer === DROP });
}
