// Moves, arithmetic and logic in general form: any mode, any width, register or memory, every segment check. Handlers get
// the micro-op and answer a Next. SDM Vol. 1, 7.3.1 and 7.3.2; Vol. 2 for each instruction.
import { Gpr, State } from '../../abi/state-block';
import { faulted, raisePlainBecause } from '../fault';
import { Flag, condition, setArithmeticFlags, rflags } from '../flags';
import { Vector } from '../gen/exceptions';
import { Reason } from '../gen/reasons';
import { Rflags } from '../gen/registers';
import {
  effectiveAddress,
  modifyOperand,
  readOperand,
  readReg,
  readRegOperand,
  writeOperand,
  writeReg,
  writeRegOperand,
} from '../operands';
import { S, gpr, setGpr } from '../state';
import { Next, Uop, UopFlag } from '../uop';
import * as alu from './alu';

// @ts-ignore: decorator
@inline
function widthOf(u: usize): u32 {
  return load<u8>(u + Uop.WIDTH);
}

// @ts-ignore: decorator
@inline
function immediateOf(u: usize): u64 {
  return load<u64>(u + Uop.IMMEDIATE);
}

/** ADD OR ADC SBB AND SUB XOR CMP by their ISA number. */
function compute(op: u32, a: u64, b: u64, width: u32): u64 {
  switch (op) {
    case 0:
      return alu.add(a, b, width);
    case 1:
      return alu.logic(a | b, width);
    case 2:
      return alu.addWithCarry(a, b, width);
    case 3:
      return alu.subtractWithBorrow(a, b, width);
    case 4:
      return alu.logic(a & b, width);
    case 6:
      return alu.logic(a ^ b, width);
    default:
      return alu.subtract(a, b, width);
  }
}

const CMP: u32 = 7;

/**
 * rm = rm op b. The write is translated by the read already (modifyOperand), so that flags change only when nothing can
 * fault any more.
 */
function combine(u: usize, op: u32, b: u64): i32 {
  const width = widthOf(u);
  const a = op == CMP ? readOperand(u, width) : modifyOperand(u, width);
  if (faulted()) return Next.FAULT;
  const result = compute(op, a, b, width);
  if (op != CMP) writeOperand(u, width, result);
  return faulted() ? Next.FAULT : Next.DONE;
}

export function execAluStore(u: usize, op: u32): i32 {
  return combine(u, op, readRegOperand(u, widthOf(u)));
}

export function execAluImmediate(u: usize, op: u32): i32 {
  return combine(u, op, immediateOf(u));
}

export function execAluLoad(u: usize, op: u32): i32 {
  const width = widthOf(u);
  const b = readOperand(u, width);
  if (faulted()) return Next.FAULT;
  const result = compute(op, readRegOperand(u, width), b, width);
  if (op != CMP) writeRegOperand(u, width, result);
  return Next.DONE;
}

export function execTest(u: usize, b: u64): i32 {
  const width = widthOf(u);
  const a = readOperand(u, width);
  if (faulted()) return Next.FAULT;
  alu.logic(a & b, width);
  return Next.DONE;
}

export function execTestReg(u: usize): i32 {
  return execTest(u, readRegOperand(u, widthOf(u)));
}

export function execTestImmediate(u: usize): i32 {
  return execTest(u, immediateOf(u));
}

export function execMovStore(u: usize): i32 {
  const width = widthOf(u);
  writeOperand(u, width, readRegOperand(u, width));
  return faulted() ? Next.FAULT : Next.DONE;
}

export function execMovLoad(u: usize): i32 {
  const width = widthOf(u);
  const value = readOperand(u, width);
  if (faulted()) return Next.FAULT;
  writeRegOperand(u, width, value);
  return Next.DONE;
}

export function execMovImmediate(u: usize): i32 {
  writeOperand(u, widthOf(u), immediateOf(u));
  return faulted() ? Next.FAULT : Next.DONE;
}

export function execLea(u: usize): i32 {
  writeRegOperand(u, widthOf(u), effectiveAddress(u));
  return Next.DONE;
}

export function execXchg(u: usize): i32 {
  const width = widthOf(u);
  const a = modifyOperand(u, width);
  if (faulted()) return Next.FAULT;
  // The register of 90+r is the accumulator: ModRM.reg is 0 there.
  const b = readRegOperand(u, width);
  writeOperand(u, width, b);
  if (faulted()) return Next.FAULT;
  writeRegOperand(u, width, a);
  return Next.DONE;
}

