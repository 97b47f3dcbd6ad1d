// Elements made wider (PMOVSX, PMOVZX) and repeated (VBROADCAST, VPBROADCAST). SDM Vol. 2.
import { faulted } from '../fault';
import { Next } from '../uop';
import { XMM, isWide, regVector, rmBytes, setVector, setWideVector, vectorBytes } from './vector-operands';

/** From which element to which; the signed ones first. */
export const enum Extension {
  SIGNED_BW = 0,
  SIGNED_BD,
  SIGNED_BQ,
  SIGNED_WD,
  SIGNED_WQ,
  SIGNED_DQ,
  ZERO_BW,
  ZERO_BD,
  ZERO_BQ,
  ZERO_WD,
  ZERO_WQ,
  ZERO_DQ,
}

/** How often an element becomes longer. */
function growth(kind: u32): u32 {
  const k = kind >= <u32>Extension.ZERO_BW ? kind - Extension.ZERO_BW : kind;
  if (k == Extension.SIGNED_BQ) return 8;
  return k == Extension.SIGNED_BD || k == Extension.SIGNED_WQ ? 4 : 2;
}

function extended(kind: u32, v: v128): v128 {
  switch (kind) {
    case Extension.SIGNED_BW:
      return i16x8.extend_low_i8x16_s(v);
    case Extension.SIGNED_BD:
      return i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v));
    case Extension.SIGNED_BQ:
      return i64x2.extend_low_i32x4_s(i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v)));
    case Extension.SIGNED_WD:
      return i32x4.extend_low_i16x8_s(v);
    case Extension.SIGNED_WQ:
      return i64x2.extend_low_i32x4_s(i32x4.extend_low_i16x8_s(v));
    case Extension.SIGNED_DQ:
      return i64x2.extend_low_i32x4_s(v);
    case Extension.ZERO_BW:
      return i16x8.extend_low_i8x16_u(v);
    case Extension.ZERO_BD:
      return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v));
    case Extension.ZERO_BQ:
      return i64x2.extend_low_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v)));
    case Extension.ZERO_WD:
      return i32x4.extend_low_i16x8_u(v);
    case Extension.ZERO_WQ:
      return i64x2.extend_low_i32x4_u(i32x4.extend_low_i16x8_u(v));
    default:
      return i64x2.extend_low_i32x4_u(v);
  }
}

/** `count` bytes (2, 4, 8 or 16) from an address. */
function loadPart(at: usize, count: u32): v128 {
  if (count == 16) return v128.load(at);
  if (count == 8) return v128.load64_zero(at);
  if (count == 4) return v128.load32_zero(at);
  return i32x4.replace_lane(i64x2.splat(0), 0, <i32>load<u16>(at));
}

/** The source is as many bytes as the elements it takes have. */
export function execExtend(u: usize, kind: u32): i32 {
  const part = XMM / growth(kind);
  const from = rmBytes(u, isWide(u) ? part << 1 : part);
  if (faulted()) return Next.FAULT;
  const low = extended(kind, loadPart(from, part));
  if (isWide(u)) setWideVector(regVector(u), low, extended(kind, loadPart(from + part, part)));
  else setVector(u, regVector(u), low);
  return Next.DONE;
}

function repeated(at: usize, bytes: u32): v128 {
  if (bytes == 16) return v128.load(at);
  if (bytes == 8) return v128.load64_splat(at);
  if (bytes == 4) return v128.load32_splat(at);
  return bytes == 2 ? v128.load16_splat(at) : v128.load8_splat(at);
}

/** The low element of `bytes` bytes of rm in each element of reg. */
export function execBroadcast(u: usize, bytes: u32): i32 {
  const from = rmBytes(u, bytes);
  if (faulted()) return Next.FAULT;
  const v = repeated(from, bytes);
  if (vectorBytes(u) == XMM) setVector(u, regVector(u), v);
  else setWideVector(regVector(u), v, v);
  return Next.DONE;
}
