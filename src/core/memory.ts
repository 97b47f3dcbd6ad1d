// Data accesses by linear address, and through segments. The slow half of the software TLB's fast path. All of them may
// raise a fault (or end in a VM exit): check `faulted()` after each. SDM Vol. 3, chapters 4 and 5.
import { Gpr, Mode, Seg, Segment, State } from '../abi/state-block';
import { meetData } from './data-breakpoints';
import { faulted, raiseBecause } from './fault';
import { SegmentType } from './gen/descriptors';
import { Vector } from './gen/exceptions';
import { Reason } from './gen/reasons';
import { AccessRights } from './gen/registers';
import { Private, Tlb, Watched } from './layout';
import { Access } from './mmu/access';
import * as physical from './mmu/physical';
import { PAGE_MASK, tlbEntry, translateData } from './mmu/translate';
import { in64BitMode, isCanonical, stackWidth } from './mode';
import { S, segment } from './state';
import { onApicPage, probeApicWrite, readApicPage, writeApicPage } from './vmx/apic-access';

/** Address in linear memory of `size` bytes inside one page, out of a TLB array; 0 when there is no entry with these rights. */
// @ts-ignore: decorator
@inline
export function hit(array: usize, linear: u64, size: u64, context: u64): usize {
  const e = tlbEntry(array, linear);
  return load<u64>(e) == (((linear + (size - 1)) & PAGE_MASK) | context)
    ? <usize>(<u32>linear + load<u32>(e + Tlb.ADDEND))
    : 0;
}

// @ts-ignore: decorator
@inline
export function userAccess(): u32 {
  return load<u32>(S + State.CPL) == 3 ? Access.USER : 0;
}

/** What precedes translation: canonical form, and #AC where alignment checking is on (CPL 3, CR0.AM, EFLAGS.AC). */
function admissible(linear: u64, size: u32, access: u32): bool {
  if (in64BitMode() && !(isCanonical(linear) && isCanonical(linear + size - 1))) {
    raiseBecause(Reason.LINEAR_NOT_CANONICAL, Vector.GP, 0, linear);
    return false;
  }
  if (load<u32>(S + Private.WATCHED) & Watched.ALIGNMENT && access & Access.USER && <u32>linear & (size - 1)) {
    raiseBecause(Reason.ALIGNMENT_CHECK, Vector.AC, 0, linear, size);
    return false;
  }
  return true;
}

function readPhysical(hpa: u64, size: u32): u64 {
  if (size == 8) return physical.physicalRead64(hpa);
  if (size == 4) return <u64>physical.physicalRead32(hpa);
  if (size == 2) return <u64>physical.physicalRead16(hpa);
  return <u64>physical.physicalRead8(hpa);
}

function writePhysical(hpa: u64, size: u32, value: u64): void {
  if (size == 8) physical.physicalWrite64(hpa, value);
  else if (size == 4) physical.physicalWrite32(hpa, <u32>value);
  else if (size == 2) physical.physicalWrite16(hpa, <u32>value);
  else physical.physicalWrite8(hpa, <u32>value);
}

/** Data breakpoints see what a program accesses, not what the processor does for itself. */
export function meetBreakpoints(linear: u64, size: u32, access: u32): void {
  if (load<u32>(S + Private.WATCHED) & Watched.BREAKPOINTS && !(access & Access.SYSTEM))
    meetData(linear, size, (access & Access.WRITE) != 0);
}

/** First byte of the next page, wrapping as the address size of the mode does. */
export function nextPage(linear: u64): u64 {
  return ((linear & PAGE_MASK) + 0x1000) & load<u64>(S + Private.ADDRESS_MASK);
}

/** Any read of 1, 2, 4 or 8 bytes. */
export function readSlow(linear: u64, size: u32, access: u32): u64 {
  if (!admissible(linear, size, access)) return 0;
  const room: u32 = 0x1000 - (<u32>linear & 0xfff);
  const first = translateData(linear, access);
  if (faulted()) return 0;
  meetBreakpoints(linear, size, access);
  if (onApicPage(first)) return readApicPage(first, size, (access & Access.WRITE) != 0);
  if (size <= room) return readPhysical(first, size);
  const second = translateData(nextPage(linear), access);
  if (faulted()) return 0;
  if (onApicPage(second)) return readApicPage(second, size, false);
  let value: u64 = 0;
  for (let i: u32 = 0; i < size; i++) {
    const byte = physical.physicalRead8(i < room ? first + i : second + (i - room));
    value |= <u64>byte << <u64>(i << 3);
  }
  return value;
}