/** MOVZX, MOVSX, MOVSXD from `from` bytes. */
export function execMovExtend(u: usize, from: u32, sign: bool): i32 {
  const value = readOperand(u, from);
  if (faulted()) return Next.FAULT;
  writeRegOperand(u, widthOf(u), sign ? alu.signed(value, from) : value);
  return Next.DONE;
}

/** MOVSXD with a 16-bit destination reads 16 bits only. */
export function execMovsxd(u: usize): i32 {
  return execMovExtend(u, widthOf(u) == 2 ? 2 : 4, true);
}

export function execInc(u: usize): i32 {
  const width = widthOf(u);
  const a = modifyOperand(u, width);
  if (faulted()) return Next.FAULT;
  writeOperand(u, width, alu.increment(a, width));
  return Next.DONE;
}

export function execDec(u: usize): i32 {
  const width = widthOf(u);
  const a = modifyOperand(u, width);
  if (faulted()) return Next.FAULT;
  writeOperand(u, width, alu.decrement(a, width));
  return Next.DONE;
}

export function execNot(u: usize): i32 {
  const width = widthOf(u);
  const a = modifyOperand(u, width);
  if (faulted()) return Next.FAULT;
  writeOperand(u, width, ~a);
  return Next.DONE;
}

export function execNeg(u: usize): i32 {
  const width = widthOf(u);
  const a = modifyOperand(u, width);
  if (faulted()) return Next.FAULT;
  writeOperand(u, width, alu.subtract(0, a, width));
  return Next.DONE;
}

/** One-operand MUL and IMUL: rDX:rAX (AX for bytes) = rAX * rm. */
function multiplyWide(u: usize, sign: bool): i32 {
  const width = widthOf(u);
  const b = readOperand(u, width);
  if (faulted()) return Next.FAULT;
  const a = readReg(Gpr.RAX, width, false);
  if (width == 8) {
    const low = a * b;
    const high = sign ? alu.multiplyHighSigned(a, b) : alu.multiplyHigh(a, b);
    setGpr(Gpr.RAX, low);
    setGpr(Gpr.RDX, high);
    alu.multiplyFlags(low, high != (sign ? <u64>(<i64>low >> 63) : 0));
    return Next.DONE;
  }
  const product = sign ? alu.signed(a, width) * alu.signed(b, width) : a * b;
  const low = alu.signed(product, width);
  const overflow = sign ? low != product : alu.truncated(product, width) != product;
  if (width == 1) writeReg(Gpr.RAX, 2, false, product);
  else {
    writeReg(Gpr.RAX, width, false, product);
    writeReg(Gpr.RDX, width, false, product >> (<u64>width << 3));
  }
  alu.multiplyFlags(low, overflow);
  return Next.DONE;
}

export function execMul(u: usize): i32 {
  return multiplyWide(u, false);
}

export function execImul(u: usize): i32 {
  return multiplyWide(u, true);
}

function imul(u: usize, a: u64, b: u64): i32 {
  const width = widthOf(u);
  if (width == 8) writeRegOperand(u, 8, alu.multiply64(a, b));
  else {
    const product = alu.signed(a, width) * alu.signed(b, width);
    const low = alu.signed(product, width);
    alu.multiplyFlags(low, low != product);
    writeRegOperand(u, width, product);
  }
  return Next.DONE;
}

export function execImulReg(u: usize): i32 {
  const b = readOperand(u, widthOf(u));
  if (faulted()) return Next.FAULT;
  return imul(u, readRegOperand(u, widthOf(u)), b);
}

export function execImulImmediate(u: usize): i32 {
  const a = readOperand(u, widthOf(u));
  if (faulted()) return Next.FAULT;
  return imul(u, a, immediateOf(u));
}

function divideError(): i32 {
  raisePlainBecause(Reason.DIVIDE, Vector.DE);
  return Next.FAULT;
}

// Quotient and remainder of `divide128`.
let quotient: u64 = 0;
let remainder: u64 = 0;

