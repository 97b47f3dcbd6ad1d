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
  const box = vscode.window.createQuickPick<vscode.QuickPickItem & Ready>();
  const offered = [
    ...ready.map(({ label, filter }) => ({ label, description: filter, filter })),
    { label: 'Everything', filter: '' },
  ];
  box.title = title;
  box.placeholder = current === '' ? placeholder : `Now: ${current}. ${placeholder}`;
  box.items = offered;
  return new Promise((done) => {
    box.onDidChangeValue((text) => {
      const typed = text.trim();
      box.items = typed === '' ? offered : [{ label: `Show "${typed}"`, filter: typed, alwaysShow: true }];
    });
    box.onDidAccept(() => {
      // Words that were typed win: the list may not have caught up with fast fingers.
      const typed = box.value.trim();
      done(typed === '' ? box.selectedItems[0]?.filter : typed);
      box.hide();
    });
    box.onDidHide(() => {
      done(undefined);
      box.dispose();
    });
    box.show();
  });
}
