/**
 * The spaces an address can be meant in. Types only.
 */
import type { Level } from './level-state';

/** Which bytes an address names: a level's linear or physical space, or the host's RAM. */
export type AddressSpace =
  | { readonly kind: 'linear'; readonly level: Level }
  | { readonly kind: 'physical'; readonly level: Level }
  | { readonly kind: 'host' };
