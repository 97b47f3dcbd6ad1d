// SGDT SIDT LGDT LIDT SLDT STR LLDT LTR (SDM 2A, 2B; SDM 3A 2.4). In non-root operation privilege faults and #UD come
// before the exit, everything else after it (SDM 3C 25.1.1).
import { Seg, Segment, State } from '../../abi/state-block';
import { faulted, raiseBecause } from '../fault';
import { AccessRights, Reason, SystemType, SystemTypeBit, Vector } from '../gen/constants';
import {
  readLinear16,
  readLinear32,
  readLinear64,
  writeLinear16,
  writeLinear32,
  writeLinear64,
} from '../memory';
import { in64BitMode, isCanonical } from '../mode';
import { checkedOperandLinear, readOperand, writeOperand } from '../operands';
import { get32, get64, segment, set32, set64 } from '../state';
import { Next, Uop, UopFlag } from '../uop';
import { TableInstruction, inNonRoot, interceptDescriptorTable } from '../vmx/hooks';
import {
  descriptorAccess,
  descriptorBase,
  descriptorLimit,
  readDescriptor,
  readDescriptorHigh,
  selectorError,
  setBusy,
} from './descriptors';
import { longModeActive, undefinedHere } from './far-code';
import { privileged, refuse, refuseSelector, userPrevented } from './refusal';
import { storeNull, storeSegment } from './segment-load';

function storeTable(u: usize, kind: u32, base: u64, limit: u32): i32 {
  if (userPrevented()) return Next.FAULT;
  if (inNonRoot() && interceptDescriptorTable(u, kind)) return Next.EXITED;
  const wide = in64BitMode();
  const linear = checkedOperandLinear(u, wide ? 10 : 6, true);
  if (faulted()) return Next.FAULT;
  writeLinear16(linear, limit);
  if (faulted()) return Next.FAULT;
  if (wide) writeLinear64(linear + 2, base);
  else writeLinear32(linear + 2, <u32>base);
  return faulted() ? Next.FAULT : Next.DONE;
}

export function execSgdt(u: usize): i32 {
  return storeTable(u, TableInstruction.SGDT, get64(State.GDTR_BASE), get32(State.GDTR_LIMIT));
}

export function execSidt(u: usize): i32 {
  return storeTable(u, TableInstruction.SIDT, get64(State.IDTR_BASE), get32(State.IDTR_LIMIT));
}

/** A 16-bit operand size loads 24 bits of base. */
function loadTable(u: usize, kind: u32, base: usize, limit: usize): i32 {
  if (!privileged()) return Next.FAULT;
  if (inNonRoot() && interceptDescriptorTable(u, kind)) return Next.EXITED;
  const wide = in64BitMode();
  const linear = checkedOperandLinear(u, wide ? 10 : 6, false);
  if (faulted()) return Next.FAULT;
  const size = readLinear16(linear) & 0xffff;
  if (faulted()) return Next.FAULT;
  let start: u64 = wide ? readLinear64(linear + 2) : <u64>readLinear32(linear + 2);
  if (faulted()) return Next.FAULT;
  if (!wide && load<u8>(u + Uop.WIDTH) == 2) start &= 0xffffff;
  if (!isCanonical(start)) return refuse(Reason.TABLE_BASE_NOT_CANONICAL, start);
  set64(base, start);
  set32(limit, size);
  return Next.DONE;
}

export function execLgdt(u: usize): i32 {
  return loadTable(u, TableInstruction.LGDT, State.GDTR_BASE, State.GDTR_LIMIT);
}

export function execLidt(u: usize): i32 {
  return loadTable(u, TableInstruction.LIDT, State.IDTR_BASE, State.IDTR_LIMIT);
}

