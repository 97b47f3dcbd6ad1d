/**
 * ept02: the EPT the chip walks for L2, L2's guest-physical addresses straight to host-physical ones. It is
 * filled one page at a time, at EPT violations, from a walk of ept12 and L1's place in host memory, and
 * thrown away when L1 executes INVEPT: a cache of ept12, with the same rights a TLB has. SDM 28.2, 28.3.3;
 * KVM: guest_mmu, nested_ept_*.
 */
import { alloc_host_page, free_host_page, gpa_to_hpa, PAGE_FRAME } from '../host-memory';
import { ept_qualification } from '../qualification-bits';
import { exit_reasons, placed } from '../register-bits';
import type { ShadowRoot, Vcpu } from '../vcpu';
import {
  EPT_FETCH,
  EPT_READ,
  EPT_WRITE,
  EPTE,
  EPTP_AD_ENABLE,
  EPTP_WALK_4_WRITE_BACK,
  walk_ept12,
  type Ept12Refusal,
  type Ept12Walk,
} from './ept12-walk';
import { nested_vmx_vmexit } from './leave';
import { get_vmcs12 } from './current-vmcs12';
import { nested_cpu_has_ept } from './vmcs12-controls';

/** ept02s kept for L1s that switch between EPT pointers. */
const MAX_ROOTS = 8;

/** Parts of an EPT-violation qualification (SDM table 27-7). */
const QUALIFICATION_ACCESS = EPT_READ | EPT_WRITE | EPT_FETCH;
const QUALIFICATION_ALLOWED =
  ept_qualification.READABLE | ept_qualification.WRITABLE | ept_qualification.EXECUTABLE;
const QUALIFICATION_LINEAR = ept_qualification.LINEAR_VALID | ept_qualification.TRANSLATED;

function free_root(vcpu: Vcpu, root: ShadowRoot): void {
  for (const page of root.pages) free_host_page(vcpu, page);
  vcpu.cpu.invept(root.eptp02);
}

/** KVM: kvm_mmu_free_roots: drops every ept02. */
export function free_all_shadow_roots(vcpu: Vcpu): void {
  for (const root of vcpu.nested.shadow_roots) free_root(vcpu, root);
  vcpu.nested.shadow_roots = [];
}

/** KVM: nested_ept_root_matches, for INVEPT single-context: drops the ept02s of one EP4TA. */
export function free_shadow_roots_of(vcpu: Vcpu, eptp: bigint): number {
  const kept: ShadowRoot[] = [];
  let freed = 0;
  for (const root of vcpu.nested.shadow_roots) {
    if ((root.eptp12 & PAGE_FRAME) === (eptp & PAGE_FRAME)) {
      free_root(vcpu, root);
      freed++;
    } else kept.push(root);
  }
  vcpu.nested.shadow_roots = kept;
  return freed;
}

/** A page for ept02; when the pool is empty every other root is given up first, then the tables of this one. */
function alloc_shadow_page(vcpu: Vcpu): bigint | undefined {
  const page = alloc_host_page(vcpu);
  if (page !== undefined) return page;
  const current = vcpu.nested.shadow_roots.shift();
  free_all_shadow_roots(vcpu);
  if (!current) return alloc_host_page(vcpu);
  vcpu.nested.shadow_roots = [current];
  for (const table of current.pages.slice(1)) free_host_page(vcpu, table);
  current.pages = [current.root];
  vcpu.cpu.physical.fill(current.root, 4096, 0);
  vcpu.cpu.invept(current.eptp02);
  return alloc_host_page(vcpu);
}

