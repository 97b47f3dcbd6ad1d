// Walks that the embedder asks for in a space it describes at Region.WALK (abi/walk-space.ts): the same rules as the chip's
// own walks, for tables of programs that do not run now. Nothing is raised; the answers stand in the block.
import { State } from '../abi/state-block';
import { EptNeed, WalkOutcome, WalkSpace } from '../abi/walk-space';
import { Cr0, Cr4, Efer } from './gen/registers';
import { Access, NOT_MAPPED } from './mmu/access';
import {
  EptEnd,
  eptEnd,
  eptEntry,
  eptEntryAt,
  eptLeaf,
  eptLevel,
  eptReason,
  eptRights,
  findMissingRight,
  walkEpt,
} from './mmu/ept-walk';
import { FOREIGN, eptPointerOf, register } from './mmu/space';
import {
  badPdpte,
  eptOutcome,
  readPdpte,
  refusedNeed,
  refusedStructure,
  walkEntry,
  walkEntryAt,
  walkError,
  walkGuest,
  walkLevel,
  walkOutcome,
  walkReason,
} from './mmu/walk';

function answer(outcome: u32, physical: u64, host: u64): u32 {
  store<u64>(FOREIGN + WalkSpace.PHYSICAL, physical);
  store<u64>(FOREIGN + WalkSpace.HOST, host);
  return outcome;
}

/** The host-physical address of what lies behind the space's EPT; NOT_MAPPED where the space has no memory. */
function toHost(behind: u64): u64 {
  if (behind >= load<u64>(FOREIGN + WalkSpace.SIZE)) return NOT_MAPPED;
  return load<u64>(FOREIGN + WalkSpace.BASE) + behind;
}

/** PAE paging whose entries the embedder does not know: the one for `linear` is read from memory. False when EPT refuses. */
function fetchPdpte(linear: u64, access: u32): bool {
  if (load<u32>(FOREIGN + WalkSpace.HAS_PDPTES) || !(register(FOREIGN, State.CR0) & Cr0.PG)) return true;
  if (register(FOREIGN, State.EFER) & Efer.LMA || !(register(FOREIGN, State.CR4) & Cr4.PAE)) return true;
  const index = (linear >> 30) & 3;
  const entry = readPdpte(FOREIGN, register(FOREIGN, State.CR3), index, access);
  store<u64>(FOREIGN + State.PDPTE + <usize>index * 8, entry);
  return walkOutcome == WalkOutcome.MAPPED;
}

/** Tells which entry refused an access, its place, level and the rule. */
function refusedAt(reason: u32, at: u64, entry: u64, level: u32): void {
  store<u32>(FOREIGN + WalkSpace.REASON, reason);
  store<u64>(FOREIGN + WalkSpace.ENTRY_AT, at);
  store<u64>(FOREIGN + WalkSpace.ENTRY, entry);
  store<u32>(FOREIGN + WalkSpace.EPT_LEVEL, level);
}

/**
 * Walks the page tables for a linear address; a WalkOutcome. MAPPED: PHYSICAL is the address before the space's EPT. PAGE_FAULT:
 * ERROR, and the entry that refused. EPT outcomes: PHYSICAL is the structure that was refused, EPT_RIGHTS what is allowed there,
 * NEED what was asked for.
 */
export function walkForeign(linearHigh: u32, linearLow: u32, access: u32): u32 {
  const linear = ((<u64>linearHigh) << 32) | (<u64>linearLow);
  const physical = fetchPdpte(linear, access) ? walkGuest(FOREIGN, linear, access) : NOT_MAPPED;
  if (walkOutcome == WalkOutcome.MAPPED) return answer(WalkOutcome.MAPPED, physical, NOT_MAPPED);
  store<u32>(FOREIGN + WalkSpace.ERROR, walkError);
  store<u32>(FOREIGN + WalkSpace.NEED, <u32>refusedNeed);
  refusedAt(walkReason, walkEntryAt, walkEntry, walkLevel);
  store<u32>(FOREIGN + WalkSpace.EPT_RIGHTS, <u32>eptRights);
  return answer(walkOutcome, refusedStructure, NOT_MAPPED);
}

/**
 * Translates a physical address of the space through its EPT, if it has one; a WalkOutcome. `need`: rights as in an entry, 0 to
 * ask only, which sets no flag, as does EptNeed.UNMARKED beside them. MAPPED: PHYSICAL is the address behind the EPT, HOST the host's (all ones: no memory there).
 */
export function walkEptForeign(addressHigh: u32, addressLow: u32, need: u32): u32 {
  const address = ((<u64>addressHigh) << 32) | (<u64>addressLow);
  const eptp = eptPointerOf(FOREIGN);
  if (eptp == 0) return answer(WalkOutcome.MAPPED, address, toHost(address));
  const rights: u64 = need & ~EptNeed.UNMARKED;
  const behind = walkEpt(FOREIGN, eptp, address, rights, need == rights && need != 0);
  store<u32>(FOREIGN + WalkSpace.EPT_RIGHTS, <u32>eptRights);
  if (eptEnd == EptEnd.VIOLATION || eptEnd == EptEnd.MISCONFIGURED) {
    findMissingRight(FOREIGN, eptp, address, rights);
    refusedAt(eptReason, eptEntryAt, eptEntry, eptLevel);
  }
  store<u32>(FOREIGN + WalkSpace.EPT_LEVEL, eptLevel);
  if (eptEnd != EptEnd.MAPPED) return answer(eptOutcome(), address, NOT_MAPPED);
  store<u64>(FOREIGN + WalkSpace.EPT_LEAF, eptLeaf);
  return answer(WalkOutcome.MAPPED, behind, toHost(behind));
}

/** Loads the four page-directory-pointer entries that CR3 names into the block; 0 when one is bad or out of the EPT's reach. */
export function loadPdptesForeign(cr3High: u32, cr3Low: u32): u32 {
  const cr3 = ((<u64>cr3High) << 32) | (<u64>cr3Low);
  for (let i: u64 = 0; i < 4; i++) {
    const entry = readPdpte(FOREIGN, cr3, i, Access.READ);
    if (walkOutcome != WalkOutcome.MAPPED || badPdpte(FOREIGN, entry)) return 0;
    store<u64>(FOREIGN + State.PDPTE + <usize>i * 8, entry);
  }
  return 1;
}