/** Any write of 1, 2, 4 or 8 bytes; both pages are translated before the first byte is stored. */
export function writeSlow(linear: u64, size: u32, access: u32, value: u64): void {
  if (!admissible(linear, size, access)) return;
  const room: u32 = 0x1000 - (<u32>linear & 0xfff);
  const first = translateData(linear, access);
  if (faulted()) return;
  meetBreakpoints(linear, size, access);
  if (onApicPage(first)) return writeApicPage(first, size, value);
  if (size <= room) return writePhysical(first, size, value);
  const second = translateData(nextPage(linear), access);
  if (faulted()) return;
  if (onApicPage(second)) return writeApicPage(second, size, value);
  for (let i: u32 = 0; i < size; i++) {
    const byte = <u32>(value >> <u64>(i << 3)) & 0xff;
    physical.physicalWrite8(i < room ? first + i : second + (i - room), byte);
  }
}

// Data accesses with the rights of the current CPL.

export function readLinear8(linear: u64): u32 {
  const p = hit(Tlb.READ, linear, 1, load<u64>(S + Private.CONTEXT));
  return p ? <u32>load<u8>(p) : <u32>readSlow(linear, 1, Access.READ | userAccess());
}

export function readLinear16(linear: u64): u32 {
  const p = hit(Tlb.READ, linear, 2, load<u64>(S + Private.CONTEXT));
  return p ? <u32>load<u16>(p) : <u32>readSlow(linear, 2, Access.READ | userAccess());
}

export function readLinear32(linear: u64): u32 {
  const p = hit(Tlb.READ, linear, 4, load<u64>(S + Private.CONTEXT));
  return p ? load<u32>(p) : <u32>readSlow(linear, 4, Access.READ | userAccess());
}

export function readLinear64(linear: u64): u64 {
  const p = hit(Tlb.READ, linear, 8, load<u64>(S + Private.CONTEXT));
  return p ? load<u64>(p) : readSlow(linear, 8, Access.READ | userAccess());
}

export function writeLinear8(linear: u64, value: u32): void {
  const p = hit(Tlb.WRITE, linear, 1, load<u64>(S + Private.CONTEXT));
  if (p) store<u8>(p, value);
  else writeSlow(linear, 1, Access.WRITE | userAccess(), <u64>value);
}

export function writeLinear16(linear: u64, value: u32): void {
  const p = hit(Tlb.WRITE, linear, 2, load<u64>(S + Private.CONTEXT));
  if (p) store<u16>(p, value);
  else writeSlow(linear, 2, Access.WRITE | userAccess(), <u64>value);
}

export function writeLinear32(linear: u64, value: u32): void {
  const p = hit(Tlb.WRITE, linear, 4, load<u64>(S + Private.CONTEXT));
  if (p) store<u32>(p, value);
  else writeSlow(linear, 4, Access.WRITE | userAccess(), <u64>value);
}

export function writeLinear64(linear: u64, value: u64): void {
  const p = hit(Tlb.WRITE, linear, 8, load<u64>(S + Private.CONTEXT));
  if (p) store<u64>(p, value);
  else writeSlow(linear, 8, Access.WRITE | userAccess(), value);
}

/** Read of `width` bytes, zero-extended. */
export function readLinear(linear: u64, width: u32): u64 {
  if (width == 8) return readLinear64(linear);
  if (width == 4) return <u64>readLinear32(linear);
  if (width == 2) return <u64>readLinear16(linear);
  return <u64>readLinear8(linear);
}

export function writeLinear(linear: u64, width: u32, value: u64): void {
  if (width == 8) writeLinear64(linear, value);
  else if (width == 4) writeLinear32(linear, <u32>value);
  else if (width == 2) writeLinear16(linear, <u32>value);
  else writeLinear8(linear, <u32>value);
}

/** The read of a read-modify-write: write rights are checked first, so a fault says "write". */
export function readForModify(linear: u64, width: u32): u64 {
  const context = load<u64>(S + Private.CONTEXT);
  if (hit(Tlb.WRITE, linear, width, context) && hit(Tlb.READ, linear, width, context)) return readLinear(linear, width);
  return readSlow(linear, width, Access.READ | Access.WRITE | userAccess());
}

