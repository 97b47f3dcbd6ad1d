/**
 * Editing a field of a VMCS: input box or flipped bit, then one request. What a value means is the debugger's: any expression it
 * can evaluate is allowed; only plain numbers that cannot fit are refused while typing.
 */
import * as vscode from 'vscode';
import type { DebugFocus } from './debug-focus';
import { flippedBit, refusal } from './field-value';
import type { VmcsNode } from './vmcs-view';

export async function editField(focus: DebugFocus, node: VmcsNode): Promise<void> {
  const { row, vmcs } = node;
  if (!vmcs || !row.editable) return;
  const value = await vscode.window.showInputBox({
    title: `${vmcs}.${row.label}`,
    value: row.value,
    valueSelection: [0, row.value.length],
    prompt: `New value: a number, or an expression such as \`rax\`, \`vmcs12.${row.label} | 1\` or \`&handler\`.`,
    placeHolder: row.value,
    ignoreFocusOut: true,
    validateInput: (text) => refusal(row.label, text),
  });
  if (value !== undefined && value.trim() !== row.value) await write(focus, node, value.trim());
}

/** Flips the bit that a row stands for, in the field above it. */
export async function toggleBit(focus: DebugFocus, node: VmcsNode): Promise<void> {
  const { row, parent } = node;
  if (!parent?.row.editable || row.bit === undefined) return;
  await write(focus, parent, flippedBit(parent.row.value, row.bit));
}

async function write(focus: DebugFocus, { row, vmcs }: VmcsNode, value: string): Promise<void> {
  if (!vmcs) return;
  const answer = await focus.ask('turtlescope/setVmcsField', { vmcs, field: row.label, value });
  if (answer && 'error' in answer) {
    const again = 'Edit Again';
    const choice = await vscode.window.showErrorMessage(`${vmcs}.${row.label}: ${answer.error}`, again);
    if (choice === again) await vscode.commands.executeCommand('turtlescope.vmcs.edit', { row, vmcs });
  }
}
