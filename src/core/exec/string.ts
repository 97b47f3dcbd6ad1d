// MOVS, STOS, LODS, SCAS, CMPS with their repeat prefixes. A repeated instruction is one retired instruction, which can be left
// between two iterations (iterations.ts). SDM Vol. 1, 7.3.9; Vol. 2 REP. The port forms are port-io.ts.
import { Gpr, Mode, Seg, State } from '../../abi/state-block';
import { faulted } from '../fault';
import { Flag, rflags, setRflags, zero } from '../flags';
import { Private, Tlb } from '../layout';
import { readSegment, segmentLinear, writeSegment } from '../memory';
import { PAGE_MASK, tlbEntry } from '../mmu/translate';
import { readReg, truncateAddress, writeReg } from '../operands';
import { S, gpr } from '../state';
import { Next, Uop, UopFlag } from '../uop';
import * as alu from './alu';
import { betweenIterations, countIterations, endIterations, iterationsLeft } from './iterations';

export const enum StringOp {
  MOVS = 0,
  STOS = 1,
  LODS = 2,
  SCAS = 3,
  CMPS = 4,
}

/** What stays the same over the iterations of one instruction. */
let op: u32 = 0;
let width: u32 = 0;
let addressWidth: u32 = 0;
let source: u32 = Seg.DS;
let step: u64 = 0;

function index(register: u32): u64 {
  return truncateAddress(gpr(register), addressWidth);
}

function advance(register: u32, by: u64): void {
  writeReg(register, addressWidth, true, gpr(register) + by);
}

/** One iteration; nothing is committed when it faults. */
function iterate(): void {
  let value: u64 = 0;
  const usesSource = op != StringOp.STOS && op != StringOp.SCAS;
  const usesDestination = op != StringOp.LODS;
  if (usesSource) value = readSegment(source, index(Gpr.RSI), width);
  else value = readReg(Gpr.RAX, width, false);
  if (faulted()) return;
  if (op == StringOp.MOVS || op == StringOp.STOS) writeSegment(Seg.ES, index(Gpr.RDI), width, value);
  else if (op == StringOp.LODS) writeReg(Gpr.RAX, width, false, value);
  else {
    const other = readSegment(Seg.ES, index(Gpr.RDI), width);
    if (faulted()) return;
    alu.subtract(value, other, width);
  }
  if (faulted()) return;
  if (usesSource) advance(Gpr.RSI, step);
  if (usesDestination) advance(Gpr.RDI, step);
}

/** Address in linear memory behind a TLB hit for one byte of the page, or 0. */
function pointer(array: usize, linear: u64): usize {
  const e = tlbEntry(array, linear);
  return load<u64>(e) == ((linear & PAGE_MASK) | load<u64>(S + Private.CONTEXT))
    ? <usize>(<u32>linear + load<u32>(e + Tlb.ADDEND))
    : 0;
}

/** Elements from `linear` to the end of its page. */
// @ts-ignore: decorator
@inline
function elementsInPage(linear: u64): u64 {
  return (0x1000 - (linear & 0xfff)) / width;
}

/**
 * As many iterations of a forward MOVS or STOS as lie in one page on each side and hit the TLB, done as one block; how many.
 * Only 64-bit mode: no limit can be passed inside a page.
 */
function bulk(count: u64): u64 {
  if (load<u32>(S + State.MODE) != Mode.LONG_64 || addressWidth != 8 || step != <u64>width) return 0;
  const to = segmentLinear(Seg.ES, index(Gpr.RDI), width, true);
  if (faulted()) return 0;
  const target = pointer(Tlb.WRITE, to);
  if (!target) return 0;
  let n = min(count, elementsInPage(to));
  if (op == StringOp.STOS) {
    const value = readReg(Gpr.RAX, width, false);
    if (width == 1) memory.fill(target, <u8>value, <usize>n);
    else {
      for (let i: usize = 0; i < <usize>n; i++) {
        const p = target + i * width;
        if (width == 8) store<u64>(p, value);
        else if (width == 4) store<u32>(p, <u32>value);
        else store<u16>(p, <u16>value);
      }
    }
  } else {
    const from = segmentLinear(source, index(Gpr.RSI), width, false);
    if (faulted()) return 0;
    const p = pointer(Tlb.READ, from);
    if (!p) return 0;
    n = min(n, elementsInPage(from));
    const bytes = <usize>(n * width);
    // A destination inside the source repeats the pattern element by element: memory.copy would not.
    if (target > p && target < p + bytes) return 0;
    memory.copy(target, p, bytes);
    advance(Gpr.RSI, n * width);
  }
  advance(Gpr.RDI, n * width);
  return n;
}

function repeat(flags: u32): i32 {
  let count = truncateAddress(gpr(Gpr.RCX), addressWidth);
  const most = iterationsLeft();
  let left = most;
  const attention = load<u32>(S + Private.ATTENTION);
  store<u32>(S + Private.ATTENTION, 0);
  const compares = op == StringOp.SCAS || op == StringOp.CMPS;
  const wanted = (flags & UopFlag.REP) != 0;
  const before: u64 = compares ? rflags() : 0;
  let leaves = false;
  while (count) {
    let done: u64 = op <= <u32>StringOp.STOS ? bulk(min(count, left)) : 0;
    if (faulted()) break;
    if (!done) {
      iterate();
      if (faulted()) break;
      done = 1;
    }
    count -= done;
    left -= done;
    writeReg(Gpr.RCX, addressWidth, true, count);
    if (compares && zero() != wanted) break;
    leaves = count != 0 && (left == 0 || load<u32>(S + Private.ATTENTION) != 0);
    if (leaves) break;
  }
  if (attention) store<u32>(S + Private.ATTENTION, 1);
  if (faulted()) {
    // The registers tell how far it came; the flags are as if it had not begun (SDM Vol. 2, REP).
    if (compares) setRflags(before);
    return Next.FAULT;
  }
  if (!leaves) {
    endIterations();
    return Next.DONE;
  }
  countIterations(most - left);
  return betweenIterations();
}

export function execString(u: usize, operation: u32): i32 {
  op = operation;
  width = load<u8>(u + Uop.WIDTH);
  addressWidth = load<u8>(u + Uop.ADDRESS_WIDTH);
  source = load<u8>(u + Uop.SEGMENT);
  step = load<u64>(S + State.RFLAGS) & Flag.DF ? 0 - <u64>width : <u64>width;
  const flags = <u32>load<u8>(u + Uop.FLAGS);
  if (flags & (UopFlag.REP | UopFlag.REPNE)) return repeat(flags);
  iterate();
  return faulted() ? Next.FAULT : Next.DONE;
}
