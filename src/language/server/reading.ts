/** What a source means: hover, hints beside bare numbers, and the edits that make names of them. */
import {
  CodeActionKind,
  CodeActionRequest,
  HoverRequest,
  InlayHintKind,
  InlayHintRequest,
  MarkupKind,
  type CodeAction,
  type Diagnostic,
  type InlayHint,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { codeActions } from '../actions/code-actions';
import { hover } from '../hover/hover';
import { inlayHints } from '../hints/inlay-hints';
import type { OpenDocument } from '../workspace/open-document';
import { objectsIn } from './answering';
import { placeOf, stretchOf, type Session } from './session';

export function bindReading(session: Session): void {
  const { answering } = session;
  answering.request(HoverRequest.type, null, (params) => {
    const place = placeOf(session, params);
    const found = place && hover(place.document.file, place.position);
    if (!found) return null;
    return { range: found.range, contents: { kind: MarkupKind.Markdown, value: found.markdown } };
  });
  answering.request(InlayHintRequest.type, [], (params): InlayHint[] => {
    const asked = session.settings.inlayHints ? stretchOf(session, params) : undefined;
    if (!asked) return [];
    return inlayHints(asked.document.file, asked.range).map(({ position, label, tooltip, replacement }) => ({
      position,
      label,
      kind: InlayHintKind.Type,
      paddingLeft: true,
      ...(tooltip !== undefined && { tooltip: { kind: MarkupKind.Markdown, value: tooltip } }),
      ...(replacement && { textEdits: [{ range: replacement.range, newText: replacement.text }] }),
    }));
  });
  answering.request(CodeActionRequest.type, [], (params): CodeAction[] => {
    const asked = stretchOf(session, params);
    if (!asked) return [];
    const { document, range } = asked;
    const only: readonly unknown[] | undefined = Array.isArray(params?.context?.only)
      ? params.context.only
      : undefined;
    const wanted = (kind: string): boolean =>
      only?.some((each) => kind === each || kind.startsWith(`${String(each)}.`)) ?? true;
    const shown = objectsIn(params?.context?.diagnostics) as unknown as Diagnostic[];
    return codeActions(document.file, range)
      .filter(({ kind }) => wanted(kind))
      .map(({ title, kind, edits, rule }) => ({
        title,
        kind: kind === 'quickfix' ? CodeActionKind.QuickFix : CodeActionKind.RefactorRewrite,
        ...(rule !== undefined && { diagnostics: shown.filter(({ code }) => code === rule) }),
        edit: workspaceEdit(
          session,
          document,
          edits.map((edit) => ({ range: edit.range, newText: edit.text })),
        ),
      }));
  });
}

/** With the version it was computed for, where the client understands that: an edit of a changed text is refused. */
function workspaceEdit(
  { abilities }: Session,
  { uri, version }: OpenDocument,
  edits: TextEdit[],
): WorkspaceEdit {
  if (!abilities.versionedEdits) return { changes: { [uri]: edits } };
  return { documentChanges: [{ textDocument: { uri, version }, edits }] };
}