/** `probeWrite` of one aligned datum of 1, 2, 4 or 8 bytes: alignment checks count too. */
export function probeDatum(linear: u64, size: u32): void {
  if (admissible(linear, size, Access.WRITE | userAccess())) probeWrite(linear, size);
}

/** Faults as a write of `bytes` bytes at `linear` would, without writing. */
export function probeWrite(linear: u64, bytes: u32): void {
  const access = Access.WRITE | userAccess();
  if (hit(Tlb.WRITE, linear, bytes, load<u64>(S + Private.CONTEXT))) return;
  if (!admissible(linear, 1, access)) return;
  probePages(linear, bytes, access);
}

/** Each page that `bytes` bytes at `linear` touch, at most two. */
function probePages(linear: u64, bytes: u32, access: u32): void {
  const first = translateData(linear, access);
  if (faulted()) return;
  if (onApicPage(first)) return probeApicWrite(first, bytes);
  if (bytes <= 0x1000 - (<u32>linear & 0xfff)) return;
  const second = translateData(nextPage(linear), access);
  if (!faulted() && onApicPage(second)) probeApicWrite(second, bytes);
}

// Implicit supervisor accesses: descriptor tables, IDT, TSS.

// @ts-ignore: decorator
@inline
function readSystem(linear: u64, size: u32): u64 {
  const p = hit(Tlb.READ, linear, size, load<u64>(S + Private.SYSTEM_CONTEXT));
  return p ? readPointer(p, size) : readSlow(linear, size, Access.READ | Access.SYSTEM);
}

// @ts-ignore: decorator
@inline
function readPointer(p: usize, size: u32): u64 {
  return size == 8 ? load<u64>(p) : size == 4 ? <u64>load<u32>(p) : size == 2 ? <u64>load<u16>(p) : <u64>load<u8>(p);
}

export function readSystem8(linear: u64): u32 {
  return <u32>readSystem(linear, 1);
}

export function readSystem16(linear: u64): u32 {
  return <u32>readSystem(linear, 2);
}

export function readSystem32(linear: u64): u32 {
  return <u32>readSystem(linear, 4);
}

export function readSystem64(linear: u64): u64 {
  return readSystem(linear, 8);
}

export function writeSystem8(linear: u64, value: u32): void {
  writeSlow(linear, 1, Access.WRITE | Access.SYSTEM, <u64>value);
}

export function writeSystem16(linear: u64, value: u32): void {
  writeSlow(linear, 2, Access.WRITE | Access.SYSTEM, <u64>value);
}

export function writeSystem32(linear: u64, value: u32): void {
  writeSlow(linear, 4, Access.WRITE | Access.SYSTEM, <u64>value);
}

export function writeSystem64(linear: u64, value: u64): void {
  writeSlow(linear, 8, Access.WRITE | Access.SYSTEM, value);
}

/** Faults as an implicit write of `bytes` bytes at `linear` would, without writing. */
export function probeSystemWrite(linear: u64, bytes: u32): void {
  probePages(linear, bytes, Access.WRITE | Access.SYSTEM);
}

// Segment-checked accesses.

function segmentFault(reason: u32, segmentIndex: u32, offset: u64, b: u64): u64 {
  raiseBecause(reason, segmentIndex == Seg.SS ? Vector.SS : Vector.GP, 0, offset, b);
  return 0;
}

