// Operands of x87 instructions: ST(i) and memory in the formats of SDM Vol. 1, 4.2 and 8.2, unpacked for the float library.
// Check `faulted()` after each memory access.
import { unpackA, unpackB } from '../float/binary';
import { unpackExtendedA, unpackExtendedB } from '../float/extended';
import { integerToA, integerToB } from '../float/integer';
import { faulted } from '../fault';
import { probeWrite, readLinear16, readLinear64, writeLinear16, writeLinear64 } from '../memory';
import { checkedOperandLinear, readOperand } from '../operands';
import { stackRegister } from './x87-stack';

/** Formats in memory that become numbers by conversion. */
export const enum Source {
  SINGLE,
  DOUBLE,
  INTEGER_16,
  INTEGER_32,
  INTEGER_64,
}

/** ST(i) as first operand. */
export function stackToA(i: u32): void {
  const at = stackRegister(i);
  unpackExtendedA(load<u64>(at), load<u16>(at, 8));
}

export function stackToB(i: u32): void {
  const at = stackRegister(i);
  unpackExtendedB(load<u64>(at), load<u16>(at, 8));
}

function integer(value: u64, source: u32): i64 {
  if (source == Source.INTEGER_16) return <i64>(<i16>value);
  if (source == Source.INTEGER_32) return <i64>(<i32>value);
  return <i64>value;
}

function bytesOf(source: u32): u32 {
  if (source == Source.INTEGER_16) return 2;
  return source == Source.DOUBLE || source == Source.INTEGER_64 ? 8 : 4;
}

export function memoryToA(u: usize, source: u32): void {
  const value = readOperand(u, bytesOf(source));
  if (source == Source.SINGLE) unpackA<u32>(<u32>value);
  else if (source == Source.DOUBLE) unpackA<u64>(value);
  else integerToA(integer(value, source));
}

export function memoryToB(u: usize, source: u32): void {
  const value = readOperand(u, bytesOf(source));
  if (source == Source.SINGLE) unpackB<u32>(<u32>value);
  else if (source == Source.DOUBLE) unpackB<u64>(value);
  else integerToB(integer(value, source));
}

/** Sign and exponent of the number `readExtended` read. */
export let readHead: u32 = 0;

/** Ten bytes of memory as they are: the significand, and `readHead`. */
export function readExtended(u: usize): u64 {
  const linear = checkedOperandLinear(u, 10, false);
  if (faulted()) return 0;
  const significand = readLinear64(linear);
  if (faulted()) return 0;
  readHead = readLinear16(linear + 8);
  return significand;
}

export function writeExtended(u: usize, significand: u64, head: u32): void {
  const linear = checkedOperandLinear(u, 10, true);
  if (faulted()) return;
  probeWrite(linear, 10);
  if (faulted()) return;
  writeLinear64(linear, significand);
  writeLinear16(linear + 8, head);
}
