// Host-physical memory: RAM in linear memory, everything else on the embedder's bus. SDM knows nothing of this file.
import { PageAttribute, Region } from '../../abi/memory-map';
import { memoryRead, memoryWrite } from '../imports';

/** Address in linear memory of a host-physical byte, 0 when no RAM is there. */
export function ramPointer(hpa: u64): usize {
  if (hpa >> 32 != 0) return 0;
  if (!(load<u8>(Region.PAGE_ATTRIBUTES + <usize>(hpa >> 12)) & PageAttribute.RAM)) return 0;
  return Region.RAM + <usize>hpa;
}

export function physicalRead8(hpa: u64): u32 {
  const p = ramPointer(hpa);
  return p ? load<u8>(p) : memoryRead(<u32>(hpa >> 32), <u32>hpa, 1) & 0xff;
}
export function physicalRead16(hpa: u64): u32 {
  const p = ramPointer(hpa);
  return p ? load<u16>(p) : memoryRead(<u32>(hpa >> 32), <u32>hpa, 2) & 0xffff;
}
export function physicalRead32(hpa: u64): u32 {
  const p = ramPointer(hpa);
  return p ? load<u32>(p) : memoryRead(<u32>(hpa >> 32), <u32>hpa, 4);
}
export function physicalRead64(hpa: u64): u64 {
  const p = ramPointer(hpa);
  if (p) return load<u64>(p);
  const low = <u64>memoryRead(<u32>(hpa >> 32), <u32>hpa, 4);
  return low | ((<u64>memoryRead(<u32>((hpa + 4) >> 32), <u32>(hpa + 4), 4)) << 32);
}

/** Must be called after bytes of a RAM page were written by other means than the functions here: drops decoded code. */
export function hostPhysicalWritten(hpa: u64, bytes: u32): void {}

export function physicalWrite8(hpa: u64, value: u32): void {
  memoryWrite(<u32>(hpa >> 32), <u32>hpa, 1, value);
}
export function physicalWrite16(hpa: u64, value: u32): void {}
export function physicalWrite32(hpa: u64, value: u32): void {}
export function physicalWrite64(hpa: u64, value: u64): void {}
