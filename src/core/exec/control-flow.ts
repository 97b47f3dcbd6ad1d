// Near branches, calls, returns and loops in general form: with the limit or canonical check of the target before anything
// is committed. SDM Vol. 1, 6.4 and 7.3.8. Far transfers are far-transfer.ts.
import { Gpr, Mode, Seg, Segment, State } from '../../abi/state-block';
import { faulted } from '../fault';
import { condition, zero } from '../flags';
import { Reason } from '../gen/reasons';
import { pushWidth, readSegment, setStackPointer, stackPointer } from '../memory';
import { isCanonical } from '../mode';
import { readOperand, readReg, truncateAddress, writeReg } from '../operands';
import { S, rip, segment, setRip } from '../state';
import { Next, Uop } from '../uop';
import { refuse } from './refusal';

/** True when RIP may become `target`; else #GP(0) is pending. */
function admissible(target: u64): bool {
  if (load<u32>(S + State.MODE) == Mode.LONG_64) {
    if (isCanonical(target)) return true;
    refuse(Reason.TARGET_NOT_CANONICAL, target);
    return false;
  }
  const limit = <u64>load<u32>(segment(Seg.CS) + Segment.LIMIT);
  if (target <= limit) return true;
  refuse(Reason.TARGET_LIMIT, target, limit);
  return false;
}

function jump(target: u64): i32 {
  if (!admissible(target)) return Next.FAULT;
  setRip(target);
  return Next.JUMPED;
}

function truncateTo(width: u32, value: u64): u64 {
  return truncateAddress(value, width);
}

function nextRip(u: usize): u64 {
  return truncateTo(load<u8>(u + Uop.WIDTH), rip() + <u64>load<u8>(u + Uop.LENGTH));
}

export function execJmp(u: usize): i32 {
  return jump(load<u64>(u + Uop.IMMEDIATE));
}

export function execJmpIndirect(u: usize): i32 {
  const target = readOperand(u, load<u8>(u + Uop.WIDTH));
  return faulted() ? Next.FAULT : jump(target);
}

export function execJcc(u: usize, code: u32): i32 {
  return condition(code) ? execJmp(u) : Next.DONE;
}

function call(u: usize, target: u64): i32 {
  if (!admissible(target)) return Next.FAULT;
  pushWidth(load<u8>(u + Uop.WIDTH), nextRip(u));
  if (faulted()) return Next.FAULT;
  setRip(target);
  return Next.JUMPED;
}

export function execCall(u: usize): i32 {
  return call(u, load<u64>(u + Uop.IMMEDIATE));
}

export function execCallIndirect(u: usize): i32 {
  const target = readOperand(u, load<u8>(u + Uop.WIDTH));
  return faulted() ? Next.FAULT : call(u, target);
}

export function execRet(u: usize): i32 {
  const width = <u32>load<u8>(u + Uop.WIDTH);
  const sp = stackPointer();
  const target = readSegment(Seg.SS, sp, width);
  if (faulted() || !admissible(target)) return Next.FAULT;
  setStackPointer(sp + width + load<u64>(u + Uop.IMMEDIATE));
  setRip(target);
  return Next.JUMPED;
}

/** LOOPNE, LOOPE, LOOP (`kind` 0, 1, 2): the counter is committed only if the branch does not fault. */
export function execLoop(u: usize, kind: u32): i32 {
  const width = <u32>load<u8>(u + Uop.ADDRESS_WIDTH);
  const count = truncateAddress(readReg(Gpr.RCX, width, false) - 1, width);
  const taken = count != 0 && (kind == 2 || zero() == (kind == 1));
  if (taken && !admissible(load<u64>(u + Uop.IMMEDIATE))) return Next.FAULT;
  writeReg(Gpr.RCX, width, false, count);
  return taken ? execJmp(u) : Next.DONE;
}

export function execJcxz(u: usize): i32 {
  return readReg(Gpr.RCX, load<u8>(u + Uop.ADDRESS_WIDTH), false) == 0 ? execJmp(u) : Next.DONE;
}