/** high:low / divisor with high < divisor: bit by bit, since 128-bit division is rare. */
function divide128(high: u64, low: u64, divisor: u64): void {
  let rest = high;
  let q: u64 = 0;
  for (let bit = 63; bit >= 0; bit--) {
    const carry = rest >> 63;
    rest = (rest << 1) | ((low >> <u64>bit) & 1);
    q <<= 1;
    if (carry || rest >= divisor) {
      rest -= divisor;
      q |= 1;
    }
  }
  quotient = q;
  remainder = rest;
}

function divideUnsigned64(divisor: u64): i32 {
  const high = gpr(Gpr.RDX);
  const low = gpr(Gpr.RAX);
  if (high >= divisor) return divideError();
  if (high == 0) {
    quotient = low / divisor;
    remainder = low % divisor;
  } else divide128(high, low, divisor);
  setGpr(Gpr.RAX, quotient);
  setGpr(Gpr.RDX, remainder);
  return Next.DONE;
}

function divideSigned64(divisor: u64): i32 {
  let high = gpr(Gpr.RDX);
  let low = gpr(Gpr.RAX);
  const negative = <i64>high < 0;
  if (negative) {
    low = 0 - low;
    high = ~high + <u64>(low == 0);
  }
  const magnitude = <i64>divisor < 0 ? 0 - divisor : divisor;
  if (high >= magnitude) return divideError();
  if (high == 0) {
    quotient = low / magnitude;
    remainder = low % magnitude;
  } else divide128(high, low, magnitude);
  const opposite = negative != <i64>divisor < 0;
  // The magnitude of the quotient may be 2^63 only when it is negative.
  if (quotient > (opposite ? <u64>0x8000_0000_0000_0000 : <u64>0x7fff_ffff_ffff_ffff)) return divideError();
  setGpr(Gpr.RAX, opposite ? 0 - quotient : quotient);
  setGpr(Gpr.RDX, negative ? 0 - remainder : remainder);
  return Next.DONE;
}

/** The dividend of widths below 8: AX, DX:AX or EDX:EAX as one number. */
function dividend(width: u32): u64 {
  if (width == 1) return readReg(Gpr.RAX, 2, false);
  return readReg(Gpr.RAX, width, false) | (readReg(Gpr.RDX, width, false) << (<u64>width << 3));
}

function storeQuotient(width: u32, q: u64, r: u64): i32 {
  if (width == 1) writeReg(Gpr.RAX, 2, false, (q & 0xff) | (r << 8));
  else {
    writeReg(Gpr.RAX, width, false, q);
    writeReg(Gpr.RDX, width, false, r);
  }
  return Next.DONE;
}

export function execDiv(u: usize): i32 {
  const width = widthOf(u);
  const divisor = readOperand(u, width);
  if (faulted()) return Next.FAULT;
  if (divisor == 0) return divideError();
  if (width == 8) return divideUnsigned64(divisor);
  const value = dividend(width);
  const q = value / divisor;
  if (alu.truncated(q, width) != q) return divideError();
  return storeQuotient(width, q, value % divisor);
}

export function execIdiv(u: usize): i32 {
  const width = widthOf(u);
  const divisor = readOperand(u, width);
  if (faulted()) return Next.FAULT;
  if (divisor == 0) return divideError();
  if (width == 8) return divideSigned64(divisor);
  const value = <i64>alu.signed(dividend(width), width << 1);
  const by = <i64>alu.signed(divisor, width);
  // The one quotient that traps in WebAssembly: 2^63 / -1, which never fits anyway.
  if (value == i64.MIN_VALUE && by == -1) return divideError();
  const q = value / by;
  if (<i64>alu.signed(<u64>q, width) != q) return divideError();
  return storeQuotient(width, <u64>q, <u64>(value % by));
}

/** CBW, CWDE, CDQE. */
export function execCbw(u: usize): i32 {
  const width = widthOf(u);
  writeReg(Gpr.RAX, width, false, alu.signed(readReg(Gpr.RAX, width >> 1, false), width >> 1));
  return Next.DONE;
}

/** CWD, CDQ, CQO. */
export function execCwd(u: usize): i32 {
  const width = widthOf(u);
  writeReg(Gpr.RDX, width, false, <u64>(<i64>alu.signed(readReg(Gpr.RAX, width, false), width) >> 63));
  return Next.DONE;
}

