/**
 * L0 walks the page tables of the guest that runs (L1, or L2 when L0 emulates for it), as KVM's walk_mmu
 * does: linear to guest-physical with all rights, accessed and dirty bits. SDM chapter 4. Addresses of
 * tables are guest-physical of that guest; `translate_gpa` brings them to L1's. Faults are results;
 * injecting them is the caller's work.
 */
import { PAGE_FRAME, read_guest_u32, read_guest_u64, write_guest_u32, write_guest_u64 } from './host-memory';
import { translate_nested_gpa } from './nested/ept12-walk';
import { nested_cpu_has_ept } from './nested/vmcs12-controls';
import { kvm_queue_exception } from './event-queues';
import {
  cr0 as CR0,
  cr4 as CR4,
  efer as EFER,
  page_entry,
  page_fault_error,
  rflags as RFLAGS,
  vectors,
} from './register-bits';
import { is_long_mode, is_pae_paging, kvm_read_cr0, kvm_read_cr4, vmx_get_cpl } from './registers';
import type { Vcpu } from './vcpu';

export type GuestAccess = 'read' | 'write' | 'fetch';

export type WalkResult =
  { kind: 'mapped'; gpa: bigint } | { kind: 'fault'; linear: bigint; error_code: number };

/** Bits of a paging entry (SDM 4.5). */
const PRESENT = page_entry.P;
const WRITABLE = page_entry.RW;
const USER = page_entry.US;
const ACCESSED = page_entry.A;
const DIRTY = page_entry.D;
const PAGE_SIZE_BIT = page_entry.PS;
const EXECUTE_DISABLE = page_entry.XD;

/** The shape of the running guest's paging structures. */
interface PagingShape {
  levels: number;
  index_bits: number;
  entry_bytes: 4 | 8;
  /** First table, guest-physical. */
  root: bigint;
}

function paging_shape(vcpu: Vcpu): PagingShape {
  const cr3 = vcpu.cpu.vmread('GUEST_CR3');
  if (is_long_mode(vcpu)) return { levels: 4, index_bits: 9, entry_bytes: 8, root: cr3 & PAGE_FRAME };
  if (is_pae_paging(vcpu)) return { levels: 3, index_bits: 9, entry_bytes: 8, root: cr3 & 0xffffffe0n };
  return { levels: 2, index_bits: 10, entry_bytes: 4, root: cr3 & 0xfffff000n };
}

/**
 * L1's guest-physical address behind a guest-physical address of the running guest; undefined when ept12
 * has none.
 */
export function translate_gpa(vcpu: Vcpu, gpa: bigint): bigint | undefined {
  if (!vcpu.arch.guest_mode || !nested_cpu_has_ept(vcpu.nested.cached_vmcs12)) return gpa;
  return translate_nested_gpa(vcpu, gpa);
}

function read_entry(vcpu: Vcpu, gpa: bigint, bytes: 4 | 8): bigint | undefined {
  const l1_gpa = translate_gpa(vcpu, gpa);
  if (l1_gpa === undefined) return undefined;
  if (bytes === 8) return read_guest_u64(vcpu, l1_gpa);
  const narrow = read_guest_u32(vcpu, l1_gpa);
  return narrow === undefined ? undefined : BigInt(narrow);
}

function write_entry(vcpu: Vcpu, gpa: bigint, bytes: 4 | 8, value: bigint): void {
  const l1_gpa = translate_gpa(vcpu, gpa);
  if (l1_gpa === undefined) return;
  if (bytes === 8) write_guest_u64(vcpu, l1_gpa, value);
  else write_guest_u32(vcpu, l1_gpa, Number(value & 0xffffffffn));
}

/** What the walk gathered from all levels. */
interface Rights {
  writable: boolean;
  user: boolean;
  execute: boolean;
}

/** SDM 4.6: may this access go through a translation with these rights? */
function access_permitted(vcpu: Vcpu, rights: Rights, access: GuestAccess, user_mode: boolean): boolean {
  const cr0 = kvm_read_cr0(vcpu);
  const cr4 = kvm_read_cr4(vcpu);
  if (user_mode && !rights.user) return false;
  if (access === 'fetch') {
    if (!rights.execute) return false;
    return user_mode || !rights.user || (cr4 & CR4.SMEP) === 0n;
  }
  const alignment_check = (vcpu.cpu.vmread('GUEST_RFLAGS') & RFLAGS.AC) !== 0n;
  if (!user_mode && rights.user && (cr4 & CR4.SMAP) !== 0n && !alignment_check) return false;
  if (access === 'write' && !rights.writable) return !user_mode && (cr0 & CR0.WP) === 0n;
  return true;
}

