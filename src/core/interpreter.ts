// The hot switch: executes micro-ops of decoded blocks and follows links from block to block until something needs the
// boundary code of run.ts: an event, a lookup, the end of the budget. Each case is one special form out of ops.ts; whatever
// is not a case, and every TLB miss, is done by the general handler of the same instruction. No case may fault.
import { Gpr, State } from '../abi/state-block';
import { Block, Tail } from './blocks';
import {
  addWithCarry32,
  addWithCarry64,
  decrement32,
  decrement64,
  increment32,
  increment64,
  multiply32,
  multiply64,
  rol32,
  rol64,
  ror32,
  ror64,
  sar32,
  sar64,
  shl32,
  shl64,
  shr32,
  shr64,
  subtractWithBorrow32,
  subtractWithBorrow64,
} from './exec/alu';
import { execSlow } from './exec/slow';
import { FlagKind, condition, sign, zero } from './flags';
import {
  address,
  arithmeticFlags32,
  arithmeticFlags64,
  arithmeticFlags8,
  baseAddress,
  hits,
  host,
  imm32,
  imm64,
  imm8,
  jumpLink,
  NO_LINK,
  logicFlags32,
  logicFlags64,
  logicFlags8,
  offset,
  readEntry,
  reg32,
  reg64,
  reg8,
  rm32,
  rm64,
  rm8,
  setReg16,
  setReg32,
  setReg64,
  setReg8,
  setRm16,
  setRm32,
  setRm64,
  setRm8,
  writeEntry,
} from './hot-operands';
import { execHotVector } from './hot-vector';
import { Arena, Private } from './layout';
import { Op } from './ops';
import { S } from './state';
import { Next, Uop } from './uop';

/** What `execute` came back for. */
export const enum Leave {
  /** RIP and RETIRED are exact between two instructions; `leaveLink` may be filled with the block at RIP. */
  BOUNDARY = 16,
}

/** The link that was followed into nothing, or 0. Valid until the next `execute`. */
export let leaveLink: usize = 0;
/** The micro-op that left; valid when the answer of `execute` is a Next. */
export let leaveUop: usize = 0;

/**
 * Runs from the start of `block` until RETIRED would pass `stopAt`. Answers Leave.BOUNDARY, or the Next of a general
 * handler other than DONE; RIP and RETIRED are then those of its instruction.
 */
