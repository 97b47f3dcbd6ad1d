// The room that decoded blocks live in, as a whole: emptying it, and the mark of how full it is. A leaf beside the TLB,
// because both the hash of blocks and the numbering of chain links must be able to start over. Nothing here is
// architectural state. Must not break links: whoever empties the arena sees to them.
import { PageAttribute, Region } from '../abi/memory-map';
import { Arena, Tlb } from './layout';

/** Where the next block goes, u32: the mark lies beside the TLB's counters. */
export const NEXT_FREE: usize = Tlb.COUNTERS + 16;

/** PageAttribute.CODE in each of eight attribute bytes. */
const CODE_8: u64 = 0x0101010101010101 * <u64>PageAttribute.CODE;
/** Pages below 4 GiB, all that have an attribute. */
const PAGES: usize = 0x100000;

/** Forgets all decoded code. Blocks keep their bytes until others are written there, so one that runs can end. */
export function emptyArena(): void {
  memory.fill(Arena.INDEX, 0, Arena.INDEX_END - Arena.INDEX);
  // Only pages that ever held code have something to clear; the attribute byte tells.
  for (let page: usize = 0; page < PAGES; page += 8) {
    if (load<u64>(Region.PAGE_ATTRIBUTES + page) & CODE_8) clearCodeMarks(page);
  }
  store<u32>(NEXT_FREE, Arena.BLOCKS);
}

function clearCodeMarks(first: usize): void {
  for (let page = first; page < first + 8; page++) {
    const attributes = load<u8>(Region.PAGE_ATTRIBUTES + page);
    store<u8>(Region.PAGE_ATTRIBUTES + page, attributes & ~PageAttribute.CODE);
    store<u32>(Arena.PAGE_BLOCKS + (page << 2), 0);
    store<u64>(Region.CODE_LINES + (page << 3), 0);
  }
}
