// Decoded blocks: a hash from (host-physical address, RIP, mode, code segment) to a block in a bump arena, and for each
// host-physical page the list of blocks that hold its bytes, so that a store can drop them. Nothing here is
// architectural state. Must not decode: decode/block.ts does.
import { PageAttribute, Region } from '../abi/memory-map';
import { NEXT_FREE, emptyArena } from './block-arena';
import { Arena } from './layout';
import { breakLinks, dropWriteEntries } from './mmu/tlb';
import { setAttention } from './attention';

/** Header of a block; micro-ops follow, then the tail. */
export const enum Block {
  SIZE = 64,
  /** Host-physical address of the first byte; the KEY of a dropped block is DEAD_KEY. u64 */
  HPA = 0,
  RIP = 8, // u64
  CODE_BASE = 16, // u64
  /** Instructions in the block. u32 */
  COUNT = 24,
  /** MODE_KEY, and PLAIN. u32 */
  KEY = 28,
  /** Second page of a block that is one page-crossing instruction, else 0. u64 */
  SECOND_PAGE = 32,
  /** Next block in the hash bucket, and in the two pages' lists. u32 */
  HASH_NEXT = 40,
  PAGE_NEXT = 44,
  SECOND_NEXT = 48,
  CODE_LIMIT = 52, // u32
  /** BlockFlag bits. u32 */
  FLAGS = 56,
  /** Address behind the last micro-op: the tail. u32 */
  END = 60,
}

/** The tail of a block: Op.END, then two links (u32 block, u32 stamp) and the RIPs they stand for. */
export const enum Tail {
  SIZE = 40,
  TAKEN = 8,
  FALL = 16,
  TAKEN_RIP = 24, // u64
  FALL_RIP = 32, // u64
  /** From a link to its RIP. */
  RIP_BEHIND_LINK = 16,
}

export const enum BlockFlag {
  /** An instruction breakpoint stands at its first instruction. */
  BREAKPOINT = 1,
}

/** Key bit of blocks in which each micro-op is one exact instruction: no fusion, no flags left out. */
export const PLAIN: u32 = 0x100;

// @ts-ignore: decorator
@inline
function bucket(hpa: u64, rip: u64, key: u32): usize {
  const mix = (<u32>hpa ^ (<u32>rip << 3) ^ (key << 12)) * 0x9e3779b1;
  return Arena.INDEX + ((<usize>mix >> 14) & 0xfffc);
}

/** The live block for this place, or 0. */
export function findBlock(hpa: u64, rip: u64, key: u32, codeBase: u64, codeLimit: u32): usize {
  let b = <usize>load<u32>(bucket(hpa, rip, key));
  while (b) {
    if (
      load<u64>(b + Block.HPA) == hpa &&
      load<u64>(b + Block.RIP) == rip &&
      load<u32>(b + Block.KEY) == key &&
      load<u64>(b + Block.CODE_BASE) == codeBase &&
      load<u32>(b + Block.CODE_LIMIT) == codeLimit
    )
      return b;
    b = <usize>load<u32>(b + Block.HASH_NEXT);
  }
  return 0;
}

/** Where the next block may be written: at least `bytes` are free; drops everything when the arena is full. */
export function reserveBlock(bytes: usize): usize {
  if (<usize>load<u32>(NEXT_FREE) + bytes > <usize>Arena.END) dropAllBlocks();
  return <usize>load<u32>(NEXT_FREE);
}

function listOnPage(b: usize, page: usize, linkOffset: usize): void {
  const head = Arena.PAGE_BLOCKS + (page << 2);
  store<u32>(b + linkOffset, load<u32>(head));
  store<u32>(head, <u32>b);
}

/** Marks the bytes as code, so that stores to them are noticed. */
function markCode(hpa: u32, bytes: u32): void {
  const page = <usize>(hpa >> 12);
  const first = (hpa & 0xfff) >> 6;
  const last = ((hpa & 0xfff) + bytes - 1) >> 6;
  const lines = Region.CODE_LINES + (page << 3);
  let bits = load<u64>(lines);
  for (let line = first; line <= last; line++) bits |= <u64>1 << <u64>line;
  store<u64>(lines, bits);
  const attributes = load<u8>(Region.PAGE_ATTRIBUTES + page);
  if (attributes & PageAttribute.CODE) return;
  store<u8>(Region.PAGE_ATTRIBUTES + page, attributes | PageAttribute.CODE);
  dropWriteEntries(Region.RAM + (page << 12));
}

/** Enters the block written at the reserved place, whose header is complete; `end` is behind its tail. */
export function commitBlock(b: usize, end: usize, bytes: u32): void {
  const hpa = load<u64>(b + Block.HPA);
  const head = bucket(hpa, load<u64>(b + Block.RIP), load<u32>(b + Block.KEY));
  store<u32>(b + Block.HASH_NEXT, load<u32>(head));
  store<u32>(head, <u32>b);
  store<u32>(NEXT_FREE, <u32>((end + 63) & ~63));
  const room: u32 = 0x1000 - (<u32>hpa & 0xfff);
  listOnPage(b, <usize>(hpa >> 12), Block.PAGE_NEXT);
  markCode(<u32>hpa, bytes < room ? bytes : room);
  const second = load<u64>(b + Block.SECOND_PAGE);
  if (!second) return;
  listOnPage(b, <usize>(second >> 12), Block.SECOND_NEXT);
  markCode(<u32>second, bytes - room);
}

function unhash(b: usize): void {
  let at = bucket(load<u64>(b + Block.HPA), load<u64>(b + Block.RIP), load<u32>(b + Block.KEY));
  while (load<u32>(at)) {
    if (<usize>load<u32>(at) == b) {
      store<u32>(at, load<u32>(b + Block.HASH_NEXT));
      return;
    }
    at = <usize>load<u32>(at) + Block.HASH_NEXT;
  }
}

/** A store hit a page with decoded code: drops the page's blocks if it hit decoded bytes, and ends the running block. */
export function codeWritten(hpa: u32, bytes: u32): void {
  const page = <usize>(hpa >> 12);
  const lines = load<u64>(Region.CODE_LINES + (page << 3));
  const first = (hpa & 0xfff) >> 6;
  let last = ((hpa & 0xfff) + bytes - 1) >> 6;
  if (last > 63) last = 63;
  let hit = false;
  for (let line = first; line <= last; line++) if ((lines >> <u64>line) & 1) hit = true;
  if (hit) dropPage(page);
}

function dropPage(page: usize): void {
  let b = <usize>load<u32>(Arena.PAGE_BLOCKS + (page << 2));
  while (b) {
    const onFirst = <usize>(load<u64>(b + Block.HPA) >> 12) == page;
    const next = <usize>load<u32>(b + (onFirst ? Block.PAGE_NEXT : Block.SECOND_NEXT));
    // A block on two pages stays in the other page's list; its key no longer matches anything.
    if (load<u32>(b + Block.KEY) != DEAD_KEY) {
      unhash(b);
      store<u32>(b + Block.KEY, DEAD_KEY);
    }
    b = next;
  }
  store<u32>(Arena.PAGE_BLOCKS + (page << 2), 0);
  store<u64>(Region.CODE_LINES + (page << 3), 0);
  const attributes = load<u8>(Region.PAGE_ATTRIBUTES + page);
  store<u8>(Region.PAGE_ATTRIBUTES + page, attributes & ~PageAttribute.CODE);
  breakLinks();
  setAttention();
}

const DEAD_KEY: u32 = 0xffffffff;

/** Forgets all decoded code. */
export function dropAllBlocks(): void {
  emptyArena();
  breakLinks();
}
