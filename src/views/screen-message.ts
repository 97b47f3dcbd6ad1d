/** What the extension and the Screen page tell each other. Types only. */
import type { Screen } from '../protocol/people';

export type ScreenViewState =
  | { readonly kind: 'none' }
  | { readonly kind: 'screen'; readonly screen: Screen }
  /** Whether the guest stands: the debugger's keys are VS Code's then. */
  | { readonly kind: 'stands'; readonly stands: boolean };

export type ScreenViewRequest =
  /** The page's script lives; before that, messages to it are lost. */
  | { readonly kind: 'ready' }
  /** Scan codes of set 1. */
  | { readonly kind: 'keys'; readonly bytes: readonly number[] };
