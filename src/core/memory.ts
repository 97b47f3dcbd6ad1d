// Data accesses by linear address, and through segments. The slow half of the software TLB's fast path. All of them may
// raise a fault (or end in a VM exit): check `faulted()` after each. SDM Vol. 3, chapters 4 and 5.

// Data accesses with the rights of the current CPL.
export function readLinear8(linear: u64): u32 {
  return 0;
}
export function readLinear16(linear: u64): u32 {
  return 0;
}
export function readLinear32(linear: u64): u32 {
  return 0;
}
export function readLinear64(linear: u64): u64 {
  return 0;
}
export function writeLinear8(linear: u64, value: u32): void {}
export function writeLinear16(linear: u64, value: u32): void {}
export function writeLinear32(linear: u64, value: u32): void {}
export function writeLinear64(linear: u64, value: u64): void {}

// Implicit supervisor accesses: descriptor tables, IDT, TSS.
export function readSystem8(linear: u64): u32 {
  return 0;
}
export function readSystem16(linear: u64): u32 {
  return 0;
}
export function readSystem32(linear: u64): u32 {
  return 0;
}
export function readSystem64(linear: u64): u64 {
  return 0;
}
export function writeSystem8(linear: u64, value: u32): void {}
export function writeSystem16(linear: u64, value: u32): void {}
export function writeSystem32(linear: u64, value: u32): void {}
export function writeSystem64(linear: u64, value: u64): void {}

// Segment-checked accesses: limit, rights, canonical form.
export function readSegment8(segmentIndex: u32, offset: u64): u32 {
  return 0;
}
export function readSegment16(segmentIndex: u32, offset: u64): u32 {
  return 0;
}
export function readSegment32(segmentIndex: u32, offset: u64): u32 {
  return 0;
}
export function readSegment64(segmentIndex: u32, offset: u64): u64 {
  return 0;
}
export function writeSegment8(segmentIndex: u32, offset: u64, value: u32): void {}
export function writeSegment16(segmentIndex: u32, offset: u64, value: u32): void {}
export function writeSegment32(segmentIndex: u32, offset: u64, value: u32): void {}
export function writeSegment64(segmentIndex: u32, offset: u64, value: u64): void {}

/** Pushes 2, 4 or 8 bytes on SS:rSP; RSP is committed only if nothing faulted. */
export function pushWidth(width: u32, value: u64): void {}

/** Pops 2, 4 or 8 bytes from SS:rSP; RSP is committed only if nothing faulted. */
export function popWidth(width: u32): u64 {
  return 0;
}

/** Faults as a write of `bytes` bytes at `linear` would, without writing. */
export function probeWrite(linear: u64, bytes: u32): void {}