/** KVM: gva_to_gpa of the paging mode in force. `user_mode`: an access with CPL 3 rights. */
export function gva_to_gpa(vcpu: Vcpu, linear: bigint, access: GuestAccess, user_mode: boolean): WalkResult {
  if ((kvm_read_cr0(vcpu) & CR0.PG) === 0n) return { kind: 'mapped', gpa: linear & 0xffffffffn };
  const shape = paging_shape(vcpu);
  const nx_enabled = (vcpu.arch.efer & EFER.NXE) !== 0n;
  let error_code = 0;
  if (access === 'write') error_code |= page_fault_error.WR;
  if (user_mode) error_code |= page_fault_error.US;
  if (access === 'fetch' && nx_enabled) error_code |= page_fault_error.ID;
  const rights: Rights = { writable: true, user: true, execute: true };
  const has_pse = shape.entry_bytes === 8 || (kvm_read_cr4(vcpu) & CR4.PSE) !== 0n;
  let table = shape.root;
  for (let level = shape.levels; level >= 1; level--) {
    const shift = BigInt(12 + (level - 1) * shape.index_bits);
    const index_mask = level === 3 && shape.levels === 3 ? 3n : (1n << BigInt(shape.index_bits)) - 1n;
    const entry_gpa = table + ((linear >> shift) & index_mask) * BigInt(shape.entry_bytes);
    const entry = read_entry(vcpu, entry_gpa, shape.entry_bytes);
    if (entry === undefined || (entry & PRESENT) === 0n) return { kind: 'fault', linear, error_code };
    const is_pdpte_of_pae = level === 3 && shape.levels === 3;
    if (!is_pdpte_of_pae) {
      rights.writable &&= (entry & WRITABLE) !== 0n;
      rights.user &&= (entry & USER) !== 0n;
      if (nx_enabled && shape.entry_bytes === 8 && (entry & EXECUTE_DISABLE) !== 0n) rights.execute = false;
    }
    const is_large = level > 1 && level < 4 && !is_pdpte_of_pae && has_pse && (entry & PAGE_SIZE_BIT) !== 0n;
    if (level > 1 && !is_large) {
      if (!is_pdpte_of_pae && (entry & ACCESSED) === 0n)
        write_entry(vcpu, entry_gpa, shape.entry_bytes, entry | ACCESSED);
      table = shape.entry_bytes === 8 ? entry & PAGE_FRAME : entry & 0xfffff000n;
      continue;
    }
    if (!access_permitted(vcpu, rights, access, user_mode))
      return { kind: 'fault', linear, error_code: error_code | page_fault_error.P };
    const used = access === 'write' ? entry | ACCESSED | DIRTY : entry | ACCESSED;
    if (used !== entry) write_entry(vcpu, entry_gpa, shape.entry_bytes, used);
    const offset_mask = (1n << shift) - 1n;
    const frame = large_frame(entry, shape.entry_bytes, is_large) & ~offset_mask;
    return { kind: 'mapped', gpa: frame | (linear & offset_mask) };
  }
  return { kind: 'fault', linear, error_code };
}

/** The frame bits of a leaf; PSE-36 keeps bits 39:32 of a 4-MByte page in entry bits 20:13. */
function large_frame(entry: bigint, entry_bytes: 4 | 8, is_large: boolean): bigint {
  if (entry_bytes === 8) return entry & PAGE_FRAME;
  if (!is_large) return entry & 0xfffff000n;
  return (entry & 0xffc00000n) | (((entry >> 13n) & 0xffn) << 32n);
}

/** KVM: kvm_inject_emulated_page_fault: #PF into the guest that runs, CR2 included. */
export function kvm_inject_page_fault(vcpu: Vcpu, fault: { linear: bigint; error_code: number }): void {
  kvm_queue_exception(vcpu, vectors.PF, fault.error_code, fault.linear);
}

/** What a read of guest memory gave. */
export type VirtResult =
  { kind: 'done'; bytes: Uint8Array } | { kind: 'fault'; linear: bigint; error_code: number };

