// The software TLB and its contexts. An entry is tagged with the context's number, so entering another context (VPID, EPT,
// user or supervisor) flushes nothing, and a flush is the assignment of a fresh number. More is dropped than the SDM asks
// for (Vol. 3, 4.10 and 28.3), never less. Must not walk tables: walk.ts does.
import { CpuCount, Region } from '../../abi/memory-map';
import { State } from '../../abi/state-block';
import { Cr0, Cr4, Efer, Rflags } from '../gen/registers';
import { emptyArena } from '../block-arena';
import { Private, Tlb } from '../layout';
import { S } from '../state';
import { translationMoved } from '../watch';

/**
 * A context: who its translations belong to (VPID, EPT pointer, CR3, the APIC-access page that has no entries in it, and the control
 * bits that decide what an entry means), its tag number (1..1022) and its epoch for chain links. The record in use is named by Private.CURRENT.
 */
const enum Context {
  SIZE = 48,
  COUNT = 32,
  VPID = 0, // u32
  USED = 4, // u32
  EPTP = 8, // u64
  CR3 = 16, // u64
  CONTROL = 24, // u64
  TAG = 32, // u32
  EPOCH = 36, // u32
  APIC_ACCESS_PAGE = 40, // u64
}

/** Numbers given so far, u32 each. */
const enum Counter {
  TAGS = 0,
  EPOCHS = 4,
  VICTIM = 8,
}

/** Which rights a tag stands for: its low two bits. */
export const enum Variant {
  SUPERVISOR = 0,
  /** Supervisor with EFLAGS.AC set: SMAP does not apply. */
  SUPERVISOR_AC = 1,
  USER = 2,
  /** Never entered into the TLB: every access takes the slow path. */
  WATCHED = 3,
}

const LAST_TAG: u32 = 1022;
const LAST_EPOCH: u32 = 0xfffffe;

// @ts-ignore: decorator
@inline
function counter(which: u32): u32 {
  return load<u32>(Tlb.COUNTERS + <usize>which);
}

/** First context of the running CPU: a CPU's translations are its own, and only the numbers are given to all. */
function ownContexts(): usize {
  return Tlb.CONTEXTS + <usize>load<u32>(S + State.CPU) * Tlb.CONTEXTS_OF_CPU;
}

/** Forgets all translations of all CPUs and renumbers: start of life, and when the numbers run out. */
export function clearTlb(): void {
  memory.fill(Tlb.READ, 0xff, Tlb.JUMPS_END - Tlb.READ);
  let tag: u32 = 0;
  for (let c = Tlb.CONTEXTS; c < Tlb.CONTEXTS_END; c += Context.SIZE) {
    if (load<u32>(c + Context.USED)) store<u32>(c + Context.TAG, ++tag);
  }
  store<u32>(Tlb.COUNTERS + Counter.TAGS, tag);
}

/**
 * As at the start of life, for all CPUs: no translation and no context, tags numbered from the first. What follows depends on
 * nothing that was cached before. Epochs go on, so that no block keeps a link.
 */
export function forgetTranslations(): void {
  for (let c = Tlb.CONTEXTS; c < Tlb.CONTEXTS_END; c += Context.SIZE) store<u32>(c + Context.USED, 0);
  clearTlb();
  store<u32>(Tlb.COUNTERS + Counter.VICTIM, 0);
  for (let cpu: usize = 0; cpu < <usize>CpuCount.MOST; cpu++)
    store<u32>(Region.PARKED + cpu * State.END + Private.CURRENT, 0);
  store<u32>(S + Private.CURRENT, 0);
  breakLinks();
}

function freshTag(): u32 {
  if (counter(Counter.TAGS) >= LAST_TAG) clearTlb();
  const tag = counter(Counter.TAGS) + 1;
  store<u32>(Tlb.COUNTERS + Counter.TAGS, tag);
  return tag;
}