export function execBswap(u: usize): i32 {
  const width = widthOf(u);
  const value = readOperand(u, width);
  // With a 16-bit operand the result is undefined; processors clear the register.
  const swapped = width == 8 ? bswap<u64>(value) : width == 4 ? <u64>bswap<u32>(<u32>value) : 0;
  writeOperand(u, width, swapped);
  return Next.DONE;
}

function swapBytes(value: u64, width: u32): u64 {
  return bswap<u64>(value) >> (64 - (<u64>width << 3));
}

export function execMovbeLoad(u: usize): i32 {
  const width = widthOf(u);
  const value = readOperand(u, width);
  if (faulted()) return Next.FAULT;
  writeRegOperand(u, width, swapBytes(value, width));
  return Next.DONE;
}

export function execMovbeStore(u: usize): i32 {
  const width = widthOf(u);
  writeOperand(u, width, swapBytes(readRegOperand(u, width), width));
  return faulted() ? Next.FAULT : Next.DONE;
}

export function execSetcc(u: usize, code: u32): i32 {
  writeOperand(u, 1, <u64>condition(code));
  return faulted() ? Next.FAULT : Next.DONE;
}

/** The source is read whatever the condition; a 32-bit destination is zero-extended even when it does not change. */
export function execCmovcc(u: usize, code: u32): i32 {
  const width = widthOf(u);
  const value = readOperand(u, width);
  if (faulted()) return Next.FAULT;
  writeRegOperand(u, width, condition(code) ? value : readRegOperand(u, width));
  return Next.DONE;
}

export function execXadd(u: usize): i32 {
  const width = widthOf(u);
  const a = modifyOperand(u, width);
  if (faulted()) return Next.FAULT;
  const b = readRegOperand(u, width);
  const inRegister = (load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM) != 0;
  // XADD of a register with itself leaves the sum; a memory operand's address comes from the registers as they were.
  if (inRegister) writeRegOperand(u, width, a);
  writeOperand(u, width, a + b);
  if (faulted()) return Next.FAULT;
  if (!inRegister) writeRegOperand(u, width, a);
  alu.add(a, b, width);
  return Next.DONE;
}

export function execCmpxchg(u: usize): i32 {
  const width = widthOf(u);
  const a = modifyOperand(u, width);
  if (faulted()) return Next.FAULT;
  const accumulator = readReg(Gpr.RAX, width, false);
  alu.subtract(accumulator, a, width);
  if (accumulator == a) {
    writeOperand(u, width, readRegOperand(u, width));
    return Next.DONE;
  }
  // The destination is written back, which only matters for the upper half of a 32-bit register.
  if (!(load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM)) writeOperand(u, width, a);
  writeReg(Gpr.RAX, width, false, a);
  return Next.DONE;
}

/** XLAT: AL = [rBX + AL]; the decoder gave rBX as base. */
export function execXlat(u: usize): i32 {
  store<u8>(u + Uop.BASE, Gpr.RBX);
  store<u64>(u + Uop.DISPLACEMENT, readReg(Gpr.RAX, 1, false));
  const value = readOperand(u, 1);
  if (faulted()) return Next.FAULT;
  writeReg(Gpr.RAX, 1, false, value);
  return Next.DONE;
}

// Single flags.

export function execSahf(): i32 {
  const mask: u32 = Flag.CF | Flag.PF | Flag.AF | Flag.ZF | Flag.SF;
  setArithmeticFlags((<u32>rflags() & ~mask) | (load<u8>(S + State.GPR + 1) & mask));
  return Next.DONE;
}

export function execLahf(): i32 {
  const mask: u32 = Flag.CF | Flag.PF | Flag.AF | Flag.ZF | Flag.SF;
  store<u8>(S + State.GPR + 1, (<u32>rflags() & mask) | <u32>Rflags.FIXED);
  return Next.DONE;
}

/** CMC, CLC, STC. */
export function execCarry(clear: u32, flip: u32): i32 {
  setArithmeticFlags((<u32>rflags() & ~clear) ^ flip);
  return Next.DONE;
}

/** CLD, STD. The direction flag is not one of the lazy ones. */
export function execDirection(set: bool): i32 {
  const flags = load<u64>(S + State.RFLAGS);
  store<u64>(S + State.RFLAGS, set ? flags | Flag.DF : flags & ~(<u64>Flag.DF));
  return Next.DONE;
}
