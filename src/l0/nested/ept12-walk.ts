/**
 * The walk of ept12, the EPT that L1 built for L2: L2's guest-physical address to L1's, with the exact
 * rights, violation qualification and misconfiguration rules. SDM 28.2; KVM: FNAME(walk_addr_generic) for
 * PTTYPE_EPT. It reads L1's memory, sets accessed and dirty bits there when ept12 has them enabled, and
 * decides nothing.
 */
import type { FaultCause, FaultReasonId } from '../../isa/fault-reasons';
import { PAGE_FRAME, read_guest_u64, write_guest_u64 } from '../host-memory';
import { ept_qualification } from '../qualification-bits';
import { ept_entry, eptp_bits, field_of, placed, WRITE_BACK } from '../register-bits';
import type { Vcpu } from '../vcpu';
import { EPT_CAP } from './capability-msrs';
import { get_vmcs12 } from './current-vmcs12';

/** Access bits, as in an EPT-violation qualification; R, W and X of an EPT entry lie at the same places. */
export const EPT_READ = Number(ept_qualification.READ);
export const EPT_WRITE = Number(ept_qualification.WRITE);
export const EPT_FETCH = Number(ept_qualification.FETCH);

/** Bits of an EPT entry (SDM 28.2.2). */
export const EPTE = {
  RWX: ept_entry.R | ept_entry.W | ept_entry.X,
  MEMORY_TYPE: ept_entry.MEMORY_TYPE,
  IGNORE_PAT: ept_entry.IPAT,
  LARGE: ept_entry.PAGE,
  ACCESSED: ept_entry.A,
  DIRTY: ept_entry.D,
} as const;

/** EPTP bit that enables accessed and dirty flags (SDM 24.6.11). */
export const EPTP_AD_ENABLE = eptp_bits.AD;
/** What every EPTP of L0 has: write-back, walk length 4 (held minus 1). */
export const EPTP_WALK_4_WRITE_BACK =
  placed(WRITE_BACK, eptp_bits.MEMORY_TYPE) | placed(3n, eptp_bits.WALK_LENGTH);

/** An entry the walk used. */
interface VisitedEntry {
  gpa: bigint;
  entry: bigint;
  level: number;
}

export type Ept12Walk =
  | {
      kind: 'mapped';
      /** L1's guest-physical address. */
      gpa: bigint;
      /** Rights of the whole walk, bits as in an entry: read 1, write 2, execute 4. */
      rights: number;
      /** Level of the leaf: 1 = 4 KByte, 2 = 2 MByte, 3 = 1 GByte. */
      level: number;
      /** False when writes must still be caught to set the dirty bit. */
      dirty: boolean;
      memory_type: bigint;
    }
  | Ept12Refusal;

/** The walk ended without an address, at an entry of ept12. */
export type Ept12Refusal =
  { kind: 'violation'; rights: number; cause: FaultCause } | { kind: 'misconfig'; cause: FaultCause };

/** SDM 28.2.3.1: the rule of isa/fault-reasons that an EPT entry breaks by a combination of bits no entry may have. */
function misconfiguration(vcpu: Vcpu, entry: bigint, level: number): FaultReasonId | undefined {
  const rwx = Number(entry & EPTE.RWX);
  const caps = vcpu.nested.msrs.ept_caps;
  const write_without_read = (rwx & EPT_READ) === 0 && (rwx & EPT_WRITE) !== 0;
  if (write_without_read) return 'EPT_WRITE_WITHOUT_READ';
  if (rwx === EPT_FETCH && (caps & EPT_CAP.EXECUTE_ONLY) === 0) return 'EPT_EXECUTE_ONLY';
  if ((entry & 0x000fffffffffffffn & ~physical_mask(vcpu)) !== 0n) return 'EPT_ADDRESS_WIDTH';
  const is_large = (entry & EPTE.LARGE) !== 0n && level > 1;
  const reserved_in_tables = EPTE.MEMORY_TYPE | EPTE.IGNORE_PAT;
  if (level === 4)
    return (entry & (reserved_in_tables | EPTE.LARGE)) !== 0n ? 'EPT_TABLE_RESERVED' : undefined;
  if (level > 1 && !is_large) return (entry & reserved_in_tables) !== 0n ? 'EPT_TABLE_RESERVED' : undefined;
  if (is_large) {
    if (level === 3 && (caps & EPT_CAP.PAGES_1G) === 0) return 'EPT_PAGE_SIZE';
    if (level === 2 && (caps & EPT_CAP.PAGES_2M) === 0) return 'EPT_PAGE_SIZE';
    const page_bits = level === 3 ? 0x3ffff000n : 0x1ff000n;
    if ((entry & page_bits) !== 0n) return 'EPT_PAGE_ALIGNMENT';
  }
  const type = field_of(entry, EPTE.MEMORY_TYPE);
  return type === 2 || type === 3 || type === 7 ? 'EPT_MEMORY_TYPE' : undefined;
}

