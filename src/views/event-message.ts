/**
 * What the extension tells the Event in Flight webview, and what it is told. Types only: both sides of the frame share them.
 */
import type { EventInFlight } from '../protocol/custom-requests';

export type EventViewState =
  | { readonly kind: 'none' }
  | { readonly kind: 'running' }
  | { readonly kind: 'failed'; readonly error: string }
  | { readonly kind: 'event'; readonly event: EventInFlight };

/** The webview says that its script lives; before that, messages to it are lost. */
export interface EventViewReady {
  readonly kind: 'ready';
}
