/**
 * Asking for a filter: ready ones to pick, or words to type. The same box for every view.
 */
import * as vscode from 'vscode';

interface Ready {
  readonly label: string;
  readonly filter: string;
}

/** The filter chosen or typed; undefined when the user gave up. */
export function askFilter(
  title: string,
  placeholder: string,
  current: string,
  ready: readonly Ready[] = [],
): Promise<string | undefined> {
  const box = vscode.window.createQuickPick<vscode.QuickPickItem & { filter: string }>();
  const everything = { label: 'Everything', filter: '', alwaysShow: true };
  const offered = ready.map(({ label, filter }) => ({ label, description: filter, filter }));
  const list = (typed: string): typeof box.items => [
    ...(typed === '' ? [] : [{ label: `Show "${typed}"`, filter: typed, alwaysShow: true }]),
    ...offered,
    everything,
  ];
  box.title = title;
  box.placeholder = placeholder;
  box.value = current;
  box.matchOnDescription = true;
  box.items = list(current);
  return new Promise((done) => {
    box.onDidChangeValue((typed) => (box.items = list(typed.trim())));
    box.onDidAccept(() => {
      done(box.selectedItems[0]?.filter ?? box.value.trim());
      box.hide();
    });
    box.onDidHide(() => {
      done(undefined);
      box.dispose();
    });
    box.show();
  });
}
