/**
 * Whose memory the core is to walk when it is not the running program's (abi/walk-space.ts): registers, physical-address
 * width, EPT and the place in host memory. Writes the block, reads the answers; the rules of paging and EPT stand in the
 * core, once.
 */
import { Region } from '../abi/memory-map';
import { State } from '../abi/state-block';
import { EptNeed, WalkOutcome, WalkSpace, WalkVisit } from '../abi/walk-space';
import { faultReasonByNumber, type FaultCause } from '../isa/fault-reasons';

export interface PagingRegisters {
  readonly cr0: bigint;
  readonly cr3: bigint;
  readonly cr4: bigint;
  readonly efer: bigint;
  readonly rflags: bigint;
  /** The four loaded page-directory-pointer entries of PAE paging; without them they are read from memory. */
  readonly pdptes?: readonly bigint[];
}

export interface WalkedSpace {
  /** Bits of physical addresses of the processor that the program sees; without it the chip's. */
  readonly physicalBits?: number;
  /** What physical addresses of the program go through; `capabilities` is that processor's IA32_VMX_EPT_VPID_CAP (default: the chip's). */
  readonly ept?: { readonly pointer: bigint; readonly capabilities?: bigint };
  /** Page-modification log of that EPT: its address behind the EPT and the index of the next entry. */
  readonly log?: { readonly address: bigint; readonly index: number };
  /** Host-physical address of physical address 0 (behind the EPT), and bytes of RAM there. */
  readonly base: bigint;
  readonly size: bigint;
}

export type GuestWalk =
  /** `physical`: the program's physical address, before any EPT. */
  | { readonly kind: 'mapped'; readonly physical: bigint }
  /** `cause`: the rule, and the entry that refuses with its address before the EPT. */
  | { readonly kind: 'page-fault'; readonly errorCode: number; readonly cause: FaultCause }
  /**
   * The EPT refuses the paging structure at `physical` the rights `need`, or its dirty flag finds the page-modification log full.
   * `errorCode`: that of a page which is not present, for this access.
   */
  | {
      readonly kind: 'ept-violation' | 'ept-misconfiguration' | 'ept-log-full';
      readonly physical: bigint;
      readonly rights: number;
      readonly need: number;
      readonly errorCode: number;
    };

/** An entry of the page tables, or of the EPT behind them, that a walk came to. */
export interface WalkedEntry {
  readonly table: 'paging' | 'ept';
  /** Where it stands for the owner of page tables, before the EPT. */
  readonly at?: bigint;
  /** Where it was read; undefined when the EPT refused it, or nothing is there. */
  readonly host?: bigint;
}

export type EptWalk =
  | {
      readonly kind: 'mapped';
      /** The address behind the EPT, and the host's; undefined where the space has no memory. */
      readonly physical: bigint;
      readonly host: bigint | undefined;
      /** Read 1, write 2, execute 4, of the whole walk. */
      readonly rights: number;
      /** 1 for a 4-KByte page, 2 for 2 MByte, 3 for 1 GByte; 0 without EPT. */
      readonly level: number;
      /** The leaf as it was before the walk marked it; 0 without EPT. */
      readonly leaf: bigint;
    }
  /** `cause`: the rule, and the entry that refuses with its address behind the EPT. */
  | { readonly kind: 'violation'; readonly rights: number; readonly cause: FaultCause }
  | { readonly kind: 'misconfiguration'; readonly cause: FaultCause }
  | { readonly kind: 'log-full' };

/** Of an EPT walk: check the rights, but set no accessed or dirty flag. */
export const UNMARKED = EptNeed.UNMARKED;

const ALL_ONES = 0xffffffffffffffffn;
const ALL_RIGHTS = 7;

/** Describes a space to the core; `registers` only where linear addresses are asked for. */
export function writeWalkSpace(view: DataView, space: WalkedSpace, registers?: PagingRegisters): void {
  const set64 = (at: number, value: bigint) => view.setBigUint64(Region.WALK + at, value, true);
  const set32 = (at: number, value: number) => view.setUint32(Region.WALK + at, value, true);
  if (registers) {
    set64(State.CR0, registers.cr0);
    set64(State.CR3, registers.cr3);
    set64(State.CR4, registers.cr4);
    set64(State.EFER, registers.efer);
    set64(State.RFLAGS, registers.rflags);
    set32(WalkSpace.HAS_PDPTES, registers.pdptes ? 1 : 0);
    registers.pdptes?.forEach((entry, index) => set64(State.PDPTE + index * 8, entry));
  }
  set32(WalkSpace.PHYSICAL_BITS, space.physicalBits ?? 0);
  set64(WalkSpace.EPTP, space.ept?.pointer ?? 0n);
  set64(WalkSpace.EPT_CAPABILITIES, space.ept?.capabilities ?? ALL_ONES);
  set64(WalkSpace.BASE, space.base);
  set64(WalkSpace.SIZE, space.size);
  set32(WalkSpace.VISITED, 0);
  set64(WalkSpace.LOG, space.log?.address ?? ALL_ONES);
  set32(WalkSpace.LOG_INDEX, space.log?.index ?? 0);
}

