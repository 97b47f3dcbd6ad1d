/**
 * Commands that take the machine to another moment of its run. The adapter answers at once; a stop tells when the machine is there.
 */
import * as vscode from 'vscode';
import type { RequestArguments } from '../protocol/custom-requests';
import type { DebugFocus } from './debug-focus';
import type { ExitNode } from './exits-view';
import type { VmcsNode } from './vmcs-view';

/** What VS Code hands to a command of the Variables view. */
export interface VariableContext {
  readonly container: { readonly variablesReference?: number };
  readonly variable: { readonly name: string; readonly evaluateName?: string };
}

export async function goToRecord(focus: DebugFocus, node: ExitNode): Promise<void> {
  if (node.kind === 'record') await go(focus, { record: node.item.index });
}

/** Of a VMCS's field, or of a line of the Variables view. */
export async function goToLastWrite(focus: DebugFocus, node: VmcsNode | VariableContext): Promise<void> {
  if ('row' in node) return go(focus, { lastWriteOf: `${node.vmcs}.${node.row.label}` });
  const { variablesReference = 0 } = node.container;
  await go(focus, { lastWriteOf: node.variable.name, variablesReference });
}

export async function goToPresent(focus: DebugFocus): Promise<void> {
  await go(focus, {});
}

async function go(focus: DebugFocus, where: RequestArguments<'turtlescope/goTo'>): Promise<void> {
  const answer = await focus.ask('turtlescope/goTo', where);
  if (answer && 'error' in answer) await vscode.window.showErrorMessage(answer.error);
}