export function execute(start: usize, stopAt: u64): i32 {
  let block = start;
  let u = block + Block.SIZE;
  let link: usize = 0;
  let left = <i64>(stopAt - load<u64>(S + State.RETIRED)) - <i64>load<u32>(block, Block.COUNT);
  while (true) {
    do {
      switch (<u32>load<u16>(u)) {
        case Op.ADD_RR64: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a + b;
          setRm64(u, x);
          arithmeticFlags64(FlagKind.ADD64, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.ADD_RI64: {
          const a = rm64(u);
          const b = imm64(u);
          const x = a + b;
          setRm64(u, x);
          arithmeticFlags64(FlagKind.ADD64, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.ADD_RM64: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 8)) break;
          const a = reg64(u);
          const b = load<u64>(host(e, at));
          const x = a + b;
          setReg64(u, x);
          arithmeticFlags64(FlagKind.ADD64, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.ADD_MR64: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 8)) break;
          const p = host(e, at);
          const a: u64 = load<u64>(p);
          const b = reg64(u);
          const x = a + b;
          store<u64>(p, x);
          arithmeticFlags64(FlagKind.ADD64, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.ADD_MI64: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 8)) break;
          const p = host(e, at);
          const a: u64 = load<u64>(p);
          const b = imm64(u);
          const x = a + b;
          store<u64>(p, x);
          arithmeticFlags64(FlagKind.ADD64, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.OR_RR64: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a | b;
          setRm64(u, x);
          logicFlags64(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.OR_RI64: {
          const a = rm64(u);
          const b = imm64(u);
          const x = a | b;
          setRm64(u, x);
          logicFlags64(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.OR_RM64: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 8)) break;
          const a = reg64(u);
          const b = load<u64>(host(e, at));
          const x = a | b;
          setReg64(u, x);
          logicFlags64(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.OR_MR64: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 8)) break;
          const p = host(e, at);
          const a: u64 = load<u64>(p);
          const b = reg64(u);
          const x = a | b;
          store<u64>(p, x);
          logicFlags64(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.OR_MI64: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 8)) break;
          const p = host(e, at);
          const a: u64 = load<u64>(p);
          const b = imm64(u);
          const x = a | b;
          store<u64>(p, x);
          logicFlags64(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.AND_RR64: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a & b;
          setRm64(u, x);
          logicFlags64(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.AND_RI64: {
          const a = rm64(u);
          const b = imm64(u);
          const x = a & b;
          setRm64(u, x);
          logicFlags64(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.AND_RM64: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 8)) break;
          const a = reg64(u);
          const b = load<u64>(host(e, at));
          const x = a & b;
          setReg64(u, x);
          logicFlags64(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.AND_MR64: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 8)) break;
          const p = host(e, at);
          const a: u64 = load<u64>(p);
          const b = reg64(u);
          const x = a & b;
          store<u64>(p, x);
          logicFlags64(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.AND_MI64: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 8)) break;
          const p = host(e, at);
          const a: u64 = load<u64>(p);
          const b = imm64(u);
          const x = a & b;
          store<u64>(p, x);
          logicFlags64(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.SUB_RR64: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a - b;
          setRm64(u, x);
          arithmeticFlags64(FlagKind.SUB64, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.SUB_RI64: {
          const a = rm64(u);
          const b = imm64(u);
          const x = a - b;
          setRm64(u, x);
          arithmeticFlags64(FlagKind.SUB64, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.SUB_RM64: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 8)) break;
          const a = reg64(u);
          const b = load<u64>(host(e, at));
          const x = a - b;
          setReg64(u, x);
          arithmeticFlags64(FlagKind.SUB64, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.SUB_MR64: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 8)) break;
          const p = host(e, at);
          const a: u64 = load<u64>(p);
          const b = reg64(u);
          const x = a - b;
          store<u64>(p, x);
          arithmeticFlags64(FlagKind.SUB64, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.SUB_MI64: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 8)) break;
          const p = host(e, at);
          const a: u64 = load<u64>(p);
          const b = imm64(u);
          const x = a - b;
          store<u64>(p, x);
          arithmeticFlags64(FlagKind.SUB64, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.XOR_RR64: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a ^ b;
          setRm64(u, x);
          logicFlags64(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.XOR_RI64: {
          const a = rm64(u);
          const b = imm64(u);
          const x = a ^ b;
          setRm64(u, x);
          logicFlags64(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.XOR_RM64: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 8)) break;
          const a = reg64(u);
          const b = load<u64>(host(e, at));
          const x = a ^ b;
          setReg64(u, x);
          logicFlags64(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.XOR_MR64: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 8)) break;
          const p = host(e, at);
          const a: u64 = load<u64>(p);
          const b = reg64(u);
          const x = a ^ b;
          store<u64>(p, x);
          logicFlags64(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.XOR_MI64: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 8)) break;
          const p = host(e, at);
          const a: u64 = load<u64>(p);
          const b = imm64(u);
          const x = a ^ b;
          store<u64>(p, x);
          logicFlags64(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.CMP_RR64: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.CMP_RI64: {
          const a = rm64(u);
          const b = imm64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.CMP_RM64: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 8)) break;
          const a = reg64(u);
          const b = load<u64>(host(e, at));
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.CMP_MR64: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 8)) break;
          const p = host(e, at);
          const a: u64 = load<u64>(p);
          const b = reg64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.CMP_MI64: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 8)) break;
          const p = host(e, at);
          const a: u64 = load<u64>(p);
          const b = imm64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.TEST_RR64: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a & b;
          logicFlags64(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.TEST_RI64: {
          const a = rm64(u);
          const b = imm64(u);
          const x = a & b;
          logicFlags64(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.TEST_MR64: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 8)) break;
          const p = host(e, at);
          const a: u64 = load<u64>(p);
          const b = reg64(u);
          const x = a & b;
          logicFlags64(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.TEST_MI64: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 8)) break;
          const p = host(e, at);
          const a: u64 = load<u64>(p);
          const b = imm64(u);
          const x = a & b;
          logicFlags64(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.ADD_RR32: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a + b;
          setRm32(u, x);
          arithmeticFlags32(FlagKind.ADD32, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.ADD_RI32: {
          const a = rm32(u);
          const b = imm32(u);
          const x = a + b;
          setRm32(u, x);
          arithmeticFlags32(FlagKind.ADD32, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.ADD_RM32: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 4)) break;
          const a = reg32(u);
          const b = load<u32>(host(e, at));
          const x = a + b;
          setReg32(u, x);
          arithmeticFlags32(FlagKind.ADD32, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.ADD_MR32: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 4)) break;
          const p = host(e, at);
          const a: u32 = load<u32>(p);
          const b = reg32(u);
          const x = a + b;
          store<u32>(p, x);
          arithmeticFlags32(FlagKind.ADD32, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.ADD_MI32: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 4)) break;
          const p = host(e, at);
          const a: u32 = load<u32>(p);
          const b = imm32(u);
          const x = a + b;
          store<u32>(p, x);
          arithmeticFlags32(FlagKind.ADD32, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.OR_RR32: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a | b;
          setRm32(u, x);
          logicFlags32(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.OR_RI32: {
          const a = rm32(u);
          const b = imm32(u);
          const x = a | b;
          setRm32(u, x);
          logicFlags32(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.OR_RM32: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 4)) break;
          const a = reg32(u);
          const b = load<u32>(host(e, at));
          const x = a | b;
          setReg32(u, x);
          logicFlags32(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.OR_MR32: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 4)) break;
          const p = host(e, at);
          const a: u32 = load<u32>(p);
          const b = reg32(u);
          const x = a | b;
          store<u32>(p, x);
          logicFlags32(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.OR_MI32: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 4)) break;
          const p = host(e, at);
          const a: u32 = load<u32>(p);
          const b = imm32(u);
          const x = a | b;
          store<u32>(p, x);
          logicFlags32(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.AND_RR32: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a & b;
          setRm32(u, x);
          logicFlags32(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.AND_RI32: {
          const a = rm32(u);
          const b = imm32(u);
          const x = a & b;
          setRm32(u, x);
          logicFlags32(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.AND_RM32: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 4)) break;
          const a = reg32(u);
          const b = load<u32>(host(e, at));
          const x = a & b;
          setReg32(u, x);
          logicFlags32(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.AND_MR32: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 4)) break;
          const p = host(e, at);
          const a: u32 = load<u32>(p);
          const b = reg32(u);
          const x = a & b;
          store<u32>(p, x);
          logicFlags32(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.AND_MI32: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 4)) break;
          const p = host(e, at);
          const a: u32 = load<u32>(p);
          const b = imm32(u);
          const x = a & b;
          store<u32>(p, x);
          logicFlags32(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.SUB_RR32: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a - b;
          setRm32(u, x);
          arithmeticFlags32(FlagKind.SUB32, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.SUB_RI32: {
          const a = rm32(u);
          const b = imm32(u);
          const x = a - b;
          setRm32(u, x);
          arithmeticFlags32(FlagKind.SUB32, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.SUB_RM32: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 4)) break;
          const a = reg32(u);
          const b = load<u32>(host(e, at));
          const x = a - b;
          setReg32(u, x);
          arithmeticFlags32(FlagKind.SUB32, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.SUB_MR32: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 4)) break;
          const p = host(e, at);
          const a: u32 = load<u32>(p);
          const b = reg32(u);
          const x = a - b;
          store<u32>(p, x);
          arithmeticFlags32(FlagKind.SUB32, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.SUB_MI32: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 4)) break;
          const p = host(e, at);
          const a: u32 = load<u32>(p);
          const b = imm32(u);
          const x = a - b;
          store<u32>(p, x);
          arithmeticFlags32(FlagKind.SUB32, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.XOR_RR32: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a ^ b;
          setRm32(u, x);
          logicFlags32(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.XOR_RI32: {
          const a = rm32(u);
          const b = imm32(u);
          const x = a ^ b;
          setRm32(u, x);
          logicFlags32(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.XOR_RM32: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 4)) break;
          const a = reg32(u);
          const b = load<u32>(host(e, at));
          const x = a ^ b;
          setReg32(u, x);
          logicFlags32(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.XOR_MR32: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 4)) break;
          const p = host(e, at);
          const a: u32 = load<u32>(p);
          const b = reg32(u);
          const x = a ^ b;
          store<u32>(p, x);
          logicFlags32(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.XOR_MI32: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 4)) break;
          const p = host(e, at);
          const a: u32 = load<u32>(p);
          const b = imm32(u);
          const x = a ^ b;
          store<u32>(p, x);
          logicFlags32(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.CMP_RR32: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.CMP_RI32: {
          const a = rm32(u);
          const b = imm32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.CMP_RM32: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 4)) break;
          const a = reg32(u);
          const b = load<u32>(host(e, at));
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.CMP_MR32: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 4)) break;
          const p = host(e, at);
          const a: u32 = load<u32>(p);
          const b = reg32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.CMP_MI32: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 4)) break;
          const p = host(e, at);
          const a: u32 = load<u32>(p);
          const b = imm32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.TEST_RR32: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a & b;
          logicFlags32(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.TEST_RI32: {
          const a = rm32(u);
          const b = imm32(u);
          const x = a & b;
          logicFlags32(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.TEST_MR32: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 4)) break;
          const p = host(e, at);
          const a: u32 = load<u32>(p);
          const b = reg32(u);
          const x = a & b;
          logicFlags32(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.TEST_MI32: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 4)) break;
          const p = host(e, at);
          const a: u32 = load<u32>(p);
          const b = imm32(u);
          const x = a & b;
          logicFlags32(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.ADD_RR8: {
          const a = rm8(u);
          const b = reg8(u);
          const x = a + b;
          setRm8(u, x);
          arithmeticFlags8(FlagKind.ADD8, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.ADD_RI8: {
          const a = rm8(u);
          const b = imm8(u);
          const x = a + b;
          setRm8(u, x);
          arithmeticFlags8(FlagKind.ADD8, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.ADD_RM8: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 1)) break;
          const a = reg8(u);
          const b: u32 = load<u8>(host(e, at));
          const x = a + b;
          setReg8(u, x);
          arithmeticFlags8(FlagKind.ADD8, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.ADD_MR8: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 1)) break;
          const p = host(e, at);
          const a: u32 = load<u8>(p);
          const b = reg8(u);
          const x = a + b;
          store<u8>(p, x);
          arithmeticFlags8(FlagKind.ADD8, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.ADD_MI8: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 1)) break;
          const p = host(e, at);
          const a: u32 = load<u8>(p);
          const b = imm8(u);
          const x = a + b;
          store<u8>(p, x);
          arithmeticFlags8(FlagKind.ADD8, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.OR_RR8: {
          const a = rm8(u);
          const b = reg8(u);
          const x = a | b;
          setRm8(u, x);
          logicFlags8(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.OR_RI8: {
          const a = rm8(u);
          const b = imm8(u);
          const x = a | b;
          setRm8(u, x);
          logicFlags8(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.OR_RM8: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 1)) break;
          const a = reg8(u);
          const b: u32 = load<u8>(host(e, at));
          const x = a | b;
          setReg8(u, x);
          logicFlags8(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.OR_MR8: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 1)) break;
          const p = host(e, at);
          const a: u32 = load<u8>(p);
          const b = reg8(u);
          const x = a | b;
          store<u8>(p, x);
          logicFlags8(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.OR_MI8: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 1)) break;
          const p = host(e, at);
          const a: u32 = load<u8>(p);
          const b = imm8(u);
          const x = a | b;
          store<u8>(p, x);
          logicFlags8(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.AND_RR8: {
          const a = rm8(u);
          const b = reg8(u);
          const x = a & b;
          setRm8(u, x);
          logicFlags8(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.AND_RI8: {
          const a = rm8(u);
          const b = imm8(u);
          const x = a & b;
          setRm8(u, x);
          logicFlags8(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.AND_RM8: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 1)) break;
          const a = reg8(u);
          const b: u32 = load<u8>(host(e, at));
          const x = a & b;
          setReg8(u, x);
          logicFlags8(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.AND_MR8: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 1)) break;
          const p = host(e, at);
          const a: u32 = load<u8>(p);
          const b = reg8(u);
          const x = a & b;
          store<u8>(p, x);
          logicFlags8(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.AND_MI8: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 1)) break;
          const p = host(e, at);
          const a: u32 = load<u8>(p);
          const b = imm8(u);
          const x = a & b;
          store<u8>(p, x);
          logicFlags8(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.SUB_RR8: {
          const a = rm8(u);
          const b = reg8(u);
          const x = a - b;
          setRm8(u, x);
          arithmeticFlags8(FlagKind.SUB8, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.SUB_RI8: {
          const a = rm8(u);
          const b = imm8(u);
          const x = a - b;
          setRm8(u, x);
          arithmeticFlags8(FlagKind.SUB8, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.SUB_RM8: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 1)) break;
          const a = reg8(u);
          const b: u32 = load<u8>(host(e, at));
          const x = a - b;
          setReg8(u, x);
          arithmeticFlags8(FlagKind.SUB8, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.SUB_MR8: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 1)) break;
          const p = host(e, at);
          const a: u32 = load<u8>(p);
          const b = reg8(u);
          const x = a - b;
          store<u8>(p, x);
          arithmeticFlags8(FlagKind.SUB8, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.SUB_MI8: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 1)) break;
          const p = host(e, at);
          const a: u32 = load<u8>(p);
          const b = imm8(u);
          const x = a - b;
          store<u8>(p, x);
          arithmeticFlags8(FlagKind.SUB8, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.XOR_RR8: {
          const a = rm8(u);
          const b = reg8(u);
          const x = a ^ b;
          setRm8(u, x);
          logicFlags8(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.XOR_RI8: {
          const a = rm8(u);
          const b = imm8(u);
          const x = a ^ b;
          setRm8(u, x);
          logicFlags8(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.XOR_RM8: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 1)) break;
          const a = reg8(u);
          const b: u32 = load<u8>(host(e, at));
          const x = a ^ b;
          setReg8(u, x);
          logicFlags8(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.XOR_MR8: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 1)) break;
          const p = host(e, at);
          const a: u32 = load<u8>(p);
          const b = reg8(u);
          const x = a ^ b;
          store<u8>(p, x);
          logicFlags8(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.XOR_MI8: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 1)) break;
          const p = host(e, at);
          const a: u32 = load<u8>(p);
          const b = imm8(u);
          const x = a ^ b;
          store<u8>(p, x);
          logicFlags8(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.CMP_RR8: {
          const a = rm8(u);
          const b = reg8(u);
          const x = a - b;
          arithmeticFlags8(FlagKind.SUB8, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.CMP_RI8: {
          const a = rm8(u);
          const b = imm8(u);
          const x = a - b;
          arithmeticFlags8(FlagKind.SUB8, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.CMP_RM8: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 1)) break;
          const a = reg8(u);
          const b: u32 = load<u8>(host(e, at));
          const x = a - b;
          arithmeticFlags8(FlagKind.SUB8, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.CMP_MR8: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 1)) break;
          const p = host(e, at);
          const a: u32 = load<u8>(p);
          const b = reg8(u);
          const x = a - b;
          arithmeticFlags8(FlagKind.SUB8, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.CMP_MI8: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 1)) break;
          const p = host(e, at);
          const a: u32 = load<u8>(p);
          const b = imm8(u);
          const x = a - b;
          arithmeticFlags8(FlagKind.SUB8, a, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.TEST_RR8: {
          const a = rm8(u);
          const b = reg8(u);
          const x = a & b;
          logicFlags8(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.TEST_RI8: {
          const a = rm8(u);
          const b = imm8(u);
          const x = a & b;
          logicFlags8(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.TEST_MR8: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 1)) break;
          const p = host(e, at);
          const a: u32 = load<u8>(p);
          const b = reg8(u);
          const x = a & b;
          logicFlags8(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.TEST_MI8: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 1)) break;
          const p = host(e, at);
          const a: u32 = load<u8>(p);
          const b = imm8(u);
          const x = a & b;
          logicFlags8(x);
          u += Uop.SIZE;
          continue;
        }
        case Op.ADC_RR64: {
          setRm64(u, addWithCarry64(rm64(u), reg64(u)));
          u += Uop.SIZE;
          continue;
        }
        case Op.ADC_RI64: {
          setRm64(u, addWithCarry64(rm64(u), imm64(u)));
          u += Uop.SIZE;
          continue;
        }
        case Op.SBB_RR64: {
          setRm64(u, subtractWithBorrow64(rm64(u), reg64(u)));
          u += Uop.SIZE;
          continue;
        }
        case Op.SBB_RI64: {
          setRm64(u, subtractWithBorrow64(rm64(u), imm64(u)));
          u += Uop.SIZE;
          continue;
        }
        case Op.ADC_RR32: {
          setRm32(u, addWithCarry32(rm32(u), reg32(u)));
          u += Uop.SIZE;
          continue;
        }
        case Op.ADC_RI32: {
          setRm32(u, addWithCarry32(rm32(u), imm32(u)));
          u += Uop.SIZE;
          continue;
        }
        case Op.SBB_RR32: {
          setRm32(u, subtractWithBorrow32(rm32(u), reg32(u)));
          u += Uop.SIZE;
          continue;
        }
        case Op.SBB_RI32: {
          setRm32(u, subtractWithBorrow32(rm32(u), imm32(u)));
          u += Uop.SIZE;
          continue;
        }
        case Op.MOV_RR64: {
          setRm64(u, reg64(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.MOV_RR32: {
          setRm32(u, reg32(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.MOV_RR16: {
          setRm16(u, reg32(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.MOV_RR8: {
          setRm8(u, reg8(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.MOV_RI64: {
          setRm64(u, load<u64>(u, Uop.IMMEDIATE));
          u += Uop.SIZE;
          continue;
        }
        case Op.MOV_RI8: {
          setRm8(u, load<u8>(u, Uop.IMMEDIATE));
          u += Uop.SIZE;
          continue;
        }
        case Op.LOAD64_B: {
          const at = baseAddress(u);
          const e = readEntry(at);
          if (!hits(e, at, 8)) break;
          setReg64(u, load<u64>(host(e, at)));
          u += Uop.SIZE;
          continue;
        }
        case Op.LOAD64_X: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 8)) break;
          setReg64(u, load<u64>(host(e, at)));
          u += Uop.SIZE;
          continue;
        }
        case Op.LOAD32_B: {
          const at = baseAddress(u);
          const e = readEntry(at);
          if (!hits(e, at, 4)) break;
          setReg32(u, load<u32>(host(e, at)));
          u += Uop.SIZE;
          continue;
        }
        case Op.LOAD32_X: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 4)) break;
          setReg32(u, load<u32>(host(e, at)));
          u += Uop.SIZE;
          continue;
        }
        case Op.LOAD16_X: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 2)) break;
          setReg16(u, load<u16>(host(e, at)));
          u += Uop.SIZE;
          continue;
        }
        case Op.LOAD8_B: {
          const at = baseAddress(u);
          const e = readEntry(at);
          if (!hits(e, at, 1)) break;
          setReg8(u, load<u8>(host(e, at)));
          u += Uop.SIZE;
          continue;
        }
        case Op.LOAD8_X: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 1)) break;
          setReg8(u, load<u8>(host(e, at)));
          u += Uop.SIZE;
          continue;
        }
        case Op.ZERO16_B: {
          const at = baseAddress(u);
          const e = readEntry(at);
          if (!hits(e, at, 2)) break;
          setReg32(u, load<u16>(host(e, at)));
          u += Uop.SIZE;
          continue;
        }
        case Op.ZERO16_X: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 2)) break;
          setReg32(u, load<u16>(host(e, at)));
          u += Uop.SIZE;
          continue;
        }
        case Op.ZERO8_B: {
          const at = baseAddress(u);
          const e = readEntry(at);
          if (!hits(e, at, 1)) break;
          setReg32(u, load<u8>(host(e, at)));
          u += Uop.SIZE;
          continue;
        }
        case Op.ZERO8_X: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 1)) break;
          setReg32(u, load<u8>(host(e, at)));
          u += Uop.SIZE;
          continue;
        }
        case Op.SIGN16_32_X: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 2)) break;
          setReg32(u, <u32>(<i32>load<i16>(host(e, at))));
          u += Uop.SIZE;
          continue;
        }
        case Op.SIGN8_32_X: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 1)) break;
          setReg32(u, <u32>(<i32>load<i8>(host(e, at))));
          u += Uop.SIZE;
          continue;
        }
        case Op.SIGN32_64_B: {
          const at = baseAddress(u);
          const e = readEntry(at);
          if (!hits(e, at, 4)) break;
          setReg64(u, <u64>(<i64>load<i32>(host(e, at))));
          u += Uop.SIZE;
          continue;
        }
        case Op.SIGN32_64_X: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 4)) break;
          setReg64(u, <u64>(<i64>load<i32>(host(e, at))));
          u += Uop.SIZE;
          continue;
        }
        case Op.SIGN16_64_X: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 2)) break;
          setReg64(u, <u64>(<i64>load<i16>(host(e, at))));
          u += Uop.SIZE;
          continue;
        }
        case Op.SIGN8_64_X: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 1)) break;
          setReg64(u, <u64>(<i64>load<i8>(host(e, at))));
          u += Uop.SIZE;
          continue;
        }
        case Op.STORE64_B: {
          const at = baseAddress(u);
          const e = writeEntry(at);
          if (!hits(e, at, 8)) break;
          store<u64>(host(e, at), reg64(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.STORE64_X: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 8)) break;
          store<u64>(host(e, at), reg64(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.STORE32_B: {
          const at = baseAddress(u);
          const e = writeEntry(at);
          if (!hits(e, at, 4)) break;
          store<u32>(host(e, at), reg32(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.STORE32_X: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 4)) break;
          store<u32>(host(e, at), reg32(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.STORE16_X: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 2)) break;
          store<u16>(host(e, at), reg32(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.STORE8_B: {
          const at = baseAddress(u);
          const e = writeEntry(at);
          if (!hits(e, at, 1)) break;
          store<u8>(host(e, at), reg8(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.STORE8_X: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 1)) break;
          store<u8>(host(e, at), reg8(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.STORE_I64_X: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 8)) break;
          store<u64>(host(e, at), imm64(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.STORE_I32_X: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 4)) break;
          store<u32>(host(e, at), imm32(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.STORE_I16_X: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 2)) break;
          store<u16>(host(e, at), imm32(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.STORE_I8_X: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 1)) break;
          store<u8>(host(e, at), imm8(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.ZERO8_R: {
          setReg32(u, rm8(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.ZERO16_R: {
          setReg32(u, rm32(u) & 0xffff);
          u += Uop.SIZE;
          continue;
        }
        case Op.SIGN8_R32: {
          setReg32(u, <u32>(<i32>(<i8>rm8(u))));
          u += Uop.SIZE;
          continue;
        }
        case Op.SIGN16_R32: {
          setReg32(u, <u32>(<i32>(<i16>rm32(u))));
          u += Uop.SIZE;
          continue;
        }
        case Op.SIGN8_R64: {
          setReg64(u, <u64>(<i64>(<i8>rm8(u))));
          u += Uop.SIZE;
          continue;
        }
        case Op.SIGN16_R64: {
          setReg64(u, <u64>(<i64>(<i16>rm32(u))));
          u += Uop.SIZE;
          continue;
        }
        case Op.SIGN32_R64: {
          setReg64(u, <u64>(<i64>(<i32>rm32(u))));
          u += Uop.SIZE;
          continue;
        }
        case Op.LEA_B64: {
          setReg64(u, baseAddress(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.LEA_X64: {
          setReg64(u, offset(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.LEA_X32: {
          setReg32(u, <u32>offset(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.INC_R64: {
          setRm64(u, increment64(rm64(u)));
          u += Uop.SIZE;
          continue;
        }
        case Op.INC_M64: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 8)) break;
          const p = host(e, at);
          store<u64>(p, increment64(load<u64>(p)));
          u += Uop.SIZE;
          continue;
        }
        case Op.DEC_R64: {
          setRm64(u, decrement64(rm64(u)));
          u += Uop.SIZE;
          continue;
        }
        case Op.DEC_M64: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 8)) break;
          const p = host(e, at);
          store<u64>(p, decrement64(load<u64>(p)));
          u += Uop.SIZE;
          continue;
        }
        case Op.NEG_R64: {
          const b = rm64(u);
          const x = 0 - b;
          setRm64(u, x);
          arithmeticFlags64(FlagKind.SUB64, 0, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.NOT_R64: {
          setRm64(u, ~rm64(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.SHL_RI64: {
          setRm64(u, shl64(rm64(u), load<u8>(u, Uop.IMMEDIATE)));
          u += Uop.SIZE;
          continue;
        }
        case Op.SHL_RC64: {
          setRm64(u, shl64(rm64(u), load<u8>(S + State.GPR + Gpr.RCX * 8) & 63));
          u += Uop.SIZE;
          continue;
        }
        case Op.SHR_RI64: {
          setRm64(u, shr64(rm64(u), load<u8>(u, Uop.IMMEDIATE)));
          u += Uop.SIZE;
          continue;
        }
        case Op.SHR_RC64: {
          setRm64(u, shr64(rm64(u), load<u8>(S + State.GPR + Gpr.RCX * 8) & 63));
          u += Uop.SIZE;
          continue;
        }
        case Op.SAR_RI64: {
          setRm64(u, sar64(rm64(u), load<u8>(u, Uop.IMMEDIATE)));
          u += Uop.SIZE;
          continue;
        }
        case Op.SAR_RC64: {
          setRm64(u, sar64(rm64(u), load<u8>(S + State.GPR + Gpr.RCX * 8) & 63));
          u += Uop.SIZE;
          continue;
        }
        case Op.ROL_RI64: {
          setRm64(u, rol64(rm64(u), load<u8>(u, Uop.IMMEDIATE)));
          u += Uop.SIZE;
          continue;
        }
        case Op.ROR_RI64: {
          setRm64(u, ror64(rm64(u), load<u8>(u, Uop.IMMEDIATE)));
          u += Uop.SIZE;
          continue;
        }
        case Op.IMUL_RR64: {
          setReg64(u, multiply64(reg64(u), rm64(u)));
          u += Uop.SIZE;
          continue;
        }
        case Op.IMUL_RI64: {
          setReg64(u, multiply64(rm64(u), imm64(u)));
          u += Uop.SIZE;
          continue;
        }
        case Op.IMUL_RM64: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 8)) break;
          setReg64(u, multiply64(reg64(u), load<u64>(host(e, at))));
          u += Uop.SIZE;
          continue;
        }
        case Op.CMOV_RR64: {
          setReg64(u, condition(load<u8>(u, Uop.IMMEDIATE)) ? rm64(u) : reg64(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.INC_R32: {
          setRm32(u, increment32(rm32(u)));
          u += Uop.SIZE;
          continue;
        }
        case Op.INC_M32: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 4)) break;
          const p = host(e, at);
          store<u32>(p, increment32(load<u32>(p)));
          u += Uop.SIZE;
          continue;
        }
        case Op.DEC_R32: {
          setRm32(u, decrement32(rm32(u)));
          u += Uop.SIZE;
          continue;
        }
        case Op.DEC_M32: {
          const at = address(u);
          const e = writeEntry(at);
          if (!hits(e, at, 4)) break;
          const p = host(e, at);
          store<u32>(p, decrement32(load<u32>(p)));
          u += Uop.SIZE;
          continue;
        }
        case Op.NEG_R32: {
          const b = rm32(u);
          const x = 0 - b;
          setRm32(u, x);
          arithmeticFlags32(FlagKind.SUB32, 0, x);
          u += Uop.SIZE;
          continue;
        }
        case Op.NOT_R32: {
          setRm32(u, ~rm32(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.SHL_RI32: {
          setRm32(u, shl32(rm32(u), load<u8>(u, Uop.IMMEDIATE)));
          u += Uop.SIZE;
          continue;
        }
        case Op.SHL_RC32: {
          setRm32(u, shl32(rm32(u), load<u8>(S + State.GPR + Gpr.RCX * 8) & 31));
          u += Uop.SIZE;
          continue;
        }
        case Op.SHR_RI32: {
          setRm32(u, shr32(rm32(u), load<u8>(u, Uop.IMMEDIATE)));
          u += Uop.SIZE;
          continue;
        }
        case Op.SHR_RC32: {
          setRm32(u, shr32(rm32(u), load<u8>(S + State.GPR + Gpr.RCX * 8) & 31));
          u += Uop.SIZE;
          continue;
        }
        case Op.SAR_RI32: {
          setRm32(u, sar32(rm32(u), load<u8>(u, Uop.IMMEDIATE)));
          u += Uop.SIZE;
          continue;
        }
        case Op.SAR_RC32: {
          setRm32(u, sar32(rm32(u), load<u8>(S + State.GPR + Gpr.RCX * 8) & 31));
          u += Uop.SIZE;
          continue;
        }
        case Op.ROL_RI32: {
          setRm32(u, rol32(rm32(u), load<u8>(u, Uop.IMMEDIATE)));
          u += Uop.SIZE;
          continue;
        }
        case Op.ROR_RI32: {
          setRm32(u, ror32(rm32(u), load<u8>(u, Uop.IMMEDIATE)));
          u += Uop.SIZE;
          continue;
        }
        case Op.IMUL_RR32: {
          setReg32(u, multiply32(reg32(u), rm32(u)));
          u += Uop.SIZE;
          continue;
        }
        case Op.IMUL_RI32: {
          setReg32(u, multiply32(rm32(u), imm32(u)));
          u += Uop.SIZE;
          continue;
        }
        case Op.IMUL_RM32: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 4)) break;
          setReg32(u, multiply32(reg32(u), load<u32>(host(e, at))));
          u += Uop.SIZE;
          continue;
        }
        case Op.CMOV_RR32: {
          setReg32(u, condition(load<u8>(u, Uop.IMMEDIATE)) ? rm32(u) : reg32(u));
          u += Uop.SIZE;
          continue;
        }
        case Op.SETCC_R: {
          setRm8(u, <u32>condition(load<u8>(u, Uop.IMMEDIATE)));
          u += Uop.SIZE;
          continue;
        }
        case Op.CDQE: {
          store<i64>(S + State.GPR + Gpr.RAX * 8, <i64>load<i32>(S + State.GPR + Gpr.RAX * 8));
          u += Uop.SIZE;
          continue;
        }
        case Op.CDQ: {
          store<u64>(S + State.GPR + Gpr.RDX * 8, <u64>(<u32>(load<i32>(S + State.GPR + Gpr.RAX * 8) >> 31)));
          u += Uop.SIZE;
          continue;
        }
        case Op.CQO: {
          store<i64>(S + State.GPR + Gpr.RDX * 8, load<i64>(S + State.GPR + Gpr.RAX * 8) >> 63);
          u += Uop.SIZE;
          continue;
        }
        case Op.NOP: {
          u += Uop.SIZE;
          continue;
        }
        case Op.PUSH_R64: {
          const at = load<u64>(S + State.GPR + Gpr.RSP * 8) - 8;
          const e = writeEntry(at);
          if (!hits(e, at, 8)) break;
          store<u64>(host(e, at), rm64(u));
          store<u64>(S + State.GPR + Gpr.RSP * 8, at);
          u += Uop.SIZE;
          continue;
        }
        case Op.PUSH_I64: {
          const at = load<u64>(S + State.GPR + Gpr.RSP * 8) - 8;
          const e = writeEntry(at);
          if (!hits(e, at, 8)) break;
          store<u64>(host(e, at), imm64(u));
          store<u64>(S + State.GPR + Gpr.RSP * 8, at);
          u += Uop.SIZE;
          continue;
        }
        case Op.POP_R64: {
          const at = load<u64>(S + State.GPR + Gpr.RSP * 8);
          const e = readEntry(at);
          if (!hits(e, at, 8)) break;
          store<u64>(S + State.GPR + Gpr.RSP * 8, at + 8);
          setRm64(u, load<u64>(host(e, at)));
          u += Uop.SIZE;
          continue;
        }
        case Op.LEAVE64: {
          const at = load<u64>(S + State.GPR + Gpr.RBP * 8);
          const e = readEntry(at);
          if (!hits(e, at, 8)) break;
          store<u64>(S + State.GPR + Gpr.RSP * 8, at + 8);
          store<u64>(S + State.GPR + Gpr.RBP * 8, load<u64>(host(e, at)));
          u += Uop.SIZE;
          continue;
        }
        case Op.CALL64: {
          const at = load<u64>(S + State.GPR + Gpr.RSP * 8) - 8;
          const e = writeEntry(at);
          if (!hits(e, at, 8)) break;
          store<u64>(host(e, at), load<u64>(u, Uop.DISPLACEMENT));
          store<u64>(S + State.GPR + Gpr.RSP * 8, at);
          link = u + Tail.TAKEN + Uop.SIZE;
          break;
        }
        case Op.RET64: {
          const at = load<u64>(S + State.GPR + Gpr.RSP * 8);
          const e = readEntry(at);
          if (!hits(e, at, 8)) break;
          const target = <u64>load<u64>(host(e, at));
          link = jumpLink(target);
          if (!link) break;
          store<u64>(S + State.GPR + Gpr.RSP * 8, at + 8);
          break;
        }
        case Op.JMP_R64: {
          link = jumpLink(<u64>rm64(u));
          break;
        }
        case Op.CALL_R64: {
          const target = <u64>rm64(u);
          const at = load<u64>(S + State.GPR + Gpr.RSP * 8) - 8;
          const e = writeEntry(at);
          if (!hits(e, at, 8)) break;
          link = jumpLink(target);
          if (!link) break;
          store<u64>(host(e, at), load<u64>(u, Uop.IMMEDIATE));
          store<u64>(S + State.GPR + Gpr.RSP * 8, at);
          break;
        }
        case Op.PUSH_R32: {
          const at = (load<u64>(S + State.GPR + Gpr.RSP * 8) - 4) & 0xffffffff;
          const e = writeEntry(at);
          if (!hits(e, at, 4)) break;
          store<u32>(host(e, at), rm32(u));
          store<u64>(S + State.GPR + Gpr.RSP * 8, at);
          u += Uop.SIZE;
          continue;
        }
        case Op.PUSH_I32: {
          const at = (load<u64>(S + State.GPR + Gpr.RSP * 8) - 4) & 0xffffffff;
          const e = writeEntry(at);
          if (!hits(e, at, 4)) break;
          store<u32>(host(e, at), imm32(u));
          store<u64>(S + State.GPR + Gpr.RSP * 8, at);
          u += Uop.SIZE;
          continue;
        }
        case Op.POP_R32: {
          const at = load<u64>(S + State.GPR + Gpr.RSP * 8) & 0xffffffff;
          const e = readEntry(at);
          if (!hits(e, at, 4)) break;
          store<u64>(S + State.GPR + Gpr.RSP * 8, (at + 4) & 0xffffffff);
          setRm32(u, load<u32>(host(e, at)));
          u += Uop.SIZE;
          continue;
        }
        case Op.LEAVE32: {
          const at = load<u64>(S + State.GPR + Gpr.RBP * 8) & 0xffffffff;
          const e = readEntry(at);
          if (!hits(e, at, 4)) break;
          store<u64>(S + State.GPR + Gpr.RSP * 8, (at + 4) & 0xffffffff);
          store<u64>(S + State.GPR + Gpr.RBP * 8, load<u32>(host(e, at)));
          u += Uop.SIZE;
          continue;
        }
        case Op.CALL32: {
          const at = (load<u64>(S + State.GPR + Gpr.RSP * 8) - 4) & 0xffffffff;
          const e = writeEntry(at);
          if (!hits(e, at, 4)) break;
          store<u32>(host(e, at), load<u32>(u, Uop.DISPLACEMENT));
          store<u64>(S + State.GPR + Gpr.RSP * 8, at);
          link = u + Tail.TAKEN + Uop.SIZE;
          break;
        }
        case Op.RET32: {
          const at = load<u64>(S + State.GPR + Gpr.RSP * 8) & 0xffffffff;
          const e = readEntry(at);
          if (!hits(e, at, 4)) break;
          const target = <u64>load<u32>(host(e, at));
          link = jumpLink(target);
          if (!link) break;
          store<u64>(S + State.GPR + Gpr.RSP * 8, (at + 4) & 0xffffffff);
          break;
        }
        case Op.JMP_R32: {
          link = jumpLink(<u64>rm32(u));
          break;
        }
        case Op.CALL_R32: {
          const target = <u64>rm32(u);
          const at = (load<u64>(S + State.GPR + Gpr.RSP * 8) - 4) & 0xffffffff;
          const e = writeEntry(at);
          if (!hits(e, at, 4)) break;
          link = jumpLink(target);
          if (!link) break;
          store<u32>(host(e, at), load<u32>(u, Uop.IMMEDIATE));
          store<u64>(S + State.GPR + Gpr.RSP * 8, at);
          break;
        }
        case Op.JMP_M64: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 8)) break;
          link = jumpLink(<u64>load<u64>(host(e, at)));
          break;
        }
        case Op.CALL_M64: {
          const from = address(u);
          const source = readEntry(from);
          if (!hits(source, from, 8)) break;
          const target = <u64>load<u64>(host(source, from));
          const at = load<u64>(S + State.GPR + Gpr.RSP * 8) - 8;
          const e = writeEntry(at);
          if (!hits(e, at, 8)) break;
          link = jumpLink(target);
          if (!link) break;
          store<u64>(host(e, at), load<u64>(u, Uop.IMMEDIATE));
          store<u64>(S + State.GPR + Gpr.RSP * 8, at);
          break;
        }
        case Op.JMP_M32: {
          const at = address(u);
          const e = readEntry(at);
          if (!hits(e, at, 4)) break;
          link = jumpLink(<u64>load<u32>(host(e, at)));
          break;
        }
        case Op.CALL_M32: {
          const from = address(u);
          const source = readEntry(from);
          if (!hits(source, from, 4)) break;
          const target = <u64>load<u32>(host(source, from));
          const at = (load<u64>(S + State.GPR + Gpr.RSP * 8) - 4) & 0xffffffff;
          const e = writeEntry(at);
          if (!hits(e, at, 4)) break;
          link = jumpLink(target);
          if (!link) break;
          store<u32>(host(e, at), load<u32>(u, Uop.IMMEDIATE));
          store<u64>(S + State.GPR + Gpr.RSP * 8, at);
          break;
        }
        case Op.JMP: {
          link = u + (Uop.SIZE + Tail.TAKEN);
          break;
        }
        case Op.JO: {
          link = u + (condition(0) ? Uop.SIZE + Tail.TAKEN : Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.JNO: {
          link = u + (condition(1) ? Uop.SIZE + Tail.TAKEN : Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.JB: {
          link = u + (condition(2) ? Uop.SIZE + Tail.TAKEN : Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.JNB: {
          link = u + (condition(3) ? Uop.SIZE + Tail.TAKEN : Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.JZ: {
          link = u + (zero() ? Uop.SIZE + Tail.TAKEN : Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.JNZ: {
          link = u + (!zero() ? Uop.SIZE + Tail.TAKEN : Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.JBE: {
          link = u + (condition(6) ? Uop.SIZE + Tail.TAKEN : Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.JA: {
          link = u + (condition(7) ? Uop.SIZE + Tail.TAKEN : Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.JS: {
          link = u + (sign() ? Uop.SIZE + Tail.TAKEN : Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.JNS: {
          link = u + (!sign() ? Uop.SIZE + Tail.TAKEN : Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.JP: {
          link = u + (condition(10) ? Uop.SIZE + Tail.TAKEN : Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.JNP: {
          link = u + (condition(11) ? Uop.SIZE + Tail.TAKEN : Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.JL: {
          link = u + (condition(12) ? Uop.SIZE + Tail.TAKEN : Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.JGE: {
          link = u + (condition(13) ? Uop.SIZE + Tail.TAKEN : Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.JLE: {
          link = u + (condition(14) ? Uop.SIZE + Tail.TAKEN : Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.JG: {
          link = u + (condition(15) ? Uop.SIZE + Tail.TAKEN : Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR64_JB: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (a < b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR64_JNB: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (a >= b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR64_JZ: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (a == b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR64_JNZ: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (a != b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR64_JBE: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (a <= b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR64_JA: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (a > b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR64_JS: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (<i64>x < 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR64_JNS: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (<i64>x >= 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR64_JL: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (<i64>a < <i64>b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR64_JGE: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (<i64>a >= <i64>b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR64_JLE: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (<i64>a <= <i64>b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR64_JG: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (<i64>a > <i64>b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI64_JB: {
          const a = rm64(u);
          const b = imm64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (a < b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI64_JNB: {
          const a = rm64(u);
          const b = imm64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (a >= b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI64_JZ: {
          const a = rm64(u);
          const b = imm64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (a == b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI64_JNZ: {
          const a = rm64(u);
          const b = imm64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (a != b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI64_JBE: {
          const a = rm64(u);
          const b = imm64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (a <= b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI64_JA: {
          const a = rm64(u);
          const b = imm64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (a > b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI64_JS: {
          const a = rm64(u);
          const b = imm64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (<i64>x < 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI64_JNS: {
          const a = rm64(u);
          const b = imm64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (<i64>x >= 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI64_JL: {
          const a = rm64(u);
          const b = imm64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (<i64>a < <i64>b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI64_JGE: {
          const a = rm64(u);
          const b = imm64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (<i64>a >= <i64>b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI64_JLE: {
          const a = rm64(u);
          const b = imm64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (<i64>a <= <i64>b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI64_JG: {
          const a = rm64(u);
          const b = imm64(u);
          const x = a - b;
          arithmeticFlags64(FlagKind.SUB64, a, x);
          link = u + (<i64>a > <i64>b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.TEST_RR64_JZ: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a & b;
          logicFlags64(x);
          link = u + (x == 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.TEST_RR64_JNZ: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a & b;
          logicFlags64(x);
          link = u + (x != 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.TEST_RR64_JS: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a & b;
          logicFlags64(x);
          link = u + (<i64>x < 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.TEST_RR64_JNS: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a & b;
          logicFlags64(x);
          link = u + (<i64>x >= 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.TEST_RR64_JLE: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a & b;
          logicFlags64(x);
          link = u + (<i64>x <= 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.TEST_RR64_JG: {
          const a = rm64(u);
          const b = reg64(u);
          const x = a & b;
          logicFlags64(x);
          link = u + (<i64>x > 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR32_JB: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (a < b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR32_JNB: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (a >= b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR32_JZ: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (a == b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR32_JNZ: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (a != b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR32_JBE: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (a <= b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR32_JA: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (a > b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR32_JS: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (<i32>x < 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR32_JNS: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (<i32>x >= 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR32_JL: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (<i32>a < <i32>b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR32_JGE: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (<i32>a >= <i32>b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR32_JLE: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (<i32>a <= <i32>b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RR32_JG: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (<i32>a > <i32>b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI32_JB: {
          const a = rm32(u);
          const b = imm32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (a < b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI32_JNB: {
          const a = rm32(u);
          const b = imm32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (a >= b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI32_JZ: {
          const a = rm32(u);
          const b = imm32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (a == b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI32_JNZ: {
          const a = rm32(u);
          const b = imm32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (a != b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI32_JBE: {
          const a = rm32(u);
          const b = imm32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (a <= b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI32_JA: {
          const a = rm32(u);
          const b = imm32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (a > b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI32_JS: {
          const a = rm32(u);
          const b = imm32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (<i32>x < 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI32_JNS: {
          const a = rm32(u);
          const b = imm32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (<i32>x >= 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI32_JL: {
          const a = rm32(u);
          const b = imm32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (<i32>a < <i32>b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI32_JGE: {
          const a = rm32(u);
          const b = imm32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (<i32>a >= <i32>b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI32_JLE: {
          const a = rm32(u);
          const b = imm32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (<i32>a <= <i32>b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI32_JG: {
          const a = rm32(u);
          const b = imm32(u);
          const x = a - b;
          arithmeticFlags32(FlagKind.SUB32, a, x);
          link = u + (<i32>a > <i32>b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.TEST_RR32_JZ: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a & b;
          logicFlags32(x);
          link = u + (x == 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.TEST_RR32_JNZ: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a & b;
          logicFlags32(x);
          link = u + (x != 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.TEST_RR32_JS: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a & b;
          logicFlags32(x);
          link = u + (<i32>x < 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.TEST_RR32_JNS: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a & b;
          logicFlags32(x);
          link = u + (<i32>x >= 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.TEST_RR32_JLE: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a & b;
          logicFlags32(x);
          link = u + (<i32>x <= 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.TEST_RR32_JG: {
          const a = rm32(u);
          const b = reg32(u);
          const x = a & b;
          logicFlags32(x);
          link = u + (<i32>x > 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI8_JZ: {
          const a = rm8(u);
          const b = imm8(u);
          const x = a - b;
          arithmeticFlags8(FlagKind.SUB8, a, x);
          link = u + (a == b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.TEST_RR8_JZ: {
          const a = rm8(u);
          const b = reg8(u);
          const x = a & b;
          logicFlags8(x);
          link = u + (x == 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.TEST_RI8_JZ: {
          const a = rm8(u);
          const b = imm8(u);
          const x = a & b;
          logicFlags8(x);
          link = u + (x == 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.TEST_RI32_JZ: {
          const a = rm32(u);
          const b = imm32(u);
          const x = a & b;
          logicFlags32(x);
          link = u + (x == 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.CMP_RI8_JNZ: {
          const a = rm8(u);
          const b = imm8(u);
          const x = a - b;
          arithmeticFlags8(FlagKind.SUB8, a, x);
          link = u + (a != b ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.TEST_RR8_JNZ: {
          const a = rm8(u);
          const b = reg8(u);
          const x = a & b;
          logicFlags8(x);
          link = u + (x != 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.TEST_RI8_JNZ: {
          const a = rm8(u);
          const b = imm8(u);
          const x = a & b;
          logicFlags8(x);
          link = u + (x != 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.TEST_RI32_JNZ: {
          const a = rm32(u);
          const b = imm32(u);
          const x = a & b;
          logicFlags32(x);
          link = u + (x != 0 ? 2 * Uop.SIZE + Tail.TAKEN : 2 * Uop.SIZE + Tail.FALL);
          break;
        }
        case Op.VECTOR: {
          if (!execHotVector(u)) break;
          u += Uop.SIZE;
          continue;
        }
        case Op.END: {
          link = u + Tail.FALL;
          break;
        }
        default:
      }
      break;
    } while (true);
    if (link) {
      if (load<u32>(link, 4) == load<u32>(S + Private.STAMP)) {
        const next = <usize>load<u32>(link);
        const after = left - <i64>load<u32>(next, Block.COUNT);
        if (after >= 0) {
          left = after;
          block = next;
          u = next + Block.SIZE;
          link = 0;
          continue;
        }
        store<u64>(S + State.RIP, load<u64>(next, Block.RIP));
        leaveLink = 0;
      } else {
        // A stale entry of the jump cache: its RIP stands in front of the link, and jumpLink has not written it.
        if (link >= <usize>Arena.BLOCKS) store<u64>(S + State.RIP, load<u64>(link, Tail.RIP_BEHIND_LINK));
        else if (link != NO_LINK) store<u64>(S + State.RIP, load<u64>(link - 8));
        leaveLink = link;
      }
      store<u64>(S + State.RETIRED, stopAt - <u64>left);
      return Leave.BOUNDARY;
    }
    // The general handler: state is made precise first.
    const rip =
      (load<u64>(block, Block.RIP) + <u64>load<u16>(u, Uop.IP_OFFSET)) & load<u64>(S + Private.ADDRESS_MASK);
    store<u64>(S + State.RIP, rip);
    const ahead = (<u32>load<u32>(block, Block.END) - <u32>u) / <u32>Uop.SIZE;
    store<u64>(S + State.RETIRED, stopAt - <u64>left - <u64>ahead);
    leaveLink = 0;
    if (load<u16>(u) == Op.LIMIT) return Leave.BOUNDARY;
    const next = execSlow(u);
    if (next == Next.DONE && !load<u32>(S + Private.ATTENTION)) {
      u += Uop.SIZE;
      continue;
    }
    leaveUop = u;
    return next;
  }
}