/** Linear address of `size` bytes at segment:offset after limit, rights and canonical checks (SDM Vol. 3, 5.3). */
export function segmentLinear(segmentIndex: u32, offset: u64, size: u32, write: bool): u64 {
  const base = load<u64>(segment(segmentIndex) + Segment.BASE);
  const mode = load<u32>(S + State.MODE);
  if (mode == Mode.LONG_64) {
    const linear = segmentIndex >= <u32>Seg.FS ? offset + base : offset;
    if (!(isCanonical(linear) && isCanonical(linear + size - 1)))
      return segmentFault(Reason.LINEAR_NOT_CANONICAL, segmentIndex, linear, 0);
    return linear;
  }
  const access = load<u32>(segment(segmentIndex) + Segment.ACCESS);
  const limit = <u64>load<u32>(segment(segmentIndex) + Segment.LIMIT);
  const last = offset + size - 1;
  if (mode >= <u32>Mode.PROTECTED_16) {
    if (access & AccessRights.UNUSABLE)
      return segmentFault(Reason.SEGMENT_UNUSABLE, segmentIndex, offset, access);
    // Code is not writable, and not readable either without that bit.
    const kind = access & (SegmentType.CODE | SegmentType.WRITABLE);
    if (write ? kind != SegmentType.WRITABLE : kind == SegmentType.CODE)
      return segmentFault(Reason.SEGMENT_TYPE, segmentIndex, offset, access);
    // The same bit says conforming of code and expand-down of data.
    if ((access & (SegmentType.CODE | SegmentType.CONFORMING)) == SegmentType.CONFORMING) {
      const top: u64 = access & AccessRights.DB ? 0xffffffff : 0xffff;
      if (offset <= limit || last > top)
        return segmentFault(Reason.SEGMENT_LIMIT, segmentIndex, offset, limit);
      return (base + offset) & 0xffffffff;
    }
  }
  if (last > limit) return segmentFault(Reason.SEGMENT_LIMIT, segmentIndex, offset, limit);
  return (base + offset) & 0xffffffff;
}

export function readSegment8(segmentIndex: u32, offset: u64): u32 {
  const linear = segmentLinear(segmentIndex, offset, 1, false);
  return faulted() ? 0 : readLinear8(linear);
}

export function readSegment16(segmentIndex: u32, offset: u64): u32 {
  const linear = segmentLinear(segmentIndex, offset, 2, false);
  return faulted() ? 0 : readLinear16(linear);
}

export function readSegment32(segmentIndex: u32, offset: u64): u32 {
  const linear = segmentLinear(segmentIndex, offset, 4, false);
  return faulted() ? 0 : readLinear32(linear);
}

export function readSegment(segmentIndex: u32, offset: u64, width: u32): u64 {
  const linear = segmentLinear(segmentIndex, offset, width, false);
  return faulted() ? 0 : readLinear(linear, width);
}

export function writeSegment(segmentIndex: u32, offset: u64, width: u32, value: u64): void {
  const linear = segmentLinear(segmentIndex, offset, width, true);
  if (!faulted()) writeLinear(linear, width, value);
}

export function writeSegment8(segmentIndex: u32, offset: u64, value: u32): void {
  writeSegment(segmentIndex, offset, 1, <u64>value);
}

export function writeSegment16(segmentIndex: u32, offset: u64, value: u32): void {
  writeSegment(segmentIndex, offset, 2, <u64>value);
}

export function writeSegment32(segmentIndex: u32, offset: u64, value: u32): void {
  writeSegment(segmentIndex, offset, 4, <u64>value);
}

// The stack.

/** RSP truncated to the stack width. */
export function stackPointer(): u64 {
  const width = stackWidth();
  const rsp = load<u64>(S + State.GPR + Gpr.RSP * 8);
  return width == 8 ? rsp : width == 4 ? rsp & 0xffffffff : rsp & 0xffff;
}

/** Stores a new stack pointer in the width of the stack. */
export function setStackPointer(value: u64): void {
  const width = stackWidth();
  if (width == 8) store<u64>(S + State.GPR + Gpr.RSP * 8, value);
  else if (width == 4) store<u64>(S + State.GPR + Gpr.RSP * 8, value & 0xffffffff);
  else store<u16>(S + State.GPR + Gpr.RSP * 8, <u16>value);
}

// @ts-ignore: decorator
@inline
function stackMask(): u64 {
  const width = stackWidth();
  return width == 8 ? 0xffff_ffff_ffff_ffff : width == 4 ? 0xffffffff : 0xffff;
}

/** Pushes 2, 4 or 8 bytes on SS:rSP; RSP is committed only if nothing faulted. */
export function pushWidth(width: u32, value: u64): void {
  const sp = (stackPointer() - width) & stackMask();
  writeSegment(Seg.SS, sp, width, value);
  if (!faulted()) setStackPointer(sp);
}

/** Pops 2, 4 or 8 bytes from SS:rSP; RSP is committed only if nothing faulted. */
export function popWidth(width: u32): u64 {
  const sp = stackPointer();
  const value = readSegment(Seg.SS, sp, width);
  if (!faulted()) setStackPointer(sp + width);
  return value;
}
