/**
 * What the extension and the Walk Address page tell each other. Types only.
 */
import type { AddressWalk, WalkAccess } from '../protocol/address-walk';

/** An address as an expression, and what is done there. */
export interface AskedWalk {
  readonly expression: string;
  readonly access: WalkAccess;
}

export type WalkState =
  | { readonly kind: 'note'; readonly asked: AskedWalk; readonly text: string }
  | { readonly kind: 'walk'; readonly asked: AskedWalk; readonly walk: AddressWalk };

/** `ready`: the page's script lives; before that, messages to it are lost. */
export type WalkRequest = { readonly kind: 'ready' } | ({ readonly kind: 'walk' } & AskedWalk);
