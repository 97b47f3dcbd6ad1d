// Moves of the elements that a mask selects: MASKMOVDQU and MASKMOVQ, VMASKMOV, VPMASKMOV. Only selected elements are touched,
// so only they can fault, and nothing is stored when one does. SDM Vol. 2.
import { Gpr } from '../../abi/state-block';
import { faulted } from '../fault';
import { probeWrite, readLinear, segmentLinear, writeLinear } from '../memory';
import { effectiveAddress, truncateAddress } from '../operands';
import { gpr } from '../state';
import { Next, Uop } from '../uop';
import {
  XMM,
  firstVector,
  regVector,
  rmVector,
  setVector,
  setWideVector,
  vectorBytes,
} from './vector-operands';

const scratch = memory.data(32, 16);

/** Sign bit of the element at `i` bytes. */
function selects(mask: usize, i: u32, bytes: u32): bool {
  return (load<u8>(mask + i + bytes - 1) & 0x80) != 0;
}

/**
 * Stores the selected elements of `bytes` bytes out of `total` at segment:offset; false with a fault pending. Alignment is not
 * checked: an element is stored byte by byte.
 */
export function storeSelected(u: usize, offset: u64, from: usize, mask: usize, total: u32, bytes: u32): bool {
  const segmentIndex = <u32>load<u8>(u + Uop.SEGMENT);
  for (let i: u32 = 0; i < total; i += bytes) {
    if (!selects(mask, i, bytes)) continue;
    const linear = segmentLinear(segmentIndex, offset + i, bytes, true);
    if (!faulted()) probeWrite(linear, bytes);
    if (faulted()) return false;
  }
  for (let i: u32 = 0; i < total; i++) {
    if (!selects(mask, i - (i % bytes), bytes)) continue;
    writeLinear(segmentLinear(segmentIndex, offset + i, 1, true), 1, <u64>load<u8>(from + i));
  }
  return true;
}

/** DS:rDI, or another segment. */
function maskmovOffset(u: usize): u64 {
  return truncateAddress(gpr(Gpr.RDI), load<u8>(u + Uop.ADDRESS_WIDTH));
}

/** Bytes of reg whose mask byte in rm has bit 7 go to DS:rDI. */
export function execMaskmovdqu(u: usize): i32 {
  return storeSelected(u, maskmovOffset(u), regVector(u), rmVector(u), XMM, 1) ? Next.DONE : Next.FAULT;
}

/** As above for two MMX registers, eight bytes. */
export function storeMaskedMmx(u: usize, from: usize, mask: usize): bool {
  return storeSelected(u, maskmovOffset(u), from, mask, 8, 1);
}

/** VMASKMOVPS, VPMASKMOVD (4), VMASKMOVPD, VPMASKMOVQ (8): reg = selected elements of memory, zeros elsewhere. */
export function execMaskLoad(u: usize, bytes: u32): i32 {
  const total = vectorBytes(u);
  const mask = firstVector(u);
  const offset = effectiveAddress(u);
  memory.fill(scratch, 0, 32);
  for (let i: u32 = 0; i < total; i += bytes) {
    if (!selects(mask, i, bytes)) continue;
    const linear = segmentLinear(load<u8>(u + Uop.SEGMENT), offset + i, bytes, false);
    if (faulted()) return Next.FAULT;
    const value = readLinear(linear, bytes);
    if (faulted()) return Next.FAULT;
    if (bytes == 4) store<u32>(scratch + i, <u32>value);
    else store<u64>(scratch + i, value);
  }
  if (total == XMM) setVector(u, regVector(u), v128.load(scratch));
  else setWideVector(regVector(u), v128.load(scratch), v128.load(scratch, 16));
  return Next.DONE;
}

/** Memory = selected elements of reg. */
export function execMaskStore(u: usize, bytes: u32): i32 {
  const total = vectorBytes(u);
  return storeSelected(u, effectiveAddress(u), regVector(u), firstVector(u), total, bytes)
    ? Next.DONE
    : Next.FAULT;
}
