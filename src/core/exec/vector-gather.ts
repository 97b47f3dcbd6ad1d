// VGATHER and VPGATHER: elements at addresses that a vector of indexes gives. A fault leaves the elements before it loaded and
// their masks cleared, so that the instruction goes on where it stopped. SDM Vol. 2, VGATHERDPS.
import { faulted } from '../fault';
import { Reason } from '../gen/reasons';
import { readLinear, segmentLinear } from '../memory';
import { truncateAddress } from '../operands';
import { gpr } from '../state';
import { Next, Uop } from '../uop';
import { refuseUndefined } from './refusal';
import { YMM, firstVector, isWide, regVector, ymm } from './vector-operands';

/** Bytes of an element and of an index. */
export const enum Gather {
  /** Indexes of 32 bits, elements of 32. */
  DD = 0,
  /** Indexes of 32 bits, elements of 64. */
  DQ,
  /** Indexes of 64 bits, elements of 32. */
  QD,
  QQ,
}

/** Base, index times scale and displacement, without the segment. */
function elementOffset(u: usize, index: i64): u64 {
  const base = <u32>load<u8>(u + Uop.BASE);
  let offset = load<u64>(u + Uop.DISPLACEMENT) + ((<u64>index) << (<u64>load<u8>(u + Uop.SCALE)));
  if (base != Uop.NO_REGISTER) offset += gpr(base);
  return truncateAddress(offset, load<u8>(u + Uop.ADDRESS_WIDTH));
}

function clearFrom(at: usize, bytes: u32): void {
  memory.fill(at + bytes, 0, YMM - bytes);
}

/** Destination, index and mask must be three registers. */
function distinct(u: usize): bool {
  const reg = load<u8>(u + Uop.REG);
  const index = load<u8>(u + Uop.INDEX);
  const mask = load<u8>(u + Uop.VVVV);
  if (reg != index && reg != mask && index != mask) return true;
  refuseUndefined(Reason.OPCODE_UNDEFINED);
  return false;
}

export function execGather(u: usize, kind: u32): i32 {
  if (!distinct(u)) return Next.FAULT;
  const bytes: u32 = kind & 1 ? 8 : 4;
  const indexBytes: u32 = kind & 2 ? 8 : 4;
  // As many elements as the vector holds of the wider kind.
  const count: u32 = (isWide(u) ? 32 : 16) / (bytes > indexBytes ? bytes : indexBytes);
  const to = regVector(u);
  const mask = firstVector(u);
  const indexes = ymm(load<u8>(u + Uop.INDEX));
  for (let i: u32 = 0; i < count; i++) {
    const at = i * bytes;
    if ((load<u8>(mask + at + bytes - 1) & 0x80) != 0) {
      const index = indexBytes == 8 ? load<i64>(indexes + i * 8) : <i64>load<i32>(indexes + i * 4);
      const linear = segmentLinear(load<u8>(u + Uop.SEGMENT), elementOffset(u, index), bytes, false);
      if (faulted()) return Next.FAULT;
      const value = readLinear(linear, bytes);
      if (faulted()) return Next.FAULT;
      if (bytes == 4) store<u32>(to + at, <u32>value);
      else store<u64>(to + at, value);
    }
    memory.fill(mask + at, 0, bytes);
  }
  clearFrom(to, count * bytes);
  clearFrom(mask, 0);
  return Next.DONE;
}