export type WriteResult = { kind: 'done' } | { kind: 'fault'; linear: bigint; error_code: number };

/**
 * KVM: kvm_read_guest_virt: `length` bytes at a linear address with the rights of the current CPL. Where a
 * page is not RAM the bytes read as ones, as an unbacked page does.
 */
export function kvm_read_guest_virt(
  vcpu: Vcpu,
  linear: bigint,
  length: number,
  access: GuestAccess = 'read',
): VirtResult {
  const bytes = new Uint8Array(length).fill(0xff);
  const user_mode = vmx_get_cpl(vcpu) === 3;
  let done = 0;
  while (done < length) {
    const at = BigInt.asUintN(64, linear + BigInt(done));
    const walk = gva_to_gpa(vcpu, at, access, user_mode);
    if (walk.kind === 'fault') return walk;
    const in_page = Math.min(length - done, 4096 - Number(at & 0xfffn));
    const l1_gpa = translate_gpa(vcpu, walk.gpa);
    const in_ram = l1_gpa !== undefined && l1_gpa + BigInt(in_page) <= BigInt(vcpu.config.l1RamBytes);
    if (in_ram) {
      const source = vcpu.cpu.physical.read(vcpu.config.l1Base + l1_gpa, in_page);
      if (source) bytes.set(source, done);
    }
    done += in_page;
  }
  return { kind: 'done', bytes };
}

/** KVM: kvm_write_guest_virt_system: writes with supervisor rights; what is not RAM is dropped. */
export function kvm_write_guest_virt_system(vcpu: Vcpu, linear: bigint, data: Uint8Array): WriteResult {
  return write_guest_virt(vcpu, linear, data, false);
}

/** As above, with the rights of the current CPL. */
export function kvm_write_guest_virt(vcpu: Vcpu, linear: bigint, data: Uint8Array): WriteResult {
  return write_guest_virt(vcpu, linear, data, vmx_get_cpl(vcpu) === 3);
}

function write_guest_virt(vcpu: Vcpu, linear: bigint, data: Uint8Array, user_mode: boolean): WriteResult {
  const pieces: { l1_gpa: bigint | undefined; from: number; length: number }[] = [];
  let done = 0;
  // All pages are translated before the first byte is written, so that a fault leaves memory as it was.
  while (done < data.length) {
    const at = BigInt.asUintN(64, linear + BigInt(done));
    const walk = gva_to_gpa(vcpu, at, 'write', user_mode);
    if (walk.kind === 'fault') return walk;
    const in_page = Math.min(data.length - done, 4096 - Number(at & 0xfffn));
    const l1_gpa = translate_gpa(vcpu, walk.gpa);
    pieces.push({ l1_gpa, from: done, length: in_page });
    done += in_page;
  }
  for (const piece of pieces) {
    if (piece.l1_gpa === undefined) continue;
    if (piece.l1_gpa + BigInt(piece.length) > BigInt(vcpu.config.l1RamBytes)) continue;
    const slice = data.subarray(piece.from, piece.from + piece.length);
    vcpu.cpu.physical.write(vcpu.config.l1Base + piece.l1_gpa, slice);
  }
  return { kind: 'done' };
}

/**
 * KVM: load_pdptrs. With PAE paging under EPT the chip takes the PDPTEs from the VMCS, so L0 must load them
 * where it emulates a load of CR3. False when one has reserved bits set.
 */
export function load_pdptrs(vcpu: Vcpu, cr3: bigint): boolean {
  const table = cr3 & 0xffffffe0n;
  const reserved = 0xfff00000000001e6n;
  const entries: bigint[] = [];
  for (let i = 0n; i < 4n; i++) {
    const entry = read_entry(vcpu, table + i * 8n, 8);
    if (entry === undefined) return false;
    if ((entry & PRESENT) !== 0n && (entry & reserved) !== 0n) return false;
    entries.push(entry);
  }
  vcpu.cpu.vmwrite('GUEST_PDPTR0', entries[0] ?? 0n);
  vcpu.cpu.vmwrite('GUEST_PDPTR1', entries[1] ?? 0n);
  vcpu.cpu.vmwrite('GUEST_PDPTR2', entries[2] ?? 0n);
  vcpu.cpu.vmwrite('GUEST_PDPTR3', entries[3] ?? 0n);
  return true;
}
