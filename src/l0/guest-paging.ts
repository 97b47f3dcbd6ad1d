/**
 * L0 looks at the memory of the guest that runs (L1, or L2 when L0 emulates for it), as KVM's walk_mmu does. The walk
 * itself is the chip's (cpu.walk): linear to guest-physical with all rights, accessed and dirty bits, SDM chapter 4. Here
 * stands whose tables it walks, with which registers. Faults are results; injecting them is the caller's work.
 */
import { Access } from '../abi/walk-space';
import type { PagingRegisters, WalkedSpace } from '../cpu/walk-space';
import { get_vmcs12 } from './nested/current-vmcs12';
import { ept12_space, keep_log_index, l1_space } from './nested/ept12-walk';
import { nested_cpu_has_ept } from './nested/vmcs12-controls';
import { kvm_queue_exception } from './event-queues';
import { vectors } from './register-bits';
import { is_pae_paging, kvm_read_cr0, kvm_read_cr4, vmx_get_cpl } from './registers';
import type { Vcpu } from './vcpu';

export type GuestAccess = 'read' | 'write' | 'fetch';

export type WalkResult =
  { kind: 'mapped'; gpa: bigint } | { kind: 'fault'; linear: bigint; error_code: number };

/** The memory of the guest that runs, as its own tables see it: behind ept12 for an L2 that has one, else L1's. */
export function guest_space(vcpu: Vcpu): WalkedSpace {
  const is_behind_ept12 = vcpu.arch.guest_mode && nested_cpu_has_ept(vcpu.nested.cached_vmcs12);
  return is_behind_ept12 ? ept12_space(vcpu, get_vmcs12(vcpu).EPT_POINTER) : l1_space(vcpu);
}

/** The registers that decide about its translations. */
function paging_registers(vcpu: Vcpu): PagingRegisters {
  const registers = {
    cr0: kvm_read_cr0(vcpu),
    cr3: vcpu.cpu.vmread('GUEST_CR3'),
    cr4: kvm_read_cr4(vcpu),
    efer: vcpu.arch.efer,
    rflags: vcpu.cpu.vmread('GUEST_RFLAGS'),
  };
  if (!is_pae_paging(vcpu)) return registers;
  const pdptes = [
    vcpu.cpu.vmread('GUEST_PDPTR0'),
    vcpu.cpu.vmread('GUEST_PDPTR1'),
    vcpu.cpu.vmread('GUEST_PDPTR2'),
    vcpu.cpu.vmread('GUEST_PDPTR3'),
  ];
  return { ...registers, pdptes };
}

const ACCESS = { read: Access.READ, write: Access.WRITE, fetch: Access.FETCH } as const;

/**
 * L1's guest-physical address behind a guest-physical address of the running guest; undefined when ept12
 * has none.
 */
export function translate_gpa(vcpu: Vcpu, gpa: bigint): bigint | undefined {
  const walk = vcpu.cpu.walkEpt(guest_space(vcpu), gpa);
  return walk.kind === 'mapped' ? walk.physical : undefined;
}

/** KVM: gva_to_gpa of the paging mode in force. `user_mode`: an access with CPL 3 rights. */
export function gva_to_gpa(vcpu: Vcpu, linear: bigint, access: GuestAccess, user_mode: boolean): WalkResult {
  const kind = user_mode ? ACCESS[access] | Access.USER : ACCESS[access];
  const space = guest_space(vcpu);
  const walk = vcpu.cpu.walk(space, paging_registers(vcpu), linear, kind);
  keep_log_index(vcpu, space);
  if (walk.kind === 'mapped') return { kind: 'mapped', gpa: walk.physical };
  return { kind: 'fault', linear, error_code: walk.errorCode };
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
  const entries = vcpu.cpu.loadPdptes(guest_space(vcpu), cr3);
  if (!entries) return false;
  vcpu.cpu.vmwrite('GUEST_PDPTR0', entries[0] ?? 0n);
  vcpu.cpu.vmwrite('GUEST_PDPTR1', entries[1] ?? 0n);
  vcpu.cpu.vmwrite('GUEST_PDPTR2', entries[2] ?? 0n);
  vcpu.cpu.vmwrite('GUEST_PDPTR3', entries[3] ?? 0n);
  return true;
}
