/**
 * Entry of the extension host: registers views, commands and the debug type, and decides nothing. The machine lives in the debug
 * adapter's own process.
 */
import * as vscode from 'vscode';
import { ComparePanel } from './views/compare-panel';
import { DebugFocus } from './views/debug-focus';
import { EntryCheck } from './views/entry-check';
import { EventView } from './views/event-view';
import {
  addBookmark,
  goToBookmark,
  goToLastWrite,
  goToPresent,
  goToRecord,
  type VariableContext,
} from './views/travel';
import { ExitsView, type ExitNode } from './views/exits-view';
import { askFilter } from './views/filter-input';
import { LevelsView } from './views/levels-view';
import { LanguageService } from './views/language-client';
import { asksBeforeFork } from './views/fork-question';
import { activeFile } from './views/launch/images';
import { debugImage, registerLaunchProvider } from './views/launch/provider';
import { openSample } from './views/launch/samples';
import { rowDecorations } from './views/row-decorations';
import { saveRecording } from './views/save-recording';
import { ScreenView } from './views/screen-view';
import { SerialTerminals } from './views/serial-terminal';
import { timelineFilters } from './views/timeline-appearance';
import { editField, toggleBit } from './views/vmcs-edit';
import { debugContainer, moveViews, ownContainer } from './views/view-places';
import { VmcsView, type VmcsNode } from './views/vmcs-view';
import { WalkPanel } from './views/walk-panel';

let language: LanguageService | undefined;

export function activate(context: vscode.ExtensionContext): void {
  language = new LanguageService(context.extensionPath);
  const focus = new DebugFocus();
  const vmcs = new VmcsView(focus);
  const exits = new ExitsView(focus);
  const check = new EntryCheck(focus);
  const event = new EventView(focus, context.extensionUri);
  const compare = new ComparePanel(focus, context.extensionUri);
  const walk = new WalkPanel(focus, context.extensionUri);
  const levels = new LevelsView(focus, context.extensionUri);
  const { registerCommand } = vscode.commands;
  const copy = (text: string): Thenable<void> => vscode.env.clipboard.writeText(text);
  context.subscriptions.push(
    language,
    focus,
    vmcs,
    exits,
    check,
    event,
    levels,
    compare,
    walk,
    new ScreenView(focus, context.extensionUri),
    new SerialTerminals(),
    levels.onDidChoose((index) => void exits.choose(index)),
    exits.onDidChoose((index) => void levels.choose(index)),
    registerLaunchProvider(),
    asksBeforeFork(),
    vscode.window.registerFileDecorationProvider(rowDecorations),
    registerCommand('turtlescope.openSample', (name?: unknown) =>
      openSample(context, typeof name === 'string' ? name : undefined),
    ),
    registerCommand('turtlescope.debugImage', (uri?: vscode.Uri) => {
      const file = activeFile();
      const image = uri ?? (file === undefined ? undefined : vscode.Uri.file(file));
      return image && debugImage(image);
    }),
    registerCommand('turtlescope.checkEntry', () => check.show()),
    registerCommand('turtlescope.vmcs.compare', () => compare.show()),
    registerCommand('turtlescope.walk', (node?: VariableContext | ExitNode) => walk.show(node)),
    registerCommand('turtlescope.vmcs.filter', async () => {
      const words = await askFilter(
        'VMCS: which fields?',
        'Words in a name, value or meaning: `guest cr0`, `EPT`, `0x30`',
        vmcs.currentFilter,
      );
      if (words !== undefined) await vmcs.showMatching(words);
    }),
    registerCommand('turtlescope.vmcs.clearFilter', () => vmcs.showMatching('')),
    registerCommand('turtlescope.vmcs.onlyChanged', () => vmcs.showMatching('', true)),
    registerCommand('turtlescope.vmcs.edit', (node: VmcsNode) => editField(focus, node)),
    registerCommand('turtlescope.vmcs.toggleBit', (node: VmcsNode) => toggleBit(focus, node)),
    registerCommand('turtlescope.vmcs.copyExpression', ({ vmcs: name, row }: VmcsNode) =>
      copy(`${name}.${row.label}`),
    ),
    registerCommand('turtlescope.copyValue', (node: VmcsNode | ExitNode) =>
      copy('row' in node ? node.row.value : ''),
    ),
    registerCommand('turtlescope.copyLine', (node: VmcsNode | ExitNode) =>
      copy('kind' in node ? ExitsView.line(node) : VmcsView.line(node)),
    ),
    registerCommand('turtlescope.exits.filter', async () => {
      const words = await askFilter(
        'VM Exits: which ones?',
        'Words in a record: `EPT_VIOLATION`, `level:L2`, `verdict:L1`',
        exits.currentFilter,
        timelineFilters,
      );
      if (words !== undefined) await exits.showMatching(words);
    }),
    registerCommand('turtlescope.exits.clearFilter', () => exits.showMatching('')),
    registerCommand('turtlescope.views.ownPlace', () => moveViews(ownContainer)),
    registerCommand('turtlescope.views.debug', () => moveViews(debugContainer)),
    registerCommand('turtlescope.exits.older', () => exits.loadOlder()),
    registerCommand('turtlescope.exits.goTo', (node: ExitNode) => goToRecord(focus, node)),
    registerCommand('turtlescope.goToLastWrite', (node: VmcsNode | VariableContext) =>
      goToLastWrite(focus, node),
    ),
    registerCommand('turtlescope.goToPresent', () => goToPresent(focus)),
    registerCommand('turtlescope.bookmark.add', () => addBookmark(focus)),
    registerCommand('turtlescope.bookmark.goTo', () => goToBookmark(focus)),
    registerCommand('turtlescope.saveRecording', () => saveRecording(focus)),
  );
}

export async function deactivate(): Promise<void> {
  await language?.stop();
}
