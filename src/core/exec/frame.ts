// The stack of a far transfer or event delivery: values are written to (or read from) memory while RSP and SS stay as
// they are, so that a fault or VM exit in the middle finds the state of before (SDM 3A 6.5, 3C 27.3). The caller
// commits the pointer. One stack at a time. Must not decide which stack to use.
import { Gpr, Mode, Seg, Segment, State } from '../../abi/state-block';
import { Private } from '../events/event-state';
import { faulted, raiseBecause } from '../fault';
import { AccessRights, Reason, SegmentType, Vector } from '../gen/constants';
import {
  readLinear16,
  readLinear32,
  readLinear64,
  readSystem16,
  readSystem32,
  readSystem64,
  writeLinear16,
  writeLinear32,
  writeLinear64,
  writeSystem16,
  writeSystem32,
  writeSystem64,
} from '../memory';
import { isCanonical, stackWidth } from '../mode';
import { get32, get64, gpr, segment, segmentBase, set32, set64, setGpr } from '../state';

function open(base: u64, limit: u32, access: u32, pointer: u64, size: u32, system: bool, error: u32): void {
  set64(Private.FRAME_BASE, base);
  set64(Private.FRAME_POINTER, pointer);
  set32(Private.FRAME_LIMIT, limit);
  set32(Private.FRAME_ACCESS, access);
  set32(Private.FRAME_SIZE, size);
  set32(Private.FRAME_SYSTEM, system ? 1 : 0);
  set32(Private.FRAME_ERROR, error);
}

/** The stack in use, accessed with the rights of the CPL; faults are #SS(0). */
export function openCurrentStack(): void {
  const ss = segment(Seg.SS);
  open(
    segmentBase(Seg.SS),
    load<u32>(ss + Segment.LIMIT),
    load<u32>(ss + Segment.ACCESS),
    gpr(Gpr.RSP),
    stackWidth(),
    false,
    0,
  );
}

/** A stack of an inner privilege level; faults are #SS(selector). */
export function openInnerStack(base: u64, limit: u32, access: u32, pointer: u64, selector: u32): void {
  open(base, limit, access, pointer, (access & AccessRights.DB) != 0 ? 4 : 2, true, selector & 0xfffc);
}

/** A 64-bit stack; `system`: accessed as supervisor whatever the CPL is. */
export function openLongStack(pointer: u64, system: bool): void {
  open(0, 0xffffffff, 0, pointer, 8, system, 0);
}

/** Bytes [offset, offset + width) lie inside the frame's segment. */
function insideLimit(offset: u64, width: u32): bool {
  const limit: u64 = get32(Private.FRAME_LIMIT);
  const access = get32(Private.FRAME_ACCESS);
  const last = offset + width - 1;
  if ((access & SegmentType.CONFORMING) == 0 || get32(State.MODE) <= <u32>Mode.VIRTUAL_8086)
    return last <= limit;
  const top: u64 = (access & AccessRights.DB) != 0 ? 0xffffffff : 0xffff;
  return offset > limit && last <= top;
}

/** Linear address of `width` bytes at the stack offset; raises #SS. */
function frameLinear(offset: u64, width: u32): u64 {
  if (get32(Private.FRAME_SIZE) == 8) {
    if (!isCanonical(offset) || !isCanonical(offset + width - 1))
      raiseBecause(Reason.STACK_NOT_CANONICAL, Vector.SS, get32(Private.FRAME_ERROR), offset);
    return offset;
  }
  if (!insideLimit(offset, width))
    raiseBecause(
      Reason.STACK_LIMIT,
      Vector.SS,
      get32(Private.FRAME_ERROR),
      offset,
      get32(Private.FRAME_LIMIT),
    );
  return (get64(Private.FRAME_BASE) + offset) & 0xffffffff;
}

function pointerMask(): u64 {
  const size = get32(Private.FRAME_SIZE);
  if (size == 8) return 0xffffffffffffffff;
  return size == 4 ? 0xffffffff : 0xffff;
}

/** Writes one value below the pointer; `width` is 2, 4 or 8. Does nothing once a fault is pending. */
export function framePush(width: u32, value: u64): void {
  if (faulted()) return;
  const pointer = (get64(Private.FRAME_POINTER) - width) & pointerMask();
  const linear = frameLinear(pointer, width);
  if (faulted()) return;
  const system = get32(Private.FRAME_SYSTEM) != 0;
  if (width == 8) {
    if (system) writeSystem64(linear, value);
    else writeLinear64(linear, value);
  } else if (width == 4) {
    if (system) writeSystem32(linear, <u32>value);
    else writeLinear32(linear, <u32>value);
  } else {
    if (system) writeSystem16(linear, <u16>value);
    else writeLinear16(linear, <u16>value);
  }
  if (!faulted()) set64(Private.FRAME_POINTER, pointer);
}

/** Reads one value at the pointer and moves it up; 0 once a fault is pending. */
export function framePop(width: u32): u64 {
  if (faulted()) return 0;
  const mask = pointerMask();
  const pointer = get64(Private.FRAME_POINTER) & mask;
  const linear = frameLinear(pointer, width);
  if (faulted()) return 0;
  const system = get32(Private.FRAME_SYSTEM) != 0;
  let value: u64 = 0;
  if (width == 8) value = system ? readSystem64(linear) : readLinear64(linear);
  else if (width == 4) value = system ? readSystem32(linear) : readLinear32(linear);
  else value = system ? readSystem16(linear) : readLinear16(linear);
  set64(Private.FRAME_POINTER, (pointer + width) & mask);
  return value;
}

export function framePointer(): u64 {
  return get64(Private.FRAME_POINTER);
}

/** Moves the pointer (RET's immediate). */
export function frameSkip(bytes: u64): void {
  set64(Private.FRAME_POINTER, (get64(Private.FRAME_POINTER) + bytes) & pointerMask());
}

/** RSP takes a stack pointer of `size` bytes: a 16-bit one leaves the upper bits, a 32-bit one clears them. */
export function commitStackPointer(pointer: u64, size: u32): void {
  if (size == 8) setGpr(Gpr.RSP, pointer);
  else if (size == 4) setGpr(Gpr.RSP, pointer & 0xffffffff);
  else setGpr(Gpr.RSP, (gpr(Gpr.RSP) & ~(<u64>0xffff)) | (pointer & 0xffff));
}

/** RSP takes the frame's pointer. */
export function commitFrame(): void {
  commitStackPointer(framePointer(), get32(Private.FRAME_SIZE));
}