/** KVM: nested_ept_new_eptp and kvm_mmu_reload: the ept02 for vmcs12's EPT pointer, made when there is none. */
export function nested_ept_load_root(vcpu: Vcpu): ShadowRoot | undefined {
  const eptp12 = get_vmcs12(vcpu).EPT_POINTER;
  const roots = vcpu.nested.shadow_roots;
  const index = roots.findIndex((root) => root.eptp12 === eptp12);
  const found = roots[index];
  if (found) {
    roots.splice(index, 1);
    roots.unshift(found);
    return found;
  }
  const oldest = roots.length >= MAX_ROOTS ? roots.pop() : undefined;
  if (oldest) free_root(vcpu, oldest);
  const page = alloc_shadow_page(vcpu);
  if (page === undefined) return undefined;
  // The chip sets accessed and dirty bits in ept02 exactly when L1 asked for them: that also decides how it classifies
  // its accesses to L2's page tables.
  const eptp02 = page | EPTP_WALK_4_WRITE_BACK | (eptp12 & EPTP_AD_ENABLE);
  const root: ShadowRoot = { eptp12, eptp02, root: page, pages: [page] };
  vcpu.nested.shadow_roots.unshift(root);
  vcpu.cpu.invept(eptp02);
  return root;
}

/** Table that holds the entry for `gpa` at `level`, made where missing; undefined when L0 has no page left. */
function shadow_table(vcpu: Vcpu, root: ShadowRoot, gpa: bigint, level: number): bigint | undefined {
  let table = root.root;
  for (let at = 4; at > level; at--) {
    const shift = BigInt(12 + (at - 1) * 9);
    const entry_address = table + ((gpa >> shift) & 0x1ffn) * 8n;
    const entry = vcpu.cpu.physical.read64(entry_address) ?? 0n;
    const is_table = (entry & EPTE.RWX) !== 0n && (entry & EPTE.LARGE) === 0n;
    if (is_table) {
      table = entry & PAGE_FRAME;
      continue;
    }
    const pages_before = root.pages.length;
    const page = alloc_shadow_page(vcpu);
    if (page === undefined) return undefined;
    // Giving up tables to get this page may have taken the one we stand on: start over.
    if (root.pages.length < pages_before) {
      free_host_page(vcpu, page);
      return shadow_table(vcpu, root, gpa, level);
    }
    root.pages.push(page);
    vcpu.cpu.physical.write64(entry_address, page | EPTE.RWX);
    if ((entry & EPTE.RWX) !== 0n) vcpu.cpu.invept(root.eptp02);
    table = page;
  }
  return table;
}

/** Writes the leaf of ept02 for one walk result. */
function map_shadow_leaf(
  vcpu: Vcpu,
  root: ShadowRoot,
  gpa: bigint,
  walk: Extract<Ept12Walk, { kind: 'mapped' }>,
): boolean {
  const large_mask = 0x1fffffn;
  const l1_large_page = walk.gpa & ~large_mask;
  const fits = l1_large_page + large_mask < BigInt(vcpu.config.l1RamBytes);
  const aligned = (vcpu.config.l1Base & large_mask) === 0n;
  const level = walk.level > 1 && fits && aligned ? 2 : 1;
  const offset_mask = level === 2 ? large_mask : 0xfffn;
  const hpa = gpa_to_hpa(vcpu, walk.gpa & ~offset_mask);
  if (hpa === undefined) return false;
  const table = shadow_table(vcpu, root, gpa, level);
  if (table === undefined) return false;
  const shift = BigInt(12 + (level - 1) * 9);
  const entry_address = table + ((gpa >> shift) & 0x1ffn) * 8n;
  // A clean page stays write-protected, so that the first write sets the dirty bit of ept12.
  const rights = walk.dirty ? walk.rights : walk.rights & ~EPT_WRITE;
  let entry = hpa | BigInt(rights) | walk.memory_type;
  if (level === 2) entry |= EPTE.LARGE;
  const old = vcpu.cpu.physical.read64(entry_address) ?? 0n;
  vcpu.cpu.physical.write64(entry_address, entry);
  if ((old & EPTE.RWX) !== 0n) vcpu.cpu.invept(root.eptp02);
  return true;
}

