// LAR, LSL, VERR, VERW, ARPL: questions about selectors, answered in ZF without a fault (SDM 2A, 2B; SDM 3A 5.10).
import { State } from '../../abi/state-block';
import { faulted } from '../fault';
import { rflags, setArithmeticFlags } from '../flags';
import { AccessRights, Rflags, SegmentType, SystemType } from '../gen/constants';
import { readSystem64 } from '../memory';
import { readOperand, readReg, writeOperand, writeReg } from '../operands';
import { get32 } from '../state';
import { Next, Uop } from '../uop';
import {
  NO_DESCRIPTOR,
  descriptorAccess,
  descriptorAddress,
  descriptorLimit,
  rightsDpl,
} from './descriptors';
import { longModeActive, undefinedHere } from './far-code';

/** Bits of a descriptor's second half that LAR shows. */
const LAR_MASK: u64 = 0x00f0ff00;

function finish(zero: bool): i32 {
  const flags = (<u32>rflags()) & ~(<u32>Rflags.ZF);
  setArithmeticFlags(zero ? flags | (<u32>Rflags.ZF) : flags);
  return Next.DONE;
}

/** The descriptor, or NO_DESCRIPTOR for a null selector or one outside its table. May fault on the table's page. */
function lookUp(selector: u32): u64 {
  if ((selector & 0xfffc) == 0) return NO_DESCRIPTOR;
  const address = descriptorAddress(selector, 8);
  if (address == NO_DESCRIPTOR) return NO_DESCRIPTOR;
  return readSystem64(address);
}

/** Privilege rule for everything but conforming code. */
function visible(selector: u32, access: u32): bool {
  const conforming: u32 = AccessRights.S | SegmentType.CODE | SegmentType.CONFORMING;
  if ((access & conforming) == conforming) return true;
  const dpl = rightsDpl(access);
  return get32(State.CPL) <= dpl && (selector & 3) <= dpl;
}

/** System descriptor types LAR and LSL accept; gates have no limit, so LSL refuses them. */
function knownSystemType(type: u32, limit: bool): bool {
  if (type == SystemType.LDT || type == SystemType.TSS32 || type == SystemType.TSS32_BUSY) return true;
  if (!limit && type == SystemType.CALL_GATE32) return true;
  if (longModeActive()) return false;
  if (type == SystemType.TSS16 || type == SystemType.TSS16_BUSY) return true;
  return !limit && (type == SystemType.CALL_GATE16 || type == SystemType.TASK_GATE);
}

function loadPart(u: usize, limit: bool): i32 {
  if (undefinedHere()) return Next.FAULT;
  const selector = <u32>readOperand(u, 2);
  if (faulted()) return Next.FAULT;
  const descriptor = lookUp(selector);
  if (faulted()) return Next.FAULT;
  if (descriptor == NO_DESCRIPTOR) return finish(false);
  const access = descriptorAccess(descriptor);
  const known = (access & AccessRights.S) != 0 || knownSystemType(access & AccessRights.TYPE, limit);
  if (!known || !visible(selector, access)) return finish(false);
  const value: u64 = limit ? <u64>descriptorLimit(descriptor) : (descriptor >> 32) & LAR_MASK;
  writeReg(load<u8>(u + Uop.REG), load<u8>(u + Uop.WIDTH), true, value);
  return finish(true);
}

export function execLar(u: usize): i32 {
  return loadPart(u, false);
}

export function execLsl(u: usize): i32 {
  return loadPart(u, true);
}

function verify(u: usize, write: bool): i32 {
  if (undefinedHere()) return Next.FAULT;
  const selector = <u32>readOperand(u, 2);
  if (faulted()) return Next.FAULT;
  const descriptor = lookUp(selector);
  if (faulted()) return Next.FAULT;
  if (descriptor == NO_DESCRIPTOR) return finish(false);
  const access = descriptorAccess(descriptor);
  if ((access & AccessRights.S) == 0 || !visible(selector, access)) return finish(false);
  const code = (access & SegmentType.CODE) != 0;
  const permitted = (access & SegmentType.WRITABLE) != 0;
  return finish(write ? !code && permitted : !code || permitted);
}

export function execVerr(u: usize): i32 {
  return verify(u, false);
}

export function execVerw(u: usize): i32 {
  return verify(u, true);
}

export function execArpl(u: usize): i32 {
  if (undefinedHere()) return Next.FAULT;
  const target = <u32>readOperand(u, 2);
  if (faulted()) return Next.FAULT;
  const rpl = (<u32>readReg(load<u8>(u + Uop.REG), 2, true)) & 3;
  if ((target & 3) >= rpl) return finish(false);
  writeOperand(u, 2, (target & 0xfffc) | rpl);
  return faulted() ? Next.FAULT : finish(true);
}
