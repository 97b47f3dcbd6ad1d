// Which of the execution modes is on, and what the decoder and the TLB derive from it. SDM Vol. 3, 2.2.
import { Mode, Seg, Segment, State } from '../abi/state-block';
import { watchesData } from './data-breakpoints';
import { MapState } from './gen/decode-map';
import { SegmentType } from './gen/descriptors';
import { AccessRights, Cr0, Cr4, Efer, Interruptibility, Rflags, Xcr0 } from './gen/registers';
import { Private, Watched } from './layout';
import { selectContext } from './mmu/tlb';
import { S, segment } from './state';

/** Bits of Private.MODE_KEY above the Mode itself. */
export const enum ModeKey {
  MODE = 7,
  /** CPL 3: instruction fetches have user rights. */
  USER = 8,
  /** Protected 32-bit code whose CS, DS, ES and SS are flat 4-GiB segments: no check can fail, no base is added. */
  FLAT = 16,
}

/** PAE paging proper with these registers: 32-bit physical-address extension, not 4-level. */
export function isPaePaging(cr0: u64, cr4: u64, efer: u64): bool {
  return (cr0 & Cr0.PG) != 0 && (cr4 & Cr4.PAE) != 0 && (efer & Efer.LMA) == 0;
}

/** The same with the registers in force. */
export function paePaging(): bool {
  return isPaePaging(load<u64>(S + State.CR0), load<u64>(S + State.CR4), load<u64>(S + State.EFER));
}

function executionMode(): u32 {
  if (!(load<u64>(S + State.CR0) & Cr0.PE)) return Mode.REAL;
  if (load<u64>(S + State.RFLAGS) & Rflags.VM) return Mode.VIRTUAL_8086;
  const access = load<u32>(segment(Seg.CS) + Segment.ACCESS);
  if (load<u64>(S + State.EFER) & Efer.LMA) {
    if (access & AccessRights.L) return Mode.LONG_64;
    return access & AccessRights.DB ? Mode.COMPATIBILITY_32 : Mode.COMPATIBILITY_16;
  }
  return access & AccessRights.DB ? Mode.PROTECTED_32 : Mode.PROTECTED_16;
}

/** `type` masks and values: present, usable, the type bits that allow what fast operations do. */
function isFlat(index: u32, mask: u32, value: u32): bool {
  const at = segment(index);
  return (
    load<u64>(at + Segment.BASE) == 0 &&
    load<u32>(at + Segment.LIMIT) == 0xffffffff &&
    (load<u32>(at + Segment.ACCESS) & mask) == value
  );
}

/** Type bits that tell writable, expand-up data from the rest. */
const DATA_KIND: u32 = SegmentType.CODE | SegmentType.CONFORMING | SegmentType.WRITABLE;

function flatSegments(): bool {
  // Data segments: usable, data, writable, expand-up. CS: code; execute-only code does not matter to fetches.
  return (
    isFlat(Seg.CS, AccessRights.UNUSABLE | SegmentType.CODE, SegmentType.CODE) &&
    isFlat(Seg.DS, AccessRights.UNUSABLE | DATA_KIND, SegmentType.WRITABLE) &&
    isFlat(Seg.ES, AccessRights.UNUSABLE | DATA_KIND, SegmentType.WRITABLE) &&
    isFlat(Seg.SS, AccessRights.UNUSABLE | AccessRights.DB | DATA_KIND, AccessRights.DB | SegmentType.WRITABLE)
  );
}

/** What vector instructions need of the control registers: the checks of exec/vector-access.ts for their fast half. */
function vectorsReady(): u32 {
  const cr0 = load<u64>(S + State.CR0);
  const cr4 = load<u64>(S + State.CR4);
  if (cr0 & Cr0.TS) return 0;
  let ready: u32 = 0;
  if (!(cr0 & Cr0.EM) && cr4 & Cr4.OSFXSR) ready |= 1 << MapState.SSE;
  const states: u64 = Xcr0.SSE | Xcr0.AVX;
  if (cr4 & Cr4.OSXSAVE && (load<u64>(S + State.XCR0) & states) == states) ready |= 1 << MapState.AVX;
  return ready;
}

/** Call after CR0, EFER, CR4, XCR0, DR7, a segment register's attributes or RFLAGS.VM/AC changed: recomputes State.MODE and CPL. */
export function modeChanged(): void {
  const mode = executionMode();
  store<u32>(S + State.MODE, mode);
  let cpl: u32 = 0;
  if (mode == Mode.VIRTUAL_8086) cpl = 3;
  else if (mode != Mode.REAL) cpl = (load<u32>(segment(Seg.SS) + Segment.ACCESS) & AccessRights.DPL) >> AccessRights.DPL_SHIFT;
  store<u32>(S + State.CPL, cpl);
  let key = mode;
  if (cpl == 3) key |= ModeKey.USER;
  if ((mode == Mode.PROTECTED_32 || mode == Mode.COMPATIBILITY_32) && flatSegments()) key |= ModeKey.FLAT;
  store<u32>(S + Private.MODE_KEY, key);
  store<u32>(S + Private.VECTOR_READY, vectorsReady());
  store<u64>(S + Private.ADDRESS_MASK, mode == Mode.LONG_64 ? 0xffff_ffff_ffff_ffff : 0xffffffff);
  const aligned = cpl == 3 && load<u64>(S + State.CR0) & Cr0.AM && load<u64>(S + State.RFLAGS) & Rflags.AC;
  let watched: u32 = aligned ? Watched.ALIGNMENT : 0;
  if (watchesData(load<u64>(S + State.DR7))) watched |= Watched.BREAKPOINTS;
  store<u32>(S + Private.WATCHED, watched);
  selectContext();
}

/**
 * Sets a bit of State.INTERRUPTIBILITY (STI 1, MOV SS 2) that holds for exactly the next instruction; the loop ends it. VM entry
 * too. The other one ends with the instruction that sets this one: they never stand together.
 */
export function setInterruptShadow(bit: u32): void {
  const both: u32 = Interruptibility.STI | Interruptibility.MOV_SS;
  store<u32>(S + State.INTERRUPTIBILITY, (load<u32>(S + State.INTERRUPTIBILITY) & ~both) | bit);
  store<u32>(S + Private.SHADOW_NEW, 1);
  store<u32>(S + Private.ATTENTION, 1);
}

/** Stack width in bytes (2, 4, 8) by mode and SS.B. */
export function stackWidth(): u32 {
  if (load<u32>(S + State.MODE) == Mode.LONG_64) return 8;
  return load<u32>(segment(Seg.SS) + Segment.ACCESS) & AccessRights.DB ? 4 : 2;
}

/** True in 64-bit mode (not compatibility mode). */
// @ts-ignore: decorator
@inline
export function in64BitMode(): bool {
  return load<u32>(S + State.MODE) == Mode.LONG_64;
}

/** Canonical for 48-bit linear addresses. */
// @ts-ignore: decorator
@inline
export function isCanonical(linear: u64): bool {
  return <u64>((<i64>(linear << 16)) >> 16) == linear;
}