/** KVM: nested_ept_inject_page_fault: L1 gets a violation or misconfiguration of its own EPT. */
function nested_ept_inject_page_fault(
  vcpu: Vcpu,
  gpa: bigint,
  walk: Ept12Refusal,
  qualification: bigint,
): void {
  if (walk.kind === 'log-full') {
    vcpu.nested.exit_rule = {
      id: 'ept12.log-full',
      text: `the dirty bit of L2 gpa 0x${gpa.toString(16)} finds L1's page-modification log full`,
      field: 'GUEST_PML_INDEX',
    };
    nested_vmx_vmexit(vcpu, exit_reasons.PML_FULL, 0, qualification & ept_qualification.NMI_UNBLOCKING);
    return;
  }
  vcpu.nested.exit_cause = walk.cause;
  if (walk.kind === 'misconfig') {
    vcpu.nested.exit_rule = {
      id: 'ept12.misconfig',
      text: `the walk of ept12 for L2 gpa 0x${gpa.toString(16)} meets a misconfigured entry`,
      field: 'EPT_POINTER',
    };
    nested_vmx_vmexit(vcpu, exit_reasons.EPT_MISCONFIG, 0, 0n, gpa);
    return;
  }
  const rights = walk.rights;
  const access = Number(qualification) & QUALIFICATION_ACCESS;
  const allowed = `${rights & EPT_READ ? 'r' : '-'}${rights & EPT_WRITE ? 'w' : '-'}${rights & EPT_FETCH ? 'x' : '-'}`;
  vcpu.nested.exit_rule = {
    id: 'ept12.violation',
    text: `ept12 allows ${allowed} at L2 gpa 0x${gpa.toString(16)}, access bits ${access}`,
    field: 'EPT_POINTER',
  };
  const allowed_bits = placed(BigInt(rights), QUALIFICATION_ALLOWED);
  const synthesised = BigInt(access) | allowed_bits | (qualification & QUALIFICATION_LINEAR);
  nested_vmx_vmexit(vcpu, exit_reasons.EPT_VIOLATION, 0, synthesised, gpa);
}

/** What an EPT violation of L2 turned out to be. */
export type NestedFault =
  /** ept02 is repaired; L2 goes on. */
  | { kind: 'mapped'; l1_gpa: bigint }
  /** L1 has the exit. */
  | { kind: 'reflected' }
  /** ept12 maps the address to something of L1 that is not RAM. */
  | { kind: 'mmio'; l1_gpa: bigint }
  /** L0 has no page left for its tables. */
  | { kind: 'out-of-memory' };

/**
 * KVM: kvm_mmu_page_fault with the guest_mmu (FNAME(page_fault) of PTTYPE_EPT).
 * @param qualification of the chip's exit; its access bits, and bits 8:7, are passed on
 */
export function nested_ept_page_fault(vcpu: Vcpu, gpa: bigint, qualification: bigint): NestedFault {
  const access = Number(qualification) & QUALIFICATION_ACCESS;
  const eptp12 = get_vmcs12(vcpu).EPT_POINTER;
  const walk = walk_ept12(vcpu, eptp12, gpa, access);
  if (walk.kind !== 'mapped') {
    nested_ept_inject_page_fault(vcpu, gpa, walk, qualification);
    return { kind: 'reflected' };
  }
  if (gpa_to_hpa(vcpu, walk.gpa) === undefined) return { kind: 'mmio', l1_gpa: walk.gpa };
  const root = nested_ept_load_root(vcpu);
  if (!root || !map_shadow_leaf(vcpu, root, gpa, walk)) return { kind: 'out-of-memory' };
  return { kind: 'mapped', l1_gpa: walk.gpa };
}

/**
 * KVM: the nested translation of gva_to_gpa: L0 is to read or write memory of L2 on its behalf, at an address behind L2's tables. Dirty
 * flags and L1's log are kept as for an access of its own. False when L1 has the exit.
 */
export function nested_access_allowed(vcpu: Vcpu, gpa: bigint, access: 'read' | 'write'): boolean {
  if (!vcpu.arch.guest_mode || !nested_cpu_has_ept(get_vmcs12(vcpu))) return true;
  const kind = access === 'write' ? ept_qualification.WRITE : ept_qualification.READ;
  return nested_ept_page_fault(vcpu, gpa, kind | QUALIFICATION_LINEAR).kind !== 'reflected';
}
