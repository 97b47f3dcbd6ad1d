/**
 * ept01: L1's guest-physical addresses to host-physical ones. RAM lies at `l1Base`; everything else is a
 * hole, so that an access to a device exits. SDM 28.2.
 */
import { alloc_host_page, PAGE_FRAME } from './host-memory';
import { chip_capability, EPT_CAP } from './nested/capability-msrs';
import { EPTE, EPTP_WALK_4_WRITE_BACK } from './nested/ept12-walk';
import { placed, WRITE_BACK } from './register-bits';
import type { Vcpu } from './vcpu';

const LARGE_PAGE = 0x200000n;
const SMALL_PAGE = 0x1000n;

/** Table at `level` - 1 behind the entry for `gpa`, made where missing; undefined when the pool is empty. */
function next_table(vcpu: Vcpu, table: bigint, gpa: bigint, level: number): bigint | undefined {
  const shift = BigInt(12 + (level - 1) * 9);
  const entry_address = table + ((gpa >> shift) & 0x1ffn) * 8n;
  const entry = vcpu.cpu.physical.read64(entry_address) ?? 0n;
  if ((entry & EPTE.RWX) !== 0n) return entry & PAGE_FRAME;
  const page = alloc_host_page(vcpu);
  if (page === undefined) return undefined;
  vcpu.cpu.physical.write64(entry_address, page | EPTE.RWX);
  return page;
}

/** Maps one page of 2 MByte or 4 KByte; false when the pool is empty. */
function map_page(vcpu: Vcpu, root: bigint, gpa: bigint, large: boolean): boolean {
  let table: bigint | undefined = root;
  const leaf_level = large ? 2 : 1;
  for (let level = 4; level > leaf_level; level--) {
    table = next_table(vcpu, table, gpa, level);
    if (table === undefined) return false;
  }
  const shift = BigInt(12 + (leaf_level - 1) * 9);
  const entry_address = table + ((gpa >> shift) & 0x1ffn) * 8n;
  const hpa = vcpu.config.l1Base + gpa;
  const entry = hpa | placed(WRITE_BACK, EPTE.MEMORY_TYPE) | EPTE.RWX | (large ? EPTE.LARGE : 0n);
  return vcpu.cpu.physical.write64(entry_address, entry);
}

/** Builds ept01. The EPTP; undefined when the host has too few pages for the tables. */
export function build_ept01(vcpu: Vcpu): bigint | undefined {
  const root = alloc_host_page(vcpu);
  if (root === undefined) return undefined;
  const ram_bytes = BigInt(vcpu.config.l1RamBytes);
  const caps = Number(chip_capability(vcpu.config, 'IA32_VMX_EPT_VPID_CAP') & 0xffffffffn);
  const has_large_pages = (caps & EPT_CAP.PAGES_2M) !== 0 && vcpu.config.l1Base % LARGE_PAGE === 0n;
  let gpa = 0n;
  while (gpa < ram_bytes) {
    const large = has_large_pages && gpa % LARGE_PAGE === 0n && gpa + LARGE_PAGE <= ram_bytes;
    if (!map_page(vcpu, root, gpa, large)) return undefined;
    gpa += large ? LARGE_PAGE : SMALL_PAGE;
  }
  return root | EPTP_WALK_4_WRITE_BACK;
}
