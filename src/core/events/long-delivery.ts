// Interrupts and exceptions in IA-32e mode, from 64-bit and compatibility code: 16-byte gates, RSP from the TSS or the
// interrupt stack table, aligned 8-byte frames (SDM 3A 6.14). All checks come before the first register changes.
import { Seg, Segment, State } from '../../abi/state-block';
import {
  descriptorAccess,
  gateOffset,
  gateSelector,
  markAccessed,
  rightsDpl,
  selectorError,
} from '../exec/descriptors';
import { commitFrame, framePush, openLongStack } from '../exec/frame';
import { storeFromDescriptor, storeNull } from '../exec/segment-load';
import { faulted, raiseBecause } from '../fault';
import { rflags, setRflags } from '../flags';
import { AccessRights, Reason, SegmentType, Vector } from '../gen/constants';
import { readSystem32, readSystem64 } from '../memory';
import { isCanonical } from '../mode';
import { get32, get64, gpr, segment, segmentBase, set32, setRip } from '../state';
import { handlerFlags, readGate, readHandlerCode } from './protected-delivery';

/** A stack pointer of the 64-bit TSS at `offset`: #TS(TR) outside the limit, #SS(0) when it is not canonical. */
export function readTaskStack(offset: u32): u64 {
  const tr = segment(Seg.TR);
  if (offset + 7 > load<u32>(tr + Segment.LIMIT)) {
    const error = selectorError(load<u32>(tr + Segment.SELECTOR));
    raiseBecause(Reason.TSS_STACK_LIMIT, Vector.TS, error, offset, load<u32>(tr + Segment.LIMIT));
    return 0;
  }
  const pointer = readSystem64(segmentBase(Seg.TR) + offset);
  if (!faulted() && !isCanonical(pointer))
    raiseBecause(Reason.TSS_STACK_NOT_CANONICAL, Vector.SS, 0, pointer, offset);
  return pointer;
}

/** Offset of RSP0..RSP2 in the 64-bit TSS. */
export function taskStackOffset(level: u32): u32 {
  return 4 + level * 8;
}

/** Delivers `vector`. Nothing has changed when it faulted or exited. */
export function deliverLong(vector: u32, type: u32, hasError: bool, error: u32, returnRip: u64): void {
  const gate = readGate(vector, type, true);
  if (faulted()) return;
  const high = readSystem32(get64(State.IDTR_BASE) + vector * 16 + 8);
  if (faulted()) return;
  const selector = gateSelector(gate);
  const code = readHandlerCode(selector, true);
  if (faulted()) return;
  const access = descriptorAccess(code);
  const cpl = get32(State.CPL);
  const dpl = rightsDpl(access);
  const inner = (access & SegmentType.CONFORMING) == 0 && dpl < cpl;
  const level: u32 = inner ? dpl : cpl;
  const ist = (<u32>(gate >> 32)) & 7;
  let pointer = gpr(4);
  if (ist != 0) pointer = readTaskStack(36 + (ist - 1) * 8);
  else if (inner) pointer = readTaskStack(taskStackOffset(dpl));
  if (faulted()) return;
  const offset = gateOffset(gate) | ((<u64>high) << 32);
  if (!isCanonical(offset)) {
    raiseBecause(Reason.HANDLER_OFFSET_NOT_CANONICAL, Vector.GP, 0, offset);
    return;
  }
  const flags = rflags();
  openLongStack(pointer & ~(<u64>15), level < 3);
  framePush(8, load<u32>(segment(Seg.SS) + Segment.SELECTOR));
  framePush(8, gpr(4));
  framePush(8, flags);
  framePush(8, load<u32>(segment(Seg.CS) + Segment.SELECTOR));
  framePush(8, returnRip);
  if (hasError) framePush(8, error);
  if (faulted()) return;
  markAccessed(selector, code);
  if (faulted()) return;
  if (inner) storeNull(Seg.SS, dpl, dpl);
  commitFrame();
  storeFromDescriptor(Seg.CS, (selector & 0xfffc) | level, code);
  set32(State.CPL, level);
  setRip(offset);
  setRflags(handlerFlags(flags, descriptorAccess(gate) & AccessRights.TYPE));
}
