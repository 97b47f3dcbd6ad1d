/** Symbols of assembly sources over the protocol: where they are, their names, the outline, folds and colours. */
import {
  DefinitionRequest,
  DocumentSymbolRequest,
  FoldingRangeRequest,
  PrepareRenameRequest,
  ReferencesRequest,
  RenameRequest,
  SemanticTokensRangeRequest,
  SemanticTokensRequest,
  WorkspaceSymbolRequest,
  LSPErrorCodes,
  ResponseError,
  SymbolKind,
  type CancellationToken,
  type DocumentSymbol,
  type Location,
  type Range,
  type SemanticTokens,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { AssemblyFile } from '../assembly/assembly-file';
import { folds } from '../symbols/folding';
import { outline, type OutlineKind, type OutlineNode } from '../symbols/outline';
import { definitionsAt, referencesOf, symbolAt, type Location as SymbolPlace } from '../symbols/references';
import { prepareRename, rename, type Renaming } from '../symbols/rename';
import { semanticTokens } from '../symbols/semantic-tokens';
import type { DefinitionKind, Place } from '../symbols/symbol';
import { searchSymbols } from '../symbols/symbol-search';
import { tokenModifiers, tokenTypes } from '../symbols/token-types';
import type { WorkspaceTables } from '../symbols/workspace-tables';
import { lineRange } from '../text/position';
import { documentOf, placeOf, stretchOf, type Session } from './session';
import type { UpToDateTables } from './up-to-date-tables';

const outlineKinds: Readonly<Record<OutlineKind, SymbolKind>> = {
  section: SymbolKind.Namespace,
  function: SymbolKind.Function,
  data: SymbolKind.Variable,
  local: SymbolKind.Key,
  constant: SymbolKind.Constant,
  macro: SymbolKind.Method,
  structure: SymbolKind.Struct,
  field: SymbolKind.Field,
};

const definitionKinds: Readonly<Record<DefinitionKind, SymbolKind>> = {
  label: SymbolKind.Function,
  number: SymbolKind.Key,
  constant: SymbolKind.Constant,
  text: SymbolKind.Constant,
  macro: SymbolKind.Method,
  structure: SymbolKind.Struct,
  field: SymbolKind.Field,
  parameter: SymbolKind.Variable,
};

const typeNumbers = new Map(tokenTypes.map((type, index) => [type, index]));
const modifierBits = new Map(tokenModifiers.map((modifier, index) => [modifier, 1 << index]));

export function bindSymbolAnswers(session: Session, current: UpToDateTables): void {
  const { answering, tables } = session;

  /** Place and source of a request about assembly, when everything that other files say is known. */
  const asked = async (params: unknown, token: CancellationToken) => {
    await current.bring(token);
    const place = placeOf(session, params);
    const file = place?.document.file;
    return place && file instanceof AssemblyFile
      ? { uri: place.document.uri, file, position: place.position }
      : undefined;
  };
  const assembly = (params: unknown): AssemblyFile | undefined => {
    const file = documentOf(session, params)?.file;
    return file instanceof AssemblyFile ? file : undefined;
  };

  answering.request(DefinitionRequest.type, null, async (params, token) => {
    const at = await asked(params, token);
    return at ? definitionsAt(tables, at.uri, at.position).map(locationOf) : null;
  });
  answering.request(ReferencesRequest.type, null, async (params, token) => {
    const at = await asked(params, token);
    const symbol = at && symbolAt(tables, at.uri, at.position);
    if (!symbol) return null;
    const definitions = params?.context?.includeDeclaration !== false;
    return referencesOf(tables, symbol)
      .filter(({ role }) => definitions || role !== 'definition')
      .map(locationOf);
  });
  answering.request(PrepareRenameRequest.type, null, async (params, token) => {
    const at = await asked(params, token);
    if (!at) return null;
    const found = prepareRename(tables, at.uri, at.file, at.position);
    return 'refused' in found
      ? refusal(found.refused)
      : { range: rangeOf(found.place), placeholder: found.name };
  });
  answering.request(RenameRequest.type, null, async (params, token) => {
    const at = await asked(params, token);
    const newName: unknown = params?.newName;
    if (!at || typeof newName !== 'string') return null;
    const found = rename(tables, at.uri, at.file, at.position, newName);
    return 'refused' in found ? refusal(found.refused) : editOf(session, found);
  });
  answering.request(DocumentSymbolRequest.type, null, (params) => {
    const file = assembly(params);
    return file ? outline(file).map((node) => symbolOf(node, file)) : null;
  });
  answering.request(WorkspaceSymbolRequest.type, null, async (params, token) => {
    await current.bring(token);
    const query: unknown = params?.query;
    if (typeof query !== 'string') return null;
    return searchSymbols(tables, query).map(({ uri, definition }) => ({
      name: definition.name,
      kind: definitionKinds[definition.kind],
      location: { uri, range: rangeOf(definition) },
    }));
  });
  answering.request(FoldingRangeRequest.type, null, (params) => {
    const file = assembly(params);
    return file
      ? folds(file).map(({ start, end, kind }) => ({ startLine: start, endLine: end, ...(kind && { kind }) }))
      : null;
  });
  const tokens = async (params: unknown, token: CancellationToken, range: Range | undefined) => {
    await current.bring(token);
    const document = documentOf(session, params);
    const file = document?.file;
    if (!document || !(file instanceof AssemblyFile)) return null;
    return tokensOf(tables, document.uri, file, range);
  };
  answering.request(SemanticTokensRequest.type, null, (params, token) => tokens(params, token, undefined));
  answering.request(SemanticTokensRangeRequest.type, null, (params, token) => {
    const range = stretchOf(session, params)?.range;
    return range ? tokens(params, token, range) : null;
  });
}

function rangeOf({ line, start, end }: Place): Range {
  return lineRange(line, start, end);
}

function locationOf(place: SymbolPlace): Location {
  return { uri: place.uri, range: rangeOf(place) };
}

function refusal(reason: string): ResponseError<void> {
  return new ResponseError(LSPErrorCodes.RequestFailed, reason);
}

/** With versions where the client takes them, so that edits made meanwhile are not overwritten. */
function editOf({ workspace, abilities }: Session, { newName, places }: Renaming): WorkspaceEdit {
  const changes: Record<string, { range: Range; newText: string }[]> = {};
  for (const place of places) (changes[place.uri] ??= []).push({ range: rangeOf(place), newText: newName });
  if (!abilities.versionedEdits) return { changes };
  return {
    documentChanges: Object.entries(changes).map(([uri, edits]) => ({
      textDocument: { uri, version: workspace.document(uri)?.version ?? null },
      edits,
    })),
  };
}

function symbolOf(
  { name, detail, kind, place, end, children }: OutlineNode,
  file: AssemblyFile,
): DocumentSymbol {
  return {
    name,
    detail,
    kind: outlineKinds[kind],
    range: {
      start: { line: place.line, character: 0 },
      end: { line: end, character: file.lineText(end).length },
    },
    selectionRange: rangeOf(place),
    children: children.map((child) => symbolOf(child, file)),
  };
}

/** Five numbers for each: lines and characters since the one before, length, type, modifiers. */
function tokensOf(
  tables: WorkspaceTables,
  uri: string,
  file: AssemblyFile,
  range: Range | undefined,
): SemanticTokens {
  const data: number[] = [];
  let lineBefore = 0;
  let startBefore = 0;
  semanticTokens(
    tables,
    uri,
    file,
    range?.start.line ?? 0,
    range?.end.line ?? file.lineCount,
    (line, start, end, type, modifier) => {
      if (line !== lineBefore) startBefore = 0;
      const modifiers = modifier === undefined ? 0 : modifierBits.get(modifier)!;
      data.push(line - lineBefore, start - startBefore, end - start, typeNumbers.get(type)!, modifiers);
      lineBefore = line;
      startBefore = start;
    },
  );
  return { data };
}
