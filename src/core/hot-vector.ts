// The fast half of the frequent vector instructions: registers, and memory that one TLB probe finds, in flat 64-bit or 32-bit
// memory. It cannot fault: what it does not find at hand it leaves to the general handler, with nothing changed. The state
// before any vector instruction (exec/vector-access.ts) is one bit of Private.VECTOR_READY, kept by mode.ts.
import { State } from '../abi/state-block';
import { packedControl, upperControl } from './exec/vector-control';
import { HotVector } from './exec/vector-ops';
import { XMM, YMM, ymm } from './exec/vector-operands';
import { packed } from './exec/vector-packed';
import { packedShift } from './exec/vector-shift';
import { packedUnary, upperUnary } from './exec/vector-shuffle';
import { Private, Tlb } from './layout';
import { hit } from './memory';
import { S, gpr, setGpr } from './state';
import { Uop, UopFlag } from './uop';

// @ts-ignore: decorator
@inline
function isRegister(u: usize): bool {
  return (load<u8>(u + Uop.FLAGS) & UopFlag.REGISTER_FORM) != 0;
}

// @ts-ignore: decorator
@inline
function reg(u: usize): usize {
  return ymm(load<u8>(u + Uop.REG));
}

// @ts-ignore: decorator
@inline
function rm(u: usize): usize {
  return ymm(load<u8>(u + Uop.RM));
}

/** Linear address of the memory operand where every segment is flat but FS and GS. */
function linear(u: usize): u64 {
  const base = <u32>load<u8>(u + Uop.BASE);
  const index = <u32>load<u8>(u + Uop.INDEX);
  let at = load<u64>(u + Uop.DISPLACEMENT) + load<u64>(S + <usize>load<u16>(u + Uop.SEGMENT_AT));
  if (base != Uop.NO_REGISTER) at += gpr(base);
  if (index != Uop.NO_REGISTER) at += gpr(index) << <u64>load<u8>(u + Uop.SCALE);
  return at & load<u64>(S + Private.ADDRESS_MASK);
}

/** Where the bytes are, 0 when the general handler must look. */
function memoryAt(u: usize, array: usize, bytes: u32, strict: bool): usize {
  const at = linear(u);
  if (strict && <u32>at & (bytes - 1)) return 0;
  return hit(array, at, bytes, load<u64>(S + Private.CONTEXT));
}

/** The whole vector in the rm place. */
// @ts-ignore: decorator
@inline
function source(u: usize, bytes: u32): usize {
  if (isRegister(u)) return rm(u);
  return memoryAt(u, Tlb.READ, bytes, load<u8>(u + Uop.VECTOR_LENGTH) == 0);
}

/** A 128-bit result: VEX clears the upper half. */
// @ts-ignore: decorator
@inline
function set(u: usize, to: usize, value: v128): void {
  v128.store(to, value);
  if (load<u8>(u + Uop.VECTOR_LENGTH)) v128.store(to, i64x2.splat(0), 16);
}

// @ts-ignore: decorator
@inline
function setBoth(to: usize, low: v128, high: v128): void {
  v128.store(to, low);
  v128.store(to, high, 16);
}

function copyVector(u: usize, to: usize, from: usize, wide: bool): void {
  if (wide) setBoth(to, v128.load(from), v128.load(from, 16));
  else set(u, to, v128.load(from));
}

function operate(u: usize, form: u32, wide: bool): bool {
  const b = source(u, wide ? YMM : XMM);
  if (!b) return false;
  const a = ymm(load<u8>(u + Uop.VVVV));
  const op = form & 0xff;
  const control = <u32>load<u8>(u + Uop.IMMEDIATE);
  switch (form & HotVector.KIND) {
    case HotVector.PACKED: {
      const low = packed(op, v128.load(a), v128.load(b));
      if (wide) setBoth(reg(u), low, packed(op, v128.load(a, 16), v128.load(b, 16)));
      else set(u, reg(u), low);
      return true;
    }
    case HotVector.CONTROL: {
      const low = packedControl(op, v128.load(a), v128.load(b), control);
      if (wide) {
        const high = packedControl(op, v128.load(a, 16), v128.load(b, 16), upperControl(op, control));
        setBoth(reg(u), low, high);
      } else set(u, reg(u), low);
      return true;
    }
    default: {
      const low = packedUnary(op, v128.load(b), control);
      if (wide) setBoth(reg(u), low, packedUnary(op, v128.load(b, 16), upperUnary(op, control)));
      else set(u, reg(u), low);
      return true;
    }
  }
}

