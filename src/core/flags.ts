// RFLAGS. While the core runs, the six arithmetic flags live in a lazy form (kind, result, first operand) in the private
// part of the state block; State.RFLAGS holds the other bits, and all of them while the kind is NONE. Exact at every
// fault, exit and stop through `rflags()`. SDM Vol. 1, 3.4.3.
import { State } from '../abi/state-block';
import { S } from './state';

export const enum Lazy {
  KIND = 0x900, // u32
  /** Result, sign-extended to 64 bits. */
  RESULT = 0x908, // u64
  /** First operand, sign-extended (ADD, SUB kinds), or the CF, AF and OF bits themselves (EXPLICIT). */
  OPERAND = 0x910, // u64
}

export const enum FlagKind {
  NONE = 0,
  /** CF = OF = AF = 0. */
  LOGIC = 1,
  EXPLICIT = 2,
  ADD8 = 4,
  ADD16 = 5,
  ADD32 = 6,
  ADD64 = 7,
  SUB8 = 8,
  SUB16 = 9,
  SUB32 = 10,
  SUB64 = 11,
}

export const enum Flag {
  CF = 1,
  PF = 4,
  AF = 0x10,
  ZF = 0x40,
  SF = 0x80,
  TF = 0x100,
  IF = 0x200,
  DF = 0x400,
  OF = 0x800,
  IOPL = 0x3000,
  NT = 0x4000,
  RF = 0x10000,
  VM = 0x20000,
  AC = 0x40000,
  VIF = 0x80000,
  VIP = 0x100000,
  ID = 0x200000,
  ARITHMETIC = 0x8d5,
}

/** All of RFLAGS, exact. */
export function rflags(): u64 {
  const kind = load<u32>(S + Lazy.KIND);
  const stored = load<u64>(S + State.RFLAGS);
  if (kind == FlagKind.NONE) return stored;
  return (stored & ~(<u64>Flag.ARITHMETIC)) | (<u64>arithmeticFlags(kind));
}

/** The six arithmetic flags out of the lazy form; must not be called with kind NONE. */
function arithmeticFlags(kind: u32): u32 {
  const result = load<u64>(S + Lazy.RESULT);
  const a = load<u64>(S + Lazy.OPERAND);
  let bits: u32 = 0;
  if (result == 0) bits |= Flag.ZF;
  if (<i64>result < 0) bits |= Flag.SF;
  if ((popcnt<u32>((<u32>result) & 0xff) & 1) == 0) bits |= Flag.PF;
  if (kind == FlagKind.EXPLICIT) return bits | (<u32>a);
  if (kind == FlagKind.LOGIC) return bits;
  const shift: u64 = 64 - ((<u64>8) << (kind & 3));
  if (kind < <u32>FlagKind.SUB8) {
    const b = result - a;
    if (result < a) bits |= Flag.CF;
    if (<i64>(((result ^ a) & (result ^ b)) << shift) < 0) bits |= Flag.OF;
    return bits | ((<u32>(result ^ a ^ b)) & Flag.AF);
  }
  const b = <u64>((<i64>((a - result) << shift)) >> shift);
  if (a < b) bits |= Flag.CF;
  if (<i64>(((a ^ b) & (result ^ a)) << shift) < 0) bits |= Flag.OF;
  return bits | ((<u32>(result ^ a ^ b)) & Flag.AF);
}

/** Makes State.RFLAGS exact in place. */
export function materializeFlags(): void {
  if (load<u32>(S + Lazy.KIND) == FlagKind.NONE) return;
  store<u64>(S + State.RFLAGS, rflags());
  store<u32>(S + Lazy.KIND, FlagKind.NONE);
}

/** Replaces all of RFLAGS (bit 1 is forced to one). Callers that change TF, IF, AC or VM end the block (Next.BOUNDARY). */
export function setRflags(value: u64): void {
  store<u64>(S + State.RFLAGS, value | 2);
  store<u32>(S + Lazy.KIND, FlagKind.NONE);
}

/** Replaces the arithmetic flags (CF, PF, AF, ZF, SF, OF bits of `bits`) and leaves the others. */
export function setArithmeticFlags(bits: u32): void {
  const other = load<u64>(S + State.RFLAGS) & ~(<u64>Flag.ARITHMETIC);
  store<u64>(S + State.RFLAGS, other | (<u64>(bits & Flag.ARITHMETIC)));
  store<u32>(S + Lazy.KIND, FlagKind.NONE);
}

/** Result flags of an operation whose CF, AF and OF are known bits; `result` sign-extended from its width. */
// @ts-ignore: decorator
@inline
export function explicitFlags(result: u64, bits: u32): void {
  store<u32>(S + Lazy.KIND, FlagKind.EXPLICIT);
  store<u64>(S + Lazy.RESULT, result);
  store<u64>(S + Lazy.OPERAND, <u64>bits);
}

/** ZF. */
// @ts-ignore: decorator
@inline
export function zero(): bool {
  return load<u32>(S + Lazy.KIND) != FlagKind.NONE
    ? load<u64>(S + Lazy.RESULT) == 0
    : (load<u32>(S + State.RFLAGS) & Flag.ZF) != 0;
}

/** SF. */
// @ts-ignore: decorator
@inline
export function sign(): bool {
  return load<u32>(S + Lazy.KIND) != FlagKind.NONE
    ? load<i64>(S + Lazy.RESULT) < 0
    : (load<u32>(S + State.RFLAGS) & Flag.SF) != 0;
}

/** CF, without the cost of the other flags. */
export function carry(): bool {
  const kind = load<u32>(S + Lazy.KIND);
  if (kind == FlagKind.NONE) return (load<u32>(S + State.RFLAGS) & Flag.CF) != 0;
  if (kind == FlagKind.LOGIC) return false;
  const a = load<u64>(S + Lazy.OPERAND);
  if (kind == FlagKind.EXPLICIT) return (<u32>a & Flag.CF) != 0;
  const result = load<u64>(S + Lazy.RESULT);
  if (kind < <u32>FlagKind.SUB8) return result < a;
  const shift: u64 = 64 - (<u64>8 << (kind & 3));
  return <u64>(<i64>((a - result) << shift) >> shift) > a;
}

/** A condition of Jcc, SETcc and CMOVcc by its number (SDM Vol. 1, Table B-1). */
export function condition(code: u32): bool {
  let holds: bool;
  switch (code >> 1) {
    case 1:
      holds = carry();
      break;
    case 2:
      holds = zero();
      break;
    case 3:
      holds = zero() || carry();
      break;
    case 4:
      holds = sign();
      break;
    default: {
      const bits = <u32>rflags();
      const less = ((bits >> 7) ^ (bits >> 11)) & 1;
      if (code >> 1 == 0) holds = (bits & Flag.OF) != 0;
      else if (code >> 1 == 5) holds = (bits & Flag.PF) != 0;
      else if (code >> 1 == 6) holds = less != 0;
      else holds = less != 0 || (bits & Flag.ZF) != 0;
    }
  }
  return holds != ((code & 1) != 0);
}
