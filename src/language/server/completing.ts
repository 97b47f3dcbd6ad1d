/** Completion over the protocol. What an item is about is made into text only when the client shows it. */
import {
  CompletionItemKind,
  CompletionRequest,
  CompletionResolveRequest,
  MarkupKind,
  type CompletionItem,
  type CompletionList,
} from 'vscode-languageserver/node';
import { completions, MAXIMUM_COMPLETIONS, type Completion } from '../completion/completion';
import { KnownSymbols } from '../completion/known-symbols';
import { placeOf, type Session } from './session';
import type { UpToDateTables } from './up-to-date-tables';

const kinds: Readonly<Record<Completion['kind'], CompletionItemKind>> = {
  mnemonic: CompletionItemKind.Keyword,
  register: CompletionItemKind.Variable,
  label: CompletionItemKind.Function,
  constant: CompletionItemKind.Constant,
  macro: CompletionItemKind.Snippet,
  directive: CompletionItemKind.Keyword,
  field: CompletionItemKind.Field,
  msr: CompletionItemKind.Constant,
  control: CompletionItemKind.EnumMember,
};

const none: CompletionList = { isIncomplete: false, items: [] };

export function bindCompletion(session: Session, current: UpToDateTables): void {
  const { answering, workspace, tables } = session;
  const symbols = new KnownSymbols(workspace, tables);
  /** Of the last list, by what its items carry: clients ask about one item after the other. */
  let shown: readonly Completion[] = [];
  let list = 0;
  answering.request(CompletionRequest.type, none, (params) => {
    const place = placeOf(session, params);
    if (!place) return none;
    const { uri, file } = place.document;
    shown = completions(file, place.position, symbols.of(uri));
    list++;
    // A list that comes late is of no use: it shows what is known so far, and the next one what is read behind it.
    answering.background(current.bring());
    return {
      isIncomplete: shown.length >= MAXIMUM_COMPLETIONS,
      items: shown.map((item, index) => itemOf(item, `${list}:${index}`)),
    };
  });
  answering.request(CompletionResolveRequest.type, { label: '' }, (params) => {
    const item = params as CompletionItem;
    const [of, index] = String(item?.data).split(':').map(Number);
    const text = of === list && index !== undefined ? shown[index]?.documentation?.() : undefined;
    return {
      ...item,
      ...(text !== undefined && { documentation: { kind: MarkupKind.Markdown, value: text } }),
    };
  });
}

function itemOf(
  { label, kind, detail, sortText, filterText, edit }: Completion,
  data: string,
): CompletionItem {
  return {
    label,
    kind: kinds[kind],
    ...(detail !== undefined && { detail }),
    sortText,
    filterText,
    textEdit: { range: edit.range, newText: edit.text },
    data,
  };
}
