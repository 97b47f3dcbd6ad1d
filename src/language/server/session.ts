/** What the parts of the server share: one client, its settings, and the workspace. */
import type { Connection } from 'vscode-languageserver/node';
import type { LanguageSettings } from '../../protocol/language-requests';
import type { WorkspaceTables } from '../symbols/workspace-tables';
import type { Position, Range } from '../text/position';
import type { OpenDocument } from '../workspace/open-document';
import type { Workspace } from '../workspace/workspace';
import { positionOf, rangeOf, uriIn, type Answering } from './answering';
import type { ClientAbilities } from './client-abilities';

export interface Session {
  readonly connection: Connection;
  readonly workspace: Workspace;
  /** What the assembly sources of the workspace define. */
  readonly tables: WorkspaceTables;
  readonly answering: Answering;
  abilities: ClientAbilities;
  settings: LanguageSettings;
}

/** The open document a request is about. */
export function documentOf({ workspace }: Session, params: unknown): OpenDocument | undefined {
  const uri = uriIn(params);
  return uri === undefined ? undefined : workspace.document(uri);
}

/** Document and position of a request; undefined when either is missing or nonsense. */
export function placeOf(
  session: Session,
  params: unknown,
): { document: OpenDocument; position: Position } | undefined {
  const document = documentOf(session, params);
  const position = positionOf((params as { position?: unknown } | null)?.position);
  return document && position && { document, position };
}

/** Document and range of a request; undefined when either is missing or nonsense. */
export function stretchOf(
  session: Session,
  params: unknown,
): { document: OpenDocument; range: Range } | undefined {
  const document = documentOf(session, params);
  const range = rangeOf((params as { range?: unknown } | null)?.range);
  return document && range && { document, range };
}