/** Index of the page-modification log after the last walk, as the 16-bit field holds it. */
export function readLogIndex(view: DataView): number {
  return view.getUint32(Region.WALK + WalkSpace.LOG_INDEX, true) & 0xffff;
}

const REFUSALS = {
  [WalkOutcome.EPT_VIOLATION]: 'ept-violation',
  [WalkOutcome.EPT_MISCONFIGURATION]: 'ept-misconfiguration',
  [WalkOutcome.LOG_FULL]: 'ept-log-full',
} as const;

/** @param linear the address that was asked for */
export function readGuestWalk(view: DataView, outcome: WalkOutcome, linear: bigint): GuestWalk {
  const physical = view.getBigUint64(Region.WALK + WalkSpace.PHYSICAL, true);
  if (outcome === WalkOutcome.MAPPED) return { kind: 'mapped', physical };
  const errorCode = view.getUint32(Region.WALK + WalkSpace.ERROR, true);
  if (outcome === WalkOutcome.PAGE_FAULT)
    return { kind: 'page-fault', errorCode, cause: { ...readCause(view), data: linear } };
  const rights = view.getUint32(Region.WALK + WalkSpace.EPT_RIGHTS, true);
  const need = view.getUint32(Region.WALK + WalkSpace.NEED, true);
  return { kind: REFUSALS[outcome], physical, rights, need, errorCode };
}

/** The entry that refused, and by which rule. */
function readCause(view: DataView): FaultCause {
  const get64 = (at: number) => view.getBigUint64(Region.WALK + at, true);
  const reason = faultReasonByNumber.get(view.getUint32(Region.WALK + WalkSpace.REASON, true))!.id;
  const level = view.getUint32(Region.WALK + WalkSpace.EPT_LEVEL, true);
  const place = { a: get64(WalkSpace.ENTRY_AT), b: get64(WalkSpace.ENTRY) };
  return level === 0 ? { reason, ...place } : { reason, ...place, level };
}

/** The entries that the last walk came to, in order. An entry may be read more than once. */
export function readVisits(view: DataView): WalkedEntry[] {
  const entries: WalkedEntry[] = [];
  const count = view.getUint32(Region.WALK + WalkSpace.VISITED, true);
  /** Place in `entries` of a structure that has been led to, and not been read. */
  let expected = -1;
  for (let index = 0; index < count; index++) {
    const word = view.getBigUint64(Region.WALK + WalkSpace.VISITS + index * 8, true);
    const address = word & ~BigInt(WalkVisit.MASK);
    const visit = Number(word & BigInt(WalkVisit.MASK));
    if (visit === WalkVisit.STRUCTURE) expected = entries.push({ table: 'paging', at: address }) - 1;
    else if (visit === WalkVisit.EPT_ENTRY) entries.push({ table: 'ept', host: address });
    else if (expected < 0) entries.push({ table: 'paging', host: address });
    else {
      entries[expected] = { ...entries[expected]!, host: address };
      expected = -1;
    }
  }
  return entries;
}

/** What `loadPdptesForeign` left. */
export function readPdptes(view: DataView): bigint[] {
  return [0, 8, 16, 24].map((at) => view.getBigUint64(Region.WALK + State.PDPTE + at, true));
}

export function readEptWalk(view: DataView, outcome: WalkOutcome, hasEpt: boolean): EptWalk {
  const get64 = (at: number) => view.getBigUint64(Region.WALK + at, true);
  const get32 = (at: number) => view.getUint32(Region.WALK + at, true);
  const rights = hasEpt ? get32(WalkSpace.EPT_RIGHTS) : ALL_RIGHTS;
  if (outcome === WalkOutcome.LOG_FULL) return { kind: 'log-full' };
  if (outcome !== WalkOutcome.MAPPED) {
    const cause = readCause(view);
    return outcome === WalkOutcome.EPT_MISCONFIGURATION
      ? { kind: 'misconfiguration', cause }
      : { kind: 'violation', rights, cause };
  }
  const host = get64(WalkSpace.HOST);
  return {
    kind: 'mapped',
    physical: get64(WalkSpace.PHYSICAL),
    host: host === ALL_ONES ? undefined : host,
    rights,
    level: hasEpt ? get32(WalkSpace.EPT_LEVEL) : 0,
    leaf: hasEpt ? get64(WalkSpace.EPT_LEAF) : 0n,
  };
}
