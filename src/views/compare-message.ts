/**
 * What the extension and the Compare VMCSs page tell each other. Types only.
 */
import type { VmcsTree } from '../protocol/decoded-row';

export type CompareState =
  | { readonly kind: 'empty'; readonly text: string }
  | { readonly kind: 'trees'; readonly trees: readonly VmcsTree[] };

/** The page's script lives; before that, messages to it are lost. */
export interface CompareReady {
  readonly kind: 'ready';
}
