/**
 * The spaces an address can be meant in. Types only.
 */
import type { StrandName } from './strand';

/** Which bytes an address names: a level's linear or physical space, or the host's RAM. */
export type AddressSpace =
  | { readonly kind: 'linear'; readonly level: StrandName }
  | { readonly kind: 'physical'; readonly level: StrandName }
  | { readonly kind: 'host' };
