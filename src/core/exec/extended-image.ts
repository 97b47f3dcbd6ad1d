// The legacy region of FXSAVE and XSAVE (SDM Vol. 1, 10.5.1 and 13.4.1), made from the state block and taken into it, in a buffer
// of the core: what of it reaches memory is the instructions' business.
import { Mode, State } from '../../abi/state-block';
import { FpuStatus } from '../gen/constants';
import { S, get32, get64, set32, set64 } from '../state';
import { ymm } from './vector-operands';

/** Byte offsets in the area. */
export const enum Area {
  FCW = 0, // u16
  FSW = 2, // u16
  FTW = 4, // u8
  FOP = 6, // u16
  FIP = 8, // u64, or u32 and the selector
  FCS = 12, // u16
  FDP = 16,
  FDS = 20, // u16
  MXCSR = 24, // u32
  MXCSR_MASK = 28, // u32
  /** ST0..ST7, or MM0..MM7, 16 bytes each. */
  ST = 32,
  XMM = 160,
  /** Behind XMM7 and XMM15. */
  XMM_END_32 = 288,
  XMM_END_64 = 416,
  /** XSAVE header: XSTATE_BV, XCOMP_BV, reserved. */
  XSTATE_BV = 512,
  XCOMP_BV = 520,
  HEADER_END = 576,
  /** First extended component of the compacted format. */
  EXTENDED = 576,
  BYTES = 4096,
}

/** The buffer. */
export const image: usize = memory.data(4096, 16);

/** All bits of MXCSR but the reserved ones: DAZ exists. */
export const MXCSR_MASK: u32 = 0xffff;
export const MXCSR_INITIAL: u32 = 0x1f80;
/** After FNINIT: all exceptions masked, 64-bit precision. */
export const FCW_INITIAL: u32 = 0x37f;
const TOP_SHIFT: u32 = 11;

/** Address of ST(index) in the state block. */
function stack(index: u32): usize {
  const physical = ((get32(State.FPU_STATUS) >> TOP_SHIFT) + index) & 7;
  return S + State.X87 + ((<usize>physical) << 4);
}

/** Behind the last XMM register that the mode can name. */
export function xmmEnd(): u32 {
  return get32(State.MODE) == Mode.LONG_64 ? Area.XMM_END_64 : Area.XMM_END_32;
}

/** @param wide 64-bit offsets instead of selectors and 32-bit ones: REX.W */
export function imageX87(wide: bool): void {
  store<u16>(image + Area.FCW, get32(State.FPU_CONTROL));
  store<u16>(image + Area.FSW, get32(State.FPU_STATUS));
  store<u16>(image + Area.FTW, get32(State.FPU_TAG));
  store<u16>(image + Area.FOP, get32(State.FPU_OPCODE));
  store<u64>(image + Area.FIP, get64(State.FPU_IP));
  store<u64>(image + Area.FDP, get64(State.FPU_DP));
  if (!wide) {
    store<u32>(image + Area.FCS, get32(State.FPU_CS));
    store<u32>(image + Area.FDS, get32(State.FPU_DS));
  }
  for (let i: u32 = 0; i < 8; i++) {
    const to = image + Area.ST + ((<usize>i) << 4);
    store<u64>(to, load<u64>(stack(i)));
    store<u64>(to, <u64>load<u16>(stack(i), 8), 8);
  }
}

export function imageMxcsr(): void {
  store<u32>(image + Area.MXCSR, get32(State.MXCSR));
  store<u32>(image + Area.MXCSR_MASK, MXCSR_MASK);
}

export function imageXmm(): void {
  for (let at: u32 = Area.XMM, i: u32 = 0; at < xmmEnd(); at += 16, i++)
    v128.store(image + at, v128.load(ymm(i)));
}

/** Upper halves of the YMM registers, from a place in the image on. */
export function imageUpperHalves(offset: u32): void {
  for (let at: u32 = Area.XMM, i: u32 = 0; at < xmmEnd(); at += 16, i++)
    v128.store(image + offset + (i << 4), v128.load(ymm(i), 16));
}

/** ES and B follow from flags and masks, whatever the image says. */
export function loadX87(wide: bool): void {
  const control = (load<u16>(image + Area.FCW) | 0x40) & 0x1f7f;
  let status = (<u32>load<u16>(image + Area.FSW)) & ~(FpuStatus.ES | FpuStatus.B);
  if (status & ~control & 0x3f) status |= FpuStatus.ES | FpuStatus.B;
  set32(State.FPU_CONTROL, control);
  set32(State.FPU_STATUS, status);
  set32(State.FPU_TAG, load<u8>(image + Area.FTW));
  set32(State.FPU_OPCODE, load<u16>(image + Area.FOP) & 0x7ff);
  const mask: u64 = wide ? 0xffff_ffff_ffff_ffff : 0xffffffff;
  set64(State.FPU_IP, load<u64>(image + Area.FIP) & mask);
  set64(State.FPU_DP, load<u64>(image + Area.FDP) & mask);
  set32(State.FPU_CS, wide ? 0 : <u32>load<u16>(image + Area.FCS));
  set32(State.FPU_DS, wide ? 0 : <u32>load<u16>(image + Area.FDS));
  for (let i: u32 = 0; i < 8; i++) {
    const from = image + Area.ST + ((<usize>i) << 4);
    store<u64>(stack(i), load<u64>(from));
    store<u64>(stack(i), <u64>load<u16>(from, 8), 8);
  }
}

export function loadXmm(): void {
  for (let at: u32 = Area.XMM, i: u32 = 0; at < xmmEnd(); at += 16, i++)
    v128.store(ymm(i), v128.load(image + at));
}

export function loadUpperHalves(offset: u32): void {
  for (let at: u32 = Area.XMM, i: u32 = 0; at < xmmEnd(); at += 16, i++)
    v128.store(ymm(i), v128.load(image + offset + (i << 4)), 16);
}

export function initializeUpperHalves(): void {
  for (let at: u32 = Area.XMM, i: u32 = 0; at < xmmEnd(); at += 16, i++)
    v128.store(ymm(i), i64x2.splat(0), 16);
}

/** The initial configuration of the x87 state (SDM Vol. 1, 13.6). */
export function initializeX87(): void {
  memory.fill(image, 0, Area.MXCSR);
  memory.fill(image + Area.ST, 0, Area.XMM - Area.ST);
  store<u16>(image + Area.FCW, FCW_INITIAL);
  loadX87(true);
}

export function initializeXmm(): void {
  for (let at: u32 = Area.XMM, i: u32 = 0; at < xmmEnd(); at += 16, i++) v128.store(ymm(i), i64x2.splat(0));
}

/** True when the x87 state is its initial configuration. */
export function x87IsInitial(): bool {
  if (get32(State.FPU_CONTROL) != FCW_INITIAL || get32(State.FPU_STATUS) || get32(State.FPU_TAG))
    return false;
  if (get64(State.FPU_IP) | get64(State.FPU_DP) | (<u64>get32(State.FPU_OPCODE))) return false;
  if (get32(State.FPU_CS) | get32(State.FPU_DS)) return false;
  let all = i64x2.splat(0);
  for (let i: u32 = 0; i < 8; i++) all = v128.or(all, v128.load(S + State.X87 + ((<usize>i) << 4)));
  return !v128.any_true(all);
}

/** Or of all halves of the YMM registers, the low (0) or the high (16) ones. */
export function vectorHalvesInUse(half: usize): bool {
  let all = i64x2.splat(0);
  for (let i: u32 = 0; i < 16; i++) all = v128.or(all, v128.load(ymm(i) + half));
  return v128.any_true(all);
}
