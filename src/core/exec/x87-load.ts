// What pushes: FLD, FILD, FBLD and the constants; and the moves inside the stack, FXCH and FCMOVcc (SDM Vol. 1, 8.3.2, 8.3.3).
import { setRaised, setRoundedUp } from '../float/environment';
import { packExtended, packedHead } from '../float/extended';
import { integerToA } from '../float/integer';
import { noteDenormalA, resultOfA } from '../float/move';
import { resultIsA, setResult, setSpecial, Class } from '../float/operand';
import { faulted } from '../fault';
import { condition } from '../flags';
import { Next, Uop } from '../uop';
import { Source, memoryToA, readExtended, readHead } from './x87-operands';
import { DEFAULT_NAN, DEFAULT_NAN_HEAD, isEmpty, stackRegister, writeStack } from './x87-stack';
import {
  begin,
  finish,
  notePointers,
  overflowPush,
  pushResult,
  underflow,
  underflowInto,
  underflowPush,
} from './x87-status';

/** Formats of memory operands, see x87-operands.ts. */
export const enum Loaded {
  SINGLE = Source.SINGLE,
  DOUBLE = Source.DOUBLE,
  INTEGER_16 = Source.INTEGER_16,
  INTEGER_32 = Source.INTEGER_32,
  INTEGER_64 = Source.INTEGER_64,
}

/** FLD and FILD of memory: exact, but a signaling NaN is invalid and a denormal is noted. */
export function execLoad(u: usize, memory: u32): i32 {
  begin();
  memoryToA(u, memory);
  if (faulted()) return Next.FAULT;
  if (!isEmpty(7)) return overflowPush(u);
  noteDenormalA();
  resultOfA();
  const significand = packExtended(64);
  return pushResult(u, significand, packedHead);
}

/** FLD m80: as it is. */
export function execLoadExtended(u: usize): i32 {
  begin();
  const significand = readExtended(u);
  if (faulted()) return Next.FAULT;
  return pushResult(u, significand, readHead);
}

/** FLD ST(i). */
export function execLoadStack(u: usize): i32 {
  const i = (<u32>load<u8>(u + Uop.RM)) & 7;
  begin();
  if (isEmpty(i)) return underflowPush(u);
  if (!isEmpty(7)) return overflowPush(u);
  const at = stackRegister(i);
  return pushResult(u, load<u64>(at), load<u16>(at, 8));
}

/** FBLD: 18 decimal digits, two a byte, and a sign in the last bit. Digits above 9 are undefined; they count as they are. */
export function execFbld(u: usize): i32 {
  begin();
  const low = readExtended(u);
  if (faulted()) return Next.FAULT;
  const head = readHead;
  let value: u64 = 0;
  for (let shift: i32 = 4; shift >= 0; shift -= 4) value = value * 10 + <u64>((head >> shift) & 15);
  for (let shift: i64 = 60; shift >= 0; shift -= 4) value = value * 10 + ((low >> (<u64>shift)) & 15);
  integerToA(<i64>value);
  const sign = (head >> 15) & 1;
  if (value == 0) setSpecial(Class.ZERO, sign);
  else resultIsA();
  const significand = packExtended(64);
  return pushResult(u, significand, packedHead | (sign << 15));
}

/** Constants of FLD1 to FLDZ, as the opcode numbers them. */
export const enum Constant {
  ONE,
  LOG2_10,
  LOG2_E,
  PI,
  LOG10_2,
  LN_2,
  ZERO,
}

/** Rounded from more bits than fit, as the rounding control says; not an inexact result all the same. */
export function execConstant(u: usize, which: u32): i32 {
  begin();
  switch (which) {
    case Constant.ONE:
      setResult(0, 0, 0x8000_0000_0000_0000, 0);
      break;
    case Constant.LOG2_10:
      setResult(0, 1, 0xd49a_784b_cd1b_8afe, 0x492b_f6ff_4daf_db4c);
      break;
    case Constant.LOG2_E:
      setResult(0, 0, 0xb8aa_3b29_5c17_f0bb, 0xbe87_fed0_691d_3e88);
      break;
    case Constant.PI:
      setResult(0, 1, 0xc90f_daa2_2168_c234, 0xc4c6_628b_80dc_1cd1);
      break;
    case Constant.LOG10_2:
      setResult(0, -2, 0x9a20_9a84_fbcf_f798, 0x8f89_59ac_0b7c_9178);
      break;
    case Constant.LN_2:
      setResult(0, -1, 0xb172_17f7_d1cf_79ab, 0xc9e3_b398_03f2_f6af);
      break;
    default:
      setSpecial(Class.ZERO, 0);
  }
  const significand = packExtended(64);
  setRaised(0);
  setRoundedUp(false);
  return pushResult(u, significand, packedHead);
}

/** Empty registers count as the default NaN when that is masked. */
export function execFxch(u: usize): i32 {
  const i = (<u32>load<u8>(u + Uop.RM)) & 7;
  begin();
  if (isEmpty(0) || isEmpty(i)) {
    if (!underflow()) return finish(u);
    if (isEmpty(0)) writeStack(0, DEFAULT_NAN, DEFAULT_NAN_HEAD);
    if (isEmpty(i)) writeStack(i, DEFAULT_NAN, DEFAULT_NAN_HEAD);
  }
  const a = stackRegister(0);
  const b = stackRegister(i);
  const significand = load<u64>(a);
  const head = load<u64>(a, 8);
  store<u64>(a, load<u64>(b));
  store<u64>(a, load<u64>(b, 8), 8);
  store<u64>(b, significand);
  store<u64>(b, head, 8);
  return finish(u);
}

/** ST(0) = ST(i) under a condition, numbered as Jcc numbers it. */
export function execFcmov(u: usize, code: u32): i32 {
  const i = (<u32>load<u8>(u + Uop.RM)) & 7;
  begin();
  if (isEmpty(0) || isEmpty(i)) return underflowInto(u, 0, 0);
  if (condition(code)) {
    const at = stackRegister(i);
    writeStack(0, load<u64>(at), load<u16>(at, 8));
  }
  notePointers(u);
  return Next.DONE;
}
