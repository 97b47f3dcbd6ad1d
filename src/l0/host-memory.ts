/**
 * L0's own memory: host-physical pages below L1's RAM, handed out one at a time, and L1's memory as L0
 * reaches it, always through gpa -> hpa. Running out of pages is no error: callers that cache give their
 * pages back (shadow EPT).
 */
import { page_entry } from './register-bits';
import type { Vcpu } from './vcpu';

export const PAGE_SIZE = 4096;
/** Mask of the page frame in an address or paging entry. */
export const PAGE_FRAME = page_entry.BASE;

/** A zeroed host page, or undefined when the pool is empty. */
export function alloc_host_page(vcpu: Vcpu): bigint | undefined {
  const recycled = vcpu.vm.host.free.pop();
  let page = recycled;
  if (page === undefined) {
    if (vcpu.vm.host.next >= vcpu.vm.host.end) return undefined;
    page = vcpu.vm.host.next;
    vcpu.vm.host.next += BigInt(PAGE_SIZE);
  }
  vcpu.cpu.physical.fill(page, PAGE_SIZE, 0);
  return page;
}

export function free_host_page(vcpu: Vcpu, page: bigint): void {
  vcpu.vm.host.free.push(page);
}

/**
 * KVM: gfn_to_pfn. Host-physical address of L1's RAM at `gpa`; undefined where L1 has no RAM (MMIO or
 * nothing).
 */
export function gpa_to_hpa(vcpu: Vcpu, gpa: bigint): bigint | undefined {
  if (gpa < 0n || gpa >= BigInt(vcpu.config.l1RamBytes)) return undefined;
  return vcpu.config.l1Base + gpa;
}

/**
 * KVM: kvm_vcpu_read_guest. `length` bytes of L1's RAM as a live view; undefined when not all of it is RAM.
 * RAM is contiguous in host-physical space, so one range check is enough.
 */
export function kvm_read_guest(vcpu: Vcpu, gpa: bigint, length: number): Uint8Array | undefined {
  if (gpa < 0n || gpa + BigInt(length) > BigInt(vcpu.config.l1RamBytes)) return undefined;
  return vcpu.cpu.physical.read(vcpu.config.l1Base + gpa, length);
}

/** KVM: kvm_vcpu_write_guest. False when not all of it is RAM; then nothing was written. */
export function kvm_write_guest(vcpu: Vcpu, gpa: bigint, data: Uint8Array): boolean {
  if (gpa < 0n || gpa + BigInt(data.length) > BigInt(vcpu.config.l1RamBytes)) return false;
  return vcpu.cpu.physical.write(vcpu.config.l1Base + gpa, data);
}

export function read_guest_u32(vcpu: Vcpu, gpa: bigint): number | undefined {
  const hpa = gpa_to_hpa(vcpu, gpa);
  return hpa === undefined ? undefined : vcpu.cpu.physical.read32(hpa);
}

export function read_guest_u64(vcpu: Vcpu, gpa: bigint): bigint | undefined {
  const hpa = gpa_to_hpa(vcpu, gpa);
  return hpa === undefined ? undefined : vcpu.cpu.physical.read64(hpa);
}

export function write_guest_u32(vcpu: Vcpu, gpa: bigint, value: number): boolean {
  const hpa = gpa_to_hpa(vcpu, gpa);
  return hpa !== undefined && vcpu.cpu.physical.write32(hpa, value);
}

export function write_guest_u64(vcpu: Vcpu, gpa: bigint, value: bigint): boolean {
  const hpa = gpa_to_hpa(vcpu, gpa);
  return hpa !== undefined && vcpu.cpu.physical.write64(hpa, value);
}
