// Data accesses of 16 and 32 bytes, and of the pieces that vector instructions move, by linear address. A read answers where
// the bytes lie in linear memory: in RAM itself after one TLB probe, else in a copy. Check `faulted()` after each. SDM Vol. 1,
// 4.1.1 and Vol. 3, 6.15 (#AC).
import { faulted, raiseBecause } from './fault';
import { Vector } from './gen/exceptions';
import { Reason } from './gen/reasons';
import { Private, Tlb, Watched } from './layout';
import { hit, meetBreakpoints, nextPage, userAccess } from './memory';
import { Access } from './mmu/access';
import * as physical from './mmu/physical';
import { translateData } from './mmu/translate';
import { in64BitMode, isCanonical } from './mode';
import { S } from './state';
import { onApicPage, readApicPage, writeApicPage } from './vmx/apic-access';

/** Bytes of the longest vector. */
const LONGEST: usize = 32;
/** What was read piecewise; valid until the next read. */
const copy = memory.data(32, 16);
/** What is to be stored, for the slow path. */
const outgoing = memory.data(32, 16);
/** Data is aligned for #AC when its address is a multiple of its size; 16 bytes suffice for any vector. */
const ALIGNMENT: u32 = 16;

function admissible(linear: u64, bytes: u32, access: u32): bool {
  if (in64BitMode() && !(isCanonical(linear) && isCanonical(linear + bytes - 1))) {
    raiseBecause(Reason.LINEAR_NOT_CANONICAL, Vector.GP, 0, linear);
    return false;
  }
  const alignment = bytes < ALIGNMENT ? bytes : ALIGNMENT;
  if (
    load<u32>(S + Private.WATCHED) & Watched.ALIGNMENT &&
    access & Access.USER &&
    (<u32>linear) & (alignment - 1)
  ) {
    raiseBecause(Reason.ALIGNMENT_CHECK, Vector.AC, 0, linear, alignment);
    return false;
  }
  return true;
}

/** Copies bytes of one page out of physical memory. */
function readPiece(to: usize, hpa: u64, bytes: u32): void {
  let i: u32 = 0;
  for (; i + 8 <= bytes; i += 8) store<u64>(to + i, physical.physicalRead64(hpa + i));
  for (; i + 4 <= bytes; i += 4) store<u32>(to + i, physical.physicalRead32(hpa + i));
  for (; i < bytes; i++) store<u8>(to + i, physical.physicalRead8(hpa + i));
}

function writePiece(from: usize, hpa: u64, bytes: u32): void {
  let i: u32 = 0;
  for (; i + 8 <= bytes; i += 8) physical.physicalWrite64(hpa + i, load<u64>(from + i));
  for (; i + 4 <= bytes; i += 4) physical.physicalWrite32(hpa + i, load<u32>(from + i));
  for (; i < bytes; i++) physical.physicalWrite8(hpa + i, <u32>load<u8>(from + i));
}

/** A piece of at most 4 bytes can come from the virtual-APIC page. */
function readApic(to: usize, hpa: u64, bytes: u32): void {
  const value = readApicPage(hpa, bytes, false);
  if (faulted()) return;
  store<u64>(outgoing, value);
  memory.copy(to, outgoing, bytes);
}

function readSlow(to: usize, linear: u64, bytes: u32): void {
  const access = Access.READ | userAccess();
  if (!admissible(linear, bytes, access)) return;
  const room: u32 = 0x1000 - ((<u32>linear) & 0xfff);
  const first = translateData(linear, access);
  if (faulted()) return;
  meetBreakpoints(linear, bytes, access);
  if (onApicPage(first)) return readApic(to, first, bytes);
  if (bytes <= room) return readPiece(to, first, bytes);
  const second = translateData(nextPage(linear), access);
  if (faulted()) return;
  if (onApicPage(second)) return readApic(to, second, bytes);
  readPiece(to, first, room);
  readPiece(to + room, second, bytes - room);
}

function writeSlow(linear: u64, bytes: u32, from: usize): void {
  const access = Access.WRITE | userAccess();
  if (!admissible(linear, bytes, access)) return;
  const room: u32 = 0x1000 - ((<u32>linear) & 0xfff);
  const first = translateData(linear, access);
  if (faulted()) return;
  meetBreakpoints(linear, bytes, access);
  if (onApicPage(first)) return writeApicPage(first, bytes, <u64>load<u32>(from));
  if (bytes <= room) return writePiece(from, first, bytes);
  const second = translateData(nextPage(linear), access);
  if (faulted()) return;
  if (onApicPage(second)) return writeApicPage(second, bytes, <u64>load<u32>(from));
  writePiece(from, first, room);
  writePiece(from + room, second, bytes - room);
}

/** Where the bytes (at most 32) at a linear address can be read: valid until something is stored. */
export function vectorAt(linear: u64, bytes: u32): usize {
  const p = hit(Tlb.READ, linear, bytes, load<u64>(S + Private.CONTEXT));
  if (p) return p;
  readSlow(copy, linear, bytes);
  return copy;
}

export function storeVector(linear: u64, value: v128): void {
  const p = hit(Tlb.WRITE, linear, 16, load<u64>(S + Private.CONTEXT));
  if (p) {
    v128.store(p, value);
    return;
  }
  v128.store(outgoing, value);
  writeSlow(linear, 16, outgoing);
}

export function storeWideVector(linear: u64, low: v128, high: v128): void {
  const p = hit(Tlb.WRITE, linear, LONGEST, load<u64>(S + Private.CONTEXT));
  const to = p ? p : outgoing;
  v128.store(to, low);
  v128.store(to + 16, high);
  if (!p) writeSlow(linear, LONGEST, outgoing);
}

/** Stores a piece of saved state, at most a page, that is known not to fault. */
export function storeState(linear: u64, from: usize, bytes: u32): void {
  const p = hit(Tlb.WRITE, linear, bytes, load<u64>(S + Private.CONTEXT));
  if (p) memory.copy(p, from, bytes);
  else writeSlow(linear, bytes, from);
}

/** Copies a piece of saved state, at most a page; check `faulted()`. */
export function loadState(to: usize, linear: u64, bytes: u32): void {
  const p = hit(Tlb.READ, linear, bytes, load<u64>(S + Private.CONTEXT));
  if (p) memory.copy(to, p, bytes);
  else readSlow(to, linear, bytes);
}
