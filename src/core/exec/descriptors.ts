// Segment and gate descriptors: their pieces, and fetching them from the GDT or LDT (SDM 3A 3.4.5, 3.5, 8-byte and
// 16-byte system descriptors of IA-32e mode). Checks of privilege and type stand with the instructions, not here.
import { State, Seg, Segment } from '../../abi/state-block';
import { raiseBecause } from '../fault';
import { AccessRights, Reason, SegmentType } from '../gen/constants';
import { readSystem64, readSystem8, writeSystem8 } from '../memory';
import { get32, get64, segment, segmentBase } from '../state';

export const NO_DESCRIPTOR: u64 = 0xffffffffffffffff;

export function descriptorBase(descriptor: u64): u64 {
  return ((descriptor >> 16) & 0xffffff) | ((descriptor >> 32) & 0xff000000);
}

/** Limit in bytes, granularity applied. */
export function descriptorLimit(descriptor: u64): u32 {
  const raw: u32 = (<u32>(descriptor & 0xffff)) | ((<u32>(descriptor >> 32)) & 0xf0000);
  return ((descriptor >> 55) & 1) != 0 ? (raw << 12) | 0xfff : raw;
}

/** Access rights in the format of State's segments. */
export function descriptorAccess(descriptor: u64): u32 {
  return (<u32>(descriptor >> 40)) & 0xf0ff;
}

export function rightsDpl(access: u32): u32 {
  return (access & AccessRights.DPL) >> AccessRights.DPL_SHIFT;
}

/** A gate's offset without the upper half of a 16-byte gate. */
export function gateOffset(gate: u64): u64 {
  return (gate & 0xffff) | ((gate >> 32) & 0xffff0000);
}

export function gateSelector(gate: u64): u32 {
  return (<u32>(gate >> 16)) & 0xffff;
}

/** Linear address of a descriptor of `bytes` bytes; NO_DESCRIPTOR when it is not inside its table. */
export function descriptorAddress(selector: u32, bytes: u32): u64 {
  const offset: u32 = selector & 0xfff8;
  const last: u32 = offset + bytes - 1;
  if ((selector & 4) != 0) {
    const ldt = segment(Seg.LDTR);
    if ((load<u32>(ldt + Segment.ACCESS) & AccessRights.UNUSABLE) != 0) return NO_DESCRIPTOR;
    if (last > load<u32>(ldt + Segment.LIMIT)) return NO_DESCRIPTOR;
    return segmentBase(Seg.LDTR) + offset;
  }
  if (last > get32(State.GDTR_LIMIT)) return NO_DESCRIPTOR;
  return get64(State.GDTR_BASE) + offset;
}

/** Error code that names a selector. */
export function selectorError(selector: u32): u32 {
  return selector & 0xfffc;
}

/** The descriptor lies outside its table. */
function tableLimit(selector: u32, vector: u32): void {
  const limit: u32 =
    (selector & 4) != 0 ? load<u32>(segment(Seg.LDTR) + Segment.LIMIT) : get32(State.GDTR_LIMIT);
  raiseBecause(Reason.DESCRIPTOR_LIMIT, vector, selectorError(selector), selector, limit);
}

/** The low 8 bytes of a descriptor; outside its table raises `vector`(selector). Check `faulted()`. */
export function readDescriptor(selector: u32, vector: u32): u64 {
  const address = descriptorAddress(selector, 8);
  if (address == NO_DESCRIPTOR) {
    tableLimit(selector, vector);
    return 0;
  }
  return readSystem64(address);
}

/** The upper 8 bytes of a 16-byte system descriptor; raises `vector`(selector) outside the table or with a type there. */
export function readDescriptorHigh(selector: u32, vector: u32): u64 {
  const address = descriptorAddress(selector, 16);
  if (address == NO_DESCRIPTOR) {
    tableLimit(selector, vector);
    return 0;
  }
  const high = readSystem64(address + 8);
  if (((high >> 40) & 0x1f) != 0)
    raiseBecause(Reason.SYSTEM_DESCRIPTOR_HIGH, vector, selectorError(selector), selector, high);
  return high;
}

/** Sets the accessed bit in memory when it is clear, as loading a segment does. May fault. */
export function markAccessed(selector: u32, descriptor: u64): void {
  if (((descriptor >> 40) & SegmentType.ACCESSED) != 0) return;
  const address = descriptorAddress(selector, 8) + 5;
  writeSystem8(address, readSystem8(address) | 1);
}

/** Sets or clears the busy bit of a TSS descriptor. May fault. */
export function setBusy(selector: u32, busy: bool): void {
  const address = descriptorAddress(selector, 8) + 5;
  const value = readSystem8(address);
  writeSystem8(address, busy ? value | 2 : value & ~2);
}
