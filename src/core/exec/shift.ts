// Shifts, rotates and double shifts in general form. SDM Vol. 1, 7.3.4 and 7.3.5.
import { Gpr, State } from '../../abi/state-block';
import { faulted } from '../fault';
import { explicitFlags } from '../flags';
import { modifyOperand, readRegOperand, writeOperand } from '../operands';
import { S } from '../state';
import { Next, Uop } from '../uop';
import * as alu from './alu';

function countInCl(): u32 {
  return load<u8>(S + State.GPR + Gpr.RCX * 8);
}

function shiftBy(u: usize, kind: u32, count: u32): i32 {
  const width = <u32>load<u8>(u + Uop.WIDTH);
  const a = modifyOperand(u, width);
  if (faulted()) return Next.FAULT;
  writeOperand(u, width, alu.shift(kind, a, count, width));
  return Next.DONE;
}

export function execShiftImmediate(u: usize, kind: u32): i32 {
  return shiftBy(u, kind, <u32>load<u64>(u + Uop.IMMEDIATE));
}

export function execShiftCl(u: usize, kind: u32): i32 {
  return shiftBy(u, kind, countInCl());
}

/** SHLD and SHRD. A count above the width (16-bit operands) is undefined; the bits go round as on Intel processors. */
function doubleShift(u: usize, left: bool, given: u32): i32 {
  const width = <u32>load<u8>(u + Uop.WIDTH);
  const a = modifyOperand(u, width);
  if (faulted()) return Next.FAULT;
  const count = <u64>(given & (width == 8 ? 63 : 31));
  const b = readRegOperand(u, width);
  const bits = (<u64>width) << 3;
  if (count == 0) {
    writeOperand(u, width, a);
    return Next.DONE;
  }
  let x: u64;
  let out: u32;
  if (width == 2) {
    // 48 bits in a row, so that counts up to 31 find the bits behind the second operand.
    const row = left ? (a << 32) | (b << 16) | a : a | (b << 16) | (a << 32);
    x = (left ? row >> (32 - count) : row >> count) & 0xffff;
    out = (<u32>(left ? row >> (48 - count) : row >> (count - 1))) & 1;
  } else if (left) {
    x = alu.truncated((a << count) | (b >> (bits - count)), width);
    out = (<u32>(a >> (bits - count))) & 1;
  } else {
    x = alu.truncated((a >> count) | (b << (bits - count)), width);
    out = (<u32>(a >> (count - 1))) & 1;
  }
  const flipped = (<u32>((a ^ x) >> (bits - 1))) & 1;
  explicitFlags(alu.signed(x, width), out | (flipped << 11));
  writeOperand(u, width, x);
  return Next.DONE;
}

export function execDoubleImmediate(u: usize, left: bool): i32 {
  return doubleShift(u, left, <u32>load<u64>(u + Uop.IMMEDIATE));
}

export function execDoubleCl(u: usize, left: bool): i32 {
  return doubleShift(u, left, countInCl());
}
