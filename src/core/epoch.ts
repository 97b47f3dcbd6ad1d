// What the embedder asks for at a moment from which a run may be repeated: everything cached is forgotten, so that the run from
// there depends on nothing but the state. Nothing here is architectural.
import { emptyArena } from './block-arena';
import { breakLinks, forgetTranslations } from './mmu/tlb';
import { setAttention } from './attention';

/**
 * Translations are forgotten (a stale one is visible to a guest that changes a table and does not flush), and with them links
 * between blocks, which are followed without a look at the TLB. Blocks stay: they hold what memory holds.
 */
export function beginEpoch(): void {
  forgetTranslations();
  setAttention();
}

/** State and RAM are others now: decoded code is forgotten, then as `beginEpoch`. */
export function forgetDecoded(): void {
  emptyArena();
  beginEpoch();
}

/**
 * State, RAM and the region of the TLB are those of another moment, in the middle of an epoch: translations go on as they stood
 * there. Decoded code is forgotten, and with it whatever the region says of blocks.
 */
export function translationsRestored(): void {
  emptyArena();
  breakLinks();
  setAttention();
}