function freshEpoch(): u32 {
  let epoch = counter(Counter.EPOCHS) + 1;
  // A reused number would revive stale links in old blocks, so the blocks go first, and no context keeps an old number.
  if (epoch > LAST_EPOCH) {
    epoch = 1;
    emptyArena();
    forgetEpochs();
  }
  store<u32>(Tlb.COUNTERS + Counter.EPOCHS, epoch);
  return epoch;
}

/** The control bits an entry depends on, in one word. */
function controlBits(): u64 {
  const cr0 = load<u64>(S + State.CR0) & (Cr0.PG | Cr0.WP);
  const cr4 = load<u64>(S + State.CR4) & (Cr4.PSE | Cr4.PAE | Cr4.SMEP | Cr4.SMAP | Cr4.PKE | Cr4.PCIDE);
  return cr0 | cr4 | ((load<u64>(S + State.EFER) & (Efer.NXE | Efer.LMA)) << 32);
}

/** Makes the record for the state in force the current one, a new one when there is none. */
function enterContext(): usize {
  const vpid = load<u32>(S + Private.VPID);
  const eptp = load<u64>(S + Private.EPTP);
  const cr3 = load<u64>(S + State.CR3);
  const control = controlBits();
  const apicPage = load<u64>(S + Private.APIC_ACCESS_PAGE);
  let free: usize = 0;
  let found: usize = 0;
  const own = ownContexts();
  for (let c = own; c < own + Context.COUNT * Context.SIZE; c += Context.SIZE) {
    if (!load<u32>(c + Context.USED)) {
      if (!free) free = c;
    } else if (
      load<u32>(c + Context.VPID) == vpid &&
      load<u64>(c + Context.EPTP) == eptp &&
      load<u64>(c + Context.CR3) == cr3 &&
      load<u64>(c + Context.CONTROL) == control &&
      load<u64>(c + Context.APIC_ACCESS_PAGE) == apicPage
    ) {
      found = c;
      break;
    }
  }
  if (!found) {
    found = free ? free : nextVictim();
    store<u32>(found + Context.USED, 0);
    store<u32>(found + Context.TAG, freshTag());
    store<u32>(found + Context.USED, 1);
    store<u32>(found + Context.VPID, vpid);
    store<u64>(found + Context.EPTP, eptp);
    store<u64>(found + Context.CR3, cr3);
    store<u64>(found + Context.CONTROL, control);
    store<u64>(found + Context.APIC_ACCESS_PAGE, apicPage);
    store<u32>(found + Context.EPOCH, 0);
  }
  store<u32>(S + Private.CURRENT, <u32>found);
  return found;
}

function nextVictim(): usize {
  const victim = counter(Counter.VICTIM);
  store<u32>(Tlb.COUNTERS + Counter.VICTIM, (victim + 1) % Context.COUNT);
  return ownContexts() + Context.SIZE * <usize>victim;
}

/** Forgets the running CPU's contexts of a VPID and of an EPT pointer (each or any), then enters the one in force. */
function forget(byVpid: bool, vpid: u32, byEptp: bool, eptp: u64): void {
  const own = ownContexts();
  for (let c = own; c < own + Context.COUNT * Context.SIZE; c += Context.SIZE) {
    if (byVpid && load<u32>(c + Context.VPID) != vpid) continue;
    if (byEptp && load<u64>(c + Context.EPTP) >> 12 != eptp >> 12) continue;
    store<u32>(c + Context.USED, 0);
  }
  enterContext();
  selectContext();
  translationMoved();
}

/**
 * INVLPG, INVPCID, CR4.PGE and the like: forgets what the current VPID and EPT pointer gave, under any CR3, because global
 * pages are in all of them. One linear address is no less: a large page fills many entries, and which is not recorded.
 */
export function flushTlb(): void {
  forget(true, load<u32>(S + Private.VPID), true, load<u64>(S + Private.EPTP));
}

