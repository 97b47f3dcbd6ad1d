// Host-physical memory: RAM in linear memory, everything else on the embedder's bus. Knows pages and their attributes, no
// linear addresses. SDM Vol. 3, 11 (memory types) is not modelled: every access is uncached and in order.
import { PageAttribute, Region, WatchAccess } from '../../abi/memory-map';
import { codeWritten } from '../blocks';
import { memoryRead, memoryWrite } from '../imports';
import { setAttention } from '../attention';
import { Tlb } from '../layout';
import { watchedAccess } from '../watch';

/** Attribute byte of the page of `hpa`; 0 above 4 GiB. */
// @ts-ignore: decorator
@inline
export function pageAttributes(hpa: u64): u32 {
  return hpa >> 32 != 0 ? 0 : <u32>load<u8>(Region.PAGE_ATTRIBUTES + <usize>(hpa >> 12));
}

/** Address in linear memory of a host-physical byte, 0 when no RAM is there. */
export function ramPointer(hpa: u64): usize {
  return pageAttributes(hpa) & PageAttribute.RAM ? Region.RAM + <usize>hpa : 0;
}

/** Where RAM bytes are loaded from, 0 for the bus. */
// @ts-ignore: decorator
@inline
function loadPointer(hpa: u64, bytes: u32): usize {
  const attributes = pageAttributes(hpa);
  if (!(attributes & PageAttribute.RAM)) return 0;
  if (attributes & PageAttribute.WATCHED) watchedAccess(hpa, bytes, WatchAccess.READ);
  return Region.RAM + <usize>hpa;
}

function busRead(hpa: u64, size: u32): u32 {
  // A device may raise an interrupt while it is read: the loop looks after this instruction.
  setAttention();
  return memoryRead(<u32>(hpa >> 32), <u32>hpa, size);
}

function busWrite(hpa: u64, size: u32, value: u32): void {
  setAttention();
  memoryWrite(<u32>(hpa >> 32), <u32>hpa, size, value);
}

// Reads and writes below must not cross a page.

export function physicalRead8(hpa: u64): u32 {
  const p = loadPointer(hpa, 1);
  return p ? <u32>load<u8>(p) : busRead(hpa, 1) & 0xff;
}

export function physicalRead16(hpa: u64): u32 {
  const p = loadPointer(hpa, 2);
  return p ? <u32>load<u16>(p) : busRead(hpa, 2) & 0xffff;
}

export function physicalRead32(hpa: u64): u32 {
  const p = loadPointer(hpa, 4);
  return p ? load<u32>(p) : busRead(hpa, 4);
}

export function physicalRead64(hpa: u64): u64 {
  const p = loadPointer(hpa, 8);
  if (p) return load<u64>(p);
  const low: u32 = busRead(hpa, 4);
  const high: u32 = busRead(hpa + 4, 4);
  return <u64>low | (<u64>high << 32);
}

/** Must be called after bytes of a RAM page were written by other means than the functions here: drops decoded code. */
export function hostPhysicalWritten(hpa: u64, bytes: u32): void {
  const attributes = pageAttributes(hpa);
  if (!(attributes & PageAttribute.RAM)) return;
  if (!(attributes & PageAttribute.DIRTY))
    store<u8>(Region.PAGE_ATTRIBUTES + <usize>(hpa >> 12), attributes | PageAttribute.DIRTY);
  if (attributes & PageAttribute.CODE) codeWritten(<u32>hpa, bytes);
}

/** Where a store of RAM bytes goes, 0 for the bus; stores to ROM go to a hole. The attributes are maintained. */
function storePointer(hpa: u64, bytes: u32): usize {
  const attributes = pageAttributes(hpa);
  if (!(attributes & PageAttribute.RAM)) return 0;
  if (attributes & PageAttribute.ROM) return Tlb.ROM_HOLE;
  if (attributes & PageAttribute.WATCHED) watchedAccess(hpa, bytes, WatchAccess.WRITE);
  hostPhysicalWritten(hpa, bytes);
  return Region.RAM + <usize>hpa;
}

export function physicalWrite8(hpa: u64, value: u32): void {
  const p = storePointer(hpa, 1);
  if (p) store<u8>(p, value);
  else busWrite(hpa, 1, value & 0xff);
}

export function physicalWrite16(hpa: u64, value: u32): void {
  const p = storePointer(hpa, 2);
  if (p) store<u16>(p, value);
  else busWrite(hpa, 2, value & 0xffff);
}

export function physicalWrite32(hpa: u64, value: u32): void {
  const p = storePointer(hpa, 4);
  if (p) store<u32>(p, value);
  else busWrite(hpa, 4, value);
}

export function physicalWrite64(hpa: u64, value: u64): void {
  const p = storePointer(hpa, 8);
  if (p) {
    store<u64>(p, value);
    return;
  }
  busWrite(hpa, 4, <u32>value);
  busWrite(hpa + 4, 4, <u32>(value >> 32));
}
