// Operand access of the hot switch: everything is inlined, nothing can fault. Registers are reached by byte offsets kept in
// the micro-op; memory through a TLB hit. A miss leaves the switch, and the general handler does the whole instruction.
import { Region } from '../abi/memory-map';
import { State } from '../abi/state-block';
import { FlagKind, Lazy } from './flags';
import { Private, Tlb } from './layout';
import { isCanonical } from './mode';
import { PAGE_MASK, tlbEntry } from './mmu/translate';
import { S } from './state';
import { Uop } from './uop';

// @ts-ignore: decorator
@inline
export function reg64(u: usize): u64 {
  return load<u64>(<usize>load<u8>(u, Uop.REG_AT), Region.STATE);
}

// @ts-ignore: decorator
@inline
export function reg32(u: usize): u32 {
  return load<u32>(<usize>load<u8>(u, Uop.REG_AT), Region.STATE);
}

// @ts-ignore: decorator
@inline
export function reg8(u: usize): u32 {
  return <u32>load<u8>(<usize>load<u8>(u, Uop.REG_AT), Region.STATE);
}

// @ts-ignore: decorator
@inline
export function rm64(u: usize): u64 {
  return load<u64>(<usize>load<u8>(u, Uop.RM_AT), Region.STATE);
}

// @ts-ignore: decorator
@inline
export function rm32(u: usize): u32 {
  return load<u32>(<usize>load<u8>(u, Uop.RM_AT), Region.STATE);
}

// @ts-ignore: decorator
@inline
export function rm8(u: usize): u32 {
  return <u32>load<u8>(<usize>load<u8>(u, Uop.RM_AT), Region.STATE);
}

// @ts-ignore: decorator
@inline
export function setReg64(u: usize, value: u64): void {
  store<u64>(<usize>load<u8>(u, Uop.REG_AT), value, Region.STATE);
}

// @ts-ignore: decorator
@inline
export function setReg32(u: usize, value: u32): void {
  store<u64>(<usize>load<u8>(u, Uop.REG_AT), <u64>value, Region.STATE);
}

// @ts-ignore: decorator
@inline
export function setReg16(u: usize, value: u32): void {
  store<u16>(<usize>load<u8>(u, Uop.REG_AT), <u16>value, Region.STATE);
}

// @ts-ignore: decorator
@inline
export function setReg8(u: usize, value: u32): void {
  store<u8>(<usize>load<u8>(u, Uop.REG_AT), <u8>value, Region.STATE);
}

// @ts-ignore: decorator
@inline
export function setRm64(u: usize, value: u64): void {
  store<u64>(<usize>load<u8>(u, Uop.RM_AT), value, Region.STATE);
}

// @ts-ignore: decorator
@inline
export function setRm32(u: usize, value: u32): void {
  store<u64>(<usize>load<u8>(u, Uop.RM_AT), <u64>value, Region.STATE);
}

// @ts-ignore: decorator
@inline
export function setRm16(u: usize, value: u32): void {
  store<u16>(<usize>load<u8>(u, Uop.RM_AT), <u16>value, Region.STATE);
}

// @ts-ignore: decorator
@inline
export function setRm8(u: usize, value: u32): void {
  store<u8>(<usize>load<u8>(u, Uop.RM_AT), <u8>value, Region.STATE);
}

// @ts-ignore: decorator
@inline
export function imm64(u: usize): u64 {
  return load<u64>(u, Uop.IMMEDIATE);
}

// @ts-ignore: decorator
@inline
export function imm32(u: usize): u32 {
  return load<u32>(u, Uop.IMMEDIATE);
}

// @ts-ignore: decorator
@inline
export function imm8(u: usize): u32 {
  return <u32>load<u8>(u, Uop.IMMEDIATE);
}

/** Base + displacement, 64-bit mode without FS or GS. */
// @ts-ignore: decorator
@inline
export function baseAddress(u: usize): u64 {
  return load<u64>(<usize>load<u16>(u, Uop.BASE_AT), Region.STATE) + load<u64>(u, Uop.DISPLACEMENT);
}