function shift(u: usize, op: u32, wide: bool): bool {
  const from = rm(u);
  const to = load<u8>(u + Uop.VECTOR_LENGTH) ? ymm(load<u8>(u + Uop.VVVV)) : from;
  const count = <u64>load<u8>(u + Uop.IMMEDIATE);
  const low = packedShift(op, v128.load(from), count);
  if (wide) setBoth(to, low, packedShift(op, v128.load(from, 16), count));
  else set(u, to, low);
  return true;
}

function moveWhole(u: usize, form: u32, wide: bool): bool {
  const bytes: u32 = wide ? YMM : XMM;
  const loads = (form & HotVector.KIND) == HotVector.LOAD;
  if (isRegister(u)) {
    if (loads) copyVector(u, reg(u), rm(u), wide);
    else copyVector(u, rm(u), reg(u), wide);
    return true;
  }
  const at = memoryAt(u, loads ? Tlb.READ : Tlb.WRITE, bytes, (form & 0xff) != 0);
  if (!at) return false;
  if (loads) copyVector(u, reg(u), at, wide);
  else if (wide) setBoth(at, v128.load(reg(u)), v128.load(reg(u), 16));
  else v128.store(at, v128.load(reg(u)));
  return true;
}

/** 4 or 8 bytes; the rest of a register becomes zero. */
function movePart(u: usize, loads: bool, bytes: u32): bool {
  const register = isRegister(u);
  const at = register ? rm(u) : memoryAt(u, loads ? Tlb.READ : Tlb.WRITE, bytes, false);
  if (!at) return false;
  if (loads) set(u, reg(u), bytes == 4 ? v128.load32_zero(at) : v128.load64_zero(at));
  else if (register) set(u, at, v128.load64_zero(reg(u)));
  else if (bytes == 4) store<u32>(at, load<u32>(reg(u)));
  else store<u64>(at, load<u64>(reg(u)));
  return true;
}

function moveGeneral(u: usize, form: u32): bool {
  if (!isRegister(u)) return false;
  const four = (form & 0xff) == 4;
  const general = <u32>load<u8>(u + Uop.RM);
  if ((form & HotVector.KIND) == HotVector.TO_GENERAL) {
    setGpr(general, four ? <u64>load<u32>(reg(u)) : load<u64>(reg(u)));
    return true;
  }
  const at = S + State.GPR + ((<usize>general) << 3);
  set(u, reg(u), four ? v128.load32_zero(at) : v128.load64_zero(at));
  return true;
}

/** Executes the micro-op; false with nothing changed when its general handler must. */
export function execHotVector(u: usize): bool {
  if (!((load<u32>(S + Private.VECTOR_READY) >> load<u8>(u + Uop.STATE)) & 1)) return false;
  const form = <u32>load<u16>(u + Uop.HOT_VECTOR);
  const wide = load<u8>(u + Uop.VECTOR_LENGTH) == YMM;
  switch (form & HotVector.KIND) {
    case HotVector.PACKED:
    case HotVector.CONTROL:
    case HotVector.UNARY:
      return operate(u, form, wide);
    case HotVector.SHIFT:
      return shift(u, form & 0xff, wide);
    case HotVector.LOAD:
    case HotVector.STORE:
      return moveWhole(u, form, wide);
    case HotVector.SCALAR_LOAD:
      return !isRegister(u) && movePart(u, true, form & 0xff);
    case HotVector.SCALAR_STORE:
      return !isRegister(u) && movePart(u, false, form & 0xff);
    case HotVector.QUAD_LOAD:
      return movePart(u, true, 8);
    case HotVector.QUAD_STORE:
      return movePart(u, false, 8);
    case HotVector.BYTE_MASK: {
      const from = rm(u);
      let mask = <u32>i8x16.bitmask(v128.load(from));
      if (wide) mask |= <u32>i8x16.bitmask(v128.load(from, 16)) << 16;
      setGpr(load<u8>(u + Uop.REG), <u64>mask);
      return true;
    }
    default:
      return moveGeneral(u, form);
  }
}
