// Data watches: which bytes and words the debugger asked for, and what happened to them. Pages with a watched byte carry
// PageAttribute.WATCHED and never enter the TLB, so only the slow path asks here; without watches nothing is asked at all.
// Knows no level and no condition: the embedder decides which hits matter.
import { Region, WatchAccess, WatchTable } from '../abi/memory-map';
import { State } from '../abi/state-block';
import { setAttention } from './attention';
import { S } from './state';

const TABLE: usize = Region.WATCHES;

function log(kind: u32, bytes: u32, address: u64, rip: u64): void {
  const count = load<u32>(TABLE + WatchTable.HITS);
  if (count >= <u32>WatchTable.MAX_HITS) return;
  const row = TABLE + WatchTable.HIT_ROWS + <usize>count * WatchTable.HIT_SIZE;
  store<u32>(row + WatchTable.KIND, kind);
  store<u32>(row + WatchTable.BYTES, bytes);
  store<u64>(row + WatchTable.ADDRESS, address);
  store<u64>(row + WatchTable.RIP, rip);
  store<u32>(row + WatchTable.NON_ROOT, load<u32>(S + State.VMX_NON_ROOT));
  store<u32>(TABLE + WatchTable.HITS, count + 1);
  setAttention();
}

/** An access of RAM bytes in a page that is watched, before it is made. */
export function watchedAccess(hpa: u64, bytes: u32, kind: u32): void {
  const count = load<u32>(TABLE + WatchTable.RANGES);
  for (let i: u32 = 0; i < count; i++) {
    const row = TABLE + WatchTable.RANGE_ROWS + <usize>i * WatchTable.RANGE_SIZE;
    if (!(load<u32>(row + WatchTable.ACCESS) & kind)) continue;
    if (hpa > load<u64>(row + WatchTable.LAST) || hpa + bytes <= load<u64>(row + WatchTable.FIRST)) continue;
    log(kind, bytes, hpa, load<u64>(S + State.RIP));
    return;
  }
}

/** The same for a field of the VMCS whose page lies at `page` in linear memory. */
export function watchedField(page: usize, slot: usize, kind: u32): void {
  if (load<u32>(TABLE + WatchTable.RANGES)) watchedAccess(<u64>(page - Region.RAM + slot), 8, kind);
}

/** True when words are to be compared after each instruction. */
export function comparesWords(): bool {
  return load<u32>(TABLE + WatchTable.WORDS) != 0;
}

/** Compares the words at an instruction boundary; RFLAGS must be exact. */
export function compareWords(): void {
  const count = load<u32>(TABLE + WatchTable.WORDS);
  for (let i: u32 = 0; i < count; i++) {
    const row = TABLE + WatchTable.WORD_ROWS + <usize>i * WatchTable.WORD_SIZE;
    const value = load<u64>(<usize>load<u32>(row + WatchTable.PLACE)) & load<u64>(row + WatchTable.MASK);
    if (value == load<u64>(row + WatchTable.VALUE)) continue;
    store<u64>(row + WatchTable.VALUE, value);
    log(WatchAccess.WORD, i, 0, load<u64>(TABLE + WatchTable.LAST_RIP));
  }
  store<u64>(TABLE + WatchTable.LAST_RIP, load<u64>(S + State.RIP));
}

/** CR3, the current VMCS or what else decides translations changed: what the embedder translated may lie elsewhere now. */
export function translationMoved(): void {
  if (!load<u32>(TABLE + WatchTable.TRANSLATED)) return;
  store<u32>(TABLE + WatchTable.RETRANSLATE, 1);
  setAttention();
}

/** Something is to be told: the loop must be left. */
export function hasWatchHit(): bool {
  return (load<u32>(TABLE + WatchTable.HITS) | load<u32>(TABLE + WatchTable.RETRANSLATE)) != 0;
}