/** Base + scaled index + displacement, truncated as the mode says. */
// @ts-ignore: decorator
@inline
export function offset(u: usize): u64 {
  return (
    (load<u64>(<usize>load<u16>(u, Uop.BASE_AT), Region.STATE) +
      (load<u64>(<usize>load<u16>(u, Uop.INDEX_AT), Region.STATE) << <u64>load<u8>(u, Uop.SCALE)) +
      load<u64>(u, Uop.DISPLACEMENT)) &
    load<u64>(S + Private.ADDRESS_MASK)
  );
}

/** Linear address of any operand of flat memory. */
// @ts-ignore: decorator
@inline
export function address(u: usize): u64 {
  return offset(u) + load<u64>(<usize>load<u16>(u, Uop.SEGMENT_AT), Region.STATE);
}

// @ts-ignore: decorator
@inline
export function readEntry(linear: u64): usize {
  return tlbEntry(Tlb.READ, linear);
}

// @ts-ignore: decorator
@inline
export function writeEntry(linear: u64): usize {
  return tlbEntry(Tlb.WRITE, linear);
}

/** True when all `size` bytes lie in the page of the entry and the entry is of the current context. */
// @ts-ignore: decorator
@inline
export function hits(entry: usize, linear: u64, size: u64): bool {
  return load<u64>(entry) == (((linear + (size - 1)) & PAGE_MASK) | load<u64>(S + Private.CONTEXT));
}

/** Address in linear memory behind a hit. */
// @ts-ignore: decorator
@inline
export function host(entry: usize, linear: u64): usize {
  return <usize>(<u32>linear + load<u32>(entry, Tlb.ADDEND));
}

// @ts-ignore: decorator
@inline
export function logicFlags64(result: u64): void {
  store<u32>(S + Lazy.KIND, FlagKind.LOGIC);
  store<u64>(S + Lazy.RESULT, result);
}

// @ts-ignore: decorator
@inline
export function logicFlags32(result: u32): void {
  store<u32>(S + Lazy.KIND, FlagKind.LOGIC);
  store<i64>(S + Lazy.RESULT, <i64>(<i32>result));
}

// @ts-ignore: decorator
@inline
export function logicFlags8(result: u32): void {
  store<u32>(S + Lazy.KIND, FlagKind.LOGIC);
  store<i64>(S + Lazy.RESULT, <i64>(<i8>result));
}

// @ts-ignore: decorator
@inline
export function arithmeticFlags64(kind: u32, a: u64, result: u64): void {
  store<u32>(S + Lazy.KIND, kind);
  store<u64>(S + Lazy.RESULT, result);
  store<u64>(S + Lazy.OPERAND, a);
}

// @ts-ignore: decorator
@inline
export function arithmeticFlags32(kind: u32, a: u32, result: u32): void {
  store<u32>(S + Lazy.KIND, kind);
  store<i64>(S + Lazy.RESULT, <i64>(<i32>result));
  store<i64>(S + Lazy.OPERAND, <i64>(<i32>a));
}

// @ts-ignore: decorator
@inline
export function arithmeticFlags8(kind: u32, a: u32, result: u32): void {
  store<u32>(S + Lazy.KIND, kind);
  store<i64>(S + Lazy.RESULT, <i64>(<i8>result));
  store<i64>(S + Lazy.OPERAND, <i64>(<i8>a));
}

/** A link that is never followed: the target's block has to be looked up. */
export const NO_LINK: usize = Region.STATE + Private.ZERO;

/** Entry of a target in the jump cache. */
// @ts-ignore: decorator
@inline
export function jumpEntry(target: u64): usize {
  return Tlb.JUMPS + ((<usize>(target ^ (target >> 12)) << 4) & Tlb.JUMPS_MASK);
}

/** Link to an indirect branch's target; RIP is written when it has to be looked up. 0: not canonical. */
export function jumpLink(target: u64): usize {
  const entry = jumpEntry(target);
  if (load<u64>(entry) == target) return entry + 8;
  if (!isCanonical(target)) return 0;
  store<u64>(S + State.RIP, target);
  return NO_LINK;
}
