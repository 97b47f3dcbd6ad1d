// From linear to host-physical addresses, with the TLB in front of the walk. Data entries are made here; stores to pages
// with decoded code, to ROM and to devices never get one, so they always take the slow path. SDM Vol. 3, 4.10.2.
import { PageAttribute, Region } from '../../abi/memory-map';
import { faulted } from '../fault';
import { Private, Tlb } from '../layout';
import { S } from '../state';
import { apicFetchExit, onApicPage } from '../vmx/apic-access';
import { Access, NOT_MAPPED } from './access';
import { pageAttributes } from './physical';
import { Variant } from './tlb';
import { walk } from './hardware-walk';

export const PAGE_MASK: u64 = 0xffff_ffff_ffff_f000;

/** Entry of `linear` in one of the arrays (Tlb.READ, WRITE, EXEC). */
// @ts-ignore: decorator
@inline
export function tlbEntry(array: usize, linear: u64): usize {
  return array + ((<usize>linear >> Tlb.INDEX_SHIFT) & Tlb.INDEX_MASK);
}

/** Host-physical address for a data access (bits of Access); the page becomes a TLB entry. faulted() on failure. */
export function translateData(linear: u64, access: u32): u64 {
  const hpa = walk(linear, access);
  if (faulted()) return NOT_MAPPED;
  const attributes = pageAttributes(hpa);
  if ((attributes & (PageAttribute.RAM | PageAttribute.WATCHED)) != PageAttribute.RAM) return hpa;
  const context = load<u64>(S + (access & Access.SYSTEM ? Private.SYSTEM_CONTEXT : Private.CONTEXT));
  if ((context & 3) == <u64>Variant.WATCHED || onApicPage(hpa)) return hpa;
  const tag = (linear & PAGE_MASK) | context;
  const addend = Region.RAM + (<u32>hpa & 0xfffff000) - (<u32>linear & 0xfffff000);
  if (access & Access.WRITE && !(attributes & (PageAttribute.CODE | PageAttribute.ROM))) {
    store<u8>(Region.PAGE_ATTRIBUTES + <usize>(hpa >> 12), attributes | PageAttribute.DIRTY);
    const e = tlbEntry(Tlb.WRITE, linear);
    store<u64>(e, tag);
    store<u32>(e + Tlb.ADDEND, addend);
  }
  if (access & Access.READ) {
    const e = tlbEntry(Tlb.READ, linear);
    store<u64>(e, tag);
    store<u32>(e + Tlb.ADDEND, addend);
  }
  return hpa;
}

/** Host-physical address of an instruction byte with the rights of the current CPL. faulted() on failure. */
export function translateFetch(linear: u64): u64 {
  const e = tlbEntry(Tlb.EXEC, linear);
  // Alignment checks and EFLAGS.AC do not concern fetches: the variant is user or supervisor.
  const user = load<u32>(S + Private.MODE_KEY) & 8 ? <u64>Variant.USER : 0;
  const tag = (linear & PAGE_MASK) | load<u64>(S + Private.SYSTEM_CONTEXT) | user;
  if (load<u64>(e) == tag) return load<u64>(e + Tlb.PAGE) | (linear & 0xfff);
  const hpa = walk(linear, Access.FETCH | (user ? Access.USER : 0));
  if (faulted()) return NOT_MAPPED;
  if (onApicPage(hpa)) {
    apicFetchExit(hpa);
    return NOT_MAPPED;
  }
  store<u64>(e, tag);
  store<u64>(e + Tlb.PAGE, hpa & PAGE_MASK);
  return hpa;
}
