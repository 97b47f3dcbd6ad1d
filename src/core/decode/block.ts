// Decodes a block: instructions in a row until a branch, a page's end or a breakpoint. An instruction that crosses into the
// next page is a block of its own, because its second page has a translation of its own to check at each entry.
import { BreakpointTable, Region } from '../../abi/memory-map';
import { Mode, Seg, Segment } from '../../abi/state-block';
import { Block, BlockFlag, PLAIN, Tail, commitBlock, reserveBlock } from '../blocks';
import { faulted, raiseBecause } from '../fault';
import { Vector } from '../gen/exceptions';
import { Reason } from '../gen/reasons';
import { Private } from '../layout';
import { translateFetch } from '../mmu/translate';
import { ramPointer } from '../mmu/physical';
import { ModeKey } from '../mode';
import { Op } from '../ops';
import { S, segment } from '../state';
import { Uop } from '../uop';
import { Decoded, decodeInstruction } from './instruction';
import { fuse, specialize } from './specialize';

/** Blocks are cut here, so that a slice's end rarely falls into one. */
const MOST_INSTRUCTIONS: u32 = 48;
const MOST_BYTES: usize = Block.SIZE + 49 * Uop.SIZE + Tail.SIZE;

/** A page-crossing instruction's bytes, put together. */
const joined = memory.data(32);

/** The second page of a page-crossing instruction has no RAM. */
export let fetchGap: bool = false;

/** True when the embedder set a breakpoint at this linear address. */
export function breakpointAt(linear: u64): bool {
  if (load<u32>(Region.BREAKPOINTS + BreakpointTable.USED) == 0) return false;
  const mask = load<u32>(Region.BREAKPOINTS + BreakpointTable.MASK);
  let i = (<u32>linear) & mask;
  while (true) {
    const entry = load<u64>(Region.BREAKPOINTS + BreakpointTable.ENTRIES + ((<usize>i) << 3));
    if (entry == linear) return true;
    if (entry == 0xffff_ffff_ffff_ffff) return false;
    i = (i + 1) & mask;
  }
}

function finish(b: usize, u: usize, count: u32, bytes: u32, rip: u64): usize {
  const last = u - Uop.SIZE;
  const op = <u32>load<u16>(last + Uop.OP);
  const mask = load<u64>(S + Private.ADDRESS_MASK);
  store<u32>(b + Block.COUNT, count);
  store<u32>(b + Block.END, <u32>u);
  memory.fill(u, 0, Tail.SIZE);
  store<u16>(u, Op.END);
  store<u64>(u + Tail.FALL_RIP, rip & mask);
  // Hot branches carry their target in IMMEDIATE; other micro-ops do not use this link.
  if (op <= <u32>Op.LIMIT) store<u64>(u + Tail.TAKEN_RIP, load<u64>(last + Uop.IMMEDIATE));
  if (!(load<u32>(b + Block.KEY) & PLAIN) && count > 1) fuse(last - Uop.SIZE, last);
  commitBlock(b, u + Tail.SIZE, bytes);
  return b;
}

/** Decodes the single instruction that starts at `linear` and goes on in the next page. faulted() when that has a fault. */
function decodeCrossing(b: usize, p: usize, room: usize, linear: u64, rip: u64, key: u32): usize {
  const second = translateFetch((linear + room) & load<u64>(S + Private.ADDRESS_MASK));
  if (faulted()) return 0;
  const next = ramPointer(second);
  fetchGap = next == 0;
  if (fetchGap) return 0;
  memory.copy(joined, p, room);
  memory.copy(joined + room, next, 16);
  const u = b + Block.SIZE;
  decodeInstruction(u, joined, joined + room + 16, rip, key & ModeKey.MODE);
  specialize(u, key);
  store<u16>(u + Uop.IP_OFFSET, 0);
  store<u64>(b + Block.SECOND_PAGE, second);
  const length = <u32>load<u8>(u + Uop.LENGTH);
  return finish(b, u + Uop.SIZE, 1, length, rip + length);
}

/** Where fetching must stop: the page's end, or the limit of the code segment before it. */
function codeEnd(start: usize, pageEnd: usize, rip: u64, key: u32): usize {
  if ((key & ModeKey.MODE) == Mode.LONG_64) return pageEnd;
  const room = <u64>load<u32>(segment(Seg.CS) + Segment.LIMIT) + 1 - rip;
  return room < <u64>(pageEnd - start) ? start + <usize>room : pageEnd;
}

/**
 * Decodes and enters the block at RIP.
 * @param hpa host-physical address of its first byte, in RAM
 * @returns 0 with a fault pending (or `fetchGap`)
 */
export function decodeBlock(hpa: u64, linear: u64, rip: u64, key: u32): usize {
  const b = reserveBlock(MOST_BYTES);
  const code = segment(Seg.CS);
  store<u64>(b + Block.HPA, hpa);
  store<u64>(b + Block.RIP, rip);
  store<u64>(b + Block.CODE_BASE, load<u64>(code + Segment.BASE));
  store<u32>(b + Block.CODE_LIMIT, load<u32>(code + Segment.LIMIT));
  store<u32>(b + Block.KEY, key);
  store<u64>(b + Block.SECOND_PAGE, 0);
  store<u32>(b + Block.FLAGS, breakpointAt(linear) ? BlockFlag.BREAKPOINT : 0);
  fetchGap = false;
  const start = ramPointer(hpa);
  const pageEnd = start + 0x1000 - ((<usize>hpa) & 0xfff);
  const end = codeEnd(start, pageEnd, rip, key);
  let p = start;
  let u = b + Block.SIZE;
  let count: u32 = 0;
  while (count < MOST_INSTRUCTIONS && p < end) {
    const offset = <u64>(p - start);
    // A breakpoint always stands at the start of a block.
    if (count && breakpointAt(linear + offset)) break;
    const decoded = decodeInstruction(u, p, end, rip + offset, key & ModeKey.MODE);
    if (decoded == Decoded.INCOMPLETE) {
      if (count) break;
      if (end == pageEnd) return decodeCrossing(b, p, end - p, linear, rip, key);
      raiseBecause(Reason.INSTRUCTION_LENGTH, Vector.GP, 0);
      return 0;
    }
    specialize(u, key);
    store<u16>(u + Uop.IP_OFFSET, <u16>offset);
    p += <usize>load<u8>(u + Uop.LENGTH);
    u += Uop.SIZE;
    count++;
    if (decoded == Decoded.LAST) break;
  }
  return finish(b, u, count, <u32>(p - start), rip + <u64>(p - start));
}

/** Linear address of RIP. */
export function codeLinear(rip: u64): u64 {
  if ((load<u32>(S + Private.MODE_KEY) & ModeKey.MODE) == Mode.LONG_64) return rip;
  return (rip + load<u64>(segment(Seg.CS) + Segment.BASE)) & 0xffffffff;
}