function storeSelector(u: usize, kind: u32, index: u32): i32 {
  if (undefinedHere() || userPrevented()) return Next.FAULT;
  if (inNonRoot() && interceptDescriptorTable(u, kind)) return Next.EXITED;
  const register = (load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM) != 0;
  writeOperand(
    u,
    register ? load<u8>(u + Uop.WIDTH) : 2,
    load<u32>(segment(index) + Segment.SELECTOR) & 0xffff,
  );
  return faulted() ? Next.FAULT : Next.DONE;
}

export function execSldt(u: usize): i32 {
  return storeSelector(u, TableInstruction.SLDT, Seg.LDTR);
}

export function execStr(u: usize): i32 {
  return storeSelector(u, TableInstruction.STR, Seg.TR);
}

/** Base of an LDT or TSS descriptor: 64 bits in IA-32e mode, canonical. */
function systemBase(selector: u32, descriptor: u64): u64 {
  let base = descriptorBase(descriptor);
  if (!longModeActive()) return base;
  base |= readDescriptorHigh(selector, Vector.GP) << 32;
  if (!faulted() && !isCanonical(base))
    raiseBecause(Reason.TABLE_BASE_NOT_CANONICAL, Vector.GP, selectorError(selector), base);
  return base;
}

export function execLldt(u: usize): i32 {
  if (undefinedHere() || !privileged()) return Next.FAULT;
  if (inNonRoot() && interceptDescriptorTable(u, TableInstruction.LLDT)) return Next.EXITED;
  const selector = <u32>readOperand(u, 2);
  if (faulted()) return Next.FAULT;
  if ((selector & 0xfffc) == 0) {
    storeNull(Seg.LDTR, selector, 0);
    return Next.DONE;
  }
  if ((selector & 4) != 0) return refuseSelector(Reason.SELECTOR_IN_LDT, Vector.GP, selector, 0);
  const descriptor = readDescriptor(selector, Vector.GP);
  if (faulted()) return Next.FAULT;
  const access = descriptorAccess(descriptor);
  if ((access & (AccessRights.S | AccessRights.TYPE)) != SystemType.LDT)
    return refuseSelector(Reason.SYSTEM_DESCRIPTOR_TYPE, Vector.GP, selector, descriptor);
  if ((access & AccessRights.P) == 0)
    return refuseSelector(Reason.SYSTEM_DESCRIPTOR_NOT_PRESENT, Vector.NP, selector, descriptor);
  const base = systemBase(selector, descriptor);
  if (faulted()) return Next.FAULT;
  storeSegment(Seg.LDTR, selector, base, descriptorLimit(descriptor), access);
  return Next.DONE;
}

export function execLtr(u: usize): i32 {
  if (undefinedHere() || !privileged()) return Next.FAULT;
  if (inNonRoot() && interceptDescriptorTable(u, TableInstruction.LTR)) return Next.EXITED;
  const selector = <u32>readOperand(u, 2);
  if (faulted()) return Next.FAULT;
  if ((selector & 0xfffc) == 0) return refuse(Reason.SELECTOR_NULL, selector);
  if ((selector & 4) != 0) return refuseSelector(Reason.SELECTOR_IN_LDT, Vector.GP, selector, 0);
  const descriptor = readDescriptor(selector, Vector.GP);
  if (faulted()) return Next.FAULT;
  const access = descriptorAccess(descriptor);
  const kind = access & (AccessRights.S | AccessRights.TYPE);
  const available = kind == SystemType.TSS32 || (kind == SystemType.TSS16 && !longModeActive());
  if (!available) return refuseSelector(Reason.SYSTEM_DESCRIPTOR_TYPE, Vector.GP, selector, descriptor);
  if ((access & AccessRights.P) == 0)
    return refuseSelector(Reason.SYSTEM_DESCRIPTOR_NOT_PRESENT, Vector.NP, selector, descriptor);
  const base = systemBase(selector, descriptor);
  if (faulted()) return Next.FAULT;
  setBusy(selector, true);
  if (faulted()) return Next.FAULT;
  storeSegment(Seg.TR, selector, base, descriptorLimit(descriptor), access | SystemTypeBit.BUSY);
  return Next.DONE;
}