/** Derives CONTEXT and STAMP from the context in force, CPL, EFLAGS.AC and the mode key. */
export function selectContext(): void {
  const current = <usize>load<u32>(S + Private.CURRENT);
  const c = current ? current : enterContext();
  const base = <u64>load<u32>(c + Context.TAG) << 2;
  // Zero: links were broken since this context was last in force.
  if (!load<u32>(c + Context.EPOCH)) store<u32>(c + Context.EPOCH, freshEpoch());
  let variant: u64 = Variant.SUPERVISOR;
  if (load<u32>(S + State.CPL) == 3) variant = Variant.USER;
  else if (load<u64>(S + State.RFLAGS) & Rflags.AC) variant = Variant.SUPERVISOR_AC;
  store<u64>(S + Private.SYSTEM_CONTEXT, base);
  store<u64>(S + Private.CONTEXT, base | (load<u32>(S + Private.WATCHED) ? <u64>Variant.WATCHED : variant));
  store<u32>(S + Private.STAMP, (load<u32>(c + Context.EPOCH) << 8) | load<u32>(S + Private.MODE_KEY));
}

/** Links between blocks and cached jump targets are no longer to be followed, in any context. */
export function breakLinks(): void {
  forgetEpochs();
  selectContext();
}

/** The next `selectContext` of each context, of any CPU, numbers its links anew. */
function forgetEpochs(): void {
  for (let c = Tlb.CONTEXTS; c < Tlb.CONTEXTS_END; c += Context.SIZE) store<u32>(c + Context.EPOCH, 0);
}

/** Call after CR0.PG/WP/AM, CR3, CR4 paging bits, EFER.NXE or the PDPTEs changed. */
export function translationChanged(): void {
  const c = enterContext();
  store<u32>(c + Context.TAG, freshTag());
  store<u32>(c + Context.EPOCH, 0);
  selectContext();
  translationMoved();
}


/** Write rights of pages changed (code decoded there, dirty bits cleared by the embedder): entries must be made anew. */
export function dropWriteEntries(host: usize): void {
  for (let e: usize = Tlb.WRITE; e < Tlb.EXEC; e += 16) {
    const tag = load<u64>(e);
    if (tag != 0xffff_ffff_ffff_ffff && (<u32>tag & 0xfffff000) + load<u32>(e + Tlb.ADDEND) == <u32>host)
      store<u64>(e, 0xffff_ffff_ffff_ffff);
  }
}

/** Drops every entry for loads and stores: the embedder watches other pages now. */
export function dropDataEntries(): void {
  memory.fill(Tlb.READ, 0xff, Tlb.EXEC - Tlb.READ);
}

/** Drops every entry that allows stores: the embedder cleared DIRTY attributes. */
export function dropAllWriteEntries(): void {
  memory.fill(Tlb.WRITE, 0xff, Tlb.EXEC - Tlb.WRITE);
}

/**
 * VM entry and exit, after CR0, CR3, CR4 and EFER are loaded: from now on translations belong to this VPID (0: none) and EPT
 * pointer (0: none). Nothing is flushed: the caller does where the SDM says so.
 */
export function tlbEnterContext(vpid: u32, eptp: u64): void {
  store<u32>(S + Private.VPID, vpid);
  store<u64>(S + Private.EPTP, eptp);
  enterContext();
  selectContext();
}

/** INVVPID types 0, 1 and 3. */
export function invalidateVpid(vpid: u32): void {
  forget(true, vpid, false, 0);
}

/** INVVPID type 2: every VPID but 0. */
export function invalidateVpidAll(): void {
  forget(false, 0, false, 0);
}

/** INVEPT type 1: mappings derived from this EPT pointer. */
export function invalidateEpt(eptp: u64): void {
  forget(false, 0, true, eptp);
}

/** PKRU changed: entries of every context were made with the old rights. */
export function keyRightsChanged(): void {
  forget(false, 0, false, 0);
}

/** INVEPT type 2. */
export function invalidateEptAll(): void {
  forget(false, 0, false, 0);
}
