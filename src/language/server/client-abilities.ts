/** What the client at the other end can do, read once from `initialize`. A client that says nothing can do nothing. */
import type { ClientCapabilities } from 'vscode-languageserver/node';

export interface ClientAbilities {
  readonly pullsDiagnostics: boolean;
  readonly refreshesDiagnostics: boolean;
  readonly refreshesHints: boolean;
  readonly refreshesTokens: boolean;
  readonly configuration: boolean;
  readonly announcesConfigurationChanges: boolean;
  readonly watchesFiles: boolean;
  readonly versionedEdits: boolean;
  /** Opens texts that only the server has. */
  readonly opensOurTexts: boolean;
  /** Can be told later, and for which documents, that the server answers `textDocument/FEATURE`. */
  readonly registers: (feature: string) => boolean;
}

export function abilitiesOf(capabilities: ClientCapabilities | undefined): ClientAbilities {
  const { workspace, textDocument } = capabilities ?? {};
  const features = (textDocument ?? {}) as Partial<Record<string, { dynamicRegistration?: boolean }>>;
  return {
    pullsDiagnostics: textDocument?.diagnostic !== undefined,
    refreshesDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    refreshesHints: workspace?.inlayHint?.refreshSupport === true,
    refreshesTokens: workspace?.semanticTokens?.refreshSupport === true,
    configuration: workspace?.configuration === true,
    announcesConfigurationChanges: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    watchesFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    opensOurTexts: workspace?.textDocumentContent !== undefined,
    versionedEdits: workspace?.workspaceEdit?.documentChanges === true,
    registers: (feature) => features[feature]?.dynamicRegistration === true,
  };
}
