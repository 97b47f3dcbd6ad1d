/** Which requests the server answers for assembly alone, symbols and completion, and how a client hears of it. */
import { RegistrationRequest, type Connection, type ServerCapabilities } from 'vscode-languageserver/node';
import { assemblyLanguageIds } from '../../protocol/language-requests';
import { tokenModifiers, tokenTypes } from '../symbols/token-types';
import type { ClientAbilities } from './client-abilities';

const legend = { tokenTypes: [...tokenTypes], tokenModifiers: [...tokenModifiers] };

/** A mnemonic needs no sign; registers, immediates and directives start with one. */
const triggerCharacters = ['%', '$', '.', '#'];

/** By the client's name of the feature: the server's option, the method, and what else there is to say. */
const features = {
  completion: { provider: 'completionProvider', options: { resolveProvider: true, triggerCharacters } },
  definition: { provider: 'definitionProvider', options: {} },
  references: { provider: 'referencesProvider', options: {} },
  rename: { provider: 'renameProvider', options: { prepareProvider: true } },
  documentSymbol: { provider: 'documentSymbolProvider', options: {} },
  foldingRange: { provider: 'foldingRangeProvider', options: {} },
  semanticTokens: { provider: 'semanticTokensProvider', options: { legend, full: true, range: true } },
} as const satisfies Record<string, { provider: keyof ServerCapabilities; options: object }>;

/** C has a server of its own: where an editor takes one answer, or hides what it finds by itself, ours would be in the way. */
const documentSelector = assemblyLanguageIds.flatMap((language) => [
  { scheme: 'file', language },
  { scheme: 'untitled', language },
]);

/** What stands in the answer to `initialize`: for all documents, where the client cannot be told later for which. */
export function symbolCapabilities({ registers }: ClientAbilities): ServerCapabilities {
  const fixed = Object.entries(features).filter(([feature]) => !registers(feature));
  return {
    workspaceSymbolProvider: true,
    ...Object.fromEntries(fixed.map(([, { provider, options }]) => [provider, options])),
  };
}

/** After `initialize`: for assembly alone. */
export async function registerSymbolRequests(
  connection: Connection,
  { registers }: ClientAbilities,
): Promise<void> {
  const registrations = Object.entries(features)
    .filter(([feature]) => registers(feature))
    .map(([feature, { options }]) => ({
      id: `turtlescope.${feature}`,
      method: `textDocument/${feature}`,
      registerOptions: { documentSelector, ...options },
    }));
  if (registrations.length > 0) await connection.sendRequest(RegistrationRequest.type, { registrations });
}