/** The highest entry of the walk that lacks a right the access needs. */
function missing_right(visited: readonly VisitedEntry[], access: number): FaultCause {
  const found = visited.find(({ entry }) => (Number(entry & EPTE.RWX) & access) !== access)!;
  const missing = access & ~Number(found.entry & EPTE.RWX);
  let reason: FaultReasonId = 'EPT_NOT_EXECUTABLE';
  if (missing & EPT_WRITE) reason = 'EPT_NOT_WRITABLE';
  if (missing & EPT_READ) reason = 'EPT_NOT_READABLE';
  return { reason, a: found.gpa, b: found.entry, level: found.level };
}

/** Physical-address bits of L1's processor, from its CPUID leaf 80000008H (36 when it has none). */
export function maxphyaddr(vcpu: Vcpu): number {
  const row = vcpu.config.cpuid.find((candidate) => candidate.leaf === 0x80000008);
  return row ? row.eax & 0xff : 36;
}

function physical_mask(vcpu: Vcpu): bigint {
  return (1n << BigInt(maxphyaddr(vcpu))) - 1n;
}

/**
 * Walks ept12 for one access.
 * @param eptp EPT pointer of vmcs12
 * @param gpa L2's guest-physical address
 * @param access EPT_READ, EPT_WRITE, EPT_FETCH; 0 asks for the translation only and changes nothing
 */
export function walk_ept12(vcpu: Vcpu, eptp: bigint, gpa: bigint, access: number): Ept12Walk {
  const accessed_dirty = (eptp & EPTP_AD_ENABLE) !== 0n;
  let rights = EPT_READ | EPT_WRITE | EPT_FETCH;
  let table = eptp & PAGE_FRAME;
  const visited: VisitedEntry[] = [];
  if (gpa >> 48n)
    return { kind: 'violation', rights: 0, cause: { reason: 'EPT_BEYOND_WALK', a: gpa, b: 0n } };
  for (let level = 4; ; level--) {
    const shift = BigInt(12 + (level - 1) * 9);
    const entry_gpa = table + ((gpa >> shift) & 0x1ffn) * 8n;
    // Memory L1 does not have reads as zero: not present.
    const entry = read_guest_u64(vcpu, entry_gpa) ?? 0n;
    rights &= Number(entry & EPTE.RWX);
    const here = { a: entry_gpa, b: entry, level };
    if ((entry & EPTE.RWX) === 0n)
      return { kind: 'violation', rights: 0, cause: { reason: 'EPT_NOT_PRESENT', ...here } };
    const broken = misconfiguration(vcpu, entry, level);
    if (broken) return { kind: 'misconfig', cause: { reason: broken, ...here } };
    visited.push({ gpa: entry_gpa, entry, level });
    const is_leaf = level === 1 || (entry & EPTE.LARGE) !== 0n;
    if (!is_leaf) {
      table = entry & PAGE_FRAME;
      continue;
    }
    if ((access & ~rights) !== 0) return { kind: 'violation', rights, cause: missing_right(visited, access) };
    if (accessed_dirty && access !== 0) set_accessed_dirty(vcpu, visited, (access & EPT_WRITE) !== 0);
    const offset_mask = (1n << shift) - 1n;
    const l1_gpa = (entry & PAGE_FRAME & ~offset_mask) | (gpa & offset_mask);
    const is_dirty = !accessed_dirty || (access & EPT_WRITE) !== 0 || (entry & EPTE.DIRTY) !== 0n;
    const memory_type = entry & (EPTE.MEMORY_TYPE | EPTE.IGNORE_PAT);
    return { kind: 'mapped', gpa: l1_gpa, rights, level, dirty: is_dirty, memory_type };
  }
}

/** KVM: FNAME(update_accessed_dirty_bits): accessed in every entry used, dirty in the leaf when written. */
function set_accessed_dirty(vcpu: Vcpu, visited: readonly VisitedEntry[], is_write: boolean): void {
  const leaf = visited[visited.length - 1];
  for (const { gpa, entry } of visited) {
    let used = entry | EPTE.ACCESSED;
    if (is_write && gpa === leaf?.gpa) used |= EPTE.DIRTY;
    if (used !== entry) write_guest_u64(vcpu, gpa, used);
  }
}

/** L1's address behind an L2 address, for L0's own reads; undefined when ept12 does not map it. */
export function translate_nested_gpa(vcpu: Vcpu, gpa: bigint): bigint | undefined {
  const walk = walk_ept12(vcpu, get_vmcs12(vcpu).EPT_POINTER, gpa, 0);
  return walk.kind === 'mapped' ? walk.gpa : undefined;
}
