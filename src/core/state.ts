// Accessors of the state block. All are inlined loads and stores at constant addresses; nothing here has a side effect
// beyond the register named (changing CR0, CR3, CR4, EFER or a segment's attributes also needs `modeChanged` /
// `translationChanged` in mode.ts and mmu/tlb.ts).
import { Region } from '../abi/memory-map';
import { Segment, Seg, State } from '../abi/state-block';

export const S: usize = Region.STATE;

// @ts-ignore: decorator
@inline
export function gpr(index: u32): u64 {
  return load<u64>(S + State.GPR + ((<usize>index) << 3));
}

// @ts-ignore: decorator
@inline
export function setGpr(index: u32, value: u64): void {
  store<u64>(S + State.GPR + ((<usize>index) << 3), value);
}

// @ts-ignore: decorator
@inline
export function rip(): u64 {
  return load<u64>(S + State.RIP);
}

// @ts-ignore: decorator
@inline
export function setRip(value: u64): void {
  store<u64>(S + State.RIP, value);
}

// @ts-ignore: decorator
@inline
export function get32(offset: usize): u32 {
  return load<u32>(S + offset);
}

// @ts-ignore: decorator
@inline
export function set32(offset: usize, value: u32): void {
  store<u32>(S + offset, value);
}

// @ts-ignore: decorator
@inline
export function get64(offset: usize): u64 {
  return load<u64>(S + offset);
}

// @ts-ignore: decorator
@inline
export function set64(offset: usize, value: u64): void {
  store<u64>(S + offset, value);
}

/** Address of a segment register's record; fields by `Segment`. */
// @ts-ignore: decorator
@inline
export function segment(index: u32): usize {
  return S + State.SEGMENTS + <usize>index * Seg.SIZE;
}

// @ts-ignore: decorator
@inline
export function segmentBase(index: u32): u64 {
  return load<u64>(segment(index) + Segment.BASE);
}
